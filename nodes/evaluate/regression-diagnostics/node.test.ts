import { describe, expect, it } from 'vitest';
import { describeFixtures, fixtureDocument, openTestEngine } from '#app/engine/testing.ts';

describeFixtures(import.meta.url);

describe('where a regression fails worst', () => {
  it('is said for a model of real cars, about columns that the model does not know', async () => {
    const opened = await openTestEngine();
    try {
      const nodes = [
        { id: 'data', type: 'data/sample-datasets', params: { dataset: 'cars' } },
        { id: 'fit', type: 'train/linear-regression', params: { target: 'mpg', features: ['weight'] } },
        { id: 'pred', type: 'evaluate/predict', params: {} },
        { id: 'n', type: 'evaluate/regression-diagnostics', params: { slices: true, sliceColumns: ['model_year', 'origin', 'cylinders'] } },
      ];
      const document = fixtureDocument({ nodes, edges: [['data.table', 'fit.table'], ['fit.model', 'pred.model'], ['data.table', 'pred.table'], ['pred.table', 'n.table']] }, opened.engine.catalogue);
      await opened.run(document);
      const value = await opened.value(document, 'n', 'evaluation');
      const evaluation = value.kind === 'evaluation' ? value.evaluation : undefined;
      const table = evaluation?.report.blocks.find((block) => block.type === 'table' && block.title === 'Parts that are predicted worst');
      const [title, rows, , error, , p] = (table?.type === 'table' ? table.rows[0] : undefined) ?? [];
      expect(title).toBe('model_year > 1979');
      // The part by hand, from the predictions.
      const predicted = await opened.table(document, 'pred', 'table');
      const at = (name: string): number => predicted.schema.findIndex((column) => column.name === name);
      const errors = predicted.rows.filter((row) => Number(row[at('model_year')]) > 1979).map((row) => Math.abs(Number(row[at('mpg')]) - Number(row[at('mpg_predicted')])));
      expect([rows, Number(error).toFixed(9)]).toEqual([errors.length, (errors.reduce((sum, one) => sum + one, 0) / errors.length).toFixed(9)]);
      expect(Number(error)).toBeGreaterThan(evaluation?.metrics['mae'] ?? Number.NaN);
      expect(Number(p)).toBeLessThan(0.05);
    } finally {
      await opened.close();
    }
  });
});
