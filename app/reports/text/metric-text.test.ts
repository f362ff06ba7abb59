import { describe, expect, it } from 'vitest';
import { formatMetric, metricTitle } from './metric-text.ts';

describe('metrics for people', () => {
  it.each([
    [0.8412, 'percent', '84.1 %'],
    [0.0042, 'percent', '0.42 %'],
    [0.9999, 'percent', '99.99 %'],
    [1, 'percent', '100.0 %'],
    [0, 'percent', '0.0 %'],
    [-0.05, 'percent', '\u22125.0 %'],
    [1204331, 'count', '1\u202f204\u202f331'],
    [0.84123, 'number', '0.8412'],
    [3200, 'duration', '3.2 s'],
    [2_000_000_000, 'bytes', '2.0 GB'],
    [Number.NaN, 'percent', '—'],
  ] as const)('%s as %s is %s', (value, format, text) => {
    expect(formatMetric({ value, format })).toBe(text);
  });

  it.each([
    ['validationLoss', 'Validation loss'],
    ['rocAuc', 'ROC AUC'],
    ['log_loss', 'Log loss'],
    ['r2', 'R²'],
    ['Mean absolute error', 'Mean absolute error'],
    ['AUC', 'AUC'],
  ])('%s is titled %s', (name, title) => {
    expect(metricTitle(name)).toBe(title);
  });
});
