import { describe, expect, it } from 'vitest';
import { describeFixtures, fixtureDocument, openTestEngine } from '#app/engine/testing.ts';

describeFixtures(import.meta.url);

describe('clusters of penguins', () => {
  it('are those that the model gives, go with the species, and come out in the table’s own units', async () => {
    const opened = await openTestEngine();
    try {
      const features = ['bill_length_mm', 'bill_depth_mm', 'flipper_length_mm', 'body_mass_g'];
      const nodes = [
        { id: 'data', type: 'data/sample-datasets', params: { dataset: 'penguins' } },
        { id: 'k', type: 'train/k-means', params: { features, clusters: 3 } },
        { id: 'p', type: 'evaluate/predict', params: {} },
        { id: 'q', type: 'evaluate/clustering-quality', params: { cluster: 'cluster', label: 'species', features } },
      ];
      const document = fixtureDocument({ nodes, edges: [['data.table', 'k.table'], ['k.table', 'p.table'], ['k.model', 'p.model'], ['k.table', 'q.table']] }, opened.engine.catalogue);
      expect((await opened.run(document)).status).toBe('succeeded');

      const { schema, rows } = await opened.table(document, 'p', 'table');
      const at = (name: string): number => schema.findIndex((column) => column.name === name);
      expect(rows).toHaveLength(344);
      for (const row of rows) expect(row[at('cluster_predicted')]).toBe(row[at('cluster')]);

      // scikit-learn 1.9, KMeans(3, n_init=20) of the standardised measurements.
      const quality = await opened.value(document, 'q', 'evaluation');
      const metrics = quality.kind === 'evaluation' ? quality.evaluation.metrics : {};
      expect(metrics['silhouette']).toBeCloseTo(0.444287, 4);
      expect(metrics['adjustedRand']).toBeCloseTo(0.7802765, 4);

      const value = await opened.value(document, 'k', 'report');
      const centres = value.kind === 'report' ? value.report.blocks.find((block) => block.type === 'table') : undefined;
      if (centres?.type !== 'table') throw new Error('the report has no table of centres');
      expect(centres.rows.map((row) => row[1])).toEqual([132, 123, 89]);
      const mass = centres.columns.findIndex(({ name }) => name === 'body_mass_g');
      const inFirst = rows.filter((row) => row[at('cluster')] === '1').map((row) => row[at('body_mass_g')]).filter((cell) => cell !== null);
      expect(centres.rows[0]?.[mass]).toBeCloseTo(inFirst.reduce((sum: number, cell) => sum + Number(cell), 0) / inFirst.length, 6);
    } finally {
      await opened.close();
    }
  });
});
