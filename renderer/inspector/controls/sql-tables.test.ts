import { describe, expect, it } from 'vitest';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import { namesOfTitles, sqlName, sqlTables, withNames } from './sql-tables.ts';

describe('tables of an SQL node', () => {
  const edge = (id: string, from: string, to: string) => ({ id, from: { node: from, port: 'table' }, to: { node: to, port: 'tables' } });
  const node = (id: string, params = {}) => ({ id, type: 'transform/sql', version: 1, params });
  const document = { nodes: [node('a'), node('b'), node('sql', { names: ['', 'orders'] })], edges: [edge('1', 'a', 'sql'), edge('2', 'b', 'other'), edge('3', 'b', 'sql')] } as unknown as PipelineDocument;

  it('come in the order of the connections, with the given names or numbers', () => {
    const tables = sqlTables(document, 'sql', 'tables', (id) => (id === 'a' ? [{ name: 'x', type: 'integer' }] : null), (id) => id.toUpperCase());
    expect(tables).toEqual([
      { name: 't1', title: 'A', schema: [{ name: 'x', type: 'integer' }] },
      { name: 'orders', title: 'B', schema: null },
    ]);
  });

  it('get names of titles that SQL takes without quotes, each once', () => {
    expect(namesOfTitles(['Customers 2024.csv', 'Köln', '2024', '???', 'koln'])).toEqual(['customers_2024_csv', 'koln', 't_2024', 't4', 'koln_2']);
  });

  it('are renamed in the text, but not in texts, comments and longer words', () => {
    expect(withNames(`select t1.a, 't1' from T1 join "t2" on t1.x = t2.x -- t1\nwhere t11 > 0`, ['t1', 't2'], ['orders', 'my table'])).toBe(`select orders.a, 't1' from orders join "my table" on orders.x = "my table".x -- t1\nwhere t11 > 0`);
    expect(sqlName('größe "x"')).toBe('"größe ""x"""');
  });
});
