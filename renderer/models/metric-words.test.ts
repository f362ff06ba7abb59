import { expect, it } from 'vitest';
import { columnMetrics, metricsByPlace, personName, splitVersionMetric } from './metric-words.ts';

it('tells the metric from the node that measured it', () => {
  expect(splitVersionMetric('My test: roc: auc')).toEqual({ metric: 'AUC', node: 'My test: roc' });
  expect(splitVersionMetric('validationLoss')).toEqual({ metric: 'Validation loss', node: '' });
  expect(metricsByPlace({ loss: 1, 'ROC: auc': 0.8, 'ROC: brier': 0.1 })).toEqual([['ROC', { auc: 0.8, brier: 0.1 }], ['', { loss: 1 }]]);
});

it('puts the main metric first, then those that most versions have', () => {
  expect(columnMetrics([{ metrics: { loss: 1, 'ROC: auc': 0.8 } }, { metrics: { 'ROC: auc': 0.7, 'Test: f1': 0.5 } }], 'Test: f1', 3)).toEqual(['Test: f1', 'ROC: auc', 'loss']);
  expect(columnMetrics([], null, 3)).toEqual([]);
  expect(personName('user:ann')).toBe('ann');
});
