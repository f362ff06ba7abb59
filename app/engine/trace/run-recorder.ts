import { stat } from 'node:fs/promises';
import { stableHash } from '#app/core/hash.ts';
import { toDuckDb } from '#app/relation/emitters/duckdb/index.ts';
import type { ColumnLineage } from '#app/relation/types.ts';
import type { RunStatus } from '#app/protocol/schema.ts';
import type { DatasetVersionRecord } from '#app/store/index.ts';
import type { AnalysedNode } from '../analysis/analyse.ts';
import type { ProjectStore } from '../project/project-store.ts';
import { portLineage } from '../results/lineage.ts';
import { isMissing, type PortValueResolver } from '../results/port-values.ts';
import type { PreviousPorts } from '../run/run-options.ts';
import { datasetUses, isWriter, modelUsed, type DatasetPlaces, type DatasetUse } from './dataset-uses.ts';
import { hashUnchanged } from './file-hash.ts';

export interface StartedRun {
  readonly runId: string;
  readonly resolver: PortValueResolver;
  /** Ids of the nodes that the run is of. */
  readonly plan: readonly string[];
  /** Rows and bytes of what has a result so far. */
  readonly ports: () => PreviousPorts;
}

/** A table of a run whose columns lead back to those of the datasets. */
export interface TracedTable {
  readonly nodeId: string;
  /** `features` of a node that gives a model, `written` of a writer. */
  readonly what: 'features' | 'written';
  readonly columns: readonly ColumnLineage[];
  /** The query that makes it, in DuckDB's SQL. */
  readonly sql: string | null;
}

export interface RecordedRun {
  readonly runId: string;
  readonly versions: readonly DatasetVersionRecord[];
  readonly tables: readonly TracedTable[];
  /** Registered models that nodes with a result named. */
  readonly models: readonly { readonly nodeId: string; readonly name: string; readonly version: number }[];
}

export interface RunRecorderOptions extends DatasetPlaces {
  readonly store: Pick<ProjectStore, 'trace' | 'lineage' | 'readOnly'>;
  /** Aborts when the project closes: what is not yet hashed stays without a hash. */
  readonly closing: AbortSignal;
  readonly noteUnexpected: (error: unknown) => void;
}

/** Tables led back per run; more than a person looks at. */
const mostTables = 60;
/** Longer queries are not kept: they hold tables that somebody typed in. */
const longestSql = 64 * 1024;

/** Notes for every run which state of which data it read and wrote, and where the columns of what it made come from. Never fails a run. */
export class RunRecorder {
  readonly #options: RunRecorderOptions;
  readonly #started = new Map<string, { readonly run: StartedRun; readonly uses: readonly DatasetUse[] }>();

  constructor(options: RunRecorderOptions) {
    this.#options = options;
  }

  started(run: StartedRun): void {
    try {
      this.#started.set(run.runId, { run, uses: datasetUses(run.resolver.analysis, run.plan, this.#options) });
    } catch (error) {
      this.#options.noteUnexpected(error);
    }
  }

