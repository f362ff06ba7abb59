import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { PenstockError, toDiagnostic } from '#app/core/errors.ts';
import { parseDocument } from '#app/pipeline/parse.ts';
import { serialiseDocument } from '#app/pipeline/serialise.ts';
import { runStatus, type RunDetail, type RunSummary } from '#app/protocol/schema.ts';
import { artifactFolder, openStore, type AuditStore, type AutomationStore, type CacheEntry, type MetaStore, type ModelStore, type RunStore, type TraceStore, type UsageStore, type NodeRunRecord, type RunRecord, type AlarmStore, type Store, type FeatureStore, type TokenStore } from '#app/store/index.ts';
import type { ResultEntry, ResultStore, StoredPort } from '../results/result-cache.ts';
import type { RunRecords } from '../run/records.ts';
import type { ArtifactFiles } from '../services/artifact-files.ts';
import { onWire } from '../wire.ts';

/** The project's store as the engine uses it. */
export interface ProjectStore {
  /** Opened for reading, or another process took the project over while this one slept. */
  readonly readOnly: boolean;
  /** Process that has the project open for writing, when this one may not. */
  readonly writerPid: number | null;
  readonly artifacts: ArtifactFiles;
  readonly results: ResultStore;
  readonly records: RunRecords;
  readonly models: ModelStore;
  /** Small facts about the project by name. */
  readonly meta: MetaStore;
  readonly usage: UsageStore;
  readonly audit: AuditStore;
  readonly trace: TraceStore;
  /** Columns of each run's tables by where they come from. */
  readonly lineage: Pick<RunStore, 'saveLineage' | 'lineage' | 'impact'>;
  readonly alarms: AlarmStore;
  readonly automation: AutomationStore;
  readonly tokens: TokenStore;
  readonly features: FeatureStore;
  /** Makes several writes one transaction. Synchronous. */
  together<T>(work: () => T): T;
  /** Text of a document as it was run, by its hash. */
  documentText(hash: string): string;
  /** Hash of the document that a run ran (`pipeline_versions`), and its file. */
  runVersion(runId: string): { readonly hash: string; readonly path: string | null; readonly pipelineId: string } | null;
  removeArtifact(id: string): Promise<void>;
  artifactIds(): Promise<string[]>;
  close(): Promise<void>;
}

/** @throws PenstockError of the store: `store-damaged`, `store-newer`, `store-missing` … */
export async function openProjectStore(projectDir: string, options: { readonly readOnly: boolean; readonly onLeaseLost?: () => void }): Promise<ProjectStore> {
  let isLeaseLost = false;
  const store = openStore(projectDir, {
    readOnly: options.readOnly,
    onLeaseLost: () => {
      isLeaseLost = true;
      options.onLeaseLost?.();
    },
  });
  try {
    if (!store.readOnly) await store.artifacts.sweep();
  } catch (error) {
    store.close();
    throw error;
  }
  return {
    get readOnly() {
      return store.readOnly || isLeaseLost;
    },
    writerPid: store.writer?.pid ?? null,
    artifacts: artifactFiles(projectDir, store),
    results: resultStore(store),
    records: runRecords(store),
    models: store.models,
    meta: store.meta,
    usage: store.usage,
    audit: store.audit,
    trace: store.trace,
    lineage: store.runs,
    alarms: store.alarms,
    automation: store.automation,
    tokens: store.tokens,
    features: store.features,
    together: (work) => store.together(work),
    documentText: (hash) => store.runs.version(hash),
    runVersion: (runId) => {
      const run = store.runs.get(runId);
      return run === null ? null : { hash: run.versionHash, path: run.pipelinePath, pipelineId: run.pipelineId };
    },
    removeArtifact: (id) => store.artifacts.remove(id),
    artifactIds: () => store.artifacts.list(),
    close: async () => store.close(),
  };
}

function artifactFiles(projectDir: string, store: Store): ArtifactFiles {
  const root = artifactFolder(projectDir) + path.sep;
  const note = (name: string, { id, bytes }: { id: string; bytes: number }): string => {
    store.noteArtifact(id, name, bytes);
    return id;
  };
  return {
    put: async (bytes, name) => note(name, await store.artifacts.put(bytes)),
    adopt: async (file, name) => note(name, await store.artifacts.adopt(file)),
    read: (id) => store.artifacts.read(id),
    setAsideAtFirstUse: (id) => (store.readOnly ? Promise.resolve(false) : store.artifacts.setAsideAtFirstUse(id)),
    setAsideIfDamaged: (id) => store.artifacts.setAsideIfDamaged(id),
    exists: (id) => existsSync(store.artifacts.path(id)),
    temporary: (extension) => store.artifacts.temporaryPath(`.${extension}`),
    path: (id) => store.artifacts.path(id),
    idOf: (file) => {
      const id = path.basename(file);
      return file.startsWith(root) && /^[0-9a-f]{64}$/.test(id) ? id : null;
    },
  };
}

function resultStore(store: Store): ResultStore {
  return {
    get: (key) => entryOf(store.cache.get(key)),
    latest: (pipelineId, nodeId) => entryOf(store.cache.latest(pipelineId, nodeId)),
    delete: (key) => store.cache.forget(key),
    touch: (pipelineId, nodeId, key) => store.cache.touch(pipelineId, nodeId, key),
    put(entry) {
      const ports = Object.entries(entry.ports);
      store.cache.save({
        key: entry.key,
        pipelineId: entry.pipelineId,
        nodeId: entry.nodeId,
        nodeType: entry.parts.type,
        parts: entry.parts as CacheEntry['parts'],
        outputs: Object.fromEntries(ports.flatMap(([name, port]) => (port.value === null ? [] : [[name, port.value]]))),
        ports: Object.fromEntries(ports.map(([name, { kind, rows, bytes }]) => [name, { kind, rows, bytes }])),
        metrics: entry.metrics,
        diagnostics: entry.diagnostics,
        ms: entry.ms,
        createdAt: entry.finishedAt,
      });
    },
  };
}

