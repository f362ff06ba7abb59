import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PipelineDocument, PipelineNode } from '#app/pipeline/document.ts';
import { boundaryPort, inputType, outputType, subflowType } from '#app/pipeline/subflow/index.ts';
import { fixtureDocument, openTestEngine, type TestEngine } from '../testing.ts';

let opened: TestEngine;
beforeAll(async () => {
  opened = await openTestEngine();
});
afterAll(() => opened.close());

const rows = [
  ['Oslo', 1, 2],
  ['Oslo', 3, 4],
  ['Bergen', 5, 6],
];

const source = { id: 'data', type: 'data/table-creator', params: { columns: [{ name: 'city', type: 'string' }, { name: 'a', type: 'integer' }, { name: 'b', type: 'integer' }], rows } };

/** data → subflow(in → formula → out) → sort. */
function document(more: Partial<PipelineNode> = {}): PipelineDocument {
  const { catalogue } = opened.engine;
  const plain = fixtureDocument(
    { nodes: [{ ...source, params: { table: { columns: source.params.columns, rows } } }, { id: 'sort', type: 'transform/sort', params: { keys: [{ column: 'a', descending: true }] } }] as never, edges: [] },
    catalogue,
  );
  const subflow: PipelineNode = {
    id: 'sub',
    type: subflowType,
    version: 1,
    title: 'Add up',
    params: {},
    content: {
      nodes: [
        { id: 'in', type: inputType, version: 1, title: 'Rows', params: { kind: 'table' } },
        { id: 'sum', type: 'transform/formula', version: catalogue.get('transform/formula')?.definition.version ?? 1, params: { columns: [{ name: 'sum', expression: 'a + b' }] } },
        { id: 'out', type: outputType, version: 1, title: 'Sums', params: { kind: 'table' } },
      ],
      edges: [
        { id: 'i', from: { node: 'in', port: boundaryPort }, to: { node: 'sum', port: 'table' } },
        { id: 'o', from: { node: 'sum', port: 'table' }, to: { node: 'out', port: boundaryPort } },
      ],
      notes: [],
      groups: [],
      layout: {},
      exposed: [{ name: 'formulas', node: 'sum', param: 'columns' }],
    },
    ...more,
  };
  return {
    ...plain,
    nodes: [...plain.nodes, subflow],
    edges: [
      { id: 'e1', from: { node: 'data', port: 'table' }, to: { node: 'sub', port: 'in' } },
      { id: 'e2', from: { node: 'sub', port: 'out' }, to: { node: 'sort', port: 'table' } },
    ],
  };
}

describe('a subflow in the engine', () => {
  it('is configured, run and looked at as one node and inside', async () => {
    const drawn = document();
    const { configurations, diagnostics } = await opened.engine.configure(drawn);
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(configurations['sub']).toMatchObject({ describe: '1 node', outputs: { out: { kind: 'table', schema: [{ name: 'city' }, { name: 'a' }, { name: 'b' }, { name: 'sum' }] } } });
    expect(configurations['sub/in']?.outputs[boundaryPort]).toMatchObject({ kind: 'table', schema: [{ name: 'city' }, { name: 'a' }, { name: 'b' }] });
    const { status, nodes } = await opened.run(drawn);
    expect(status).toBe('succeeded');
    expect(nodes['sub/sum']?.title).toBe('Add up ▸ Formula');
    const sums = [['Oslo', 1, 2, 3], ['Oslo', 3, 4, 7], ['Bergen', 5, 6, 11]];
    expect((await opened.table(drawn, 'sub', 'out')).rows).toEqual(sums);
    expect((await opened.table(drawn, 'sub/out', boundaryPort)).rows).toEqual(sums);
    expect((await opened.table(drawn, 'sub/in', boundaryPort)).rows).toEqual(rows);
  });

  it('runs up to itself, and keeps what did not change', async () => {
    const drawn = document({ params: { formulas: [{ name: 'sum', expression: 'a * b' }] } });
    const { status, nodes } = await opened.run(drawn, ['sub']);
    expect(status).toBe('succeeded');
    expect(Object.keys(nodes)).not.toContain('sort');
    expect(nodes['data']?.status).toBe('cached');
    expect((await opened.table(drawn, 'sub', 'out')).rows.map((row) => row.at(-1))).toEqual([2, 12, 30]);
    expect((await opened.run(document({ bypassed: true }), ['sub']).catch((error: unknown) => error)) as object).toMatchObject({ code: 'nothing-inside' });
  });

  it('repeated for groups gives the rows of all under each other, with whose they are', async () => {
    const drawn = document({ repeat: { over: 'groups', input: 'in', by: 'city', values: ['Bergen', 'Oslo'], column: 'group' } });
    const { status } = await opened.run(drawn);
    expect(status).toBe('succeeded');
    const { schema, rows: found } = await opened.table(drawn, 'sub', 'out');
    expect(schema.map(({ name }) => name)).toEqual(['group', 'city', 'a', 'b', 'sum']);
    expect(found).toEqual([['Bergen', 'Bergen', 5, 6, 11], ['Oslo', 'Oslo', 1, 2, 3], ['Oslo', 'Oslo', 3, 4, 7]]);
    expect((await opened.table(drawn, 'sub[1]/in', boundaryPort)).rows).toHaveLength(2);
  });

  it('repeated for params runs only what is new', async () => {
    const of = (expressions: readonly string[]): PipelineDocument =>
      document({ repeat: { over: 'params', column: 'run', runs: expressions.map((expression) => ({ label: expression, params: { formulas: [{ name: 'sum', expression }] } })) } });
    const first = of(['a + b', 'a - b']);
    expect((await opened.run(first)).status).toBe('succeeded');
    expect((await opened.table(first, 'sub', 'out')).rows.map((row) => [row[0], row.at(-1)])).toEqual([['a + b', 3], ['a + b', 7], ['a + b', 11], ['a - b', -1], ['a - b', -1], ['a - b', -1]]);
    const { freshness } = await opened.engine.configure(of(['a + b', 'a - b', 'a * a - b']));
    expect([freshness['sub[0]/sum'], freshness['sub[2]/sum']].map((one) => one?.state)).toEqual(['fresh', 'never-run']);
  });

  it('says at the node what is missing, inside and outside', async () => {
    const drawn = document();
    const { diagnostics } = await opened.engine.configure({ ...drawn, edges: drawn.edges.filter(({ id }) => id !== 'e1') });
    expect(diagnostics.map(({ code, place }) => [code, place?.nodeId])).toContainEqual(['input-missing', 'sub']);
  });
});
