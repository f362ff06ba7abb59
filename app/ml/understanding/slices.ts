import { col, named } from '#app/relation/build.ts';
import type { Column, Expr, Relation } from '#app/relation/types.ts';
import { ask, isNumber, toNumber, type Asked } from '#app/sdk/analysis.ts';
import type { TableValue } from '#app/sdk/ports.ts';
import type { PredictionColumns } from '#app/sdk/prediction.ts';
import { sliceTypes, type SliceParams } from '#app/sdk/slices.ts';
import { binned, type Binned } from '../association/bins.ts';
import { aboutDistinct } from '../association/categories.ts';
import { correct } from '../association/correction.ts';
import { without, worseThan, type Errors } from './slice-tests.ts';

/** Ranges of a number column, values of a text column at most, columns whose pairs are looked at, sets that one scan makes. */
const RANGES = 4;
const MOST_VALUES = 50;
const PAIRED = 8;
const SETS = 40;
/** A part counts as worse where chance alone would rarely give it, all looks together. */
const SIGNIFICANT = 0.05;
const SHOWN = 10;

export interface Slice {
  /** “age > 50 and city = Oslo” */
  readonly title: string;
  readonly columns: number;
  readonly errors: Errors;
  /** Corrected for all parts looked at (Holm). */
  readonly p: number;
  /** Share of the sum of errors that falls into it. */
  readonly share: number;
}

export interface Slices {
  readonly overall: Errors;
  readonly looked: number;
  readonly slices: readonly Slice[];
  /** Columns with too many different texts. */
  readonly leftOut: readonly string[];
}

interface Part {
  /** By place of the column: the key of its group. */
  readonly keys: ReadonlyMap<number, string>;
  readonly errors: Errors;
}

/**
 * Parts of a table, by values or ranges of one or two columns, whose mean error is above that of all other rows beyond chance. As slice
 * finding (Chung et al. 2019): a pair is named only where it is also worse than the worse of its two columns alone.
 * @param error of a row over the table's columns, null where it is not to be counted; `shares`: it is 0 or 1.
 */
export async function worstSlices(tables: Asked, table: TableValue, columns: readonly Column[], error: Expr, shares: boolean, params: SliceParams): Promise<Slices> {
  const relation: Relation = { op: 'project', input: table.relation, columns: [...columns.map(({ name }, i) => named(`s${i}`, col(name))), named('error', error)] };
  const inner = columns.map(({ type }, i): Column => ({ name: `s${i}`, type }));
  const texts = inner.filter(({ type }) => type === 'string');
  const many = new Set((await aboutDistinct(tables, relation, texts)).flatMap((count, i) => (count > MOST_VALUES * 1.1 ? [texts[i]?.name ?? ''] : [])));
  const kept = inner.flatMap((column, i) => (many.has(column.name) ? [] : [{ column, title: columns[i]?.name ?? '' }]));
  const keys = await binned(tables, relation, kept.map(({ column }) => ({ column, numeric: isNumber(column.type) })), RANGES);
  const titles = kept.map(({ title }) => title);
  const leftOut = columns.flatMap(({ name }, i) => (many.has(`s${i}`) ? [name] : []));
  const [[rows, mean, variance] = []] = await ask(tables, relation, 'select count(error), avg(error), var_pop(error) from t', ['integer', 'float', 'float']);
  const overall: Errors = { rows: toNumber(rows), mean: toNumber(mean), variance: toNumber(variance) };
  const enough = ({ errors }: Part): boolean => errors.rows >= params.sliceRows && errors.rows < overall.rows;
  const p = ({ errors }: Part): number => worseThan(errors, without(overall, errors), shares);
  const singles = (await parts(tables, relation, keys, keys.map((_key, i) => [i]))).filter(enough);
  const paired = params.slicePairs ? worstColumns(singles, p) : [];
  const pairs = paired.flatMap((a, i) => paired.slice(i + 1).map((b) => [Math.min(a, b), Math.max(a, b)]));
  const doubles = (await parts(tables, relation, keys, pairs)).filter(enough);
  const all = [...singles, ...doubles];
  const corrected = correct(all.map(p), 'holm');
  const found = all.flatMap((part, i) => ((corrected[i] ?? 1) < SIGNIFICANT && (part.keys.size === 1 || addsToItsColumns(part, singles, shares)) ? [{ part, p: corrected[i] ?? 1 }] : []));
  return {
    overall,
    looked: all.length,
    leftOut,
    slices: found
      .toSorted((a, b) => b.part.errors.mean - a.part.errors.mean || a.part.keys.size - b.part.keys.size)
      .slice(0, SHOWN)
      .map(({ part, p: chance }) => ({ title: titleOf(part, keys, titles), columns: part.keys.size, errors: part.errors, p: chance, share: (part.errors.rows * part.errors.mean) / (overall.rows * overall.mean) })),
  };
}

