import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeFixtures, fixtureDocument, openTestEngine, type TestEngine } from '#app/engine/testing.ts';

describeFixtures(import.meta.url);

describe('a model with a tuned threshold', () => {
  let opened: TestEngine;
  beforeAll(async () => {
    opened = await openTestEngine();
  });
  afterAll(async () => {
    await opened.close();
  });

  it('gives the same classes through Predict, with the probabilities as they were', async () => {
    const document = fixtureDocument(
      {
        nodes: [
          { id: 'data', type: 'data/sample-datasets', params: { dataset: 'breast-cancer' } },
          { id: 'split', type: 'transform/partition', params: { fraction: 0.5 } },
          { id: 'fit', type: 'train/logistic-regression', params: { target: 'diagnosis', features: ['mean_texture', 'mean_smoothness'] } },
          { id: 'cal', type: 'evaluate/calibration', params: { method: 'platt' } },
          { id: 'tune', type: 'evaluate/threshold-tuning', params: { by: 'cost', falseNegative: 8, positive: 'malignant' } },
          { id: 'old', type: 'evaluate/predict', params: {} },
          { id: 'new', type: 'evaluate/predict', params: {} },
          // Exporting repeats the golden rows of the twice changed file.
          { id: 'export', type: 'deploy/export-onnx', params: { path: 'tuned.onnx' } },
        ],
        edges: [['data.table', 'split.table'], ['split.train', 'fit.table'], ['fit.model', 'cal.model'], ['split.test', 'cal.table'], ['cal.model', 'tune.model'], ['split.test', 'tune.table'], ['cal.model', 'old.model'], ['split.test', 'old.table'], ['tune.model', 'new.model'], ['split.test', 'new.table'], ['tune.model', 'export.model']],
      },
      opened.engine.catalogue,
    );
    const { status, nodes } = await opened.run(document);
    expect(status).toBe('succeeded');
    expect(nodes['tune']?.diagnostics).toEqual([]);
    const model = await opened.value(document, 'tune', 'model');
    const threshold = model.kind === 'model' ? Number(model.params['threshold']) : Number.NaN;
    expect(threshold).toBeLessThan(0.4);
    expect(model.kind === 'model' ? model.params : {}).toMatchObject({ calibration: 'platt', thresholdClass: 'malignant' });
    const [before, after] = [await opened.table(document, 'old', 'table'), await opened.table(document, 'new', 'table')];
    const at = (name: string): number => after.schema.findIndex((column) => column.name === name);
    const [truth, predicted, probability] = [at('diagnosis'), at('diagnosis_predicted'), at('diagnosis_p_malignant')];
    let [hits, alarms, misses] = [0, 0, 0];
    after.rows.forEach((row, i) => {
      expect(row[probability]).toBe(before.rows[i]?.[probability]);
      expect(row[predicted]).toBe(Number(row[probability]) >= threshold ? 'malignant' : 'benign');
      const [is, called] = [row[truth] === 'malignant', row[predicted] === 'malignant'];
      hits += Number(is && called);
      misses += Number(is && !called);
      alarms += Number(!is && called);
    });
    const evaluation = await opened.value(document, 'tune', 'evaluation');
    const metrics = evaluation.kind === 'evaluation' ? evaluation.evaluation.metrics : {};
    expect(metrics['cost']).toBe(alarms + 8 * misses);
    expect(metrics['recall']).toBeCloseTo(hits / (hits + misses), 12);
    // The chosen row of the table has the lowest cost of all.
    const curve = await opened.table(document, 'tune', 'table');
    const column = (name: string): number => curve.schema.findIndex((one) => one.name === name);
    expect(Math.min(...curve.rows.map((row) => Number(row[column('cost')])))).toBe(metrics['cost']);
    expect(curve.rows.filter((row) => row[column('chosen')] === true).map((row) => row[column('threshold')])).toEqual([threshold]);
  });
});
