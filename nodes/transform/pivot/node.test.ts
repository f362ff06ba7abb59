import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeFixtures, fixtureDocument, openTestEngine, type TestEngine } from '#app/engine/testing.ts';

describeFixtures(import.meta.url);

describe('columns found in the data', () => {
  let opened: TestEngine;
  beforeAll(async () => {
    opened = await openTestEngine();
  });
  afterAll(async () => {
    await opened.close();
  });

  const document = (rows: (string | number | null)[][], column = '2024') =>
    fixtureDocument(
      {
        nodes: [
          { id: 'data', type: 'test/values', params: { columns: [{ name: 'shop', type: 'string' }, { name: 'year', type: 'integer' }], rows } },
          { id: 'pivot', type: 'transform/pivot', params: { keys: ['shop'], column: 'year' } },
          { id: 'sort', type: 'transform/sort', params: { keys: [{ column, direction: 'descending' }] } },
        ],
        edges: [
          ['data.table', 'pivot.table'],
          ['pivot.table', 'sort.table'],
        ],
      },
      opened.engine.catalogue,
    );

  it('are not known before a run, which is said, and known to the nodes behind afterwards', async () => {
    const made = document([['Oslo', 2023], ['Oslo', 2024], ['Lund', 2024], ['Lund', 2024]]);
    const before = (await opened.engine.configure(made)).configurations;
    expect(before['pivot']?.outputs['table']).toEqual({ kind: 'table', schema: null });
    expect(before['pivot']?.diagnostics).toMatchObject([{ code: 'schema-after-run', severity: 'info' }]);
    expect(before['sort']?.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    const { status } = await opened.run(made);
    expect(status).toBe('succeeded');
    const after = (await opened.engine.configure(made)).configurations;
    expect(after['sort']?.outputs['table']).toMatchObject({ schema: [{ name: 'shop' }, { name: '2023', type: 'integer' }, { name: '2024' }] });
    expect((await opened.table(made, 'sort', 'table')).rows).toEqual([['Lund', 0, 2], ['Oslo', 1, 1]]);
  });

  it('follow the data: other rows give other columns', async () => {
    const made = document([['Oslo', 2025]], '2025');
    expect((await opened.run(made)).status).toBe('succeeded');
    expect((await opened.table(made, 'pivot', 'table')).schema.map(({ name }) => name)).toEqual(['shop', '2025']);
  });
});
