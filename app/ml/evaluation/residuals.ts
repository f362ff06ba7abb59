import { PenstockError } from '#app/core/errors.ts';
import { call, cast, col, lit, named, when } from '#app/relation/build.ts';
import type { Expr, Measure, Relation } from '#app/relation/types.ts';
import type { TableServices } from '#app/sdk/node.ts';
import type { TableValue } from '#app/sdk/ports.ts';
import type { PredictionColumns } from '#app/sdk/prediction.ts';
import { regressionFromSums, type RegressionMetrics } from '../metrics/regression.ts';
import { LARGEST_MAGNITUDE } from '../recipe/columns.ts';

/** Everything the report needs, computed where the rows are: in float64, whatever their number. */
export interface Residuals {
  readonly metrics: RegressionMetrics;
  readonly leftOut: number;
  readonly bins: readonly { readonly from: number; readonly to: number; readonly rows: number }[];
  readonly points: readonly { readonly actual: number; readonly predicted: number; readonly residual: number }[];
  /** Every how many rows one is drawn; 1: all. */
  readonly every: number;
}

const actual = col('actual');
const predicted = col('predicted');
/** Actual − predicted: positive where the prediction is too low. */
const residual = col('residual');

export async function findResiduals(table: TableValue, columns: PredictionColumns, options: { points: number; bins: number }, tables: Pick<TableServices, 'rows'>): Promise<Residuals> {
  const pairs: Relation = {
    op: 'project',
    input: table.relation,
    columns: [named('actual', finite(columns.target.name)), named('predicted', finite(columns.predicted.name))],
  };
  const present: Relation = { op: 'filter', input: pairs, predicate: call('and', call('is_not_null', actual), call('is_not_null', predicted)) };
  const rows: Relation = { op: 'project', input: present, columns: [named('actual', actual), named('predicted', predicted), named('residual', call('subtract', actual, predicted))] };

  const [all, total] = await aggregate(table.relation, rows, tables);
  const count = total.number('rows');
  if (!(count > 0)) {
    throw new PenstockError('no-rows', 'No row has both a true value and a prediction, so there is nothing to compare.', { remedy: 'Check the filters before Predict.' });
  }
  const metrics = regressionFromSums({
    rows: count,
    squaredError: total.number('squared') * count,
    absoluteError: total.number('absolute') * count,
    error: -total.number('mean') * count,
    variation: count > 1 ? total.number('variance') * (count - 1) : 0,
    relativeError: total.number('relative'),
    nonZeroRows: total.number('nonZero'),
  });
  const every = Math.max(1, Math.ceil(count / options.points));
  return {
    metrics,
    leftOut: all - count,
    bins: await histogram(rows, total.number('low'), total.number('high'), options.bins, tables),
    points: await sample(rows, every, tables),
    every,
  };
}

/** As float; what is not a finite number counts as missing. */
function finite(column: string): Expr {
  const value = cast(col(column), 'float');
  return when([{ when: call('less_than_or_equal', call('abs', value), lit(LARGEST_MAGNITUDE, 'float')), then: value }]);
}

async function aggregate(input: Relation, rows: Relation, tables: Pick<TableServices, 'rows'>) {
  const counted = await tables.rows({ op: 'aggregate', input, keys: [], measures: [{ name: 'rows', fn: 'count' }] });
  const nonZero = call('not_equals', actual, lit(0, 'float'));
  const measures: Measure[] = [
    { name: 'rows', fn: 'count' },
    { name: 'squared', fn: 'avg', arg: call('multiply', residual, residual) },
    { name: 'absolute', fn: 'avg', arg: call('abs', residual) },
    { name: 'mean', fn: 'avg', arg: residual },
    { name: 'variance', fn: 'variance', arg: actual },
    { name: 'relative', fn: 'sum', arg: when([{ when: nonZero, then: call('abs', call('divide', residual, actual)) }]) },
    { name: 'nonZero', fn: 'count', arg: when([{ when: nonZero, then: lit(1) }]) },
    { name: 'low', fn: 'min', arg: residual },
    { name: 'high', fn: 'max', arg: residual },
  ];
  const { rows: found } = await tables.rows({ op: 'aggregate', input: rows, keys: [], measures });
  const answers = new Map(measures.map((measure, index) => [measure.name, found[0]?.[index] ?? null]));
  return [Number(counted.rows[0]?.[0] ?? 0), { number: (name: string): number => Number(answers.get(name) ?? 0) }] as const;
}

async function histogram(rows: Relation, low: number, high: number, bins: number, tables: Pick<TableServices, 'rows'>): Promise<Residuals['bins']> {
  const width = (high - low) / bins;
  if (!(width > 0)) return [{ from: low, to: high, rows: Number((await tables.rows({ op: 'aggregate', input: rows, keys: [], measures: [{ name: 'rows', fn: 'count' }] })).rows[0]?.[0] ?? 0) }];
  const bin = cast(call('floor', call('divide', call('subtract', residual, lit(low, 'float')), lit(width, 'float'))), 'integer');
  const { rows: found } = await tables.rows({ op: 'aggregate', input: rows, keys: [named('bin', bin)], measures: [{ name: 'rows', fn: 'count' }] });
  const counts = Array.from({ length: bins }, () => 0);
  for (const [index, count] of found) {
    // The highest value belongs to the last bin.
    const at = Math.min(bins - 1, Math.max(0, Number(index)));
    counts[at] = (counts[at] ?? 0) + Number(count);
  }
  return counts.map((count, index) => ({ from: low + index * width, to: low + (index + 1) * width, rows: count }));
}

async function sample(rows: Relation, every: number, tables: Pick<TableServices, 'rows'>): Promise<Residuals['points']> {
  const numbered: Relation = { op: 'window', input: rows, columns: [{ name: 'position', fn: 'row_number', partitionBy: [], orderBy: [] }] };
  const kept: Relation = every === 1 ? rows : { op: 'filter', input: numbered, predicate: call('equals', call('mod', col('position'), lit(every)), lit(1)) };
  const { rows: found } = await tables.rows({ op: 'project', input: kept, columns: [named('actual', actual), named('predicted', predicted), named('residual', residual)] });
  return found.map(([a, p, r]) => ({ actual: Number(a), predicted: Number(p), residual: Number(r) }));
}
