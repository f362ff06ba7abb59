import { describe, expect, it } from 'vitest';
import { asc, call, cast, col, filter, lit, named, project } from './build.ts';
import { RelationError } from './error.ts';
import { isRowWise } from './row-wise.ts';
import { lineageOf } from './lineage.ts';
import { didYouMean, nearMiss } from './near-miss.ts';
import { schemaOf } from './schema.ts';
import type { Relation, Schema } from './types.ts';

const scan = (label: string, schema: Schema): Relation => ({ op: 'scan', source: { kind: 'named', name: label }, schema, label, origin: { nodeId: label, port: 'table' } });
const orders = scan('orders', [
  { name: 'id', type: 'integer' },
  { name: 'customer', type: 'integer' },
  { name: 'amount', type: 'float' },
]);
const customers = scan('customers', [
  { name: 'id', type: 'integer' },
  { name: 'name', type: 'string' },
]);

function errorOf(relation: Relation): RelationError {
  try {
    schemaOf(relation);
  } catch (error) {
    if (error instanceof RelationError) return error;
    throw error;
  }
  throw new Error('No error came.');
}

describe('schemaOf', () => {
  it.each<[string, Relation, string, string]>([
    ['an unknown column', project(orders, [named('a', col('amuont'))]), 'unknown-column', 'There is no column “amuont”. Did you mean “amount”?'],
    ['names that SQL cannot tell apart', project(orders, [named('a', col('id')), named('A', col('id'))]), 'duplicate-column', 'The columns “a” and “A” differ only in capital letters.'],
    ['no column', project(orders, []), 'no-columns', 'No column is left.'],
    ['an empty name', project(orders, [named('', col('id'))]), 'empty-name', 'A column has no name.'],
    ['a filter that is a number', filter(orders, col('amount')), 'type-mismatch', 'A filter needs a condition that is true or false, but this is a number.'],
    ['a cast without meaning', project(orders, [named('d', cast(col('id'), 'date'))]), 'cast-impossible', 'A whole number cannot be converted to a date.'],
    ['a sum of text', { op: 'aggregate', input: customers, keys: [], measures: [{ name: 's', fn: 'sum', arg: col('name') }] }, 'type-mismatch', 'The sum of text means nothing (“s”).'],
    ['a quantile without its fraction', { op: 'aggregate', input: orders, keys: [], measures: [{ name: 'q', fn: 'quantile', arg: col('amount') }] }, 'bad-fraction', 'The quantile “q” needs a fraction from 0 to 1.'],
    ['join keys of different kinds', { op: 'join', kind: 'inner', left: orders, right: customers, on: [{ left: 'id', right: 'name' }], rightSuffix: '_r' }, 'join-types', 'The keys “id” (a whole number) and “name” (text) cannot be equal.'],
    ['a join without keys', { op: 'join', kind: 'left', left: orders, right: customers, on: [], rightSuffix: '_r' }, 'join-keys', 'A join needs at least one pair of key columns.'],
    ['a union of different types', { op: 'union', inputs: [project(orders, [named('v', col('id'))]), project(customers, [named('v', col('name'))])], by: 'name' }, 'union-types', 'The column “v” is a whole number in one table and text in another.'],
    ['an as-of join on text', { op: 'asof', kind: 'left', left: customers, right: customers, on: [], time: { left: 'name', right: 'name' }, direction: 'backward', strict: false, tolerance: null, rightSuffix: '_r' }, 'asof-time', 'The columns “name” (text) and “name” (text) cannot be matched in time.'],
    ['a negative tolerance', { op: 'asof', kind: 'left', left: orders, right: orders, on: [], time: { left: 'id', right: 'id' }, direction: 'backward', strict: false, tolerance: -1, rightSuffix: '_r' }, 'bad-tolerance', 'The greatest distance in time must be a number of at least 0.'],
    ['a pivot by its own key', { op: 'pivot', input: orders, keys: ['id'], column: 'id', values: [], measures: [{ name: 'n', fn: 'count' }], naming: 'value' }, 'pivot-keys', 'The column “id” gives the new columns, so it cannot also tell the rows apart.'],
    ['a pivot with a value twice', { op: 'pivot', input: orders, keys: [], column: 'id', values: [{ value: 1, name: 'a' }, { value: '1', name: 'b' }], measures: [{ name: 'n', fn: 'count' }], naming: 'value' }, 'pivot-values', 'The value “1” is listed twice.'],
    ['a pivot of what is no number', { op: 'pivot', input: orders, keys: [], column: 'id', values: [{ value: 'x', name: 'a' }], measures: [{ name: 'n', fn: 'count' }], naming: 'value' }, 'pivot-values', 'The value “x” of “id” is not a whole number.'],
    ['a pivot without measures', { op: 'pivot', input: orders, keys: ['id'], column: 'customer', values: [], measures: [], naming: 'value' }, 'pivot-measures', 'There is nothing to fill the new columns with.'],
    ['an unpivot of nothing', { op: 'unpivot', input: orders, columns: [], nameColumn: 'name', valueColumn: 'value', dropMissing: false }, 'unpivot-columns', 'No column is chosen to be turned into rows.'],
    ['an explode of numbers', { op: 'explode', input: orders, column: 'id', as: 'id', delimiter: null, elementType: 'string', position: null, keepEmpty: false }, 'explode-column', 'The column “id” is a whole number, so it holds no list.'],
    ['sets of different columns', { op: 'set', kind: 'except', left: project(orders, [named('id', col('id'))]), right: customers }, 'set-columns', 'The first table has no column “name”, so whole rows cannot be compared.'],
    ['two tables of one name in SQL', { op: 'sql', inputs: [{ name: 'a', relation: orders }, { name: 'A', relation: orders }], text: 'select 1 as x', schema: [{ name: 'x', type: 'integer' }] }, 'sql-inputs', 'Two tables are called “A”.'],
    ['groups without a number', { op: 'window', input: orders, columns: [{ name: 'q', fn: 'ntile', partitionBy: [], orderBy: [asc(col('id'))] }] }, 'window-offset', 'The column “q” (ntile) needs a number of groups of at least 1.'],
    ['a frame that ends before it starts', { op: 'window', input: orders, columns: [{ name: 's', fn: 'sum', arg: col('id'), partitionBy: [], orderBy: [asc(col('id'))], frame: { by: 'rows', preceding: -2, following: 1 } }] }, 'window-frame', 'The frame of the column “s” ends before it starts.'],
    ['a distance in text', { op: 'window', input: customers, columns: [{ name: 's', fn: 'count', partitionBy: [], orderBy: [asc(col('name'))], frame: { by: 'range', preceding: 2, following: 0 } }] }, 'window-frame', 'The frame of the column “s” measures a distance, so it needs an order by exactly one number, date, or date with time.'],
    ['a frame without an order', { op: 'window', input: orders, columns: [{ name: 's', fn: 'count', partitionBy: [], orderBy: [], frame: { by: 'rows', preceding: 2, following: 0 } }] }, 'window-order', 'The frame of the column “s” needs an order, because it looks at the rows before and after.'],
    ['a frame of a rank', { op: 'window', input: orders, columns: [{ name: 's', fn: 'rank', partitionBy: [], orderBy: [asc(col('id'))], frame: { by: 'rows', preceding: 2, following: 0 } }] }, 'window-frame', 'The column “s” (rank) takes no frame of rows.'],
    ['a rank without an order', { op: 'window', input: orders, columns: [{ name: 'r', fn: 'rank', partitionBy: [], orderBy: [] }] }, 'window-order', 'The column “r” (rank) needs an order.'],
  ])('refuses %s', (_what, relation, code, message) => {
    expect(errorOf(relation)).toMatchObject({ code, message });
  });

  it('suffixes right columns until the name is free', () => {
    const right = project(customers, [named('id', col('id')), named('amount', col('name')), named('amount_r', col('name'))]);
    expect(schemaOf({ op: 'join', kind: 'left', left: orders, right, on: [{ left: 'customer', right: 'id' }], rightSuffix: '_r' }).map(({ name }) => name)).toEqual(['id', 'customer', 'amount', 'id_r', 'amount_r', 'amount_r_r']);
  });

  it('keeps one key of the same name, of the wider type in a full join', () => {
    const right = project(customers, [named('id', cast(col('id'), 'float')), named('name', col('name'))]);
    const join = (kind: 'left' | 'right' | 'full'): Relation => ({ op: 'join', kind, left: orders, right, on: [{ left: 'id', right: 'id' }], rightSuffix: '_r' });
    expect(schemaOf(join('full'))[0]).toEqual({ name: 'id', type: 'float' });
    expect(schemaOf(join('left'))[0]).toEqual({ name: 'id', type: 'integer' });
    expect(schemaOf(join('right'))[0]).toEqual({ name: 'id', type: 'float' });
    expect(schemaOf(join('full'))).toHaveLength(4);
  });
});

