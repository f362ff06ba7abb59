import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeFixtures, fixtureDocument, openTestEngine, type TestEngine } from '#app/engine/testing.ts';

describeFixtures(import.meta.url);

describe('a calibrated model', () => {
  let opened: TestEngine;
  beforeAll(async () => {
    opened = await openTestEngine();
  });
  afterAll(async () => {
    await opened.close();
  });

  const chain = (method: string) =>
    fixtureDocument(
      {
        nodes: [
          { id: 'data', type: 'data/sample-datasets', params: { dataset: 'breast-cancer' } },
          { id: 'split', type: 'transform/partition', params: { fraction: 0.4 } },
          { id: 'fit', type: 'train/logistic-regression', params: { target: 'diagnosis', l2: 0.03 } },
          { id: 'cal', type: 'evaluate/calibration', params: { method } },
          { id: 'old', type: 'evaluate/predict', params: {} },
          { id: 'new', type: 'evaluate/predict', params: {} },
          { id: 'oldRoc', type: 'evaluate/roc-pr', params: {} },
          { id: 'newRoc', type: 'evaluate/roc-pr', params: {} },
          { id: 'again', type: 'evaluate/calibration', params: {} },
        ],
        edges: [
          ['data.table', 'split.table'], ['split.train', 'fit.table'], ['fit.model', 'cal.model'], ['split.test', 'cal.table'],
          ['fit.model', 'old.model'], ['split.test', 'old.table'], ['cal.model', 'new.model'], ['split.test', 'new.table'],
          ['old.table', 'oldRoc.table'], ['new.table', 'newRoc.table'], ['cal.model', 'again.model'], ['split.test', 'again.table'],
        ],
      },
      opened.engine.catalogue,
    );

  it.each(['platt', 'isotonic'])('by %s scores better where Predict uses it, and ranks the same', async (method) => {
    const document = chain(method);
    const { nodes, status } = await opened.run(document);
    expect(status).toBe('succeeded');
    expect(nodes['cal']?.diagnostics.filter(({ code }) => code === 'training-rows')).toEqual([]);
    const metricsOf = async (id: string): Promise<Readonly<Record<string, number>>> => {
      const value = await opened.value(document, id, 'evaluation');
      return value.kind === 'evaluation' ? value.evaluation.metrics : {};
    };
    const [cal, old, now, again] = [await metricsOf('cal'), await metricsOf('oldRoc'), await metricsOf('newRoc'), await metricsOf('again')];
    // The same numbers by another node, through SQL and another metric.
    expect(cal['brier']).toBeCloseTo(old['brier'] ?? Number.NaN, 6);
    expect(cal['logLoss']).toBeCloseTo(old['logLoss'] ?? Number.NaN, 5);
    expect(again['brier']).toBeCloseTo(now['brier'] ?? Number.NaN, 6);
    expect(now['brier']).toBeLessThan(old['brier'] ?? 0);
    expect(now['logLoss']).toBeLessThan(old['logLoss'] ?? 0);
    // Measured on rows that the calibration was fitted on, it looks better than by folds.
    expect(cal['brierAfter']).toBeGreaterThanOrEqual(now['brier'] ?? 1);
    if (method === 'platt') expect(now['rocAuc']).toBeCloseTo(old['rocAuc'] ?? 0, 6);
    else expect(now['rocAuc']).toBeGreaterThan((old['rocAuc'] ?? 1) - 0.01);
  });

  it('has no threshold any more, and says so', async () => {
    const nodes = [
      { id: 'data', type: 'data/sample-datasets', params: { dataset: 'breast-cancer' } },
      { id: 'split', type: 'transform/partition', params: { fraction: 0.5 } },
      { id: 'fit', type: 'train/logistic-regression', params: { target: 'diagnosis', features: ['mean_texture'] } },
      { id: 'tune', type: 'evaluate/threshold-tuning', params: { by: 'recall', wanted: 0.99, repeats: 0 } },
      { id: 'cal', type: 'evaluate/calibration', params: { method: 'platt' } },
      { id: 'pred', type: 'evaluate/predict', params: {} },
    ];
    const edges: [string, string][] = [['data.table', 'split.table'], ['split.train', 'fit.table'], ['fit.model', 'tune.model'], ['split.test', 'tune.table'], ['tune.model', 'cal.model'], ['split.test', 'cal.table'], ['cal.model', 'pred.model'], ['split.test', 'pred.table']];
    const document = { ...fixtureDocument({ nodes, edges }, opened.engine.catalogue), id: 'threshold-lost' };
    const { nodes: ran } = await opened.run(document);
    expect(ran['cal']?.diagnostics.map(({ code }) => code)).toEqual(['threshold-lost']);
    const model = await opened.value(document, 'cal', 'model');
    expect(model.kind === 'model' ? Object.keys(model.params).filter((name) => /threshold|calibration/.test(name)) : []).toEqual(['calibration']);
    const { schema, rows } = await opened.table(document, 'pred', 'table');
    const at = (name: string): number => schema.findIndex((column) => column.name === name);
    for (const row of rows) expect(row[at('diagnosis_predicted')]).toBe(Number(row[at('diagnosis_p_malignant')]) > 0.5 ? 'malignant' : 'benign');
  });
});
