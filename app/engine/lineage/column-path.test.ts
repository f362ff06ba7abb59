import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixtureDocument, openTestEngine, type TestEngine } from '../testing.ts';

let opened: TestEngine;
beforeAll(async () => {
  opened = await openTestEngine();
});
afterAll(async () => {
  await opened.close();
});

const people = { columns: [{ name: 'id', type: 'integer' }, { name: 'income', type: 'float' }, { name: 'tax', type: 'float' }, { name: 'city', type: 'string' }], rows: [[1, 10, 2, 'Oslo']] };
const cities = { columns: [{ name: 'name', type: 'string' }, { name: 'rate', type: 'float' }], rows: [['Oslo', 0.5]] };

const pipeline = () =>
  fixtureDocument(
    {
      nodes: [
        { id: 'people', type: 'test/values', params: people },
        { id: 'cities', type: 'test/values', params: cities },
        { id: 'net', type: 'transform/formula', params: { columns: [{ name: 'net', expression: 'income - tax' }] } },
        { id: 'rich', type: 'transform/filter-rows', params: { expression: 'income > 5' } },
        { id: 'join', type: 'transform/join', params: { kind: 'left', keys: [{ left: 'city', right: 'name' }] } },
        { id: 'group', type: 'transform/group-by', params: { keys: ['city'], measures: [{ fn: 'sum', column: 'net', name: 'total' }] } },
        { id: 'chart', type: 'explore/distributions', params: { columns: ['total'] } },
      ],
      edges: [
        ['people.table', 'net.table'],
        ['net.table', 'rich.table'],
        ['rich.table', 'join.left'],
        ['cities.table', 'join.right'],
        ['join.table', 'group.table'],
        ['group.table', 'chart.table'],
      ],
    },
    opened.engine.catalogue,
  );

describe('the path of a column', () => {
  it('leads back through expressions to the columns outside, and names what only decides the rows', async () => {
    const path = await opened.engine.columnPath(pipeline(), { nodeId: 'group', port: 'table', column: 'total' });
    const values = path.sources.filter((source) => source.via === 'value').map((source) => `${source.nodeId}.${source.column}`);
    expect(values.sort()).toEqual(['people.income', 'people.tax']);
    const filters = path.sources.filter((source) => source.via === 'filter').map((source) => `${source.nodeId}.${source.column}`);
    expect(filters.sort()).toEqual(['cities.name', 'people.city']);
    const net = path.stops.find((stop) => stop.nodeId === 'net')?.columns.find((column) => column.column === 'net');
    expect(net).toEqual({ column: 'net', via: 'value', expression: 'income - tax' });
    expect(path.stops.find((stop) => stop.direction === 'target')?.columns).toEqual([{ column: 'total', via: 'value', expression: 'sum(net)' }]);
    expect(path.users).toEqual([{ nodeId: 'chart', title: 'Distributions' }]);
  });

  it('leads forward to what is made of it, and along the connections', async () => {
    const path = await opened.engine.columnPath(pipeline(), { nodeId: 'people', port: 'table', column: 'tax' });
    const forward = path.stops.filter((stop) => stop.direction === 'forward' && stop.columns.length > 0).map((stop) => `${stop.nodeId}: ${stop.columns.filter((column) => column.via === 'value').map((column) => column.column).join(', ')}`);
    expect(forward).toEqual(['net: tax, net', 'rich: tax, net', 'join: tax, net', 'group: total']);
    expect(path.wires.map((wire) => `${wire.from.node}→${wire.to.node}`)).toContain('join→group');
    expect(path.wires.some((wire) => wire.from.node === 'cities')).toBe(false);
  });

  it('does not lead from a key to what is only grouped by another', async () => {
    const path = await opened.engine.columnPath(pipeline(), { nodeId: 'cities', port: 'table', column: 'rate' });
    expect(path.stops.filter((stop) => stop.direction === 'forward').map((stop) => stop.nodeId)).toEqual(['join']);
    expect(path.users).toEqual([]);
  });

  it('says what is there when the column is not', async () => {
    await expect(opened.engine.columnPath(pipeline(), { nodeId: 'group', port: 'table', column: 'totl' })).rejects.toMatchObject({ code: 'unknown-column', remedy: expect.stringContaining('total') });
    await expect(opened.engine.columnPath(pipeline(), { nodeId: 'nope', port: 'table', column: 'a' })).rejects.toMatchObject({ code: 'unknown-node' });
    await expect(opened.engine.columnPath(pipeline(), { nodeId: 'group', port: 'out', column: 'total' })).rejects.toMatchObject({ code: 'unknown-port' });
  });
});
