import { PenstockError } from '#app/core/errors.ts';
import { catalogueNames } from '#app/pipeline/diff-words.ts';
import { diffRuns, type ColumnStatistics, type NodeFacts, type PortFacts, type RunDiff, type RunFacts } from '#app/pipeline/run-diff.ts';
import type { NodeRun, RunDetail } from '#app/protocol/schema.ts';
import type { Column } from '#app/relation/types.ts';
import type { Engine } from '../engine.ts';
import { decodeValue } from '../results/value-codec.ts';

/** Tables whose contents are compared, in the order of the pipeline: after the first few the rest follows from them. */
const mostTables = 8;

/** How run `after` differs from run `before`. @throws PenstockError `unknown-run`. */
export async function compareRuns(engine: Engine, before: string, after: string, signal?: AbortSignal): Promise<RunDiff> {
  const [a, b] = [detailOf(engine, before), detailOf(engine, after)];
  const keys = new Map(a.nodes.map((node) => [node.nodeId, node.cacheKey]));
  const looked = b.nodes
    .filter((node) => node.cacheKey !== null && keys.has(node.nodeId) && keys.get(node.nodeId) !== node.cacheKey && [a, b].every((run) => isOnDisk(engine, run, node.nodeId)))
    .slice(0, mostTables);
  const ids = new Set(looked.map(({ nodeId }) => nodeId));
  return diffRuns(await factsOf(engine, a, ids, signal), await factsOf(engine, b, ids, signal), catalogueNames(engine.catalogue));
}

function detailOf(engine: Engine, runId: string): RunDetail {
  const detail = engine.store.records.get(runId);
  if (detail !== null) return detail;
  throw new PenstockError('unknown-run', `There is no run “${runId}” in this project.`, { remedy: 'Look at the list of runs.' });
}

function isOnDisk(engine: Engine, run: RunDetail, nodeId: string): boolean {
  const key = run.nodes.find((node) => node.nodeId === nodeId)?.cacheKey;
  return key != null && Object.values(engine.cache.get(key)?.ports ?? {}).some(({ kind, value }) => kind === 'table' && value !== null);
}

async function factsOf(engine: Engine, run: RunDetail, looked: ReadonlySet<string>, signal?: AbortSignal): Promise<RunFacts> {
  // Schemas follow from the document; files that changed since may say otherwise, so a table on disk is asked first.
  const analysis = await engine.analyse(run.document, signal).catch(() => null);
  const nodes: NodeFacts[] = [];
  for (const node of run.nodes) {
    const entry = node.cacheKey === null ? null : engine.cache.get(node.cacheKey);
    const promised = analysis?.configurations[node.nodeId]?.outputs ?? {};
    const ports: Record<string, PortFacts> = {};
    for (const [port, { kind, rows }] of Object.entries(node.ports)) {
      const meta = promised[port];
      const schema: readonly Column[] | undefined = meta?.kind === 'table' ? (meta.schema ?? undefined) : undefined;
      ports[port] = { kind, rows, ...(schema === undefined ? {} : { schema }), ...(looked.has(node.nodeId) ? await tableFacts(engine, node, port, signal) : {}) };
    }
    nodes.push({ nodeId: node.nodeId, status: node.status, cacheKey: node.cacheKey, metrics: node.metrics, ports, ...(entry === null ? {} : { fingerprint: entry.parts.fingerprint as Record<string, string> }) });
  }
  return { document: analysis?.document ?? run.document, metrics: run.metrics, nodes };
}

async function tableFacts(engine: Engine, node: NodeRun, port: string, signal?: AbortSignal): Promise<{ schema?: readonly Column[]; statistics?: ColumnStatistics[] }> {
  const stored = node.cacheKey === null ? null : engine.cache.get(node.cacheKey)?.ports[port];
  if (stored?.value == null || stored.kind !== 'table') return {};
  const value = decodeValue(stored.value, engine.store.artifacts);
  if (value.kind !== 'table') return {};
  try {
    const { columns } = await engine.database.profile(value.relation, signal);
    return { schema: value.schema, statistics: columns.map(({ name, missing, distinct, mean, min, max }) => ({ name, missing, distinct, mean, min, max })) };
  } catch (error) {
    if (signal?.aborted === true) throw error;
    // A file behind it is gone: the rest of the comparison stands without it.
    return {};
  }
}
