import { asc, call, cast, col, filter, limit, lit, named, project } from '#app/relation/build.ts';
import { atParam, freeName, schemaOf, typeOf } from '#app/relation/index.ts';
import type { Column, Expr, Relation, Schema, SortKey, WindowColumn } from '#app/relation/types.ts';
import { tableInput } from '#app/sdk/configuration.ts';
import type { RelationFn } from '#app/sdk/node.ts';
import type { SampleParams } from './node.ts';

/**
 * Rows are numbered within each group, at random by the portable hash of the row (docs/decisions/portable-row-hash.md) or in order, and
 * the first numbers are taken: sizes are exact, and the two outputs together are the input.
 */
export const relation: RelationFn<SampleParams> = (inputs, params) => {
  const input = tableInput(inputs);
  const schema = schemaOf(input);
  const { method, count, every, fraction } = params;
  for (const name of params.groups) atParam(['groups'], () => typeOf(col(name), schema));
  const names: Column[] = [...schema];
  const fresh = (wanted: string): string => {
    const name = freeName(wanted, names);
    names.push({ name, type: 'integer' });
    return name;
  };
  const place = fresh('sample_place');
  const number = fresh('sample_number');
  const size = fresh('sample_size');
  const isRandom = method === 'fraction' || method === 'rows';
  const orderBy = isRandom ? randomOrder(params, schema) : [...chosenOrder(params, schema), asc(col(place))];
  const partitionBy = [...new Set(params.groups)].map(col);
  const placed: Relation = isRandom ? input : { op: 'window', input, columns: [{ name: place, fn: 'row_number', partitionBy: [], orderBy: [] }] };
  const columns: WindowColumn[] = [{ name: number, fn: 'row_number', partitionBy, orderBy }];
  if (method === 'fraction') columns.push({ name: size, fn: 'count', partitionBy, orderBy: [] });
  const numbered: Relation = { op: 'window', input: placed, columns };
  const isTaken = {
    fraction: (): Expr => call('less_than_or_equal', cast(col(number), 'float'), call('add', call('multiply', lit(fraction, 'float'), cast(col(size), 'float')), lit(0.5, 'float'))),
    rows: (): Expr => call('less_than_or_equal', col(number), lit(count)),
    first: (): Expr => call('less_than_or_equal', col(number), lit(count)),
    every: (): Expr => call('equals', call('mod', call('subtract', col(number), lit(1)), lit(every)), lit(0)),
  }[method]();
  const part = (predicate: Expr): Relation => project(filter(numbered, predicate), schema.map(({ name }) => named(name, col(name))));
  return { table: shortcut(input, params, orderBy) ?? part(isTaken), rest: part(call('not', isTaken)) };
};

/** A number of rows of the whole table needs no numbering: the database keeps the best so many while it reads. */
function shortcut(input: Relation, { method, count, groups, orderBy }: SampleParams, keys: readonly SortKey[]): Relation | null {
  if (groups.length > 0) return null;
  if (method === 'rows') return limit({ op: 'sort', input, keys }, count);
  const chosen = orderBy.some(({ column }) => column !== '');
  return method === 'first' && !chosen ? limit(input, count) : null;
}

/** By the hash of the key and then of the whole row, so that only rows equal in every column can change places. */
function randomOrder({ key, seed }: SampleParams, schema: Schema): SortKey[] {
  for (const name of key) atParam(['key'], () => typeOf(col(name), schema));
  const all = schema.map(({ name }) => name);
  const hash = (columns: readonly string[]): SortKey => asc(call('hash_fraction', lit(seed), ...columns.map(col)));
  return key.length === 0 ? [hash(all)] : [hash(key), ...all.filter((name) => !key.includes(name)).map((name) => asc(col(name)))];
}

function chosenOrder({ orderBy }: SampleParams, schema: Schema): SortKey[] {
  return orderBy.flatMap(({ column, direction }, i): SortKey[] => {
    if (column === '') return [];
    atParam(['orderBy', i, 'column'], () => typeOf(col(column), schema));
    return [{ expr: col(column), descending: direction === 'descending', nulls: 'last' }];
  });
}
