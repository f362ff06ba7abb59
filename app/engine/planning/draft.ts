import { open, stat } from 'node:fs/promises';
import type { Database, TableStatistics } from '#app/data/index.ts';
import { canonicalJson } from '#app/core/hash.ts';
import { inputsOf } from '#app/relation/index.ts';
import type { Relation, Schema } from '#app/relation/types.ts';
import type { PortValue } from '#app/sdk/ports.ts';
import type { AnalysedNode, Analysis } from '../analysis/analyse.ts';
import { isMissing, PortValueResolver, type RelationBuilding } from '../results/port-values.ts';
import type { ResultCache } from '../results/result-cache.ts';
import { Estimator, type Need } from './estimate.ts';
import { executorNeed } from './executor-memory.ts';
import { exactly, largest, range, times, type Range } from './range.ts';

/** A node as it will be: its tables described, where needed over tables that do not exist yet. */
export interface DraftNode {
  readonly node: AnalysedNode;
  /** `done`: its result is at hand. `open`: it cannot be described before something upstream has run. */
  readonly state: 'done' | 'relation' | 'executor' | 'open';
  /** Table ports. */
  readonly tables: Readonly<Record<string, Relation>>;
  /** What its own work needs, not that of nodes fused into it. */
  readonly needs: readonly Need[];
}

export interface Draft {
  readonly nodes: ReadonlyMap<string, DraftNode>;
  readonly estimator: Estimator;
}

export interface DraftOptions {
  readonly analysis: Analysis;
  readonly cache: ResultCache;
  readonly building: RelationBuilding;
  readonly database: Database;
  readonly statistics: StatisticsMemo;
  readonly resolvePath: (path: string) => string;
  readonly signal: AbortSignal;
}

/** Footers by path, size and time of their files: read once a session. */
export class StatisticsMemo {
  readonly #known = new Map<string, TableStatistics | null>();

  readonly #rows = new Map<string, number>();

  /** Rows of files as last read here, or null. */
  rows(paths: readonly string[]): number | null {
    return this.#rows.get(paths.join('\n')) ?? null;
  }

  async of(paths: readonly string[], database: Database, signal: AbortSignal): Promise<TableStatistics | null> {
    const infos = await Promise.all(paths.map((path) => stat(path).catch(() => null)));
    if (infos.some((info) => info === null)) return null;
    const key = infos.map((info, index) => `${paths[index]}\0${info?.size}\0${info?.mtimeMs}`).join('\n');
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const found = await database.tableStatistics(paths, signal).catch(() => null);
    if (this.#known.size > 2000) this.#known.clear();
    this.#known.set(key, found);
    if (found !== null) this.#rows.set(paths.join('\n'), found.rows);
    return found;
  }
}

/**
 * Describes every node of a document without running any, and estimates their tables. Tables of nodes that have not run stand in by
 * their configured schema, with rows from the size of the file they read, from their last run, or from their inputs.
 */
export async function draftNodes(options: DraftOptions): Promise<Draft> {
  const { analysis, cache, building } = options;
  const resolver = new PortValueResolver(analysis, cache, building);
  const statistics = new Map<Relation, TableStatistics | null>();
  const learned = new Map<Relation, Range>();
  const estimator = new Estimator({ statistics: (scan) => statistics.get(scan) ?? null, learned: (relation) => learned.get(relation) ?? null });
  const nodes = new Map<string, DraftNode>();
  for (const id of analysis.order) {
    const node = analysis.nodes.get(id);
    if (node === undefined || node.node.bypassed === true) continue;
    const entry = cache.find(node);
    const whole = entry !== null && Object.values(entry.ports).every((port) => port.value !== null);
    const isExecutor = node.type?.executor?.run !== undefined;
    if (isExecutor && !whole) {
      const values: Record<string, PortValue> = {};
      const inputs = inputTables(node, nodes);
      for (const [port, meta] of Object.entries(node.configuration.outputs)) {
        if (meta.kind !== 'table' || meta.schema === null) continue;
        const relation = standIn(node, port, meta.schema);
        learned.set(relation, await executorRows(node, port, inputs, estimator, options));
        values[port] = { kind: 'table', relation, schema: meta.schema };
      }
      resolver.set(id, values);
      const need = executorNeed(node.type?.definition.type ?? '', inputs.map((input) => estimator.of(input)));
      nodes.set(id, { node, state: 'executor', tables: tablesOf(values), needs: need === null ? [] : [need] });
      continue;
    }
    const values = node.key === null ? null : await resolver.ports(id).catch(() => null);
    if (values === null || isMissing(values)) {
      nodes.set(id, { node, state: 'open', tables: {}, needs: [] });
      continue;
    }
    const tables = tablesOf(values);
    await readFooters(Object.values(tables), statistics, options);
    for (const [port, relation] of Object.entries(tables)) {
      const rows = entry?.ports[port]?.rows ?? null;
      if (rows !== null) learned.set(relation, exactly(rows));
      else if (!whole) {
        const guess = learnedRows(node, port, relation, nodes, estimator, options);
        if (guess !== null) learned.set(relation, guess);
      }
    }
    const inputs = new Set(inputTables(node, nodes));
    const needs = whole ? [] : addedOperators(Object.values(tables), inputs).flatMap((relation) => estimator.of(relation).needs);
    nodes.set(id, { node, state: whole ? 'done' : 'relation', tables, needs });
  }
  return { nodes, estimator };
}

/** Operators of these relations that are in none of the others: what one node adds to a chain. */
export function addedOperators(relations: readonly Relation[], inputs: ReadonlySet<Relation>): Relation[] {
  const seen = new Set<Relation>();
  const stack = [...relations];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    if (seen.has(at) || inputs.has(at)) continue;
    seen.add(at);
    stack.push(...inputsOf(at));
  }
  return [...seen];
}

