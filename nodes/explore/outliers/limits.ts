import type { Column, Relation } from '#app/relation/types.ts';
import { ask, numberSql, toNumber, toNumberOrNull, type Asked } from '#app/sdk/analysis.ts';
import type { OutliersParams } from './node.ts';

/** What is usual in a column, and in a group of rows: `score` is |value − centre| / scale beyond the box, in the method's unit. */
export interface Limits {
  /** Text of the group (null: the whole table). */
  readonly group: string | null;
  readonly rows: number;
  /** By column; null where there is no limit: too few values, or no spread. */
  readonly columns: readonly ({ readonly low: number; readonly high: number; readonly centre: number; readonly scale: number } | null)[];
}

/** Of the normal distribution: median absolute deviation × this is the standard deviation (Iglewicz and Hoaglin 1993 use its inverse, 0.6745). */
export const madScale = 1.482602218505602;
/** Groups beyond this are identifiers. */
export const mostGroups = 20_000;

/**
 * Limits of every column in each group, in one pass (two for medians of distances from medians). `key`: SQL of the group, or null.
 * @throws PenstockError `result-too-large` for too many groups.
 */
export async function findLimits(tables: Asked, relation: Relation, columns: readonly Column[], key: string | null, params: OutliersParams): Promise<Limits[]> {
  const read = columns.map((column, i) => `${numberSql(column)} as x${i}`).join(', ');
  const rows = `(select ${key ?? 'null'} as g, ${read} from t)`;
  const numbers = columns.flatMap(() => ['integer', 'float', 'float'] as const);
  const types = ['string', 'integer', ...numbers] as const;
  const each = (sql: (name: string) => string): string => columns.map((_, i) => sql(`x${i}`)).join(', ');
  const by = key === null ? '' : ' group by g';
  const g = key === null ? 'null' : 'g';
  const text = {
    iqr: `select ${g}, count(*), ${each((x) => `count(${x}), quantile_cont(${x}, 0.25), quantile_cont(${x}, 0.75)`)} from ${rows}${by}`,
    z: `select ${g}, count(*), ${each((x) => `count(${x}), avg(${x}), stddev_samp(${x})`)} from ${rows}${by}`,
    'robust-z': `select ${g}, count(*), ${each((x) => `count(${x}), median(${x}), mad(${x})`)} from ${rows}${by}`,
    mahalanobis: '',
  }[params.method];
  const found = await ask(tables, relation, text, types, mostGroups);
  return found.map((row) => ({
    group: typeof row[0] === 'string' ? row[0] : null,
    rows: toNumber(row[1]),
    columns: columns.map((_, i) => {
      const count = toNumber(row[2 + 3 * i]);
      const [first, second] = [toNumberOrNull(row[3 + 3 * i]), toNumberOrNull(row[4 + 3 * i])];
      if (first === null || second === null || count < params.minimum) return null;
      if (params.method === 'iqr') {
        const range = second - first;
        return range > 0 ? { low: first - params.fence * range, high: second + params.fence * range, centre: (first + second) / 2, scale: range } : null;
      }
      const scale = params.method === 'z' ? second : second * madScale;
      return scale > 0 ? { low: first - params.limit * scale, high: first + params.limit * scale, centre: first, scale } : null;
    }),
  }));
}
