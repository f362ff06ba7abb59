import type { LearningTask } from '#app/sdk/ports.ts';
import { confusionMetrics, type ConfusionMatrix } from '../metrics/confusion.ts';
import { logLoss } from '../metrics/probability.ts';
import { rankScores, rocAuc } from '../metrics/ranking.ts';
import { regressionMetrics } from '../metrics/regression.ts';
import { runTask } from '../worker/run-task.ts';
import type { TaskAnswer, TaskHooks } from '../worker/tasks.ts';

/** True values and predictions of the same rows. */
export interface ScoredRows {
  /** Index of the true class, or the true value. */
  readonly truth: ArrayLike<number>;
  /** Index of the predicted class, or the predicted value. */
  readonly predicted: ArrayLike<number>;
  /** Row-major [rows × classes]; classification only. */
  readonly probabilities: Float32Array | null;
}

export interface FoldMetricsPayload extends ScoredRows {
  readonly task: LearningTask;
  readonly classes: readonly string[];
}

/** Worker side of `scoreMetrics`: ranking many rows takes a while. */
export function foldMetricsInWorker({ task, classes, ...rows }: FoldMetricsPayload, hooks: TaskHooks): TaskAnswer<Record<string, number>> {
  hooks.check();
  return { result: foldMetrics(task, rows, classes) };
}

/** `foldMetrics` in a worker. @throws CancelledError. */
export function scoreMetrics(task: LearningTask, { truth, predicted, probabilities }: ScoredRows, classes: readonly string[], signal: AbortSignal): Promise<Record<string, number>> {
  return runTask('fold-metrics', { task, classes, truth, predicted, probabilities }, { signal });
}

/** The metrics of `metricsOf(task)` by name; NaN where one is not defined for these rows (ROC AUC of a single class). */
export function foldMetrics(task: LearningTask, rows: ScoredRows, classes: readonly string[]): Record<string, number> {
  if (task === 'regression') {
    const { rmse, mae, r2 } = regressionMetrics(rows.truth, rows.predicted);
    return { rmse, mae, r2 };
  }
  const { accuracy, balancedAccuracy, macroF1 } = confusionMetrics(countsOf(rows, classes));
  const probabilities = rows.probabilities ?? new Float32Array(rows.truth.length * classes.length).fill(Number.NaN);
  return {
    accuracy,
    balanced_accuracy: balancedAccuracy,
    log_loss: logLoss(probabilities, rows.truth, classes.length),
    roc_auc: macroAuc(probabilities, rows.truth, classes.length),
    f1_macro: macroF1,
  };
}

function countsOf({ truth, predicted }: ScoredRows, labels: readonly string[]): ConfusionMatrix {
  const counts = labels.map(() => labels.map(() => 0));
  for (let row = 0; row < truth.length; row += 1) {
    const line = counts[truth[row] ?? -1];
    const column = predicted[row] ?? -1;
    if (line !== undefined) line[column] = (line[column] ?? 0) + 1;
  }
  return { labels, counts };
}

/**
 * Two classes: by the probability of the second. More: the mean over the classes that these rows have, each against the rest
 * (scikit-learn's multi_class="ovr", average="macro").
 */
function macroAuc(probabilities: Float32Array, truth: ArrayLike<number>, classes: number): number {
  const areas: number[] = [];
  const scores = new Float64Array(truth.length);
  const positive = new Uint8Array(truth.length);
  for (let cls = classes === 2 ? 1 : 0; cls < classes; cls += 1) {
    for (let row = 0; row < truth.length; row += 1) {
      scores[row] = probabilities[row * classes + cls] ?? Number.NaN;
      positive[row] = truth[row] === cls ? 1 : 0;
    }
    const area = rocAuc(rankScores(scores, positive));
    if (Number.isFinite(area)) areas.push(area);
  }
  return areas.reduce((sum, area) => sum + area, 0) / areas.length;
}
