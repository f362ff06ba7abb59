import { PenstockError } from '#app/core/errors.ts';
import { formatCount } from '#app/core/units.ts';
import type { RunContext } from '#app/sdk/node.ts';
import type { Evaluation, LearnerSpec, TableValue } from '#app/sdk/ports.ts';
import { learnerProblems, metricsOf, scoresSchema } from '#app/sdk/scores.ts';
import { findTarget } from '../model/learn.ts';
import type { Folds, Split } from './folds.ts';
import { foldTable, numberRows } from './fold-table.ts';
import { learnerNames } from './learner-names.ts';
import { makeFolds, splitTitle, type FoldMethod } from './make-folds.ts';
import { resampledInterval } from './resampled.ts';
import type { FoldOutcome } from './run-fold.ts';
import { runFolds } from './run-folds.ts';
import { scoreReport, type LearnerScores } from './score-report.ts';
import { testedTable } from './tested-table.ts';

export type EvaluationServices = Pick<RunContext<unknown>, 'tables' | 'signal' | 'progress' | 'metric' | 'log' | 'report'> & Partial<Pick<RunContext<unknown>, 'resolvePath' | 'checkpoint'>>;

export interface TestAndScoreOptions {
  readonly method: FoldMethod;
  /** Of the intervals, 0…1. */
  readonly confidence: number;
  /** 32-bit unsigned; decides folds and what is random in learners. */
  readonly seed: number;
  /** Columns that tell rows apart; see numberRows. */
  readonly key: readonly string[];
}

export interface TestAndScoreResult {
  readonly evaluation: Evaluation;
  /** `scoresSchema(task)`, by learner, repeat and fold. */
  readonly scores: TableValue;
  /** `testedSchema`. */
  readonly predictions: TableValue;
}

/** Tested rows of all repeats that are written; above it, those of the first repeat. */
const MAX_TESTED = 5_000_000;

/**
 * Fits every learner on the training rows of every split and scores the rows that it did not see.
 * @throws PenstockError those of `learnerProblems`, prepareTarget, makeFolds and runFold; CancelledError.
 */
export async function testAndScore(table: TableValue, learners: readonly LearnerSpec[], options: TestAndScoreOptions, services: EvaluationServices): Promise<TestAndScoreResult> {
  const { tables, signal, progress, report } = services;
  const first = requireLearners(table, learners);
  progress(0, 'Numbering the rows');
  const rows = await numberRows(first.task, findTarget(first, table.schema), table, tables, report, options.key);
  signal.throwIfAborted();
  const folds = await makeFolds(options.method, rows, options.seed, tables, report);
  const written = await foldTable(rows, folds, tables);
  signal.throwIfAborted();

  const names = learnerNames(learners);
  const jobs = learners.flatMap((spec, learner) => folds.splits.map((split) => ({ spec, learner, split })));
  const tested = learners.length * testedRows(folds);
  const everyRepeat = tested <= MAX_TESTED;
  if (!everyRepeat) {
    report({ severity: 'info', code: 'predictions-cut', message: `There are ${formatCount(tested)} tested rows in all; Predictions has those of the first repeat.`, remedy: 'Nothing: the scores use all of them.' });
  }
  const tasks = jobs.map(({ spec, learner, split }) => ({
    spec,
    name: `${names[learner] ?? ''}${learners.length > 1 ? ` (learner ${learner + 1} of ${learners.length})` : ''}, ${splitTitle(split, folds)}`,
    learner: names[learner] ?? '',
    sides: { trainingRows: written.trainingRows(split), testRows: written.testRows(split) },
    seed: splitSeed(options.seed, split),
    scoresOnly: !everyRepeat && split.repeat > 1,
  }));
  const outcomes = await runFolds(rows, tasks, { ...services, seed: options.seed, progress: (fraction, message) => progress(fraction === null ? null : 0.05 + 0.85 * fraction, message) }, { checkpoint: services.checkpoint });

  progress(0.9, 'Writing the scores');
  const done = jobs.flatMap((job, index) => {
    const outcome = outcomes[index];
    return outcome === undefined ? [] : [{ ...job, outcome }];
  });
  const scores = await scoresTable(names, done, first.task, tables);
  const parts = done.filter(({ split }) => everyRepeat || split.repeat === 1).map(({ learner, split, outcome }) => ({ learner, repeat: split.repeat, fold: split.fold, tested: outcome.tested }));
  const predictions = await testedTable(rows, names, parts, tables);
  signal.throwIfAborted();

  const found = names.map((name, learner) => learnerScores(name, first.task, done.filter((one) => one.learner === learner).map(({ outcome }) => outcome), options.confidence));
  const metrics = Object.fromEntries(
    found.flatMap(({ name, metrics: each }) => each.flatMap(({ metric, interval }) => (Number.isFinite(interval.mean) ? [[names.length === 1 ? metric.name : `${metric.name}: ${name}`, interval.mean]] : []))),
  );
  for (const [name, value] of Object.entries(metrics)) services.metric(name, value);
  const page = scoreReport({ task: first.task, target: first.target, rows: rows.rows, learners: found, folds, confidence: options.confidence, method: options.method });
  return { evaluation: { task: first.task, target: first.target, rows: rows.rows, metrics, report: page }, scores, predictions };
}

