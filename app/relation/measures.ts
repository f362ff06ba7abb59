import { isNumeric, typeTitles } from './column-types.ts';
import { RelationError } from './error.ts';
import { placeOf, typed } from './typing.ts';
import type { AggregateFn, ColumnType, Measure, Schema } from './types.ts';

/** Aggregate functions in the words of the interface. */
export const aggregateTitles: Readonly<Record<AggregateFn, string>> = {
  count: 'count',
  count_distinct: 'count of different values',
  sum: 'sum',
  avg: 'mean',
  min: 'minimum',
  max: 'maximum',
  median: 'median',
  quantile: 'quantile',
  stddev: 'standard deviation',
  variance: 'variance',
  mode: 'most frequent value',
  first: 'any value',
  string_agg: 'all values as text',
};

/** Result type of an aggregate over values of a type, or null where it means nothing. */
export function aggregateType(fn: AggregateFn, argument: ColumnType | null): ColumnType | null {
  if (fn === 'count') return 'integer';
  if (argument === null) return null;
  const numeric = isNumeric(argument) || argument === 'boolean';
  switch (fn) {
    case 'count_distinct':
      return 'integer';
    case 'sum':
      return !numeric ? null : argument === 'float' ? 'float' : 'integer';
    case 'avg':
    case 'median':
    case 'quantile':
    case 'stddev':
    case 'variance':
      return numeric ? 'float' : null;
    case 'min':
    case 'max':
      return argument === 'binary' ? null : argument;
    case 'mode':
      return argument === 'binary' ? null : argument;
    case 'first':
      return argument;
    case 'string_agg':
      return argument === 'binary' ? null : 'string';
  }
}

/** @throws RelationError type-mismatch, bad-fraction */
export function measureType(measure: Measure, schema: Schema): ColumnType {
  const argument = measure.arg === undefined ? null : typed(measure.arg, schema).type;
  const place = { ...(measure.arg ? placeOf(measure.arg) : {}) };
  if (measure.fn === 'quantile' && !(measure.fraction !== undefined && measure.fraction >= 0 && measure.fraction <= 1)) {
    throw new RelationError('bad-fraction', `The quantile “${measure.name}” needs a fraction from 0 to 1.`, { remedy: 'Use 0.5 for the median, 0.9 for the ninth decile.', place });
  }
  const type = aggregateType(measure.fn, argument);
  if (type !== null) return type;
  throw new RelationError(
    'type-mismatch',
    argument === null ? `The ${aggregateTitles[measure.fn]} “${measure.name}” needs a column.` : `The ${aggregateTitles[measure.fn]} of ${typeTitles[argument]} means nothing (“${measure.name}”).`,
    { remedy: argument === null ? 'Choose a column.' : 'Choose another column or another measure.', place },
  );
}
