import { toDiagnostic, type Diagnostic } from '#app/core/errors.ts';
import type { Database, ProfiledOperator } from '#app/data/index.ts';
import type { Expr, Relation, Schema } from '#app/relation/types.ts';
import { seedOf } from '#app/pipeline/cache-key.ts';
import type { AlarmServices, ReferenceServices } from '#app/sdk/monitoring.ts';
import type { FeatureServices } from '#app/sdk/features.ts';
import type { ModelServices, ProbeContext, RunContext } from '#app/sdk/node.ts';
import type { PlannedPort } from '../planning/plan.ts';
import type { PortValue, TableValue } from '#app/sdk/ports.ts';
import type { AnalysedNode } from '../analysis/analyse.ts';
import { isMissing, notRun, type PortValueResolver } from '../results/port-values.ts';
import type { StoredPort } from '../results/result-cache.ts';
import { isHeavy } from '../results/value-codec.ts';
import type { ArtifactFiles } from '../services/artifact-files.ts';
import type { NodeWork } from '../serving/batch-node.ts';
import type { Checkpoints } from '../services/checkpoints.ts';
import type { ModelOrigin } from '../services/models.ts';
import { artifactServices, fileServices, tableServices, type WrittenTables } from '../services/node-services.ts';
import type { OutsideDatabases } from '../services/databases.ts';
import { PenstockError } from '#app/core/errors.ts';
import type { ScriptServices } from '#app/sdk/scripts.ts';
import { scriptServices } from '../services/scripts.ts';
import type { Company } from './company.ts';
import { asAskedOnce } from './asked-once.ts';
import { givesReports, relationReports } from './relation-reports.ts';
import type { Slots } from './slots.ts';
import { checkTable } from './table-check.ts';

/** What a node run needs of the engine. */
export interface NodeEnvironment {
  readonly database: Database;
  readonly artifacts: ArtifactFiles;
  readonly written: WrittenTables;
  readonly slots: Slots;
  readonly outside: OutsideDatabases;
  readonly checkpoints: Checkpoints;
  resolvePath(path: string): string;
  /** For questions about outside state before a node runs. */
  probes(signal: AbortSignal): ProbeContext;
  models(origin: ModelOrigin, work: NodeWork): ModelServices;
  /** What monitoring nodes keep and raise. */
  alarms(origin: ModelOrigin): AlarmServices;
  references(signal: AbortSignal): ReferenceServices;
  /** An expression of a param. */
  parse(text: string, schema: Schema, param: readonly (string | number)[]): Promise<Expr>;
  /** A metric of a node in the last successful runs of a pipeline, newest first. */
  earlier(pipelineId: string, nodeId: string, metric: string, limit: number): readonly number[];
  features(origin: ModelOrigin): FeatureServices;
  /** Whether people's JavaScript and Python run here; default: yes. */
  readonly scripts?: boolean;
  /** What one node may take, as the project limits it now; null: no limit. */
  nodeLimits(): { readonly seconds: number | null; readonly megabytes: number | null };
  readonly company: Company;
  /** A database of one node, with a limit of memory in bytes. */
  openDatabase(memory: number): Promise<{ readonly database: Database; close(): Promise<void> }>;
  /** Logs the stack of an error that nobody foresaw. */
  noteUnexpected(error: unknown): void;
}

/** What a node tells while it runs. */
export interface NodeReports {
  progress(fraction: number | null, message?: string): void;
  metric(name: string, value: number, step?: number): void;
  log(level: 'info' | 'warning', message: string): void;
  report(diagnostic: Diagnostic): void;
  /** A query over a table failed; the fault may lie in a node upstream that was fused into it. */
  queryFailed(error: unknown): void;
  /** How a query over a table ran. */
  profiled?(relation: Relation, root: ProfiledOperator): void;
  /** A query reads `made` where the pipeline has `original`: it has the same rows. */
  replaced?(made: Relation, original: Relation): void;
}

export interface NodeOutcome {
  /** Cancelled, with what there was so far. */
  readonly isPartial?: boolean;
  readonly values: Readonly<Record<string, PortValue>>;
  readonly ports: Readonly<Record<string, StoredPort>>;
}

