import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Relation } from '#app/relation/types.ts';
import { describeFixtures, fixtureDocument, openTestEngine } from '#app/engine/testing.ts';

describeFixtures(import.meta.url);

const values = (rows: (string | number | null)[][]): Relation => ({
  op: 'scan',
  source: { kind: 'values', rows },
  schema: [
    { name: 'n', type: 'integer' },
    { name: 'day', type: 'date' },
    { name: 's', type: 'string' },
  ],
  label: 'test',
});

describe('a Parquet file', () => {
  it('is read where it lies, and a changed file is noticed', async () => {
    const opened = await openTestEngine();
    try {
      const file = path.join(opened.projectDir, "it's here.parquet");
      await opened.engine.database.writeParquet(values([[1, '2024-02-29', 'é']]), file);
      const document = fixtureDocument({ nodes: [{ id: 'n', type: 'data/parquet-reader', params: { path: file } }], edges: [] }, opened.engine.catalogue);
      const first = await opened.run(document);
      expect(first.nodes.n?.status).toBe('succeeded');
      expect((await opened.table(document, 'n', 'table')).rows).toEqual([[1, '2024-02-29', 'é']]);
      await opened.engine.database.writeParquet(values([[2, null, 'b'], [3, null, null]]), file);
      const second = await opened.run(document);
      expect(second.nodes.n?.status).toBe('succeeded');
      expect(second.nodes.n?.reason).toContain("it's here.parquet");
      expect((await opened.table(document, 'n', 'table')).rows).toHaveLength(2);
    } finally {
      await opened.close();
    }
  });
});
