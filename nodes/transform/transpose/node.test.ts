import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeFixtures, fixtureDocument, openTestEngine, type TestEngine } from '#app/engine/testing.ts';

describeFixtures(import.meta.url);

describe('a table that is too large', () => {
  let opened: TestEngine;
  beforeAll(async () => {
    opened = await openTestEngine();
  });
  afterAll(async () => {
    await opened.close();
  });

  const transpose = async (sql: string) => {
    const document = fixtureDocument(
      {
        nodes: [
          { id: 'one', type: 'test/values', params: { columns: [{ name: 'a', type: 'integer' }], rows: [[1]] } },
          { id: 'many', type: 'transform/sql', params: { text: sql } },
          { id: 'turn', type: 'transform/transpose', params: {} },
        ],
        edges: [
          ['one.table', 'many.tables'],
          ['many.table', 'turn.table'],
        ],
      },
      opened.engine.catalogue,
    );
    const { nodes } = await opened.run(document);
    return nodes['turn'];
  };

  it('is refused with its size', async () => {
    const turned = await transpose('select i from range(10001) r(i)');
    expect(turned).toMatchObject({ status: 'failed', diagnostics: [{ code: 'too-large' }] });
    expect(turned?.reason).toMatch(/10.001 rows, and each would become a column; at most 10.000 columns can be turned/u);
  });

  it('is refused where whole numbers would lose digits', async () => {
    expect(await transpose('select 9007199254740993 as n')).toMatchObject({ status: 'failed', diagnostics: [{ code: 'too-large', remedy: 'Retype those columns to text first.' }] });
  });

  it('is turned at two thousand rows', async () => {
    const turned = await transpose('select i, i * 2 as j from range(2000) r(i)');
    expect(turned).toMatchObject({ status: 'succeeded', ports: { table: { rows: 2 } } });
  });
});