function entryOf(entry: CacheEntry | null): ResultEntry | null {
  if (entry === null) return null;
  const ports = Object.entries(entry.ports).map(([name, stats]): [string, StoredPort] => [name, { ...stats, value: entry.outputs[name] ?? null }]);
  return {
    key: entry.key,
    nodeId: entry.nodeId,
    pipelineId: entry.pipelineId,
    finishedAt: entry.createdAt,
    ms: entry.ms,
    parts: entry.parts,
    ports: Object.fromEntries(ports),
    metrics: entry.metrics,
    diagnostics: entry.diagnostics,
    lastUsed: entry.lastUsed,
    evicted: entry.evicted,
  };
}

function runRecords(store: Store): RunRecords {
  /** Place of each node in its run's list, by first mention. */
  const ordinals = new Map<string, Map<string, number>>();
  return {
    interrupted: store.interruptedRuns,
    together: (work) => store.together(work),
    start(run) {
      ordinals.set(run.runId, new Map());
      store.runs.start({ ...run, document: serialiseDocument(run.document) });
    },
    nodes(runId, nodes) {
      const known = ordinals.get(runId) ?? new Map<string, number>();
      ordinals.set(runId, known);
      store.together(() => {
        for (const node of nodes) {
          const ordinal = known.get(node.nodeId) ?? known.size;
          known.set(node.nodeId, ordinal);
          store.runs.saveNode(runId, ordinal, node);
        }
      });
    },
    points(runId, points) {
      const curves = new Map<string, { nodeId: string; name: string; steps: number[]; values: number[] }>();
      for (const { nodeId, name, step, value } of points) {
        const key = `${nodeId}\0${name}`;
        const curve = curves.get(key) ?? { nodeId, name, steps: [], values: [] };
        curve.steps.push(step);
        curve.values.push(value);
        curves.set(key, curve);
      }
      store.together(() => {
        for (const { nodeId, name, steps, values } of curves.values()) store.runs.appendSeries(runId, nodeId, name, steps, values);
      });
    },
    finish(runId, { status, ms }) {
      store.runs.finish(runId, status === 'running' ? 'interrupted' : status, ms);
      ordinals.delete(runId);
    },
    lastPorts: (pipelineId) => store.runs.lastPorts(pipelineId),
    lastMetrics: (pipelineId, nodeId, metric, limit) => store.runs.lastMetrics(pipelineId, nodeId, metric, limit),
    list: ({ pipelineId, limit }) => store.runs.listEach({ limit, ...(pipelineId === undefined ? {} : { pipelineId }) }).map((line) => summaryOrDamage(store, line)),
    get(runId) {
      const run = store.runs.get(runId);
      return run === null ? null : detailOf(store, run);
    },
  };
}

/** What can be read of a damaged record; the rest is left empty. */
const readableRun = z.object({
  runId: z.string().catch(''),
  pipelineId: z.string().catch(''),
  pipelinePath: z.string().nullable().catch(null),
  title: z.string().catch(''),
  status: runStatus.catch('interrupted'),
  startedAt: z.number().catch(0),
  ms: z.number().nullable().catch(null),
});

/** One damaged record takes the other runs out of no list: its line says what is wrong. @throws PenstockError `store-damaged`: then nothing is sure to be there. */
function summaryOrDamage(store: Store, { raw, read }: ReturnType<Store['runs']['listEach']>[number]): RunSummary {
  try {
    const run = read();
    return summaryOf(run, store.runs.nodes(run.runId));
  } catch (error) {
    if (!(error instanceof PenstockError) || error.code !== 'record-damaged') throw error;
    return { ...readableRun.parse(raw), metrics: {}, nodeCounts: {}, damaged: onWire(toDiagnostic(error)) };
  }
}

/** Final metrics are those of nodes that gave an evaluation. */
function summaryOf(run: RunRecord, nodes: readonly NodeRunRecord[]): RunSummary {
  const metrics: Record<string, number> = {};
  const nodeCounts: Record<string, number> = {};
  for (const node of nodes) {
    nodeCounts[node.status] = (nodeCounts[node.status] ?? 0) + 1;
    if (Object.values(node.ports).every((port) => port.kind !== 'evaluation')) continue;
    for (const [name, value] of Object.entries(node.metrics)) if (Number.isFinite(value)) metrics[`${node.title} · ${name}`] = value;
  }
  const { runId, pipelineId, pipelinePath, title, status, startedAt, ms } = run;
  return { runId, pipelineId, pipelinePath, title, status, startedAt, ms, metrics, nodeCounts };
}

function detailOf(store: Store, run: RunRecord): RunDetail {
  const nodes = store.runs.nodes(run.runId);
  return {
    ...summaryOf(run, nodes),
    nodes: nodes.map((node) => ({ ...node, metrics: Object.fromEntries(Object.entries(node.metrics).filter(([, value]) => Number.isFinite(value))) })),
    document: parseDocument(store.runs.version(run.versionHash)),
    series: store.runs.series(run.runId),
  };
}
