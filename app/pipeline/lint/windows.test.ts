import { describe, expect, it } from 'vitest';
import { asc, call, col, named, project } from '#app/relation/build.ts';
import type { Relation, SortKey, WindowColumn } from '#app/relation/types.ts';
import { learningsOf } from './columns.ts';
import { source, traceRelation } from './relations.ts';

const table = source('sales', [
  { name: 'day', type: 'date' },
  { name: 'step', type: 'integer' },
  { name: 'amount', type: 'float' },
  { name: 'shop', type: 'string' },
]);
const input: Relation = { op: 'scan', source: { kind: 'named', name: 'sales' }, schema: [...table.columns].map(([name, { type }]) => ({ name, type })), label: 'sales', origin: { nodeId: 'sales', port: 'table' } };
const desc = (name: string): SortKey => ({ expr: col(name), descending: true, nulls: 'last' });

/** What a column made by a window owes to other rows. */
function owed(window: Omit<WindowColumn, 'name' | 'partitionBy'> & { readonly partitionBy?: WindowColumn['partitionBy'] }): string[] {
  const relation: Relation = { op: 'window', input, columns: [{ partitionBy: [], ...window, name: 'made' }] };
  const traced = traceRelation(project(relation, [named('result', call('add', col('made'), col('amount')))]), { nodeId: 'window', port: 'table', base: 'window', input: () => table });
  const column = traced.columns.get('result');
  return column === undefined ? [] : [...learningsOf(column)].map(({ kind, timed }) => (timed ? `${kind} in time` : kind));
}
const amount = col('amount');

describe('what a window owes to other rows', () => {
  it('is all of them without an order, also within groups', () => {
    expect(owed({ fn: 'avg', arg: amount, orderBy: [] })).toEqual(['all']);
    expect(owed({ fn: 'avg', arg: amount, orderBy: [], partitionBy: [col('shop')] })).toEqual(['all']);
  });

  it('is nothing to hide where it only looks back in time', () => {
    expect(owed({ fn: 'lag', arg: amount, orderBy: [asc(col('day'))] })).toEqual([]);
    expect(owed({ fn: 'lead', arg: amount, orderBy: [desc('day')] })).toEqual([]);
    expect(owed({ fn: 'sum', arg: amount, orderBy: [asc(col('day'))] })).toEqual([]);
    expect(owed({ fn: 'sum', arg: amount, orderBy: [asc(col('step'))] })).toEqual([]);
    expect(owed({ fn: 'avg', arg: amount, orderBy: [asc(col('day'))], frame: { by: 'range', preceding: 6, following: 0 } })).toEqual([]);
    expect(owed({ fn: 'row_number', orderBy: [asc(col('day'))], partitionBy: [col('shop')] })).toEqual([]);
    expect(owed({ fn: 'first_value', arg: amount, orderBy: [asc(col('day'))], frame: { by: 'rows', preceding: null, following: null } })).toEqual([]);
  });

  it('is the future where it looks ahead in time', () => {
    expect(owed({ fn: 'lead', arg: amount, orderBy: [asc(col('day'))] })).toEqual(['future in time']);
    expect(owed({ fn: 'lag', arg: amount, orderBy: [desc('day')] })).toEqual(['future in time']);
    expect(owed({ fn: 'sum', arg: amount, orderBy: [desc('day')] })).toEqual(['future in time']);
    expect(owed({ fn: 'lead', arg: amount, orderBy: [asc(col('step'))] })).toEqual(['future']);
    expect(owed({ fn: 'avg', arg: amount, orderBy: [asc(col('day'))], frame: { by: 'rows', preceding: 3, following: 3 } })).toEqual(['future in time']);
    expect(owed({ fn: 'last_value', arg: amount, orderBy: [asc(col('day'))], frame: { by: 'rows', preceding: null, following: null } })).toEqual(['future in time']);
  });

  it('is all of them in an order of amounts or texts: a rank hangs on every row', () => {
    expect(owed({ fn: 'rank', orderBy: [asc(amount)] })).toEqual(['all']);
    expect(owed({ fn: 'rank', orderBy: [asc(col('step'))] })).toEqual(['all']);
    expect(owed({ fn: 'sum', arg: amount, orderBy: [asc(amount)] })).toEqual(['all']);
    expect(owed({ fn: 'ntile', offset: 4, orderBy: [asc(col('day'))] })).toEqual(['all in time']);
  });
});
