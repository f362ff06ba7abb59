import { PenstockError } from '#app/core/errors.ts';
import { call, col, filter, lit } from '#app/relation/build.ts';
import { freeName } from '#app/relation/free-name.ts';
import type { LearnerSpec, TableValue } from '#app/sdk/ports.ts';
import { curveSchema, metricsOf, type ScoreMetric } from '#app/sdk/scores.ts';
import { shuffle, uniform } from '../learners/random.ts';
import { findTarget } from '../model/learn.ts';
import { isTrainedOn, type Folds, type Split } from './folds.ts';
import { foldTable, numberRows, type NumberedRows } from './fold-table.ts';
import { learnerNames } from './learner-names.ts';
import { makeFolds, splitTitle, type FoldMethod } from './make-folds.ts';
import { resampledInterval, type MeanInterval } from './resampled.ts';
import type { FoldOutcome } from './run-fold.ts';
import { runFolds } from './run-folds.ts';
import { requireLearners, splitSeed, type EvaluationServices } from './test-and-score.ts';

export interface LearningCurveOptions {
  /** Shares of a fold's training rows, 0…1. */
  readonly sizes: readonly number[];
  readonly method: FoldMethod;
  readonly confidence: number;
  /** 32-bit unsigned. */
  readonly seed: number;
  /** Columns that tell rows apart; see numberRows. */
  readonly key: readonly string[];
}

/** Scores of a learner that was fitted on a share of the training rows, over the splits. */
export interface CurvePointScores {
  readonly share: number;
  /** Mean over the splits. */
  readonly trainingRows: number;
  readonly fitMs: number;
  readonly metrics: readonly CurveMetric[];
}

export interface CurveMetric {
  readonly metric: ScoreMetric;
  /** By split, of the rows not seen and of those trained on. */
  readonly testScores: readonly number[];
  readonly test: MeanInterval;
  readonly training: MeanInterval;
}

export interface LearningCurve {
  readonly name: string;
  readonly target: string;
  /** Tested ÷ training rows of a split at full size. */
  readonly ratio: number;
  readonly splits: number;
  /** By rising size. */
  readonly points: readonly CurvePointScores[];
}

/**
 * Fits a learner on growing parts of each split's training rows, and scores it on the tested rows and on those it was fitted on. The
 * parts are nested, and for classes each holds about every class's share.
 * @throws PenstockError `few-sizes`, those of `learnerProblems`, makeFolds and runFold; CancelledError.
 */
export async function learningCurve(table: TableValue, spec: LearnerSpec, options: LearningCurveOptions, services: EvaluationServices): Promise<LearningCurve> {
  const { tables, signal, progress, report } = services;
  requireLearners(table, [spec]);
  progress(0, 'Numbering the rows');
  const rows = await numberRows(spec.task, findTarget(spec, table.schema), table, tables, report, options.key);
  const folds = await makeFolds(options.method, rows, options.seed, tables, report);
  const orders = folds.blocks.map((_block, repeat) => growingOrder(rows, options.seed, repeat));
  const names = orders.map((_order, repeat) => freeName(`order${repeat + 1}`, rows.schema));
  const written = await foldTable(rows, folds, tables, orders.map((values, repeat) => ({ name: names[repeat] ?? '', values })));
  signal.throwIfAborted();

  const shares = differentShares(options.sizes, folds);
  if (shares.length < 2) throw fewSizes();
  const jobs = folds.splits.flatMap((split) => partsOf(split, folds, orders[split.repeat - 1] ?? new Float64Array(), shares).map((part) => ({ split, ...part })));
  const [name = ''] = learnerNames([spec]);
  const tasks = jobs.map(({ split, share, upTo, rows: count }) => ({
    spec,
    name: `${name}, ${splitTitle(split, folds)}, ${count === 1 ? 'one training row' : `${count} training rows`}`,
    learner: `${share}`,
    sides: { trainingRows: filter(written.trainingRows(split), call('less_than_or_equal', col(names[split.repeat - 1] ?? ''), lit(upTo, 'float'))), testRows: written.testRows(split) },
    seed: splitSeed(options.seed, split),
    scoresOnly: true,
  }));
  const outcomes = await runFolds(rows, tasks, { ...services, seed: options.seed, progress: (fraction, message) => progress(fraction === null ? null : 0.05 + 0.9 * fraction, message) }, { scoreTraining: true, checkpoint: services.checkpoint });
  const full = outcomes.filter((_outcome, index) => jobs[index]?.share === shares.at(-1));
  const ratio = sum(full.map(({ testRows }) => testRows)) / sum(full.map(({ trainingRows }) => trainingRows));
  const points = shares.map((share) => pointOf(share, outcomes.filter((_outcome, index) => jobs[index]?.share === share), spec, ratio, options.confidence));
  return { name, target: spec.target, ratio, splits: folds.splits.length, points };
}

