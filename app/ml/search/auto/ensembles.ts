import type { LearnerSpec } from '#app/sdk/ports.ts';
import { foldMetrics } from '../../evaluation/fold-metrics.ts';
import type { NumberedRows } from '../../evaluation/fold-table.ts';
import { train } from '../../learners/train.ts';
import type { LearnServices } from '../../model/learn.ts';
import { scoreHead } from '../../model/score-head.ts';
import { joinTested, metaFeatures, metaNames, metaWidth } from '../../stacking/meta-features.ts';
import { defaultFinal, stackingAlgorithm, type StackingParams } from '../../stacking/params.ts';
import { runTask } from '../../worker/run-task.ts';
import type { TrialFolds, TrialOutcome } from '../trial-folds.ts';
import { averageMetrics, type Member, type SelectResult } from './select-ensemble.ts';

type Metrics = readonly Readonly<Record<string, number>>[];

/** The learners of an ensemble with what each predicted for rows it did not see. One repeat of folds. */
export interface Pool {
  readonly rows: NumberedRows;
  readonly specs: readonly LearnerSpec[];
  readonly titles: readonly string[];
  readonly members: readonly Member[];
  /** [rows]: the fold in which each row was tested, from 0. */
  readonly folds: Int32Array;
}

/** Of `repeat` (from 1), where folds were made several times. */
export function poolOf(folds: TrialFolds, specs: readonly LearnerSpec[], titles: readonly string[], outcomes: readonly TrialOutcome[], repeat = 1): Pool {
  const { rows } = folds;
  const places = folds.folds.splits.flatMap((split, index) => (split.repeat === repeat ? [index] : []));
  const foldOf = new Int32Array(rows.rows);
  for (const [fold, index] of places.entries()) for (const place of outcomes[0]?.tested[index]?.places ?? []) foldOf[place] = fold;
  const members = outcomes.map(({ tested }) => joinTested(places.flatMap((index) => tested[index] ?? []), rows.rows, rows.classes.length));
  return { rows, specs, titles, members, folds: foldOf };
}

/** Weights of the best average, and how it does on folds that did not choose them. In a worker. @throws CancelledError. */
export function selectAverage({ rows, members, folds }: Pool, metric: string, rounds: number, { signal, progress }: Pick<LearnServices, 'signal' | 'progress'>): Promise<SelectResult> {
  return runTask('select-ensemble', { task: rows.task, classes: rows.classes, truth: rows.truth, folds, members, metric, rounds }, { signal, onProgress: progress });
}

/** The average with given weights, fold by fold. */
export function averageByFold(pool: Pool, weights: readonly number[]): Metrics {
  return foldsOf(pool).map((rows) => averageMetrics({ task: pool.rows.task, classes: pool.rows.classes, truth: pool.rows.truth, members: pool.members }, weights, rows));
}

/** A final learner over the members' predictions: for each fold trained on the others. @throws those of the learner; CancelledError. */
export async function stackByFold(pool: Pool, services: LearnServices): Promise<Metrics> {
  const { rows, members, folds } = pool;
  const classes = rows.classes.length;
  const features = metaNames(pool.titles, rows.classes);
  const final = defaultFinal(rows.task);
  const metrics: Readonly<Record<string, number>>[] = [];
  for (const [fold, tested] of foldsOf(pool).entries()) {
    const seen = Int32Array.from(folds.keys()).filter((row) => folds[row] !== fold);
    const target = Float64Array.from(seen, (row) => rows.truth[row] ?? Number.NaN);
    const trained = await train(final.algorithm, final.params, { task: rows.task, matrix: metaFeatures(members, classes, seen), rows: seen.length, features, target, classes }, { seed: services.seed, signal: services.signal });
    const found = await scoreHead(trained.head, { task: rows.task, classes: rows.classes }, metaFeatures(members, classes, tested), tested.length, members.length * metaWidth(classes), { signal: services.signal });
    metrics.push(foldMetrics(rows.task, { truth: Float64Array.from(tested, (row) => rows.truth[row] ?? Number.NaN), predicted: found.prediction ?? found.label ?? [], probabilities: found.probabilities ?? null }, rows.classes));
  }
  return metrics;
}

function foldsOf({ folds }: Pool): Int32Array[] {
  const count = folds.reduce((most, fold) => Math.max(most, fold), 0) + 1;
  return Array.from({ length: count }, (_unused, fold) => Int32Array.from(folds.keys()).filter((row) => folds[row] === fold));
}

/** The ensemble as a learner of its own. Members of weight 0 are left out of an average. */
export function ensembleSpec(specs: readonly LearnerSpec[], weights: readonly number[] | null, folds: number, seed: number): LearnerSpec {
  const [first] = specs;
  if (first === undefined) throw new Error('an ensemble has members');
  const kept = specs.map((spec, index) => ({ spec, weight: weights?.[index] ?? 1 })).filter(({ weight }) => weights === null || weight > 0);
  const params: StackingParams = {
    method: weights === null ? 'stack' : 'average',
    bases: kept.map(({ spec: { algorithm, params: own, recipe, features } }) => ({ algorithm, params: { ...own }, recipe, features: features === null ? null : [...features] })),
    final: null,
    weights: weights === null ? null : kept.map(({ weight }) => weight),
    folds,
    seed,
  };
  return { algorithm: stackingAlgorithm, task: first.task, params: { ...params }, recipe: { steps: [] }, target: first.target, features: first.features };
}
