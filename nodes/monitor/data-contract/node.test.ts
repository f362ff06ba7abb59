import { expect, it } from 'vitest';
import { describeFixtures, fixtureDocument, openTestEngine } from '#app/engine/testing.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';

describeFixtures(import.meta.url);

it('compares a number of rows with earlier successful runs, and lets nothing behind it run where it stops', async () => {
  const opened = await openTestEngine();
  try {
    const document = (rows: number): PipelineDocument =>
      fixtureDocument(
        {
          nodes: [
            { id: 'in', type: 'test/values', params: { columns: [{ name: 'a', type: 'integer' }], rows: Array.from({ length: rows }, (_, index) => [index]) } },
            { id: 'contract', type: 'monitor/data-contract', params: { expectations: [{ kind: 'rows-as-before', tolerance: 0.5 }] } },
            { id: 'after', type: 'explore/column-statistics', params: {} },
          ],
          edges: [['in.table', 'contract.table'], ['contract.table', 'after.table']],
        },
        opened.engine.catalogue,
      );
    expect((await opened.run(document(10))).status).toBe('succeeded');
    expect((await opened.run(document(12))).status).toBe('succeeded');
    const { status, nodes } = await opened.run(document(3));
    expect(status).toBe('failed');
    expect(nodes['contract']?.reason).toContain('Number of rows as in earlier runs: 3 rows; expected 6 to 17 rows, by 2 earlier runs.');
    expect(nodes['after']?.status).toBe('skipped');
  } finally {
    await opened.close();
  }
});