function inputTables(node: AnalysedNode, nodes: ReadonlyMap<string, DraftNode>): Relation[] {
  return Object.values(node.inputs)
    .flat()
    .flatMap((source) => nodes.get(source.nodeId)?.tables[source.port] ?? []);
}

function tablesOf(values: Readonly<Record<string, PortValue>>): Record<string, Relation> {
  return Object.fromEntries(Object.entries(values).flatMap(([port, value]) => (value.kind === 'table' ? [[port, value.relation]] : [])));
}

function standIn(node: AnalysedNode, port: string, schema: Schema): Relation {
  return { op: 'scan', source: { kind: 'named', name: `${node.node.id} ${port}` }, schema, label: node.title, origin: { nodeId: node.node.id, port } };
}

async function readFooters(relations: readonly Relation[], statistics: Map<Relation, TableStatistics | null>, options: DraftOptions): Promise<void> {
  const seen = new Set<Relation>();
  const stack = [...relations];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    if (seen.has(at) || statistics.has(at)) continue;
    seen.add(at);
    if (at.op === 'scan' && at.source.kind === 'parquet') statistics.set(at, await options.statistics.of(at.source.paths, options.database, options.signal));
    stack.push(...inputsOf(at));
  }
}

/** What the last run of a node with these params tells: its share of the rows that came in. */
function learnedRows(node: AnalysedNode, port: string, relation: Relation, nodes: ReadonlyMap<string, DraftNode>, estimator: Estimator, { analysis, cache }: DraftOptions): Range | null {
  const latest = cache.latest(analysis.document.id, node.node.id);
  const rows = latest?.ports[port]?.rows ?? null;
  if (latest === null || rows === null || node.parts === null || canonicalJson(latest.parts.params) !== canonicalJson(node.parts.params)) return null;
  const source = Object.values(node.inputs).flat()[0];
  const before = source === undefined ? null : (cache.latest(analysis.document.id, source.nodeId)?.ports[source.port]?.rows ?? null);
  const table = source === undefined ? undefined : nodes.get(source.nodeId)?.tables[source.port];
  if (before === null || table === undefined || before === 0) return range(0, rows, Math.max(rows * 10, estimator.of(relation).rows.high));
  const now = estimator.of(table).rows;
  const ruled = inputsOf(relation).length === 0 ? null : times(now, rows / before);
  return ruled === null ? range(0, rows, rows * 10) : range(ruled.low * 0.5, ruled.likely, ruled.high * 2);
}

async function executorRows(node: AnalysedNode, port: string, inputs: readonly Relation[], estimator: Estimator, options: DraftOptions): Promise<Range> {
  const { analysis, cache } = options;
  const latest = cache.latest(analysis.document.id, node.node.id);
  const rows = latest?.ports[port]?.rows ?? null;
  if (latest !== null && rows !== null && node.parts !== null && canonicalJson(latest.parts.fingerprint) === canonicalJson(node.parts.fingerprint)) {
    // Same file: other params of a reader (types, null words) rarely change how many rows there are.
    if (inputs.length === 0) return range(rows * 0.9, rows, rows * 1.1);
  }
  if (inputs.length > 0) {
    const rowsIn = largest(inputs.map((input) => estimator.of(input).rows));
    return range(0, rowsIn.likely, rowsIn.high * 2);
  }
  const path = filePath(node.params);
  return path === null ? range(0, 10_000, 1e8) : fileRows(options.resolvePath(path));
}

function filePath(params: unknown): string | null {
  const path: unknown = typeof params === 'object' && params !== null && 'path' in params ? params.path : null;
  return typeof path === 'string' && path !== '' ? path : null;
}

const peekBytes = 65_536;

/** Rows of a text file from its size and the lines of its first 64 kB; wide where those cannot be read as lines. */
export async function fileRows(path: string): Promise<Range> {
  try {
    const handle = await open(path, 'r');
    try {
      const { size } = await handle.stat();
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(peekBytes), 0, peekBytes, 0);
      const head = buffer.subarray(0, bytesRead);
      const packed = head[0] === 0x1f && head[1] === 0x8b;
      let lines = 0;
      for (const byte of head) if (byte === 0x0a) lines += 1;
      if (packed || lines === 0) return range(size / 2000, size / 20, size);
      if (bytesRead === size) return range(0, lines, lines + 1);
      const likely = (size / bytesRead) * lines;
      return range(likely * 0.5, likely, likely * 2);
    } finally {
      await handle.close();
    }
  } catch {
    return range(0, 10_000, 1e8);
  }
}