/** Who uses an output in this run. */
export interface PortUse {
  readonly consumers: number;
  /** Some consumer runs code of its own over the table, with several queries. */
  readonly consumedByExecutor: boolean;
  readonly pinned: boolean;
  /** The run was asked to end here, or nothing comes after. */
  readonly end: boolean;
  /** What was planned for it before the run; absent where that could not be told yet. */
  readonly planned?: PlannedPort | undefined;
}

const refuseScript = (): Promise<never> =>
  Promise.reject(new PenstockError('scripts-off', 'Scripts do not run on this server: they could do whatever the server may.', { remedy: 'Use transform nodes, or ask whoever runs the server to allow scripts (--allow-scripts).' }));
const noScripts: ScriptServices = { javascript: refuseScript, python: refuseScript };

const nothingStreamed: ReadonlySet<string> = new Set();

/** Runs a node that is not a relation. `streamed`: outputs that need not be written. */
export async function runExecutor(
  node: AnalysedNode,
  resolver: PortValueResolver,
  environment: NodeEnvironment,
  reports: NodeReports,
  origin: { readonly runId: string | null },
  signal: AbortSignal,
  streamed: ReadonlySet<string> = nothingStreamed,
): Promise<NodeOutcome> {
  const executor = node.type?.executor;
  if (executor?.run === undefined || node.key === null) throw notRun(node);
  const found = await resolver.inputs(node);
  if (isMissing(found)) throw notRun(found.missing);
  const inputs = Object.fromEntries(Object.entries(found).map(([port, values]) => [port, values.map((value) => asAskedOnce(value, (made, original) => reports.replaced?.(made, original)))]));
  const nodeId = node.node.id;
  const { database, artifacts, written } = environment;
  const work: NodeWork = {
    tables: tableServices({ database, artifacts, written, signal, queryFailed: (_, error) => reports.queryFailed(error), ...(reports.profiled === undefined ? {} : { profiled: reports.profiled }) }),
    parts: () => environment.checkpoints.partsOf(node.key),
    progress: reports.progress,
  };
  const context: RunContext<unknown> = {
    nodeId,
    inputs,
    params: node.params,
    facts: node.configuration.facts,
    seed: seedOf(node.node.type),
    signal,
    streamed,
    progress: reports.progress,
    metric: reports.metric,
    log: reports.log,
    report: (diagnostic) => reports.report({ ...diagnostic, place: { nodeId, ...diagnostic.place } }),
    tables: tableServices({
      database,
      artifacts,
      written,
      signal,
      progress: (fraction) => reports.progress(fraction),
      queryFailed: (_, error) => reports.queryFailed(error),
      ...(reports.profiled === undefined ? {} : { profiled: reports.profiled }),
    }),
    partialTables: tableServices({ database, artifacts, written, signal: new AbortController().signal, progress: () => undefined, queryFailed: () => undefined }),
    artifacts: artifactServices(artifacts),
    files: fileServices(database),
    databases: environment.outside.services(signal),
    scripts: environment.scripts === false ? noScripts : scriptServices({ database, artifacts, written, signal, seed: seedOf(node.node.type), title: node.title, megabytes: node.node.limits?.megabytes, log: reports.log }),
    models: environment.models({ runId: origin.runId, nodeId, resolver, signal }, work),
    registry: environment.probes(signal).registry,
    alarms: environment.alarms({ runId: origin.runId, nodeId, resolver, signal }),
    references: environment.references(signal),
    expressions: { parse: (text, schema, param) => environment.parse(text, schema, param) },
    earlier: (metric, limit) => environment.earlier(resolver.analysis.document.id, nodeId, metric, limit),
    features: environment.features({ runId: origin.runId, nodeId, resolver, signal }),
    checkpoint: environment.checkpoints.of(node.key),
    resolvePath: (path) => environment.resolvePath(path),
  };
  const given = await executor.run(context);
  const isPartial = signal.aborted && executor.keepsPartial === true;
  if (!isPartial) {
    signal.throwIfAborted();
    await environment.checkpoints.remove(node.key);
  }
  const values = Object.fromEntries(Object.entries(given).map(([port, value]): [string, PortValue] => [port, withOrigin(value, nodeId, port)]));
  const ports: Record<string, StoredPort> = {};
  for (const [port, value] of Object.entries(values)) {
    const size = value.kind === 'table' ? sizeOf(value, written) : null;
    ports[port] = { kind: value.kind, value, rows: size?.rows ?? null, bytes: size?.bytes ?? null };
  }
  return { values, ports, ...(isPartial ? { isPartial } : {}) };
}

