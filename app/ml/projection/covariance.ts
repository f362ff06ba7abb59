import type { Column, Relation } from '#app/relation/types.ts';
import { ask, numberSql, sqlNumber, toNumber, type Asked } from '#app/sdk/analysis.ts';

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
}

/** Aggregates of one query: more of them take the planner longer than another pass takes the engine. */
const atOnce = 1500;

/**
 * One pass for the means, one for the products of centred columns (several, where there are more than about 50 columns): centring
 * first keeps the digits that sums of squares of big numbers lose.
 */
export async function momentsOf(tables: Asked, relation: Relation, columns: readonly Column[], options: MomentOptions): Promise<Moments> {
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
  // With missing values filled by the mean the spread is less than that of the values that are there, so it is taken from the products.
  const centred = columns.map((column, i) => `coalesce(${numberSql(column)} - ${sqlNumber(means[i] ?? 0)}, 0) as x${i}`).join(', ');
  const keep = options.missing === 'drop' ? ` where ${columns.map((column) => `(${numberSql(column)}) is not null`).join(' and ')}` : '';
  const pairs = names.flatMap((_, i) => names.slice(0, i + 1).map((_unused, j) => [i, j] as const));
  const sums = names.map(() => names.map(() => 0));
  for (let from = 0; from < pairs.length; from += atOnce) {
    options.progress?.(from / pairs.length);
    const part = pairs.slice(from, from + atOnce);
    const used = [...new Set(part.flat())].sort((a, b) => a - b);
    const projected = used.length === names.length ? centred : columns.flatMap((column, i) => (used.includes(i) ? [`coalesce(${numberSql(column)} - ${sqlNumber(means[i] ?? 0)}, 0) as x${i}`] : [])).join(', ');
    const [found = []] = await ask(tables, relation, `select ${part.map(([i, j]) => `sum(x${i} * x${j})`).join(', ')} from (select ${projected} from t${keep})`, part.map(() => 'float'));
    part.forEach(([i, j], at) => {
      const value = finite(found[at]) / Math.max(1, rows - 1);
      const [a, b] = [sums[i], sums[j]];
      if (a !== undefined) a[j] = value;
      if (b !== undefined) b[i] = value;
    });
  }
  const deviations = names.map((_, i) => {
    const deviation = Math.sqrt(sums[i]?.[i] ?? 0);
    // What rounding leaves of a constant column is no spread.
    return deviation > 1e-12 * Math.abs(means[i] ?? 0) ? deviation : 0;
  });
  const scale = (i: number): number => (options.standardise ? (deviations[i] ?? 0) : (deviations[i] ?? 0) === 0 ? 0 : 1);
  const covariance = sums.map((line, i) => line.map((value, j) => (scale(i) === 0 || scale(j) === 0 ? 0 : value / (scale(i) * scale(j)))));
  return { total, rows, means, deviations, covariance };
}

const finite = (cell: null | boolean | number | string | undefined): number => (typeof cell === 'number' && Number.isFinite(cell) ? cell : 0);