/** The columns with the most telling parts. */
function worstColumns(singles: readonly Part[], p: (part: Part) => number): number[] {
  const least = new Map<number, number>();
  for (const part of singles) for (const at of part.keys.keys()) least.set(at, Math.min(least.get(at) ?? 1, p(part)));
  return [...least].sort((a, b) => a[1] - b[1] || a[0] - b[0]).slice(0, PAIRED).map(([at]) => at);
}

/** Whether a pair is worse than the rest of the worse of its two columns' parts. */
function addsToItsColumns(part: Part, singles: readonly Part[], shares: boolean): boolean {
  const own = [...part.keys].flatMap(([at, key]) => singles.filter(({ keys }) => keys.size === 1 && keys.get(at) === key));
  const [worst] = own.toSorted((a, b) => b.errors.mean - a.errors.mean);
  return worst === undefined || worseThan(part.errors, without(worst.errors, part.errors), shares) < SIGNIFICANT;
}

/** Errors by each combination of keys of each set of columns; many sets in one scan. */
async function parts(tables: Asked, relation: Relation, keys: readonly Binned[], sets: readonly (readonly number[])[]): Promise<Part[]> {
  const found: Part[] = [];
  for (let from = 0; from < sets.length; from += SETS) {
    const some = sets.slice(from, from + SETS);
    const used = [...new Set(some.flat())];
    // A missing value is a group of its own; null must say “not of this set”.
    const inner = used.map((at) => `coalesce((${keys[at]?.key ?? 'null'})::varchar, '${MISSING}') as k${at}`).join(', ');
    const only = (set: readonly number[]): string => used.map((at) => `grouping(k${at}) = ${set.includes(at) ? 0 : 1}`).join(' and ');
    const which = some.map((set, i) => `when ${only(set)} then ${i}`).join(' ');
    const value = (place: number): string => `case ${some.map((set) => `when ${only(set)} then ${set[place] === undefined ? 'null' : `k${set[place]}`}`).join(' ')} end`;
    const text = `select case ${which} end, ${value(0)}, ${value(1)}, count(error), avg(error), var_pop(error) from (select ${inner}, error from t) where error is not null group by grouping sets (${some.map((set) => `(${set.map((at) => `k${at}`).join(', ')})`).join(', ')})`;
    for (const [set, a, b, rows, mean, variance] of await ask(tables, relation, text, ['integer', 'string', 'string', 'integer', 'float', 'float'], 500_000)) {
      const [first, second] = some[toNumber(set)] ?? [];
      if (first === undefined) continue;
      const own = new Map([[first, String(a)], ...(second === undefined ? [] : [[second, String(b)] as const])]);
      found.push({ keys: own, errors: { rows: toNumber(rows), mean: toNumber(mean), variance: toNumber(variance) } });
    }
  }
  return found;
}

/** No number and hardly a value of a table. */
const MISSING = '\u0001missing';

function titleOf({ keys }: Part, columns: readonly Binned[], titles: readonly string[]): string {
  return [...keys].map(([at, key]) => condition(titles[at] ?? '', columns[at], key)).join(' and ');
}

function condition(title: string, column: Binned | undefined, key: string): string {
  if (key === MISSING) return `${title} is missing`;
  if (column?.numeric !== true) return key === '' ? `${title} is empty` : `${title} = ${key}`;
  const bin = Number(key);
  const [low, high] = [column.edges[bin - 1], column.edges[bin]];
  if (low === undefined) return high === undefined ? `${title} is known` : `${title} ≤ ${edge(high)}`;
  return high === undefined ? `${title} > ${edge(low)}` : `${edge(low)} < ${title} ≤ ${edge(high)}`;
}

/** Six digits, without spaces between thousands: an edge may be a year. */
const edge = (value: number): string => String(Number(value.toPrecision(6)));

/** Columns to look at: those chosen, or all that are neither the target nor a prediction. */
export function sliceColumns(table: TableValue, { target, predicted, probabilities }: PredictionColumns, chosen: readonly string[]): Column[] {
  const taken = new Set([target.name, predicted.name, ...probabilities.map(({ column }) => column)]);
  return table.schema.filter(({ name, type }) => !taken.has(name) && sliceTypes.some((one) => one === type) && (chosen.length === 0 || chosen.includes(name)));
}
