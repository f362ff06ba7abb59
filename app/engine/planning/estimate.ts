import type { ColumnStatistics, TableStatistics } from '#app/data/index.ts';
import { inputsOf, schemaOf } from '#app/relation/index.ts';
import type { ColumnType, Expr, Measure, Relation, Schema } from '#app/relation/types.ts';
import { atMost, exactly, largest, minus, plus, product, range, times, total, within, type Range } from './range.ts';
import { selectivity } from './selectivity.ts';

/** What is thought of a column before anything runs. */
export interface ColumnEstimate {
  /** Bytes of a value in memory. */
  readonly width: number;
  /** Different values, likely; null where nothing is known. */
  readonly distinct: number | null;
  /** As in statistics: numbers, or ms since 1970. */
  readonly min: number | null;
  readonly max: number | null;
  /** Share of missing values; null where not known. */
  readonly missing: number | null;
}

/** Memory that an operator holds while it works. */
export interface Need {
  /** For people: “the sort”. */
  readonly what: string;
  readonly bytes: Range;
  /** Whether DuckDB moves it to the disk where memory ends. */
  readonly spills: boolean;
}

export interface Estimate {
  readonly rows: Range;
  readonly columns: ReadonlyMap<string, ColumnEstimate>;
  /** Of this relation's own operator; those below have theirs. */
  readonly needs: readonly Need[];
}

export interface EstimateSources {
  /** Statistics of a scan's files; null where there are none (yet). */
  statistics(scan: Relation & { op: 'scan' }): TableStatistics | null;
  /** Rows that are known better than by rule: a finished result, or the last run of the same node. */
  learned?(relation: Relation): Range | null;
}

const fixedWidth: Readonly<Record<ColumnType, number>> = { boolean: 1, integer: 8, float: 8, date: 4, time: 8, timestamp: 8, string: 24, binary: 64 };
/** Rows of a table of which nothing is known: between nothing and very many. */
const unknownRows = range(0, 100_000, 1e9);
/** Bytes that DuckDB adds to each row it holds (pointers, hashes, validity). */
const rowOverhead = 16;

/**
 * Rows, widths and memory of relations, from statistics of files and rules for each operator. Ranges, because rules are rough; never
 * negative, never NaN, and more input rows never give fewer output rows. Nothing is queried.
 */
export class Estimator {
  readonly #sources: EstimateSources;
  readonly #known = new Map<Relation, Estimate>();

  constructor(sources: EstimateSources) {
    this.#sources = sources;
  }

  of(relation: Relation): Estimate {
    const known = this.#known.get(relation);
    if (known !== undefined) return known;
    const ruled = this.#rule(relation);
    const learned = this.#sources.learned?.(relation) ?? null;
    const estimate = learned === null ? ruled : { ...ruled, rows: learned };
    this.#known.set(relation, estimate);
    return estimate;
  }

  /** Bytes of the whole table in memory. */
  bytes(relation: Relation): Range {
    const { rows, columns } = this.of(relation);
    return times(rows, widthOf(columns));
  }

