import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeFixtures, fixtureDocument, openTestEngine, readFixtures } from '#app/engine/testing.ts';

describeFixtures(import.meta.url);

describe('the unusual row', () => {
  it('has by far the highest score and is the only one marked; Predict gives the same scores', async () => {
    const opened = await openTestEngine();
    try {
      const fixture = readFixtures(path.join(import.meta.dirname, 'fixtures')).find(({ file }) => file === 'one-unusual-row.json')?.fixture;
      if (fixture === undefined) throw new Error('the fixture is gone');
      const document = fixtureDocument({ nodes: [...fixture.nodes, { id: 'p', type: 'evaluate/predict', params: {} }], edges: [...fixture.edges, ['n.table', 'p.table'], ['n.model', 'p.model']] }, opened.engine.catalogue);
      const { status } = await opened.run(document);
      expect(status).toBe('succeeded');
      const { schema, rows } = await opened.table(document, 'p', 'table');
      const at = (name: string): number => schema.findIndex((column) => column.name === name);
      const marked = rows.filter((row) => row[at('anomaly')] === true);
      expect(marked.map((row) => row[at('amount')])).toEqual([9800]);
      const scores = rows.map((row) => Number(row[at('anomaly_score')])).sort((a, b) => b - a);
      expect((scores[0] ?? 0) - (scores[1] ?? 0)).toBeGreaterThan(0.1);
      for (const row of rows) expect(row[at('anomaly_score_predicted')]).toBeCloseTo(Number(row[at('anomaly_score')]), 6);
    } finally {
      await opened.close();
    }
  });
});
