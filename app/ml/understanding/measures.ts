import { confusionMatrix, confusionMetrics } from '../metrics/confusion.ts';
import { logLoss } from '../metrics/probability.ts';
import { rankScores, rocAuc } from '../metrics/ranking.ts';
import { regressionMetrics } from '../metrics/regression.ts';
import type { Predictions } from '../model/scorer.ts';

export const classMeasures = ['accuracy', 'balanced-accuracy', 'f1', 'roc-auc', 'log-loss'] as const;
export const numberMeasures = ['r2', 'rmse', 'mae'] as const;
export type ModelMeasure = (typeof classMeasures)[number] | (typeof numberMeasures)[number];

export const measureTitles: Readonly<Record<ModelMeasure, string>> = {
  accuracy: 'Accuracy',
  'balanced-accuracy': 'Balanced accuracy',
  f1: 'F1 (macro)',
  'roc-auc': 'ROC AUC',
  'log-loss': 'Log loss',
  r2: 'R²',
  rmse: 'RMSE',
  mae: 'MAE',
};

/** Losses: lower is better. */
export const isLoss = (measure: ModelMeasure): boolean => measure === 'log-loss' || measure === 'rmse' || measure === 'mae';

/** One number for predictions of a model. @param truth class indices, or numbers. @param classes 0 for regression. */
export function measureOf(measure: ModelMeasure, found: Predictions, truth: Float64Array, classes: number): number {
  switch (measure) {
    case 'r2':
    case 'rmse':
    case 'mae':
      return regressionMetrics(truth, found.prediction ?? [])[measure];
    case 'log-loss':
      return logLoss(found.probabilities ?? [], truth, classes);
    case 'roc-auc':
      return meanAuc(found.probabilities ?? new Float32Array(), truth, classes);
    default:
      return labelMeasure(measure, found.label ?? new Int32Array(), truth, classes);
  }
}

function labelMeasure(measure: 'accuracy' | 'balanced-accuracy' | 'f1', label: Int32Array, truth: Float64Array, classes: number): number {
  const counts = new Float64Array(classes * classes);
  for (let row = 0; row < truth.length; row += 1) {
    const cell = (truth[row] ?? 0) * classes + (label[row] ?? 0);
    counts[cell] = (counts[cell] ?? 0) + 1;
  }
  const names = Array.from({ length: classes }, (_unused, cls) => String(cls));
  const metrics = confusionMetrics(confusionMatrix(names.flatMap((actual, a) => names.map((predicted, p): [string, string, number] => [actual, predicted, counts[a * classes + p] ?? 0])), names));
  return measure === 'accuracy' ? metrics.accuracy : measure === 'f1' ? metrics.macroF1 : metrics.balancedAccuracy;
}

/** Two classes: of the second. More: mean over the classes that have an area, each against the rest. */
function meanAuc(probabilities: Float32Array, truth: Float64Array, classes: number): number {
  const areas = (classes === 2 ? [1] : Array.from({ length: classes }, (_unused, cls) => cls)).map((cls) =>
    rocAuc(rankScores(Float64Array.from(truth, (_value, row) => probabilities[row * classes + cls] ?? 0), Uint8Array.from(truth, (value) => (value === cls ? 1 : 0)))),
  );
  const known = areas.filter((area) => !Number.isNaN(area));
  return known.reduce((sum, area) => sum + area, 0) / known.length;
}
