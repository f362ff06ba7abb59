import type { Column, Relation } from '#app/relation/types.ts';
import { ask, numberSql, sqlNumber, sqlOver, toNumber, type Asked } from '#app/sdk/analysis.ts';
import { matrixMoments } from './principal.ts';

/** Second moments of columns, computed where the data are. */
export interface Moments {
  /** Rows in the table, and those that count. */
  readonly total: number;
  readonly rows: number;
  readonly means: readonly number[];
  /** Sample standard deviations of the rows that count. */
  readonly deviations: readonly number[];
  /** Sample covariances of the columns, divided by `deviations` where asked; symmetric [columns][columns]. */
  readonly covariance: readonly (readonly number[])[];
}

export interface MomentOptions {
  /** Correlations instead: columns that are constant have 0 everywhere. */
  readonly standardise: boolean;
  /** Rows with a missing value: left out, or the value replaced by the column's mean over the values that are there. */
  readonly missing: 'drop' | 'mean';
  readonly progress?: (fraction: number) => void;
  readonly signal?: AbortSignal;
}

/** What moments need of `TableServices`. */
export interface MomentTables extends Asked {
  matrix(relation: Relation, columns: readonly string[]): Promise<{ data: Float32Array; rows: number }>;
}

/** Products above which fetching the rows and multiplying them by kernels is quicker than sums in SQL (by a factor of four at 28 columns). */
const worthFetching = 3e7;
/** Values that fit in memory beside everything else. */
const mostValues = 300_000_000;

/** Aggregates of one query: more of them take the planner longer than another pass takes the engine. */
const atOnce = 1500;

/**
 * One pass for the means, then the products of centred columns: centring first keeps the digits that sums of squares of big numbers
 * lose. Large tables are multiplied by kernels, in float32 with float64 sums: about seven digits of a product of two deviations.
 */
export async function momentsOf(tables: MomentTables, relation: Relation, columns: readonly Column[], options: MomentOptions): Promise<Moments> {
  const names = columns.map((_, i) => `x${i}`);
  const read = columns.map((column, i) => `${numberSql(column)} as x${i}`).join(', ');
  const complete = options.missing === 'drop' ? ` where ${names.map((name) => `${name} is not null`).join(' and ')}` : '';
  const [row = []] = await ask(
    tables,
    relation,
    `select count(*), (select count(*) from t), ${names.flatMap((name) => [`avg(${name})`, `stddev_samp(${name})`]).join(', ')} from (select ${read} from t)${complete}`,
    ['integer', 'integer', ...names.flatMap(() => ['float', 'float'] as const)],
  );
  const rows = toNumber(row[0]);
  const total = toNumber(row[1]);
  const means = names.map((_, i) => finite(row[2 + 2 * i]));
  const spreads = names.map((_, i) => finite(row[3 + 2 * i]));
  const keep = options.missing === 'drop' ? ` where ${columns.map((column) => `(${numberSql(column)}) is not null`).join(' and ')}` : '';
  const centred = columns.map((column, i) => `coalesce(${numberSql(column)} - ${sqlNumber(means[i] ?? 0)}, 0)`);
  const large = rows * columns.length ** 2 > worthFetching && rows * columns.length < mostValues;
  const sums = large ? await fetchedProducts(tables, relation, centred, keep, spreads, options) : await askedProducts(tables, relation, centred, keep, options);
  const products = sums.map((line) => line.map((sum) => sum / Math.max(1, rows - 1)));
  // With missing values filled by the mean the spread is less than that of the values that are there, so it is taken from the products.
  const deviations = names.map((_, i) => {
    const deviation = Math.sqrt(products[i]?.[i] ?? 0);
    // What rounding leaves of a constant column is no spread.
    return deviation > 1e-12 * Math.abs(means[i] ?? 0) ? deviation : 0;
  });
  const scale = (i: number): number => (options.standardise ? (deviations[i] ?? 0) : (deviations[i] ?? 0) === 0 ? 0 : 1);
  const covariance = products.map((line, i) => line.map((value, j) => (scale(i) === 0 || scale(j) === 0 ? 0 : value / (scale(i) * scale(j)))));
  return { total, rows, means, deviations, covariance };
}

/** Sums of products of the expressions `centred`, in SQL: several passes, where there are more than about 50 columns. */
async function askedProducts(tables: Asked, relation: Relation, centred: readonly string[], keep: string, options: MomentOptions): Promise<number[][]> {
  const pairs = centred.flatMap((_, i) => centred.slice(0, i + 1).map((_unused, j) => [i, j] as const));
  const sums = centred.map(() => centred.map(() => 0));
  for (let from = 0; from < pairs.length; from += atOnce) {
    options.progress?.(from / pairs.length);
    const part = pairs.slice(from, from + atOnce);
    const used = [...new Set(part.flat())].sort((a, b) => a - b);
    const projected = used.map((i) => `${centred[i] ?? ''} as x${i}`).join(', ');
    const [found = []] = await ask(tables, relation, `select ${part.map(([i, j]) => `sum(x${i} * x${j})`).join(', ')} from (select ${projected} from t${keep})`, part.map(() => 'float'));
    part.forEach(([i, j], at) => {
      const value = finite(found[at]);
      const [a, b] = [sums[i], sums[j]];
      if (a !== undefined) a[j] = value;
      if (b !== undefined) b[i] = value;
    });
  }
  return sums;
}

/** The same from the rows themselves, as float32 in units of each column's spread. */
async function fetchedProducts(tables: MomentTables, relation: Relation, centred: readonly string[], keep: string, spreads: readonly number[], options: MomentOptions): Promise<number[][]> {
  const units = spreads.map((spread) => (spread > 0 ? spread : 1));
  const schema = centred.map((_, i): Column => ({ name: `x${i}`, type: 'float' }));
  const text = `select ${centred.map((sql, i) => `(${sql}) / ${sqlNumber(units[i] ?? 1)} as x${i}`).join(', ')} from t${keep}`;
  const { data, rows } = await tables.matrix(sqlOver(relation, text, schema), schema.map(({ name }) => name));
  options.progress?.(0.7);
  const size = centred.length;
  const { gram, means } = await matrixMoments({ matrix: data, rows, columns: size }, options.signal === undefined ? {} : { signal: options.signal });
  // Back to products of deviations from the means in SQL, which float32 may miss by a hair.
  return units.map((a, i) => units.map((b, j) => ((gram[i * size + j] ?? 0) + rows * (means[i] ?? 0) * (means[j] ?? 0)) * a * b));
}

const finite = (cell: null | boolean | number | string | undefined): number => (typeof cell === 'number' && Number.isFinite(cell) ? cell : 0);
