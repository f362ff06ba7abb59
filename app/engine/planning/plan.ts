import { formatCount } from '#app/core/units.ts';
import { inputsOf } from '#app/relation/index.ts';
import type { Expr, Relation } from '#app/relation/types.ts';
import type { AnalysedNode } from '../analysis/analyse.ts';
import { addedOperators, type Draft } from './draft.ts';
import { widthOf, type Estimator } from './estimate.ts';

/** What becomes of one table of a run. */
export interface PlannedPort {
  readonly nodeId: string;
  readonly port: string;
  /** `streamed`: of a reader, read once by one query; a run that is told to may leave out writing it. */
  readonly decision: 'kept' | 'fused' | 'streamed';
  /** In words, from a small letter on: “kept: …”. */
  readonly why: string;
}

export type RunPlan = ReadonlyMap<string, PlannedPort>;

export const portKey = (nodeId: string, port: string): string => `${nodeId}\0${port}`;

/** Nanoseconds, measured on one core with tables of ten columns; only their proportions matter. */
const cost = { query: 1_500_000, write: 8_000_000, writeCell: 60, readCell: 5, exprNode: 4, hashCell: 25, sortRow: 250, joinRow: 120, groupRow: 80, windowRow: 400, rankedCell: 30, operator: 100_000 } as const;
/** An executor asks several queries of a table: its columns' totals, then its rows. */
const queriesOfExecutor = 3;
/** Searching for the best set looks at no more ports than this; pipelines with more are planned by the first rule alone. */
const mostCandidates = 48;
const mostSteps = 10_000;

interface Port {
  readonly key: string;
  readonly node: AnalysedNode;
  readonly port: string;
  readonly relation: Relation;
  /** Time to compute it from the tables of its inputs. */
  readonly work: number;
  /** Time to write, and to read it once it is written. */
  readonly write: number;
  readonly read: number;
  /** Ports that its relation reads. */
  readonly sources: readonly string[];
  readonly forced: string | null;
  /** Queries that nodes other than relational ones ask. */
  asked: number;
  /** Titles of the nodes that read it, by id. */
  readonly readers: Map<string, string>;
  /** A person sees it, or it is checked, at the end of the run. */
  end: boolean;
  /** Its rows are at hand (or will be when its code has run): nothing to compute for readers. */
  readonly finished: boolean;
  readonly decidable: boolean;
}

export interface PlanQuestion {
  readonly draft: Draft;
  /** Nodes that will do something in this run, upstream first. */
  readonly ids: readonly string[];
  /** Nodes whose result is reused: they ask nothing. */
  readonly reused: ReadonlySet<string>;
  readonly targets: ReadonlySet<string>;
}

/**
 * Decides which tables of relational nodes are written. A table that is not is computed anew by each query that reads it: the cost of
 * a plan is the work of all queries, plus writing and reading what is kept. Starting with the pinned ones, the table that saves most
 * is added as long as one does; then those that no longer pay are taken out again. Chains of cheap steps stay fused; where a
 * branch is dear, it is cut at the place that serves all its readers.
 */
export function planTables({ draft, ids, reused, targets }: PlanQuestion): RunPlan {
  const ports = collect(draft, ids, reused, targets);
  const kept = new Set<string>();
  for (const port of ports.values()) if (port.forced !== null) kept.add(port.key);
  const atMost = queriesOf(ports, new Set());
  const candidates = [...ports.values()].filter((port) => port.forced === null && port.decidable && port.work > 0 && (atMost.get(port.key) ?? 0) > 1);
  let best = costOf(ports, kept);
  if (candidates.length <= mostCandidates && candidates.length * ports.size <= mostSteps) {
    for (;;) {
      let choice: string | null = null;
      for (const { key } of candidates) {
        if (kept.has(key)) continue;
        const total = costOf(ports, new Set([...kept, key]));
        if (total < best) [best, choice] = [total, key];
      }
      if (choice === null) break;
      kept.add(choice);
    }
    for (const { key } of candidates) {
      if (!kept.delete(key)) continue;
      const without = costOf(ports, kept);
      if (without <= best) best = without;
      else kept.add(key);
    }
  } else {
    for (const port of candidates) {
      const queries = port.asked + port.readers.size;
      if (queries > 1 && (queries - 1) * port.work > port.write + queries * port.read) kept.add(port.key);
    }
  }
  const queries = queriesOf(ports, kept);
  const plan = new Map<string, PlannedPort>([...ports.values()].filter((port) => port.decidable).map((port) => [port.key, { nodeId: port.node.node.id, port: port.port, ...reasonOf(port, kept, queries, draft, ports) }]));
  for (const port of ports.values()) if (isStreamable(port, ports, queries, reused, targets)) plan.set(port.key, { nodeId: port.node.node.id, port: port.port, decision: 'streamed', why: `read once, by “${[...port.readers.values()][0] ?? ''}”` });
  return plan;
}