  /** What the operators of a relation need at once: the largest two, at most all of them. */
  memory(relation: Relation): { readonly bytes: Range; readonly needs: readonly Need[] } {
    const needs: Need[] = [];
    const seen = new Set<Relation>();
    const stack = [relation];
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      if (seen.has(at)) continue;
      seen.add(at);
      needs.push(...this.of(at).needs);
      stack.push(...inputsOf(at));
    }
    const likely = needs.map((need) => need.bytes.likely).toSorted((a, b) => b - a);
    const bytes = range(largest(needs.map((need) => need.bytes)).low, (likely[0] ?? 0) + (likely[1] ?? 0), total(needs.map((need) => need.bytes)).high);
    return { bytes, needs };
  }

  #rule(relation: Relation): Estimate {
    switch (relation.op) {
      case 'scan':
        return this.#scan(relation);
      case 'project': {
        const input = this.of(relation.input);
        const columns = new Map(relation.columns.map(({ name, expr }) => [name, derived(expr, input, () => typeIn(relation, name))]));
        return { rows: input.rows, columns, needs: [] };
      }
      case 'filter': {
        const input = this.of(relation.input);
        const share = selectivity(relation.predicate, input.columns);
        const rows = range(input.rows.low * share.low, input.rows.likely * share.likely, input.rows.high * share.high);
        return { rows, columns: input.columns, needs: [] };
      }
      case 'aggregate':
        return this.#aggregate(relation.input, relation.keys, relation.measures, schemaOf(relation));
      case 'pivot': {
        const keys = relation.keys.map((name) => ({ name, expr: { op: 'col', name } as const }));
        const { rows, needs } = this.#aggregate(relation.input, keys, relation.measures, []);
        const wider = needs.map((need) => ({ ...need, what: 'the pivot', bytes: times(need.bytes, Math.max(1, relation.values.length)) }));
        return { rows, columns: byType(schemaOf(relation), this.of(relation.input).columns), needs: wider };
      }
      case 'join':
        return this.#join(relation);
      case 'asof': {
        const left = this.of(relation.left);
        const right = this.of(relation.right);
        const rows = relation.kind === 'left' ? left.rows : range(0, left.rows.likely, left.rows.high);
        const held = plus(this.#held(relation.left), this.#held(relation.right));
        return { rows, columns: byType(schemaOf(relation), new Map([...right.columns, ...left.columns])), needs: [{ what: 'the join by time', bytes: held, spills: true }] };
      }
      case 'union': {
        const inputs = relation.inputs.map((input) => this.of(input));
        const rows = total(inputs.map((input) => input.rows));
        const first = inputs[0];
        const names = first === undefined ? [] : [...first.columns.keys()];
        const known = new Map(names.map((name) => [name, merged(inputs.flatMap((input) => input.columns.get(name) ?? []))]));
        return { rows, columns: byType(schemaOf(relation), known), needs: [] };
      }
      case 'set': {
        const left = this.of(relation.left);
        const right = this.of(relation.right);
        const rows = relation.kind === 'intersect' ? range(0, Math.min(left.rows.likely, right.rows.likely) * 0.5, Math.min(left.rows.high, right.rows.high)) : range(0, left.rows.likely, left.rows.high);
        return { rows, columns: left.columns, needs: [{ what: `the ${relation.kind}`, bytes: plus(this.#held(relation.left), this.#held(relation.right)), spills: true }] };
      }
      case 'sort':
        return { ...this.of(relation.input), needs: [{ what: 'the sort', bytes: times(this.#held(relation.input), 1.2), spills: true }] };
      case 'limit': {
        const input = this.of(relation.input);
        return { rows: atMost(minus(input.rows, relation.offset), relation.count), columns: input.columns, needs: [] };
      }
      case 'distinct': {
        const input = this.of(relation.input);
        const on = relation.on ?? [...input.columns.keys()];
        const likely = combinations(on.map((name) => input.columns.get(name)?.distinct ?? null), input.rows.likely);
        const rows = range(Math.min(1, input.rows.low), relation.on === undefined ? Math.max(likely, input.rows.likely * 0.5) : likely, input.rows.high);
        return { rows: within(rows, input.rows.low < 1 ? input.rows : { ...input.rows, low: 1 }), columns: input.columns, needs: [{ what: 'the removal of duplicates', bytes: times(rows, widthOf(input.columns) + 2 * rowOverhead), spills: true }] };
      }
      case 'sample': {
        const input = this.of(relation.input);
        // Four standard deviations of a binomial around the share.
        const spread = 4 * Math.sqrt(input.rows.likely * relation.fraction * (1 - relation.fraction));
        const middle = times(input.rows, relation.fraction);
        return { rows: range(middle.low - spread, middle.likely, Math.min(input.rows.high, middle.high + spread)), columns: input.columns, needs: [] };
      }
      case 'window': {
        const input = this.of(relation.input);
        const columns = new Map(input.columns);
        for (const column of relation.columns) columns.set(column.name, { width: 8, distinct: null, min: null, max: null, missing: null });
        return { rows: input.rows, columns, needs: [{ what: 'the window functions', bytes: times(input.rows, (widthOf(columns) + rowOverhead) * 1.5), spills: true }] };
      }
      case 'unpivot': {
        const input = this.of(relation.input);
        const all = times(input.rows, relation.columns.length);
        return { rows: relation.dropMissing ? range(0, all.likely, all.high) : all, columns: byType(schemaOf(relation), input.columns), needs: [] };
      }
      case 'explode': {
        const input = this.of(relation.input);
        return { rows: range(relation.keepEmpty ? input.rows.low : 0, input.rows.likely * 3, input.rows.high * 100), columns: byType(schemaOf(relation), input.columns), needs: [] };
      }
      case 'sql': {
        const inputs = relation.inputs.map((input) => this.of(input.relation));
        const rows = inputs.length === 0 ? range(0, 1, 1e6) : range(0, largest(inputs.map((input) => input.rows)).likely, inputs.map((input) => input.rows).reduce(product, exactly(1)).high);
        return { rows, columns: byType(relation.schema, new Map(inputs.flatMap((input) => [...input.columns]))), needs: [{ what: 'the SQL', bytes: range(0, total(relation.inputs.map((input) => this.#held(input.relation))).likely, total(relation.inputs.map((input) => this.#held(input.relation))).high), spills: true }] };
      }
    }
  }

  #scan(relation: Relation & { op: 'scan' }): Estimate {
    if (relation.source.kind === 'values') return { rows: exactly(relation.source.rows.length), columns: byType(relation.schema, new Map()), needs: [] };
    const statistics = this.#sources.statistics(relation);
    if (statistics === null) return { rows: unknownRows, columns: byType(relation.schema, new Map()), needs: [] };
    const columns = new Map(relation.schema.map(({ name, type }) => [name, fromStatistics(type, statistics.rows, statistics.columns.get(name))]));
    return { rows: exactly(statistics.rows), columns, needs: [] };
  }

  #aggregate(from: Relation, keys: readonly { readonly name: string; readonly expr: Expr }[], measures: readonly Measure[], schema: Schema): Estimate {
    const input = this.of(from);
    const keyColumns = keys.map(({ expr }): ColumnEstimate => (expr.op === 'col' ? (input.columns.get(expr.name) ?? guess('string')) : guess('string')));
    const likely = combinations(keyColumns.map((column) => column.distinct), input.rows.likely);
    const rows = keys.length === 0 ? exactly(1) : range(Math.min(1, input.rows.low), likely, input.rows.high);
    const state = sum(keyColumns.map((column) => column.width)) + 2 * rowOverhead + measures.length * 16;
    const needs: Need[] = keys.length === 0 ? [] : [{ what: 'the groups', bytes: times(rows, state), spills: true }];
    for (const measure of measures) {
      if (!wholeGroup.has(measure.fn)) continue;
      const width = measure.arg?.op === 'col' ? (input.columns.get(measure.arg.name)?.width ?? 8) : 8;
      needs.push({ what: `${measure.fn.replaceAll('_', ' ')} (it keeps every value of a group)`, bytes: times(input.rows, width + 4), spills: false });
    }
    const known = new Map(keys.map(({ name }, index) => [name, keyColumns[index] ?? guess('string')]));
    return { rows, columns: byType(schema, known), needs };
  }

  #join(relation: Relation & { op: 'join' }): Estimate {
    const left = this.of(relation.left);
    const right = this.of(relation.right);
    const columns = byType(schemaOf(relation), new Map([...right.columns, ...left.columns]));
    const all = product(left.rows, right.rows);
    // As if keys of the side with fewer different values all occur on the other side.
    const distinct = relation.on.map((pair) => Math.max(1, left.columns.get(pair.left)?.distinct ?? left.rows.likely, right.columns.get(pair.right)?.distinct ?? right.rows.likely));
    const keys = Math.min(distinct.reduce((a, b) => a * b, 1), Math.max(1, left.rows.likely, right.rows.likely));
    const matches = relation.kind === 'cross' ? all : range(0, all.likely / keys, all.high);
    const held = this.#held(right.rows.likely <= left.rows.likely || relation.kind === 'cross' ? relation.right : relation.left);
    const needs: Need[] = [{ what: 'the join', bytes: held, spills: true }];
    const rows = (): Range => {
      switch (relation.kind) {
        case 'inner':
        case 'cross':
          return matches;
        case 'left':
          return range(left.rows.low, Math.max(left.rows.likely, matches.likely), Math.max(left.rows.high, matches.high));
        case 'right':
          return range(right.rows.low, Math.max(right.rows.likely, matches.likely), Math.max(right.rows.high, matches.high));
        case 'full':
          return range(Math.max(left.rows.low, right.rows.low), Math.max(left.rows.likely, right.rows.likely, matches.likely), Math.max(plus(left.rows, right.rows).high, matches.high));
        case 'semi':
        case 'anti':
          return range(0, left.rows.likely * 0.5, left.rows.high);
      }
    };
    return { rows: rows(), columns, needs };
  }

  /** A whole table as operators hold it. */
  #held(relation: Relation): Range {
    const { rows, columns } = this.of(relation);
    return times(rows, widthOf(columns) + rowOverhead);
  }
}

/** Measures for which DuckDB keeps every value of a group, in memory only. */
const wholeGroup = new Set<Measure['fn']>(['median', 'quantile', 'string_agg', 'count_distinct', 'mode']);

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/** Bytes of a row in memory, at least one. */
export function widthOf(columns: ReadonlyMap<string, ColumnEstimate>): number {
  return Math.max(1, sum([...columns.values()].map((column) => column.width)));
}

/** Different combinations of keys among so many rows: their product, but no more than rows, and a tenth of the rows for an unknown key. */
function combinations(distinct: readonly (number | null)[], rows: number): number {
  let all = 1;
  for (const one of distinct) all *= one ?? Math.max(1, rows / 10);
  return Math.min(all, rows);
}

const guess = (type: ColumnType): ColumnEstimate => ({ width: fixedWidth[type], distinct: type === 'boolean' ? 2 : null, min: null, max: null, missing: null });

function byType(schema: Schema, known: ReadonlyMap<string, ColumnEstimate>): Map<string, ColumnEstimate> {
  return new Map(schema.map(({ name, type }) => [name, known.get(name) ?? guess(type)]));
}

function typeIn(relation: Relation, name: string): ColumnType {
  return schemaOf(relation).find((column) => column.name === name)?.type ?? 'string';
}

function derived(expr: Expr, input: Estimate, type: () => ColumnType): ColumnEstimate {
  if (expr.op === 'col') return input.columns.get(expr.name) ?? guess(type());
  if (expr.op === 'lit') return { ...guess(expr.type), distinct: 1, missing: expr.value === null ? 1 : 0 };
  return guess(type());
}

function merged(columns: readonly ColumnEstimate[]): ColumnEstimate {
  const [first, ...rest] = columns;
  if (first === undefined) return guess('string');
  return rest.reduce(
    (a, b): ColumnEstimate => ({
      width: Math.max(a.width, b.width),
      distinct: a.distinct === null || b.distinct === null ? null : a.distinct + b.distinct,
      min: a.min === null || b.min === null ? null : Math.min(a.min, b.min),
      max: a.max === null || b.max === null ? null : Math.max(a.max, b.max),
      missing: a.missing === null || b.missing === null ? null : (a.missing + b.missing) / 2,
    }),
    first,
  );
}

function fromStatistics(type: ColumnType, rows: number, statistics: ColumnStatistics | undefined): ColumnEstimate {
  if (statistics === undefined || rows === 0) return guess(type);
  const present = rows - (statistics.missing ?? 0);
  const { min, max } = statistics;
  const perRow = statistics.bytes / rows;
  const step = type === 'date' ? 86_400_000 : 1;
  const span = (type === 'integer' || type === 'date') && min !== null && max !== null ? (max - min) / step + 1 : null;
  // A dictionary's indices take as few bits as there are values: 2 bytes a row is at most some ten thousand of them.
  // (Numbers may be that small for another reason: runs of equal differences.)
  const byBits = type === 'string' && perRow < 2.5 ? 2 ** Math.max(1, Math.ceil(perRow * 8)) : null;
  const guesses = [span, byBits, type === 'boolean' ? 2 : null, type === 'float' || type === 'timestamp' ? present * 0.9 : null, statistics.distinct].filter((one) => one !== null);
  const distinct = guesses.length === 0 ? null : Math.max(1, Math.min(present, ...guesses));
  // Repeated text is stored once in the file but held in full by most operators.
  const width = type === 'string' || type === 'binary' ? Math.max(16, perRow <= 12 ? 16 : 16 + perRow) : fixedWidth[type];
  return { width, distinct, min, max, missing: statistics.missing === null ? null : Math.min(1, statistics.missing / rows) };
}
