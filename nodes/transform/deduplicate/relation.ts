import { asc, call, col, filter, lit, named, project } from '#app/relation/build.ts';
import { atParam, freeName, nameKey, RelationError, schemaOf, typeOf } from '#app/relation/index.ts';
import type { Relation, Schema, SortKey } from '#app/relation/types.ts';
import { tableInput } from '#app/sdk/configuration.ts';
import type { RelationFn } from '#app/sdk/node.ts';
import type { DeduplicateParams } from './node.ts';

/**
 * Rows are numbered within each group of equals, in the wished order and then in the order of the table, so that exactly one row has
 * number 1 and the two outputs together are the input. Missing values equal each other.
 */
export const relation: RelationFn<DeduplicateParams> = (inputs, params) => {
  const input = tableInput(inputs);
  const schema = schemaOf(input);
  for (const name of params.columns) atParam(['columns'], () => typeOf(col(name), schema));
  const columns = params.columns.length === 0 ? schema.map(({ name }) => name) : [...new Set(params.columns)];
  const partitionBy = columns.map(col);
  const place = freeName('place', schema);
  const taken: Schema = [...schema, { name: place, type: 'integer' }];
  const rank = freeName('rank', taken);
  const size = freeName('size', taken);
  const placed: Relation = { op: 'window', input, columns: [{ name: place, fn: 'row_number', partitionBy: [], orderBy: [] }] };
  const ranked: Relation = {
    op: 'window',
    input: placed,
    columns: [
      { name: rank, fn: 'row_number', partitionBy, orderBy: [...keys(params, schema), { expr: col(place), descending: params.keep === 'last', nulls: 'last' }] },
      { name: size, fn: 'count', partitionBy, orderBy: [] },
    ],
  };
  const isKept = params.keep === 'none' ? call('equals', col(size), lit(1)) : call('equals', col(rank), lit(1));
  const plain = schema.map((column) => named(column.name, col(column.name)));
  const count = params.count.trim();
  if (count !== '' && schema.some(({ name }) => nameKey(name) === nameKey(count))) {
    throw new RelationError('duplicate-column', `The table already has a column “${count}”.`, { remedy: 'Choose another name for the count column.', place: { param: ['count'], column: count } });
  }
  const copies = [...plain, named(count === '' ? freeName('rows', schema) : count, col(size))];
  return {
    table: distinctIsEnough(params) ? { op: 'distinct', input } : project(filter(ranked, isKept), count === '' ? plain : copies),
    removed: project(filter(ranked, call('not', isKept)), copies),
  };
};

/** Equal in every column: it does not matter which row is kept, and no numbering is needed. */
const distinctIsEnough = ({ columns, keep, count }: DeduplicateParams): boolean => columns.length === 0 && keep !== 'none' && count.trim() === '';

function keys({ keep, order }: DeduplicateParams, schema: Schema): SortKey[] {
  if (keep !== 'by-order') return [];
  return order.flatMap(({ column, direction }, i) => {
    if (column === '') return [];
    atParam(['order', i, 'column'], () => typeOf(col(column), schema));
    return [direction === 'ascending' ? asc(col(column)) : { expr: col(column), descending: true, nulls: 'last' as const }];
  });
}