/** A reader's table that exactly one query reads, and no person: the node is not where the run ends, and nothing else of it is wanted. */
function isStreamable(port: Port, ports: ReadonlyMap<string, Port>, queries: ReadonlyMap<string, number>, reused: ReadonlySet<string>, targets: ReadonlySet<string>): boolean {
  const { node } = port;
  const id = node.node.id;
  if (!port.finished || reused.has(id) || targets.has(id) || node.type?.executor?.streams?.ports.includes(port.port) !== true || (node.node.pinned ?? []).length > 0 || node.node.limits !== undefined) return false;
  if ((queries.get(port.key) ?? 0) !== 1) return false;
  return [...ports.values()].every((other) => other === port || other.node.node.id !== id || (queries.get(other.key) ?? 0) === 0);
}

function collect(draft: Draft, ids: readonly string[], reused: ReadonlySet<string>, targets: ReadonlySet<string>): Map<string, Port> {
  const ports = new Map<string, Port>();
  for (const id of ids) {
    const one = draft.nodes.get(id);
    if (one === undefined) continue;
    const { node } = one;
    const sources = Object.values(node.inputs).flat();
    if (node.type?.executor?.run !== undefined && !reused.has(id)) {
      for (const source of sources) {
        const port = ports.get(portKey(source.nodeId, source.port));
        if (port === undefined) continue;
        port.asked += node.type.executor.readsOnce === true ? 1 : queriesOfExecutor;
        port.readers.set(id, node.title);
      }
    }
    const readsPorts = sources.map((source) => portKey(source.nodeId, source.port));
    const inputs = new Set(sources.flatMap((source) => draft.nodes.get(source.nodeId)?.tables[source.port] ?? []));
    for (const [port, relation] of Object.entries(one.tables)) {
      const { estimator } = draft;
      const estimate = estimator.of(relation);
      const cells = estimate.rows.likely * Math.max(1, estimate.columns.size);
      const meta = node.configuration.outputs[port];
      const isOpen = meta?.kind === 'table' && meta.schema === null;
      const finished = one.state !== 'relation';
      // A table that was fused before is read as it is: its node does not run.
      const decidable = !finished && !reused.has(id);
      const key = portKey(id, port);
      const work = one.state === 'relation' ? addedOperators([relation], inputs).reduce((sum, operator) => sum + cost.operator + workOf(operator, estimator), 0) : 0;
      ports.set(key, {
        key,
        node,
        port,
        relation,
        work,
        write: cost.write + cells * cost.writeCell,
        read: cells * cost.readCell,
        sources: finished ? [] : readsPorts,
        forced: !decidable ? null : node.node.pinned?.includes(port) === true ? 'it is pinned' : node.node.limits !== undefined ? 'it has limits of its own' : isOpen ? 'its columns depend on its values' : null,
        asked: 0,
        readers: new Map(),
        end: false,
        finished,
        decidable,
      });
      for (const source of new Set(finished ? [] : readsPorts)) ports.get(source)?.readers.set(id, node.title);
    }
  }
  const read = new Set([...ports.values()].flatMap((port) => port.sources));
  for (const port of ports.values()) {
    if (!port.decidable) continue;
    if (targets.has(port.node.node.id) || (port.asked === 0 && !read.has(port.key))) port.end = true;
  }
  return ports;
}

/** How many queries compute each port: those asked of it, and those of every fused table that reads it. */
function queriesOf(ports: ReadonlyMap<string, Port>, kept: ReadonlySet<string>): Map<string, number> {
  const queries = new Map<string, number>();
  for (const port of [...ports.values()].toReversed()) {
    const own = (queries.get(port.key) ?? 0) + port.asked + (port.end ? 1 : 0);
    queries.set(port.key, own);
    const computed = kept.has(port.key) ? 1 : own;
    for (const source of port.sources) queries.set(source, (queries.get(source) ?? 0) + computed);
  }
  return queries;
}

function costOf(ports: ReadonlyMap<string, Port>, kept: ReadonlySet<string>): number {
  let total = 0;
  for (const [key, queries] of queriesOf(ports, kept)) {
    const port = ports.get(key);
    if (port === undefined) continue;
    if (port.finished) total += queries * port.read;
    else if (kept.has(key)) total += port.work + port.write + cost.query + queries * port.read;
    else total += queries * port.work;
  }
  return total;
}

