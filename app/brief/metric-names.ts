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

export const knownMetrics: readonly KnownMetric[] = [
  { name: 'roc_auc', title: 'ROC AUC', better: 'higher', goals: classes, usual: 0.85 },
  { name: 'accuracy', title: 'Accuracy', better: 'higher', goals: classes, usual: 0.9 },
  { name: 'balanced_accuracy', title: 'Balanced accuracy', better: 'higher', goals: classes, usual: 0.85 },
  { name: 'f1_macro', title: 'F1 (macro)', better: 'higher', goals: classes, usual: 0.8 },
  { name: 'average_precision', title: 'Average precision', better: 'higher', goals: classes, usual: 0.7 },
  { name: 'precision', title: 'Precision', better: 'higher', goals: classes, usual: 0.8 },
  { name: 'recall', title: 'Recall', better: 'higher', goals: classes, usual: 0.8 },
  { name: 'log_loss', title: 'Log loss', better: 'lower', goals: classes, usual: 0.3 },
  { name: 'brier', title: 'Brier score', better: 'lower', goals: classes, usual: 0.1 },
  { name: 'rmse', title: 'RMSE', better: 'lower', goals: numbers, usual: 1, unit: 'target' },
  { name: 'mae', title: 'MAE', better: 'lower', goals: numbers, usual: 1, unit: 'target' },
  { name: 'r2', title: 'R²', better: 'higher', goals: numbers, usual: 0.8 },
  { name: 'mape', title: 'MAPE', better: 'lower', goals: numbers, usual: 0.1 },
  { name: 'mean_error', title: 'Mean error of the backtest', better: 'lower', goals: ['forecasting'], usual: 1, unit: 'target' },
  { name: 'silhouette', title: 'Silhouette', better: 'higher', goals: ['clustering'], usual: 0.5 },
];

const spellings: Readonly<Record<string, string>> = {
  auc: 'roc_auc',
  roc_auc_macro: 'roc_auc',
  macro_f1: 'f1_macro',
  brier_score: 'brier',
  macro_precision: 'precision',
  macro_recall: 'recall',
  r_squared: 'r2',
};

/** `rocAuc`, `ROC AUC (macro)` and `roc_auc` are `roc_auc`. */
export function canonicalMetric(name: string): string {
  const words = name
    .replaceAll('`', '')
    .replaceAll('²', '2')
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '');
  return spellings[words] ?? words;
}

export const knownMetric = (name: string): KnownMetric | null => knownMetrics.find((one) => one.name === canonicalMetric(name)) ?? null;