/** @throws PenstockError the first of `learnerProblems`; `no-learner`. */
export function requireLearners(table: TableValue, learners: readonly LearnerSpec[]): LearnerSpec {
  const [first] = learners;
  if (first === undefined) throw new PenstockError('no-learner', 'No learner is connected.', { remedy: 'Connect the Learner output of a train node.', place: { port: 'learner' } });
  const [problem] = learnerProblems(table.schema, learners);
  if (problem === undefined) return first;
  throw new PenstockError(problem.code, problem.message, { ...(problem.remedy === undefined ? {} : { remedy: problem.remedy }), ...(problem.place === undefined ? {} : { place: problem.place }) });
}

/** Of all splits together. */
function testedRows({ blocks, splits }: Folds): number {
  const sizes = blocks.map((block) => {
    const counts = new Map<number, number>();
    for (const one of block) counts.set(one, (counts.get(one) ?? 0) + 1);
    return counts;
  });
  return splits.reduce((sum, split) => sum + (sizes[split.repeat - 1]?.get(split.test) ?? 0), 0);
}

/** The same for all learners, so that none has the luck of a better one. */
export const splitSeed = (seed: number, split: Split): number => (seed + Math.imul(split.repeat, 7919) + split.fold) >>> 0;

function learnerScores(name: string, task: Evaluation['task'], outcomes: readonly FoldOutcome[], confidence: number): LearnerScores {
  const trained = outcomes.reduce((sum, outcome) => sum + outcome.trainingRows, 0);
  const tested = outcomes.reduce((sum, outcome) => sum + outcome.testRows, 0);
  return {
    name,
    fitMs: outcomes.reduce((sum, outcome) => sum + outcome.fitMs, 0),
    metrics: metricsOf(task).map((metric) => {
      const values = outcomes.map((outcome) => outcome.metrics[metric.name] ?? Number.NaN);
      return { metric, values, interval: resampledInterval(values, tested / trained, confidence) };
    }),
  };
}

async function scoresTable(names: readonly string[], done: readonly { learner: number; split: Split; outcome: FoldOutcome }[], task: Evaluation['task'], tables: EvaluationServices['tables']): Promise<TableValue> {
  const plain: Readonly<Record<string, (one: (typeof done)[number]) => string | number>> = {
    learner: ({ learner }) => names[learner] ?? '',
    repeat: ({ split }) => split.repeat,
    fold: ({ split }) => split.fold,
    training_rows: ({ outcome }) => outcome.trainingRows,
    test_rows: ({ outcome }) => outcome.testRows,
    fit_ms: ({ outcome }) => outcome.fitMs,
    score_ms: ({ outcome }) => outcome.scoreMs,
  };
  return tables.fromColumns(
    scoresSchema(task).map(({ name, type }) => ({ name, type, values: done.map((one) => plain[name]?.(one) ?? one.outcome.metrics[name] ?? null) })),
    'scores',
  );
}
