import type { LearningTask } from '#app/sdk/ports.ts';
import { betterBy, metricsOf, type ScoreMetric } from '#app/sdk/scores.ts';
import { foldMetrics } from '../../evaluation/fold-metrics.ts';
import type { TaskHooks, TaskAnswer } from '../../worker/tasks.ts';

/** Predictions of a learner for all rows, each by a fit that did not see the row, by place. */
export interface Member {
  /** [rows] */
  readonly predicted: Float64Array;
  /** [rows × classes]; null for regression. */
  readonly probabilities: Float32Array | null;
}

export interface SelectPayload {
  readonly task: LearningTask;
  readonly classes: readonly string[];
  /** [rows] */
  readonly truth: Float64Array;
  /** [rows]: the fold in which each row was tested, from 0. */
  readonly folds: Int32Array;
  readonly members: readonly Member[];
  readonly metric: string;
  /** Members taken at most, one as often as it helps. */
  readonly rounds: number;
}

export interface SelectResult {
  /** Times that each member was taken. */
  readonly weights: readonly number[];
  /** For each fold the metrics of the average whose weights were chosen on the other folds. */
  readonly metrics: readonly Readonly<Record<string, number>>[];
}

/**
 * Greedy selection with replacement (Caruana, Niculescu-Mizil, Crew and Ksikes, Ensemble Selection from Libraries of Models, ICML 2004):
 * again and again the member is added that makes the average of those taken best; the best number of rounds is kept. Scores of an average
 * are those on folds that did not choose its weights.
 */
export function selectInWorker(payload: SelectPayload, hooks: TaskHooks): TaskAnswer<SelectResult> {
  const count = payload.folds.reduce((most, fold) => Math.max(most, fold), 0) + 1;
  const places = (wanted: (fold: number) => boolean): Int32Array => Int32Array.from(payload.truth.keys()).filter((row) => wanted(payload.folds[row] ?? 0));
  const metrics: Record<string, number>[] = [];
  for (let fold = 0; fold < count; fold += 1) {
    const weights = choose(payload, places((other) => other !== fold), hooks);
    metrics.push(averageMetrics(payload, weights, places((other) => other === fold)));
    hooks.progress((fold + 1) / (count + 1));
  }
  return { result: { weights: choose(payload, places(() => true), hooks), metrics } };
}

function choose(payload: SelectPayload, rows: Int32Array, hooks: TaskHooks): number[] {
  const { members, rounds } = payload;
  const metric = metricsOf(payload.task).find(({ name }) => name === payload.metric);
  const taken = members.map(() => 0);
  let best = { score: Number.NaN, weights: [...taken] };
  for (let round = 0; round < rounds; round += 1) {
    let chosen = -1;
    let highest = Number.NaN;
    for (const member of members.keys()) {
      hooks.check();
      const score = averageMetrics(payload, taken.map((weight, index) => weight + Number(index === member)), rows)[payload.metric] ?? Number.NaN;
      if (chosen >= 0 && !isBetter(metric, score, highest)) continue;
      chosen = member;
      highest = score;
    }
    if (chosen < 0) break;
    taken[chosen] = (taken[chosen] ?? 0) + 1;
    if (round === 0 || isBetter(metric, highest, best.score)) best = { score: highest, weights: [...taken] };
  }
  return best.weights;
}

const isBetter = (metric: ScoreMetric | undefined, score: number, than: number): boolean => metric !== undefined && (Number.isNaN(than) ? Number.isFinite(score) : betterBy(metric, score - than) > 0);

/** Metrics of a weighted average of predictions, for some rows. */
export function averageMetrics({ task, classes, truth, members }: Pick<SelectPayload, 'task' | 'classes' | 'truth' | 'members'>, weights: readonly number[], rows: Int32Array): Record<string, number> {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const expected = Float64Array.from(rows, (row) => truth[row] ?? Number.NaN);
  const predicted = new Float64Array(rows.length);
  const width = classes.length;
  const probabilities = task === 'regression' ? null : new Float32Array(rows.length * width);
  for (const [index, member] of members.entries()) {
    const weight = (weights[index] ?? 0) / sum;
    if (weight === 0) continue;
    for (let at = 0; at < rows.length; at += 1) {
      const row = rows[at] ?? 0;
      if (probabilities === null || member.probabilities === null) predicted[at] = (predicted[at] ?? 0) + weight * (member.predicted[row] ?? Number.NaN);
      else for (let cls = 0; cls < width; cls += 1) probabilities[at * width + cls] = (probabilities[at * width + cls] ?? 0) + weight * (member.probabilities[row * width + cls] ?? Number.NaN);
    }
  }
  if (probabilities !== null) {
    for (let at = 0; at < rows.length; at += 1) {
      let best = 0;
      for (let cls = 1; cls < width; cls += 1) if ((probabilities[at * width + cls] ?? 0) > (probabilities[at * width + best] ?? 0)) best = cls;
      predicted[at] = best;
    }
  }
  return foldMetrics(task, { truth: expected, predicted, probabilities }, classes);
}
