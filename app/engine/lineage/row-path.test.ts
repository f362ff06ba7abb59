import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import { fixtureDocument, openTestEngine, type TestEngine } from '../testing.ts';
import type { RowPath } from './row-path.ts';

let opened: TestEngine;
beforeAll(async () => {
  opened = await openTestEngine();
});
afterAll(async () => {
  await opened.close();
});

const people = {
  columns: [{ name: 'id', type: 'integer' }, { name: 'income', type: 'float' }, { name: 'city', type: 'string' }],
  rows: Array.from({ length: 40 }, (_unused, i) => [i + 1, 10 + ((i * 7) % 40), ['Oslo', 'Bergen', 'Paris', null][i % 4]]),
};
const cities = { columns: [{ name: 'name', type: 'string' }, { name: 'rate', type: 'float' }], rows: [['Bergen', 0.4], ['Oslo', 0.5], ['Rome', 0.1]] };

const pipeline = (nodes: { id: string; type: string; params: Record<string, unknown> }[], edges: [string, string][]): PipelineDocument =>
  fixtureDocument(
    {
      nodes: [
        { id: 'people', type: 'test/values', params: people },
        { id: 'cities', type: 'test/values', params: cities },
        { id: 'rich', type: 'transform/filter-rows', params: { expression: 'income > 20' } },
        { id: 'net', type: 'transform/formula', params: { columns: [{ name: 'net', expression: 'income * 2' }] } },
        { id: 'join', type: 'transform/join', params: { kind: 'left', keys: [{ left: 'city', right: 'name' }] } },
        ...nodes,
      ],
      edges: [['people.table', 'rich.table'], ['rich.table', 'net.table'], ['net.table', 'join.left'], ['cities.table', 'join.right'], ...edges],
    },
    opened.engine.catalogue,
  );

const pathOf = (document: PipelineDocument, nodeId: string, row: number, more: Partial<{ port: string; filter: string; sort: { column: string; descending: boolean }[]; cells: Record<string, null | number | string> }> = {}): Promise<RowPath> =>
  opened.engine.rowPath(document, { nodeId, port: 'table', row, filter: '', sort: [], ...more });
const rowsOf = (path: RowPath, nodeId: string): number[] => path.sources.find((source) => source.nodeId === nodeId)?.shown.map(({ number }) => number) ?? [];
const value = (path: RowPath, column: string) => path.row.cells[path.row.schema.findIndex(({ name }) => name === column)];

