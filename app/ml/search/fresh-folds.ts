import type { LearnerSpec } from '#app/sdk/ports.ts';
import { betterBy, type ScoreMetric } from '#app/sdk/scores.ts';
import type { NumberedRows } from '../evaluation/fold-table.ts';
import { resampledTest, type ResampledTest } from '../evaluation/resampled.ts';
import type { LearnServices } from '../model/learn.ts';
import { TrialFolds, type TrialOutcome } from './trial-folds.ts';

/** How much better one learner is than another on folds that took no part in choosing them. */
export interface Gain {
  readonly metric: ScoreMetric;
  /** Means over the folds. */
  readonly before: number;
  readonly after: number;
  /** Of the differences by fold, positive where the second is better. */
  readonly test: ResampledTest;
  /** Square root of the corrected variance of the mean difference (Nadeau and Bengio 2003). */
  readonly error: number;
  readonly folds: number;
}

/** Repeats of the check. */
export const CHECK_REPEATS = 2;
/** Added to the seed of the search. */
const FRESH = 0x51ed270b;

/**
 * Folds of the same rows that are divided otherwise than those of the search. The score that chose the best of many trials flatters it;
 * on fresh folds only what it owes to the rows themselves is left. @throws PenstockError those of makeFolds.
 */
export const openFreshFolds = (rows: NumberedRows, k: number, seed: number, services: LearnServices, repeats = CHECK_REPEATS): Promise<TrialFolds> => TrialFolds.open(rows, k, repeats, (seed + FRESH) >>> 0, services);

export function gainOf(metric: ScoreMetric, folds: TrialFolds, before: readonly Readonly<Record<string, number>>[], after: readonly Readonly<Record<string, number>>[]): Gain {
  const scoresOf = (metrics: readonly Readonly<Record<string, number>>[]): number[] => metrics.map((one) => one[metric.name] ?? Number.NaN);
  const [first, second] = [scoresOf(before), scoresOf(after)];
  const test = resampledTest(second.map((score, index) => betterBy(metric, score - (first[index] ?? Number.NaN))).filter((difference) => Number.isFinite(difference)), folds.ratio, 0.95);
  const error = Math.sqrt((1 / test.count + folds.ratio) * test.deviation ** 2);
  return { metric, before: meanOf(first), after: meanOf(second), test, error, folds: test.count };
}

const meanOf = (values: readonly number[]): number => {
  const finite = values.filter((value) => Number.isFinite(value));
  return finite.reduce((sum, value) => sum + value, 0) / finite.length;
};

/** Both learners on fresh folds. @throws PenstockError those of `learn`; CancelledError. */
export async function compareOnFreshFolds(before: LearnerSpec, after: LearnerSpec, metric: ScoreMetric, folds: TrialFolds, services: LearnServices): Promise<Gain> {
  const run = (spec: LearnerSpec, from: number): Promise<TrialOutcome> => folds.run(spec, { signal: services.signal, progress: (fraction) => services.progress(from + fraction / 2, 'Checking on fresh folds') });
  const first = await run(before, 0);
  const second = await run(after, 0.5);
  return gainOf(metric, folds, first.metrics, second.metrics);
}
