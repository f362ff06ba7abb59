import { PenstockError, isCancelled } from '#app/core/errors.ts';
import type { Relation } from '#app/relation/types.ts';
import type { LearnerSpec } from '#app/sdk/ports.ts';
import { readFeatureRows, type FeatureRows } from '../model/feature-rows.ts';
import { learn, type Learnt, type LearnServices } from '../model/learn.ts';
import { scoreHead } from '../model/score-head.ts';
import type { Predictions } from '../model/scorer.ts';
import { foreignError } from './faults.ts';
import { scoreMetrics, type ScoredRows } from './fold-metrics.ts';
import type { NumberedRows } from './fold-table.ts';

/** What one fit and its test found. */
export interface FoldOutcome {
  readonly trainingRows: number;
  readonly testRows: number;
  /** Wall time of fitting recipe and learner, and of predicting the tested rows, in milliseconds. */
  readonly fitMs: number;
  readonly scoreMs: number;
  /** By name, of the tested rows. */
  readonly metrics: Readonly<Record<string, number>>;
  /** The same of the rows trained on; null where not asked for. */
  readonly training: Readonly<Record<string, number>> | null;
  readonly tested: TestedRows;
}

export interface TestedRows extends ScoredRows {
  readonly places: Int32Array;
}

export interface FoldSides {
  readonly trainingRows: Relation;
  readonly testRows: Relation;
}

/**
 * Fits a learner and its recipe on the training rows alone, and scores the tested rows.
 * @throws PenstockError those of `learn`, with `name` in front of the sentence; CancelledError.
 */
export async function runFold(rows: NumberedRows, sides: FoldSides, spec: LearnerSpec, name: string, services: LearnServices, options: { readonly scoreTraining?: boolean } = {}): Promise<FoldOutcome> {
  const { tables, signal } = services;
  try {
    const began = performance.now();
    const learnt = await learn(spec, { relation: sides.trainingRows, schema: rows.schema }, services, { place: rows.place, keepRows: options.scoreTraining === true });
    const fitted = performance.now();
    const test = await readFeatureRows(learnt.fitted, sides.testRows, [], tables, { rows: rows.rows - learnt.rows, place: rows.place, signal, resolvePath: services.resolvePath });
    const tested = await scoreRows(rows, learnt, test, services);
    const scored = performance.now();
    signal.throwIfAborted();
    return {
      trainingRows: learnt.rows,
      testRows: tested.places.length,
      fitMs: fitted - began,
      scoreMs: scored - fitted,
      metrics: await scoreMetrics(rows.task, tested, rows.classes, signal),
      training: options.scoreTraining === true ? await scoreMetrics(rows.task, await scoreRows(rows, learnt, learnt.data, services), rows.classes, signal) : null,
      tested,
    };
  } catch (error) {
    if (!(error instanceof PenstockError) || isCancelled(error)) throw error;
    throw foreignError(error, { name, remedy: error.code === 'single-class' ? 'Every part that is trained on needs rows of two classes: stratify the folds, use fewer or other groups, or train on more rows.' : undefined });
  }
}

/** Predictions for rows that were read with places. @throws PenstockError `scoring-failed`; CancelledError. */
export async function scoreRows(rows: NumberedRows, learnt: Pick<Learnt, 'prepared' | 'fitted' | 'trained'>, features: FeatureRows, { signal }: Pick<LearnServices, 'signal'>): Promise<TestedRows> {
  const { classes } = learnt.prepared;
  const found = await scoreHead(learnt.trained.head, { task: rows.task, classes }, features.matrix, features.rows, learnt.fitted.outputs.length, { signal });
  return testedRows(rows, features.places, classes, found);
}

/** Predictions with the truth beside them. Rows without an answer (an image that cannot be read) are left out. */
export function testedRows(rows: NumberedRows, places: Int32Array, classes: readonly string[], found: Predictions): TestedRows {
  const all: TestedRows = { places, truth: Float64Array.from(places, (place) => rows.truth[place] ?? Number.NaN), ...amongAllClasses(found, classes, rows.classes) };
  const { label } = found;
  if (label === undefined || !label.includes(-1)) return all;
  const kept = Int32Array.from(places.keys()).filter((row) => label[row] !== -1);
  const width = rows.classes.length;
  return {
    places: kept.map((row) => places[row] ?? 0),
    truth: Float64Array.from(kept, (row) => all.truth[row] ?? Number.NaN),
    predicted: kept.map((row) => all.predicted[row] ?? -1),
    probabilities: all.probabilities === null ? null : Float32Array.from({ length: kept.length * width }, (_unused, at) => all.probabilities?.[(kept[Math.floor(at / width)] ?? 0) * width + (at % width)] ?? Number.NaN),
  };
}

/** A class that none of the training rows had gets the probability 0. */
export function amongAllClasses(found: Predictions, classes: readonly string[], all: readonly string[]): Pick<ScoredRows, 'predicted' | 'probabilities'> {
  if (found.prediction !== undefined) return { predicted: found.prediction, probabilities: null };
  const position = Int32Array.from(classes, (label) => all.indexOf(label));
  const predicted = Int32Array.from(found.label ?? [], (label) => position[label] ?? -1);
  if (classes.length === all.length) return { predicted, probabilities: found.probabilities ?? null };
  const probabilities = new Float32Array(found.rows * all.length);
  for (let row = 0; row < found.rows; row += 1) {
    for (const [index, at] of position.entries()) probabilities[row * all.length + at] = found.probabilities?.[row * classes.length + index] ?? Number.NaN;
  }
  return { predicted, probabilities };
}
