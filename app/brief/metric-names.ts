import { canonicalMetric, metricTitle } from '#app/core/metric-names.ts';
import type { Goal } from './document.ts';

/** Metrics that a project may be judged by: as evaluation nodes name them, in any of their spellings. */
export interface KnownMetric {
  /** Canonical: small letters, words parted by `_`. */
  readonly name: string;
  readonly title: string;
  readonly better: 'higher' | 'lower';
  readonly goals: readonly Goal[];
  /** A value to begin with when it is chosen. */
  readonly usual: number;
  /** Where a value is between 0 and 1 it is shown as given; these have the target's unit. */
  readonly unit?: 'target';
}

const classes: readonly Goal[] = ['classification', 'text', 'image'];
const numbers: readonly Goal[] = ['regression', 'forecasting'];

const judged: readonly Omit<KnownMetric, 'title'>[] = [
  { name: 'roc_auc', better: 'higher', goals: classes, usual: 0.85 },
  { name: 'accuracy', better: 'higher', goals: classes, usual: 0.9 },
  { name: 'balanced_accuracy', better: 'higher', goals: classes, usual: 0.85 },
  { name: 'f1_macro', better: 'higher', goals: classes, usual: 0.8 },
  { name: 'average_precision', better: 'higher', goals: classes, usual: 0.7 },
  { name: 'precision', better: 'higher', goals: classes, usual: 0.8 },
  { name: 'recall', better: 'higher', goals: classes, usual: 0.8 },
  { name: 'log_loss', better: 'lower', goals: classes, usual: 0.3 },
  { name: 'brier', better: 'lower', goals: classes, usual: 0.1 },
  { name: 'rmse', better: 'lower', goals: numbers, usual: 1, unit: 'target' },
  { name: 'mae', better: 'lower', goals: numbers, usual: 1, unit: 'target' },
  { name: 'r2', better: 'higher', goals: numbers, usual: 0.8 },
  { name: 'mape', better: 'lower', goals: numbers, usual: 0.1 },
  { name: 'mean_error', better: 'lower', goals: ['forecasting'], usual: 1, unit: 'target' },
  { name: 'silhouette', better: 'higher', goals: ['clustering'], usual: 0.5 },
];

export const knownMetrics: readonly KnownMetric[] = judged.map((one) => ({ ...one, title: metricTitle(one.name) }));

export const knownMetric = (name: string): KnownMetric | null => knownMetrics.find((one) => one.name === canonicalMetric(name)) ?? null;
