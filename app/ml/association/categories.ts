import type { Column, Relation } from '#app/relation/types.ts';
import { ask, numberSql, quoteColumn, toNumber, type Asked } from '#app/sdk/analysis.ts';
import { chiSquareUpper, fisherUpper } from './distributions.ts';
import type { Pair } from './number-pairs.ts';

/** Counts of two categorical columns against each other, over the rows where both have a value. */
export interface Contingency {
  readonly rows: number;
  /** Count of each combination that occurs, with the places of its row and column totals. */
  readonly cells: readonly { readonly a: string; readonly b: string; readonly count: number }[];
  readonly a: ReadonlyMap<string, number>;
  readonly b: ReadonlyMap<string, number>;
}

/** Sets of groups that one scan of the rows makes. */
const setsAtOnce = 40;

/** Contingency tables of pairs of SQL expressions, by grouping sets: many pairs in one scan. Missing values are left out pair by pair. */
export async function contingencies(tables: Asked, relation: Relation, expressions: readonly string[], pairs: readonly Pair[], progress?: (fraction: number) => void): Promise<Contingency[]> {
  const answers: Contingency[] = [];
  for (let from = 0; from < pairs.length; from += setsAtOnce) {
    progress?.(from / pairs.length);
    const part = pairs.slice(from, from + setsAtOnce);
    const used = [...new Set(part.flat())];
    const inner = used.map((i) => `(${expressions[i] ?? 'null'})::varchar as k${i}`).join(', ');
    // Null says “not of this set” as well as “missing”: grouping() tells them apart, and missing ones are left out.
    const which = part.map(([a, b], i) => `when grouping(k${a}) = 0 and grouping(k${b}) = 0 then ${i}`).join(' ');
    const first = part.map(([a, b]) => `when grouping(k${a}) = 0 and grouping(k${b}) = 0 then k${a}`).join(' ');
    const second = part.map(([a, b]) => `when grouping(k${a}) = 0 and grouping(k${b}) = 0 then k${b}`).join(' ');
    const sets = part.map(([a, b]) => `(k${a}, k${b})`).join(', ');
    const text = `select p, a, b, n from (select case ${which} end as p, case ${first} end as a, case ${second} end as b, count(*) as n from (select ${inner} from t) group by grouping sets (${sets})) where a is not null and b is not null`;
    const cells: { a: string; b: string; count: number }[][] = part.map(() => []);
    for (const [p, a, b, n] of await ask(tables, relation, text, ['integer', 'string', 'string', 'integer'], 2_000_000)) cells[toNumber(p)]?.push({ a: String(a), b: String(b), count: toNumber(n) });
    answers.push(...cells.map(contingencyOf));
  }
  return answers;
}

function contingencyOf(cells: readonly { a: string; b: string; count: number }[]): Contingency {
  const [a, b] = [new Map<string, number>(), new Map<string, number>()];
  let rows = 0;
  for (const cell of cells) {
    rows += cell.count;
    a.set(cell.a, (a.get(cell.a) ?? 0) + cell.count);
    b.set(cell.b, (b.get(cell.b) ?? 0) + cell.count);
  }
  return { rows, cells, a, b };
}

export interface ChiSquare {
  readonly statistic: number;
  readonly freedom: number;
  readonly p: number;
  /** Cramér's V from 0 to 1; NaN where a column has one value only. */
  readonly cramer: number;
}

/** Pearson's chi-square test of independence, without Yates' correction. */
export function chiSquare({ rows, cells, a, b }: Contingency): ChiSquare {
  const least = Math.min(a.size, b.size) - 1;
  if (least < 1) return { statistic: Number.NaN, freedom: 0, p: Number.NaN, cramer: Number.NaN };
  // Combinations that do not occur add their expected count: Σ o²/e − n.
  const statistic = Math.max(0, rows * (cells.reduce((sum, cell) => sum + (cell.count / (a.get(cell.a) ?? 1)) * (cell.count / (b.get(cell.b) ?? 1)), 0) - 1));
  const freedom = (a.size - 1) * (b.size - 1);
  return { statistic, freedom, p: chiSquareUpper(statistic, freedom), cramer: Math.min(1, Math.sqrt(statistic / (rows * least))) };
}

const plogp = (p: number): number => (p > 0 ? p * Math.log(p) : 0);

export interface Information {
  /** Mutual information in nats: what knowing one says about the other. */
  readonly mutual: number;
  readonly entropyA: number;
  readonly entropyB: number;
}

export function information({ rows, cells, a, b }: Contingency): Information {
  const entropy = (counts: Iterable<number>): number => -[...counts].reduce((sum, count) => sum + plogp(count / rows), 0);
  const [entropyA, entropyB] = [entropy(a.values()), entropy(b.values())];
  return { mutual: Math.max(0, entropyA + entropyB - entropy(cells.map(({ count }) => count))), entropyA, entropyB };
}

export interface Anova {
  readonly rows: number;
  readonly groups: number;
  readonly f: number;
  readonly p: number;
  /** Correlation ratio η from 0 to 1: square root of the share of variance between the groups. */
  readonly eta: number;
}

/** One-way analysis of variance of each number expression by the groups of one key, in one scan. Rows with either missing are left out. */
export async function anovas(tables: Asked, relation: Relation, key: string, numbers: readonly string[]): Promise<Anova[]> {
  const inner = [`(${key})::varchar as k`, ...numbers.map((sql, i) => `${sql} as x${i}`)].join(', ');
  const text = `select ${numbers.map((_, i) => `count(x${i}), avg(x${i}), var_pop(x${i})`).join(', ')} from (select ${inner} from t) where k is not null group by k`;
  const groups = await ask(tables, relation, text, numbers.flatMap(() => ['integer', 'float', 'float'] as const), 1_000_000);
  return numbers.map((_, i) => {
    const found = groups.flatMap((row) => (toNumber(row[3 * i]) > 0 ? [{ n: toNumber(row[3 * i]), mean: toNumber(row[3 * i + 1]), variance: toNumber(row[3 * i + 2]) }] : []));
    const rows = found.reduce((sum, { n }) => sum + n, 0);
    const mean = found.reduce((sum, group) => sum + group.n * (group.mean / rows), 0);
    const between = found.reduce((sum, group) => sum + group.n * (group.mean - mean) ** 2, 0);
    const within = found.reduce((sum, group) => sum + group.n * group.variance, 0);
    const [down, up] = [found.length - 1, rows - found.length];
    if (down < 1 || !(between + within > 0)) return { rows, groups: found.length, f: Number.NaN, p: Number.NaN, eta: Number.NaN };
    const f = up > 0 ? between / down / (within / up) : Number.NaN;
    return { rows, groups: found.length, f, p: up > 0 ? fisherUpper(f, down, up) : Number.NaN, eta: Math.sqrt(between / (between + within)) };
  });
}

/** About how many different values columns have (HyperLogLog of 64 registers: 10 to 25 % off), in one pass. */
export async function aboutDistinct(tables: Asked, relation: Relation, columns: readonly Column[]): Promise<number[]> {
  if (columns.length === 0) return [];
  const [row = []] = await ask(tables, relation, `select ${columns.map(({ name }) => `approx_count_distinct(${quoteColumn(name)})`).join(', ')} from t`, columns.map(() => 'integer'));
  return columns.map((_, i) => toNumber(row[i]));
}

/** A column as a category: numbers as they are, so that 1 and 1.0 are the same. */
export const categorySql = (column: Column): string => (column.type === 'float' || column.type === 'integer' ? numberSql(column) : quoteColumn(column.name));