/** Time of one operator, ns. */
export function workOf(relation: Relation, estimator: Estimator): number {
  const out = estimator.of(relation);
  const inputs = inputsOf(relation).map((input) => estimator.of(input));
  const rowsIn = inputs.reduce((sum, input) => sum + input.rows.likely, 0);
  const wide = Math.max(1, widthOf(inputs[0]?.columns ?? out.columns) / 80);
  switch (relation.op) {
    case 'scan':
      return out.rows.likely * out.columns.size * cost.readCell;
    case 'project':
      return rowsIn * exprCost(relation.columns.map(({ expr }) => expr));
    case 'filter':
      return rowsIn * exprCost([relation.predicate]);
    case 'sample':
      // The portable hash goes over every cell of the row.
      return rowsIn * (inputs[0]?.columns.size ?? 1) * cost.hashCell;
    case 'limit':
      return 0;
    case 'union':
      return rowsIn;
    case 'sort':
      return rowsIn * (cost.sortRow + cost.rankedCell * (inputs[0]?.columns.size ?? 1));
    case 'window':
      return rowsIn * (cost.windowRow + cost.rankedCell * (inputs[0]?.columns.size ?? 1) + exprCost(relation.columns.flatMap((column) => [...column.partitionBy, ...column.orderBy.map((key) => key.expr)])));
    case 'aggregate':
      return rowsIn * (cost.groupRow + exprCost([...relation.keys.map(({ expr }) => expr), ...relation.measures.flatMap(({ arg }) => arg ?? [])]));
    case 'distinct':
      return rowsIn * (inputs[0]?.columns.size ?? 1) * cost.rankedCell;
    case 'join':
      return relation.kind === 'cross' ? out.rows.likely * 10 : rowsIn * cost.joinRow * wide + out.rows.likely * out.columns.size;
    default:
      return rowsIn * cost.windowRow + out.rows.likely * out.columns.size;
  }
}

/** Per row: a step for each operator of the trees; hashes and patterns cost many. */
function exprCost(expressions: readonly Expr[]): number {
  let total = 0;
  const stack = [...expressions];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    switch (at.op) {
      case 'call':
        total += at.fn === 'hash_fraction' ? cost.hashCell * at.args.length : at.fn.startsWith('regexp') ? 40 * cost.exprNode : cost.exprNode;
        stack.push(...at.args);
        break;
      case 'case':
        total += cost.exprNode;
        for (const branch of at.branches) stack.push(branch.when, branch.then);
        if (at.else) stack.push(at.else);
        break;
      case 'cast':
        total += cost.exprNode * 3;
        stack.push(at.arg);
        break;
      default:
        total += 0.5;
    }
  }
  return total;
}

const dearest: Readonly<Partial<Record<Relation['op'], string>>> = { join: 'a join', asof: 'a join by time', sort: 'a sort', aggregate: 'groups', distinct: 'a search for duplicates', window: 'window functions', pivot: 'a pivot', sql: 'SQL', set: 'a comparison of tables', sample: 'a hash of every row' };

function reasonOf(port: Port, kept: ReadonlySet<string>, queries: ReadonlyMap<string, number>, draft: Draft, ports: ReadonlyMap<string, Port>): Pick<PlannedPort, 'decision' | 'why'> {
  const readers = [...port.readers.values()];
  if (kept.has(port.key)) {
    if (port.forced !== null) return { decision: 'kept', why: `kept: ${port.forced}` };
    const held = holds(port, kept, draft, ports);
    const asks = queries.get(port.key) ?? 0;
    const read = readers.length > 1 ? `read by ${readers.length} nodes` : readers.length === 1 ? `read ${asks} times by “${readers[0]}”` : `read ${asks} times`;
    return { decision: 'kept', why: `kept: ${read}${held === null ? '' : ` and holds ${held}`}` };
  }
  if (port.relation.op === 'scan') return { decision: 'fused', why: 'not copied: it is read where it lies' };
  if (readers.length === 0) return { decision: 'fused', why: 'not kept: nothing reads it, its rows are only checked' };
  const into = readers.length > 3 ? `${readers.length} nodes` : readers.map((title) => `“${title}”`).join(', ');
  const rows = draft.estimator.of(port.relation).rows;
  const why = (queries.get(port.key) ?? 0) > 1 ? `: computing it again is cheaper than writing ${rows.low === rows.high ? '' : 'about '}${formatCount(rows.likely)} rows` : '';
  return { decision: 'fused', why: `fused into ${into}${why}` };
}

/** The dearest operator in the fused chain above the last written table. */
function holds(port: Port, kept: ReadonlySet<string>, draft: Draft, ports: ReadonlyMap<string, Port>): string | null {
  const stops = new Set([...ports.values()].filter((other) => other.key !== port.key && (other.finished || kept.has(other.key))).map((other) => other.relation));
  let best: { words: string; work: number } | null = null;
  for (const operator of addedOperators([port.relation], stops)) {
    const words = dearest[operator.op];
    const work = workOf(operator, draft.estimator);
    if (words !== undefined && (best === null || work > best.work)) best = { words, work };
  }
  return best?.words ?? null;
}
