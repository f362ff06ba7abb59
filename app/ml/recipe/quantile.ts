import { call, col, filter, lit, named, project } from '#app/relation/build.ts';
import type { Expr, Relation } from '#app/relation/types.ts';
import type { TableServices } from '#app/sdk/node.ts';
import { SMALLEST_SPREAD, settled, type ColumnState } from './columns.ts';
import { numberOf } from './statistics.ts';

/** Places at which the distribution is known; between them it is taken as level. With fewer rows, every value is one. */
const PARTS = 100;

/**
 * A column as the share of rows below each value, 0 to 1: the empirical distribution at a hundred places, straight lines between
 * (scikit-learn's QuantileTransformer). A value that many rows have stands for the middle of their shares. Null for a constant column.
 */
export async function quantileScale(state: ColumnState, relation: Relation, tables: Pick<TableServices, 'rows'>): Promise<Expr | null> {
  const values = filter(project(relation, [named('value', state.expr)]), call('is_not_null', col('value')));
  const parts: Relation = { op: 'window', input: values, columns: [{ name: 'part', fn: 'ntile', offset: PARTS, partitionBy: [], orderBy: [{ expr: col('value'), descending: false, nulls: 'last' }] }] };
  const { rows } = await tables.rows({
    op: 'sort',
    input: {
      op: 'aggregate',
      input: parts,
      keys: [named('part', col('part'))],
      measures: [
        { name: 'low', fn: 'min', arg: col('value') },
        { name: 'high', fn: 'max', arg: col('value') },
        { name: 'rows', fn: 'count' },
      ],
    },
    keys: [{ expr: col('part'), descending: false, nulls: 'last' }],
  });
  const total = rows.reduce((sum, row) => sum + numberOf(row[3] ?? null), 0);
  const points: { value: number; first: number; last: number }[] = [];
  const add = (exact: number, rank: number): void => {
    const value = settled(exact, 0);
    const share = rank / Math.max(1, total - 1);
    const before = points.at(-1);
    if (before !== undefined && value - before.value < SMALLEST_SPREAD) before.last = share;
    else points.push({ value, first: share, last: share });
  };
  let rank = 0;
  for (const [, low, high, count] of rows) {
    add(numberOf(low ?? null), rank);
    rank += numberOf(count ?? null);
    add(numberOf(high ?? null), rank - 1);
  }
  if (points.length < 2) return null;
  return call('interpolate', state.expr, ...points.flatMap(({ value, first, last }) => [lit(value, 'float'), lit((first + last) / 2, 'float')]));
}
