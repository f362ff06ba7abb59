import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { definition } from './node.ts';
import { describeFixtures, fixtureDocument, openTestEngine } from '#app/engine/testing.ts';

describeFixtures(import.meta.url);

describe('a CSV file', () => {
  it('gives its good rows, the rejected ones with their places, and says so', async () => {
    const opened = await openTestEngine();
    try {
      const rows = Array.from({ length: 31_000 }, (_, i) => (i === 30_500 ? `${i}` : `${i},${i === 30_000 ? 'n/a' : (i / 4).toFixed(2)}`));
      await writeFile(path.join(opened.projectDir, 'orders.csv'), `id,price\n${rows.join('\n')}\n`);
      const document = fixtureDocument({ nodes: [{ id: 'n', type: 'data/csv-reader', params: { path: 'orders.csv' } }], edges: [] }, opened.engine.catalogue);
      const state = (await opened.run(document)).nodes.n;
      expect(state).toMatchObject({ status: 'succeeded', ports: { table: { rows: 30_998 }, rejects: { rows: 2 } } });
      expect(state?.diagnostics).toMatchObject([
        { severity: 'warning', code: 'csv-rejected-rows', message: '2 rows were rejected. The first is orders.csv, line 30\u202f002, column “price”: “n/a” is not a number (float).', place: { line: 30_002, column: 'price' } },
      ]);
      expect((await opened.table(document, 'n', 'rejects')).rows).toEqual([
        ['orders.csv', 30_002, 'price', 'n/a', '“n/a” is not a number (float).', '30000,n/a'],
        ['orders.csv', 30_502, null, null, '1 value where 2 columns are expected.', '30500'],
      ]);
    } finally {
      await opened.close();
    }
  });

  it('is read by an old document as it was', () => {
    expect(definition.migrate?.[1]?.({ path: 'a.csv' })).toMatchObject({ path: 'a.csv', badRows: 'stop', decimal: 'point', dates: 'iso' });
    expect(definition.params.parse(definition.migrate?.[1]?.({ path: 'a.csv', types: [{ column: 'x', type: 'date' }] }))).toMatchObject({ badRows: 'stop', types: [{ column: 'x', type: 'date', format: '', name: '' }] });
  });


  it('is read strictly, and reading again after a repair needs no more than the repair', async () => {
    const opened = await openTestEngine();
    try {
      const file = path.join(opened.projectDir, 'orders.csv');
      const rows = Array.from({ length: 31_000 }, (_, i) => `${i},${i === 30_000 ? 'n/a' : (i / 4).toFixed(2)}`);
      await writeFile(file, `id,price\n${rows.join('\n')}\n`);
      const reader = (params: Record<string, unknown>) => fixtureDocument({ nodes: [{ id: 'n', type: 'data/csv-reader', params: { path: file, ...params } }], edges: [] }, opened.engine.catalogue);
      const failed = (await opened.run(reader({ badRows: 'stop' }))).nodes.n;
      expect(failed?.status).toBe('failed');
      expect(failed?.diagnostics[0]).toMatchObject({
        code: 'csv-bad-value',
        message: 'orders.csv, line 30\u202f002, column “price”: “n/a” is not a number (float).',
        place: { line: 30_002, column: 'price' },
      });
      const repaired = await opened.run(reader({ nullWords: 'n/a' }));
      expect(repaired.nodes.n).toMatchObject({ status: 'succeeded', ports: { table: { rows: 31_000 } } });
      await writeFile(file, 'id,price\n1,2.5\n');
      const changed = await opened.run(reader({ nullWords: 'n/a' }));
      expect(changed.nodes.n?.reason).toContain('orders.csv');
      expect((await opened.table(reader({ nullWords: 'n/a' }), 'n', 'table')).rows).toEqual([[1, 2.5]]);
    } finally {
      await opened.close();
    }
  });
});