  /** What is known when the run begins: kept even if the process is killed. */
  async noted(runId: string): Promise<RecordedRun | null> {
    const known = this.#started.get(runId);
    if (known === undefined) return null;
    const versions = known.uses.filter(({ direction }) => direction === 'read').map((use) => this.#version(runId, use, this.#knownHash(use), null));
    this.#save(runId, versions);
    return { runId, versions, tables: [], models: [] };
  }

  /** What is known when it has ended. */
  async ended(runId: string, status: RunStatus): Promise<RecordedRun | null> {
    const known = this.#started.get(runId);
    this.#started.delete(runId);
    if (known === undefined) return null;
    const ports = known.run.ports();
    const versions: DatasetVersionRecord[] = [];
    for (const use of known.uses) {
      if (use.direction === 'read') {
        const rows = use.port === null ? null : (ports.get(use.nodeId)?.[use.port]?.rows ?? null);
        versions.push(this.#version(runId, use, this.#knownHash(use) ?? (await this.#hash(use)), rows));
      } else if (ports.has(use.nodeId)) versions.push(await this.#written(runId, use, known.run, ports));
    }
    this.#save(runId, versions);
    const tables = status === 'succeeded' || status === 'failed' ? await this.#tables(known.run, ports) : [];
    const models = known.run.plan.flatMap((nodeId) => {
      const node = known.run.resolver.analysis.nodes.get(nodeId);
      const used = node === undefined || !ports.has(nodeId) ? null : modelUsed(node);
      return used === null ? [] : [{ nodeId, ...used }];
    });
    return { runId, versions, tables, models };
  }

  #save(runId: string, versions: readonly DatasetVersionRecord[]): void {
    const { store, noteUnexpected } = this.#options;
    try {
      if (!store.readOnly) store.trace.saveVersions(runId, versions);
    } catch (error) {
      noteUnexpected(error);
    }
  }

  #knownHash({ path, bytes, modifiedAt }: DatasetUse): string | null {
    return path === null || bytes === null || modifiedAt === null ? null : this.#options.store.trace.knownHash(path, bytes, modifiedAt);
  }

  async #hash({ path, bytes, modifiedAt }: DatasetUse): Promise<string | null> {
    return path === null || bytes === null || modifiedAt === null ? null : hashUnchanged(path, { bytes, modifiedAt }, this.#options.closing);
  }

  async #written(runId: string, use: DatasetUse, run: StartedRun, ports: PreviousPorts): Promise<DatasetVersionRecord> {
    const source = use.port === null ? undefined : run.resolver.analysis.nodes.get(use.nodeId)?.inputs[use.port]?.[0];
    const rows = source === undefined ? null : (ports.get(source.nodeId)?.[source.port]?.rows ?? null);
    const info = use.path === null ? null : await stat(use.path).catch(() => null);
    if (info === null || !info.isFile()) return this.#version(runId, use, null, rows);
    const seen = { ...use, bytes: info.size, modifiedAt: info.mtimeMs, state: stableHash([info.size, info.mtimeMs]) };
    return this.#version(runId, seen, await this.#hash(seen), rows);
  }

  #version(runId: string, use: DatasetUse, sha256: string | null, rows: number | null): DatasetVersionRecord {
    const { nodeId, direction, dataset, title, path, bytes, modifiedAt, columns, fingerprint, state } = use;
    return { runId, nodeId, direction, dataset, title, version: sha256 ?? state, path, bytes, modifiedAt, sha256, rows, columns, fingerprint };
  }

  /** The training table of every model and every table written, led back to the datasets. */
  async #tables(run: StartedRun, ports: PreviousPorts): Promise<TracedTable[]> {
    const { store, noteUnexpected } = this.#options;
    const tables: TracedTable[] = [];
    for (const id of run.plan) {
      const node = run.resolver.analysis.nodes.get(id);
      const what = node === undefined || !ports.has(id) ? null : purpose(node);
      const source = node?.inputs['table']?.[0];
      if (what === null || source === undefined || tables.length >= mostTables) continue;
      try {
        const wanted = what === 'features' ? await featuresOf(run.resolver, id) : null;
        const columns = (await portLineage(run.resolver, source.nodeId, source.port)).filter(({ column }) => wanted === null || wanted.has(column));
        tables.push({ nodeId: id, what, columns, sql: await sqlOf(run.resolver, source) });
        if (!store.readOnly) store.lineage.saveLineage(run.runId, { nodeId: id, port: what, columns });
      } catch (error) {
        noteUnexpected(error);
      }
    }
    return tables;
  }
}

function purpose(node: AnalysedNode): TracedTable['what'] | null {
  const definition = node.type?.definition;
  if (definition === undefined) return null;
  if (definition.outputs.some(({ kind }) => kind === 'model')) return 'features';
  return isWriter(node) ? 'written' : null;
}

/** Columns that a node's model was made of; null where it gives none. */
async function featuresOf(resolver: PortValueResolver, nodeId: string): Promise<ReadonlySet<string> | null> {
  const ports = await resolver.ports(nodeId);
  if (isMissing(ports)) return null;
  const model = Object.values(ports).find(({ kind }) => kind === 'model');
  return model?.kind === 'model' ? new Set([...model.signature.inputs.map(({ name }) => name), model.signature.target.name]) : null;
}

async function sqlOf(resolver: PortValueResolver, { nodeId, port }: { readonly nodeId: string; readonly port: string }): Promise<string | null> {
  const ports = await resolver.ports(nodeId);
  const value = isMissing(ports) ? undefined : ports[port];
  if (value?.kind !== 'table') return null;
  const sql = toDuckDb(value.relation);
  return sql.length > longestSql ? null : sql;
}
