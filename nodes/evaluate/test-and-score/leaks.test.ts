import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixtureDocument, openTestEngine, type Fixture, type TestEngine } from '#app/engine/testing.ts';

type Cell = null | boolean | number | string;

/** Two shops of 30 rows each; a fold for each shop. */
const rows = Array.from({ length: 60 }, (_unused, index): Cell[] => [
  index + 1,
  index < 30 ? 'north' : 'south',
  index % 9 === 4 ? null : Math.round(Math.sin(index) * 1000) / 100,
  ['tea', 'rice', 'salt'][index % 3] ?? null,
  Math.sin(index) + (index % 3) / 2 > 0.4 ? 'yes' : 'no',
  Math.round((Math.sin(index) * 3 + (index % 3)) * 100) / 100,
]);

const recipe = {
  steps: [
    { step: 'impute', columns: { by: 'all-numeric' }, numeric: 'mean', categorical: 'none', indicator: true },
    { step: 'scale', columns: { by: 'all-numeric' }, method: 'min-max' },
    { step: 'one-hot', columns: { by: 'all-categorical' }, maxCategories: 2, other: true, dropFirst: false },
  ],
};

function pipeline(cells: readonly Cell[][], learner: { type: string; target: string }): Pick<Fixture, 'nodes' | 'edges'> {
  return {
    nodes: [
      { id: 'in', type: 'test/values', params: { columns: [{ name: 'id', type: 'integer' }, { name: 'shop', type: 'string' }, { name: 'x', type: 'float' }, { name: 'item', type: 'string' }, { name: 'bought', type: 'string' }, { name: 'amount', type: 'float' }], rows: cells } },
      { id: 'prepare', type: 'train/preprocess', params: recipe },
      { id: 'fit', type: learner.type, params: { target: learner.target, features: ['x', 'item'] } },
      { id: 'test', type: 'evaluate/test-and-score', params: { method: 'leave-one-group-out', group: 'shop' } },
    ],
    edges: [['prepare.recipe', 'fit.recipe'], ['in.table', 'test.table'], ['fit.learner', 'test.learner']],
  };
}

describe('nothing of the tested rows reaches what is fitted', () => {
  let opened: TestEngine;
  beforeAll(async () => {
    opened = await openTestEngine();
  });
  afterAll(() => opened.close());

  /** By id: everything that was predicted of the rows of a shop. */
  async function predictions(cells: readonly Cell[][], learner: { type: string; target: string }, shop: string): Promise<Map<Cell, Cell[]>> {
    const document = fixtureDocument(pipeline(cells, learner), opened.engine.catalogue);
    const { nodes } = await opened.run(document, ['test']);
    expect(nodes['test']?.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    const { rows: found } = await opened.table(document, 'test', 'predictions');
    return new Map(found.filter((row) => row[4] === shop).map((row) => [row[3] ?? null, row.slice(9)]));
  }

  it.each([
    { type: 'train/logistic-regression', target: 'bought' },
    { type: 'train/linear-regression', target: 'amount' },
  ])('$type: the other tested rows are predicted alike when one of them has an extreme number, a new category and another target', async (learner) => {
    const before = await predictions(rows, learner, 'south');
    const changed = rows.map((row) => (row[0] === 40 ? [40, 'south', 1e6, 'caviar', row[4] === 'yes' ? 'no' : 'yes', -5000] : row));
    const after = await predictions(changed, learner, 'south');
    expect(before.size).toBe(30);
    for (const [id, cells] of before) if (id !== 40) expect(after.get(id)).toEqual(cells);
    // The same change is seen where the row is trained on.
    expect(await predictions(changed, learner, 'north')).not.toEqual(await predictions(rows, learner, 'north'));
  });

  it('a class that only the tested rows have gets the probability 0, and a finite log loss', async () => {
    const withRare = rows.map((row) => (row[0] === 35 || row[0] === 36 ? row.with(4, 'maybe') : row));
    const document = fixtureDocument(pipeline(withRare, { type: 'train/logistic-regression', target: 'bought' }), opened.engine.catalogue);
    await opened.run(document, ['test']);
    const { schema, rows: found } = await opened.table(document, 'test', 'predictions');
    const at = (name: string): number => schema.findIndex((column) => column.name === name);
    const south = found.filter((row) => row[at('shop')] === 'south');
    expect(south).toHaveLength(30);
    for (const row of south) expect([row[at('bought_p_maybe')], Number(row[at('bought_p_no')]) + Number(row[at('bought_p_yes')])]).toEqual([0, expect.closeTo(1, 6)]);
    const { rows: scores } = await opened.table(document, 'test', 'scores');
    const [, losing] = scores;
    // Two of thirty rows at −ln 2⁻²³ at least.
    expect(Number(losing?.[7])).toBeGreaterThan((2 / 30) * 23 * Math.LN2);
    expect(Number.isFinite(losing?.[7])).toBe(true);
  });
});