/**
 * Runs a relational node, which mostly means to describe its tables and leave the computing to whoever reads them.
 *
 * Which tables are written was planned before the run (planning/plan.ts). Where a table could not be described then, because its
 * columns depend on what ran first, the rule is: it is written when the user pinned it, or when computing it again would cost
 * (there is a sort, join, aggregate … in the chain) and it is read more than once. All other tables stay fused. A table at the end of the run is computed once without being
 * kept, so that a fault in its expressions shows, and its rows are known.
 */
export async function runRelation(
  node: AnalysedNode,
  resolver: PortValueResolver,
  environment: NodeEnvironment,
  use: (port: string) => PortUse,
  reports: NodeReports,
  signal: AbortSignal,
): Promise<NodeOutcome> {
  const built = await resolver.build(node);
  const { database, artifacts, written, slots } = environment;
  const values: Record<string, PortValue> = {};
  const ports: Record<string, StoredPort> = {};
  const tables = tableServices({ database, artifacts, written, signal, progress: (fraction) => reports.progress(fraction), queryFailed: (_, error) => reports.queryFailed(error), ...(reports.profiled === undefined ? {} : { profiled: reports.profiled }) });
  for (const [port, value] of Object.entries(built)) {
    const { consumers, consumedByExecutor, pinned, end, planned } = use(port);
    if (value.kind !== 'table') continue;
    // Columns that depend on values are known to the nodes behind only once they are kept.
    const open = node.configuration.outputs[port]?.kind === 'table' && node.configuration.outputs[port].schema === null;
    // A limit holds where the work is done: fused, it would be done by another node.
    const isWorthKeeping = node.node.limits !== undefined || (planned === undefined ? (consumers > 1 || consumedByExecutor) && isHeavy(value.relation) : planned.decision === 'kept');
    if (pinned || open || isWorthKeeping) {
      const table = withOrigin(await slots.use(() => tables.materialise(value.relation, node.title)), node.node.id, port);
      const size = table.kind === 'table' ? sizeOf(table, written) : null;
      values[port] = table;
      ports[port] = { kind: 'table', value: table, rows: size?.rows ?? null, bytes: size?.bytes ?? null };
      continue;
    }
    values[port] = value;
    let rows = sizeOf(value, written)?.rows ?? null;
    if (end && rows === null) {
      try {
        rows = await slots.use(() => checkTable(database, value.relation, value.schema, signal, reports.profiled));
      } catch (error) {
        reports.queryFailed(error);
        throw error;
      }
    }
    ports[port] = { kind: 'table', value: null, rows, bytes: null };
  }
  if (givesReports(node) && Object.keys(built).some((port) => use(port).end)) {
    const made = await slots.use(() => relationReports(node, { resolver, database, signal, report: reports.report }));
    Object.assign(values, made.values);
    Object.assign(ports, made.ports);
  }
  signal.throwIfAborted();
  return { values, ports };
}

/** Rows and bytes where they are known without asking: tables that were written in this session. */
export function sizeOf(value: TableValue, written: WrittenTables): { rows: number; bytes: number } | null {
  const { relation } = value;
  if (relation.op !== 'scan' || relation.source.kind !== 'parquet' || relation.source.paths.length !== 1) return null;
  return written.get(relation.source.paths[0] ?? '') ?? null;
}

/** Names the node a stored table came from, for lineage. */
function withOrigin(value: PortValue, nodeId: string, port: string): PortValue {
  if (value.kind !== 'table' || value.relation.op !== 'scan' || value.relation.origin !== undefined) return value;
  return { ...value, relation: { ...value.relation, origin: { nodeId, port } } };
}

/** A node's failure for the person: its diagnostics, narrowed to the node. */
export function failureOf(nodeId: string, error: unknown): Diagnostic {
  return toDiagnostic(error, { nodeId });
}
