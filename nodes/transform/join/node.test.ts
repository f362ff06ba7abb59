import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeFixtures, fixtureDocument, openTestEngine, type TestEngine } from '#app/engine/testing.ts';

describeFixtures(import.meta.url);

describe('the match report', () => {
  let opened: TestEngine;
  beforeAll(async () => {
    opened = await openTestEngine();
  });
  afterAll(async () => {
    await opened.close();
  });

  const rows = (keys: readonly number[]) => ({ columns: [{ name: 'k', type: 'integer' }], rows: keys.map((key) => [key]) });
  const document = (left: readonly number[], right: readonly number[]) =>
    fixtureDocument(
      {
        nodes: [
          { id: 'left', type: 'test/values', params: rows(left) },
          { id: 'right', type: 'test/values', params: rows(right) },
          { id: 'join', type: 'transform/join', params: { keys: [{ left: 'k', right: 'k' }] } },
          { id: 'sort', type: 'transform/sort', params: { keys: [{ column: 'k' }] } },
        ],
        edges: [
          ['left.table', 'join.left'],
          ['right.table', 'join.right'],
          ['join.table', 'sort.table'],
        ],
      },
      opened.engine.catalogue,
    );

  it('is made after the run for a join in the middle, warns there, and is kept', async () => {
    const made = document([1, 1, 1, 2], [1, 1, 1, 3]);
    const { nodes, status } = await opened.run(made);
    expect(status).toBe('succeeded');
    expect(nodes['join']?.ports).toHaveProperty('report');
    expect(nodes['join']?.diagnostics.map(({ code, severity }) => [code, severity])).toEqual([['join-explosion', 'warning']]);
    const again = await opened.run(made);
    expect(again.nodes['join']).toMatchObject({ status: 'cached', diagnostics: [{ code: 'join-explosion' }] });
    expect(await opened.value(made, 'join', 'report')).toMatchObject({ kind: 'report', report: { title: 'Match report' } });
  });

  it('is made when it is looked at, also before any run', async () => {
    const value = await opened.value(document([1, 2, 3], [2, 3, 4, 5]), 'join', 'report');
    expect(value).toMatchObject({ report: { blocks: [{ metrics: [{ value: 2 / 3 }, { value: 0.5 }, { value: 1 }, { value: 2 }, { value: 2 }, { value: 0.5 }] }, {}, {}, {}, {}] } });
  });

  it('counts a cross join without keys', async () => {
    const made = document([1, 2, 3], [2, 3]);
    const crossed = { ...made, nodes: made.nodes.map((node) => (node.id === 'join' ? { ...node, params: { kind: 'cross' } } : node)) };
    expect(await opened.value(crossed, 'join', 'report')).toMatchObject({ report: { blocks: [{ metrics: [{ value: 3 }, { value: 2 }, { value: 6 }] }] } });
  });
});
