import { expect, it } from 'vitest';
import { canonicalMetric, metricInSentence, metricNames, metricTitle } from './metric-names.ts';

it('calls a metric the same in any spelling of its name, and by its own name where a spelling says more', () => {
  for (const name of ['f1_macro', 'f1Macro', 'F1_macro']) expect(metricTitle(name)).toBe('F1 (macro)');
  expect(metricTitle('macroF1')).toBe('Macro F1');
  expect(metricTitle('brier')).toBe('Brier score');
  expect(metricTitle('validationLoss')).toBe('Validation loss');
  for (const { name, title, also = [] } of metricNames) {
    expect(canonicalMetric(title) === name || canonicalMetric(name) === name).toBe(true);
    for (const other of also) expect(canonicalMetric(other)).toBe(name);
  }
});

it('writes a metric inside a sentence', () => {
  expect(['rocAuc', 'log_loss', 'accuracy', 'r2', 'brier', 'f1_macro', 'mcc', 'roc auc'].map(metricInSentence)).toEqual(['ROC AUC', 'log loss', 'accuracy', 'R²', 'Brier score', 'F1 (macro)', 'MCC', 'ROC AUC']);
});