const fewSizes = (): PenstockError =>
  new PenstockError('few-sizes', 'The training sizes are all the same, so there is no curve.', { remedy: 'Give at least two shares that differ by a row or more, such as 0.2 and 1.', place: { param: ['sizes'] } });

/**
 * A place for every row such that the rows before any place hold about every class's share: within a class places are random, and
 * classes are merged evenly.
 */
function growingOrder(rows: NumberedRows, seed: number, repeat: number): Float64Array {
  const order = Int32Array.from({ length: rows.rows }, (_unused, row) => row);
  // Not the seed of the folds, whose order the blocks are dealt by.
  shuffle(order, uniform((seed + Math.imul(repeat, 0x9e3779b1) + 0x51ed270b) >>> 0));
  const classOf = (row: number): number => (rows.task === 'classification' ? (rows.truth[row] ?? 0) : 0);
  const sizes = new Map<number, number>();
  for (const row of order) sizes.set(classOf(row), (sizes.get(classOf(row)) ?? 0) + 1);
  const seen = new Map<number, number>();
  const along = new Float64Array(rows.rows);
  for (const row of order) {
    const cls = classOf(row);
    const before = seen.get(cls) ?? 0;
    seen.set(cls, before + 1);
    along[row] = (before + 0.5) / (sizes.get(cls) ?? 1);
  }
  const places = new Float64Array(rows.rows);
  order.sort((a, b) => (along[a] ?? 0) - (along[b] ?? 0)).forEach((row, place) => {
    places[row] = place;
  });
  return places;
}

const rowsOfShare = (share: number, rows: number): number => Math.max(1, Math.round(share * rows));

const trainedOn = (split: Split, { blocks }: Folds): Int32Array => {
  const block = blocks[split.repeat - 1] ?? new Int32Array();
  return Int32Array.from(block.keys()).filter((row) => isTrainedOn(split, block[row] ?? 0));
};

/** Shares that come to different numbers of rows in every split, rising; of equal ones the largest. */
function differentShares(sizes: readonly number[], folds: Folds): number[] {
  const counts = folds.splits.map((split) => trainedOn(split, folds).length);
  const rising = [...new Set(sizes)].sort((a, b) => a - b);
  return rising.filter((share, index) => {
    const next = rising[index + 1];
    return next === undefined || counts.every((rows) => rowsOfShare(share, rows) < rowsOfShare(next, rows));
  });
}

/** For each share the last place that a split is trained up to. */
function partsOf(split: Split, folds: Folds, order: Float64Array, shares: readonly number[]): { share: number; upTo: number; rows: number }[] {
  const places = Float64Array.from(trainedOn(split, folds), (row) => order[row] ?? 0).sort();
  return shares.map((share) => {
    const rows = rowsOfShare(share, places.length);
    return { share, rows, upTo: places[rows - 1] ?? 0 };
  });
}

function pointOf(share: number, outcomes: readonly FoldOutcome[], spec: LearnerSpec, ratio: number, confidence: number): CurvePointScores {
  return {
    share,
    trainingRows: sum(outcomes.map(({ trainingRows }) => trainingRows)) / outcomes.length,
    fitMs: sum(outcomes.map(({ fitMs }) => fitMs)) / outcomes.length,
    metrics: metricsOf(spec.task).map((metric) => {
      const testScores = outcomes.map(({ metrics }) => metrics[metric.name] ?? Number.NaN);
      const training = outcomes.map((outcome) => outcome.training?.[metric.name] ?? Number.NaN);
      return { metric, testScores, test: resampledInterval(testScores, ratio, confidence), training: resampledInterval(training, ratio, confidence) };
    }),
  };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** The curve as a table (`curveSchema`): one row a size and metric. */
export async function curveTable({ points }: LearningCurve, tables: EvaluationServices['tables']): Promise<TableValue> {
  const rows = points.flatMap(({ share, trainingRows, fitMs, metrics }) =>
    metrics.map(({ metric, test, training }): Record<string, string | number> => ({
      share,
      training_rows: trainingRows,
      metric: metric.name,
      test: test.mean,
      test_deviation: test.deviation,
      test_low: test.low,
      test_high: test.high,
      training: training.mean,
      training_deviation: training.deviation,
      fit_ms: fitMs,
    })),
  );
  return tables.fromColumns(curveSchema.map(({ name, type }) => ({ name, type, values: rows.map((row) => row[name] ?? null) })), 'learning curve');
}
