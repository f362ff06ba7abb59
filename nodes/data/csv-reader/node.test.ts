import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeFixtures, fixtureDocument, openTestEngine } from '#app/engine/testing.ts';

describeFixtures(import.meta.url);

describe('a CSV file', () => {
  it('is read strictly, and reading again after a repair needs no more than the repair', async () => {
    const opened = await openTestEngine();
    try {
      const file = path.join(opened.projectDir, 'orders.csv');
      const rows = Array.from({ length: 31_000 }, (_, i) => `${i},${i === 30_000 ? 'n/a' : (i / 4).toFixed(2)}`);
      await writeFile(file, `id,price\n${rows.join('\n')}\n`);
      const reader = (params: Record<string, unknown>) => fixtureDocument({ nodes: [{ id: 'n', type: 'data/csv-reader', params: { path: file, ...params } }], edges: [] }, opened.engine.catalogue);
      const failed = (await opened.run(reader({}))).nodes.n;
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