describe('lineageOf', () => {
  it('tells values from filters, through joins and measures', () => {
    const joined: Relation = { op: 'join', kind: 'inner', left: filter(orders, call('greater_than', col('amount'), lit(0))), right: customers, on: [{ left: 'customer', right: 'id' }], rightSuffix: '_r' };
    const grouped: Relation = { op: 'aggregate', input: joined, keys: [named('name', col('name'))], measures: [{ name: 'total', fn: 'sum', arg: col('amount') }] };
    const total = lineageOf(grouped).find(({ column }) => column === 'total');
    expect(total?.from.map(({ label, column, via }) => `${label}.${column} ${via}`).sort()).toEqual(['customers.id filter', 'customers.name filter', 'orders.amount value', 'orders.customer filter']);
    expect(total?.from[0]?.origin).toEqual({ nodeId: 'orders', port: 'table' });
  });
});

it('isRowWise: projections and filters of a scan only', () => {
  expect(isRowWise(filter(project(orders, [named('id', col('id'))]), call('is_null', col('id'))))).toBe(true);
  expect(isRowWise({ op: 'limit', input: orders, count: 1, offset: 0 })).toBe(false);
  expect(isRowWise({ op: 'unpivot', input: orders, columns: ['id'], nameColumn: 'name', valueColumn: 'value', dropMissing: false })).toBe(false);
  expect(isRowWise(project({ op: 'explode', input: customers, column: 'name', as: 'part', delimiter: ',', elementType: 'string', position: null, keepEmpty: true }, [named('id', col('id'))]))).toBe(false);
  expect(isRowWise(filter({ op: 'distinct', input: orders }, lit(true)))).toBe(false);
});

describe('near misses', () => {
  it.each([
    ['incme', 'income'],
    ['icnome', 'income'],
    ['FirstName', 'first_name'],
    ['zzz', null],
  ])('%s → %s', (name, expected) => {
    expect(nearMiss(name, ['income', 'first_name', 'age'])).toBe(expected);
  });
  it('says nothing where nothing is near', () => {
    expect(didYouMean('zzz', ['income'])).toBe('');
  });
});