describe('where a row comes from', () => {
  it('leads through filters, formulas and joins to one row of each source', async () => {
    const document = pipeline([], []);
    const count = (await opened.table(document, 'join', 'table')).rows.length;
    expect(count).toBeGreaterThan(20);
    for (let row = 0; row < count; row += 5) {
      const path = await pathOf(document, 'join', row);
      expect(rowsOf(path, 'people')).toEqual([value(path, 'id')]);
      const place = cities.rows.findIndex(([name]) => name === value(path, 'city'));
      expect(rowsOf(path, 'cities')).toEqual(place < 0 ? [] : [place + 1]);
      expect(path.nodes).toEqual(place < 0 ? ['people', 'rich', 'net', 'join'] : ['people', 'cities', 'rich', 'net', 'join']);
      expect(path.stops).toEqual([]);
    }
  });

  it('goes by the order and the filter of the view', async () => {
    const document = pipeline([], []);
    const path = await pathOf(document, 'join', 0, { filter: "city = 'Bergen'", sort: [{ column: 'id', descending: true }] });
    const expected = people.rows.filter(([, income, city]) => Number(income) > 20 && city === 'Bergen').map(([id]) => Number(id));
    expect(rowsOf(path, 'people')).toEqual([Math.max(...expected)]);
  });

  it('gives the rows of a group, through tables that were written on the way', async () => {
    const document = pipeline(
      [
        { id: 'group', type: 'transform/group-by', params: { keys: ['city'], measures: [{ fn: 'sum', column: 'net', name: 'total' }, { fn: 'avg', column: 'income', name: 'mean' }] } },
        { id: 'fit', type: 'train/decision-tree', params: { target: 'total', features: ['mean'], minRows: 1 } },
        { id: 'predict', type: 'evaluate/predict', params: {} },
        { id: 'high', type: 'transform/formula', params: { columns: [{ name: 'thousand', expression: 'total_predicted / 1000' }] } },
      ],
      [['join.table', 'group.table'], ['group.table', 'fit.table'], ['fit.model', 'predict.model'], ['group.table', 'predict.table'], ['predict.table', 'high.table']],
    );
    expect((await opened.run(document)).status).toBe('succeeded');
    const { rows, schema } = await opened.table(document, 'high', 'table');
    const at = schema.findIndex(({ name }) => name === 'city');
    for (const [row, cells] of rows.entries()) {
      const path = await pathOf(document, 'high', row);
      expect(value(path, 'city')).toBe(cells[at]);
      expect(rowsOf(path, 'people')).toEqual(people.rows.filter(([, income, city]) => Number(income) > 20 && city === cells[at]).map(([id]) => id));
      expect(rowsOf(path, 'cities')).toEqual(cities.rows.flatMap(([name], i) => (name === cells[at] ? [i + 1] : [])));
      expect(path.notes.join(' ')).toContain('has learnt from rows of its own');
      expect(path.nodes).toContain('group');
      expect(path.nodes).not.toContain('fit');
    }
  });

  it('leads from tested and from clustered rows to those they were', async () => {
    const document = pipeline(
      [
        { id: 'learner', type: 'train/linear-regression', params: { target: 'income', features: ['id'] } },
        { id: 'test', type: 'evaluate/test-and-score', params: { folds: 3 } },
        { id: 'groups', type: 'train/k-means', params: { clusters: 3, features: ['id', 'income'] } },
      ],
      [['people.table', 'test.table'], ['learner.learner', 'test.learner'], ['rich.table', 'groups.table']],
    );
    const { nodes } = await opened.run(document, ['test', 'groups']);
    expect([nodes['test']?.status, nodes['test']?.reason, nodes['groups']?.status, nodes['groups']?.reason]).toEqual(['succeeded', expect.anything(), 'succeeded', expect.anything()]);
    for (const [node, port] of [['test', 'predictions'], ['groups', 'table']] as const) {
      for (const row of [0, 11, 23]) {
        const path = await pathOf(document, node, row, { port });
        expect(path.stops).toEqual([]);
        expect(rowsOf(path, 'people')).toEqual([value(path, 'id')]);
      }
    }
  });

  it('knows a row by its values where another one is at its place', async () => {
    const document = pipeline([{ id: 'group', type: 'transform/group-by', params: { keys: ['city'], measures: [{ fn: 'count', name: 'people' }] } }], [['join.table', 'group.table']]);
    const bergen = people.rows.filter(([, income, city]) => Number(income) > 20 && city === 'Bergen').map(([id]) => id);
    for (const row of [0, 1, 2, 3, 50]) expect(rowsOf(await pathOf(document, 'group', row, { cells: { city: 'Bergen', people: bergen.length } }), 'people')).toEqual(bergen);
    await expect(pathOf(document, 'group', 0, { cells: { city: 'Rome' } })).rejects.toMatchObject({ code: 'no-such-row', message: expect.stringContaining('with these values') });
    const missing = await pathOf(document, 'group', 0, { cells: { city: null } });
    expect(rowsOf(missing, 'people')).toEqual(people.rows.filter(([, income, city]) => Number(income) > 20 && city === null).map(([id]) => id));
  });

  it('says where it ends at code that it cannot see into', async () => {
    const document = pipeline(
      [
        { id: 'sql', type: 'transform/sql', params: { text: 'select id, income + 1 as more from t1' } },
        { id: 'after', type: 'transform/filter-rows', params: { expression: 'more > 25' } },
      ],
      [['people.table', 'sql.tables'], ['sql.table', 'after.table']],
    );
    const path = await pathOf(document, 'after', 2);
    expect(path.sources).toEqual([]);
    expect(path.stops).toEqual([{ nodeId: 'sql', title: 'SQL', reason: expect.stringContaining('SQL of your own') }]);
    expect(path.nodes).toEqual(['sql', 'after']);
  });

  it('counts apart what only decides: the rows that a window looked at', async () => {
    const document = pipeline([{ id: 'rank', type: 'transform/window', params: { partitionBy: ['city'], orderBy: [{ column: 'income', descending: true }], columns: [{ fn: 'rank', name: 'place' }] } }], [['people.table', 'rank.table']]);
    const path = await pathOf(document, 'rank', 3);
    expect(rowsOf(path, 'people')).toEqual([value(path, 'id')]);
    expect(path.sources[0]?.decides).toBe(9);
  });

  it('names what is there where there is no such row', async () => {
    await expect(pathOf(pipeline([], []), 'join', 1000)).rejects.toMatchObject({ code: 'no-such-row', message: expect.stringMatching(/row 1.001/), remedy: expect.stringContaining('rows') });
  });
});
