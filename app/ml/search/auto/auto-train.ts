import { formatCount, formatDuration, formatNumber } from '#app/core/units.ts';
import type { LearnerSpec, LearningTask, ModelValue, Report, TableValue } from '#app/sdk/ports.ts';
import type { ScoreMetric } from '#app/sdk/scores.ts';
import { numberRows } from '../../evaluation/fold-table.ts';
import { requireLearners } from '../../evaluation/test-and-score.ts';
import { fitLearner } from '../../model/fit-learner.ts';
import { findTarget } from '../../model/learn.ts';
import { CHECK_REPEATS, gainOf, openFreshFolds, type Gain } from '../fresh-folds.ts';
import { TrialMemory } from '../memory.ts';
import { metricNamed, type SearchServices } from '../search-parameters.ts';
import { TrialFolds } from '../trial-folds.ts';
import { Trials, type Trial } from '../trials.ts';
import { autoReport } from './auto-report.ts';
import { candidatesFor } from './candidates.ts';
import { averageByFold, ensembleSpec, poolOf, selectAverage, stackByFold, type Pool } from './ensembles.ts';
import { leaderboardTable, type Leader } from './leaderboard.ts';
import { compareFamilies, searchFamilies } from './stages.ts';

export interface AutoTrainOptions {
  readonly task: LearningTask;
  readonly target: string;
  readonly features: readonly string[] | null;
  /** Aimed at in all: `TRIALS_SHARE` of it ends the trials; ensembles, the check and the last fit take as long as they take. */
  readonly seconds: number;
  readonly trials: number;
  readonly folds: number;
  readonly metric: string;
  readonly ensembles: boolean;
  /** 32-bit unsigned. */
  readonly seed: number;
}

export interface AutoTrainResult {
  readonly learner: LearnerSpec;
  readonly model: ModelValue;
  readonly leaderboard: TableValue;
  readonly report: Report;
}

/** What was chosen in the end. */
export interface Winner {
  readonly title: string;
  readonly spec: LearnerSpec;
  /** Titles of the learners of an ensemble, or its own. */
  readonly titles: readonly string[];
  readonly mean: number;
  /** The trials it is made of. */
  readonly trials: readonly Trial[];
}

/** Members of an ensemble at most, those of one family at most, and rounds of the selection. */
const MOST_MEMBERS = 8;
const MOST_OF_FAMILY = 2;
const ROUNDS = 15;
/** Share of the time for trials, with ensembles and without. */
const TRIALS_SHARE = { ensembles: 0.55, single: 0.75 } as const;
/** Trials whose predictions are kept while others are tried. */
const KEPT_OUTCOMES = 12;

/**
 * Tries learners and recipes from cheap to dear on the same folds, searches the params of the best families, joins the best to an
 * ensemble where that helps, says on fresh folds what it gained over the best learner as it comes, and fits the winner on all rows.
 * @throws PenstockError those of `learnerProblems`, makeFolds and `learn`; CancelledError.
 */
export async function autoTrain(table: TableValue, options: AutoTrainOptions, services: SearchServices): Promise<AutoTrainResult> {
  const { tables, progress, log } = services;
  const began = performance.now();
  const probe: LearnerSpec = { algorithm: options.task === 'classification' ? 'logistic-regression' : 'linear-regression', task: options.task, params: {}, recipe: { steps: [] }, target: options.target, features: options.features };
  requireLearners(table, [probe]);
  const metric = metricNamed(probe, options.metric);
  const within = (from: number, to: number) => ({ ...services, progress: (fraction: number | null, message?: string) => progress(fraction === null ? null : from + (to - from) * fraction, message) });
  progress(0, 'Numbering the rows');
  // What rows without a target have to say is said by the last fit.
  const rows = await numberRows(options.task, findTarget(probe, table.schema), table, tables, () => undefined);
  const folds = await TrialFolds.open(rows, options.folds, 1, options.seed, services);
  const memory = await TrialMemory.open(services.checkpoint ?? null);
  const trials = new Trials(metric, folds, memory, options.seconds * (options.ensembles ? TRIALS_SHARE.ensembles : TRIALS_SHARE.single), within(0.02, 0.7));
  const candidates = candidatesFor(options.task, options.target, options.features, table.schema, rows.rows);
  log('info', `${candidates.length} learners on ${formatCount(rows.rows)} rows in ${options.folds} folds, for ${formatDuration(1000 * options.seconds)}.`);

  const stage = { trials, schema: table.schema, seed: options.seed, most: options.trials, keepOutcomes: () => keepBest(trials) };
  const compared = await compareFamilies(candidates, stage, (fraction) => progress(0.02 + 0.28 * fraction, 'Comparing learners'));
  await searchFamilies(compared, stage, (fraction) => progress(0.3 + 0.4 * fraction, `${trials.all.length} trials`));
  const searchSeconds = trials.seconds;
  const single = trials.best;
  if (single === null) throw new Error('the first trial has the full budget');
  const defaults = compared.flatMap(({ candidate, trial }) => (candidates.includes(candidate) && trial.budget >= 1 && trial.status === 'done' && Number.isFinite(trial.mean) ? [trial] : []));
  const start = defaults.reduce((best, trial) => (trials.isBetter(trial.mean, best.mean) ? trial : best), defaults[0] ?? single);

  const found = options.ensembles ? await findEnsembles(trials, options, within(0.7, 0.8)) : [];
  const singleWinner: Winner = { title: single.title, spec: single.spec, titles: [single.title], mean: single.mean, trials: [single] };
  const winner = found.reduce<Winner>((best, one) => (trials.isBetter(one.mean, best.mean) ? one : best), singleWinner);
  log('info', `The winner: ${winner.title}, ${metric.title} ${formatNumber(winner.mean)}.`);
  const checkSeconds = [start, ...winner.trials].reduce((sum, trial) => sum + trial.seconds / trial.budget, 0);
  const left = options.seconds - (performance.now() - began) / 1000;
  const repeats = CHECK_REPEATS * checkSeconds > left / 2 ? 1 : CHECK_REPEATS;
  const gain = winner.trials.length === 1 && winner.trials[0]?.number === start.number ? null : await check(start.spec, winner, metric, await openFreshFolds(rows, options.folds, options.seed, services, repeats), within(0.8, 0.92));
  const { checkpoint: _trials, ...last } = within(0.92, 0.99);
  const { ofLastFit } = memory;
  const model = await fitLearner(winner.spec, table, ofLastFit === undefined ? last : { ...last, checkpoint: ofLastFit });
  const leaders: Leader[] = [...found.map(({ title, mean, trials: parts }): Leader => ({ title, mean, parts: parts.length })), ...trials.all];
  return {
    learner: winner.spec,
    model,
    leaderboard: await leaderboardTable(leaders, metric, tables),
    report: autoReport({ target: options.target, rows: rows.rows, metric, leaders, trials: trials.all, winner, start, gain, searchSeconds, seconds: (performance.now() - began) / 1000, recalled: trials.recalled, untried: candidates.map(({ title }) => title).filter((title) => !trials.all.some((trial) => trial.title === title)) }),
  };
}

function ranked(trials: Trials): Trial[] {
  return trials.all.filter((trial) => trial.status === 'done' && trial.budget >= 1 && Number.isFinite(trial.mean)).sort((a, b) => trials.lossOf(a) - trials.lossOf(b));
}

function keepBest(trials: Trials): void {
  trials.keepOutcomes(new Set(ranked(trials).slice(0, KEPT_OUTCOMES).map(({ number }) => number)));
}

/** The best trials, not too many of one family: what is alike adds nothing to an average. */
function members(trials: Trials): Trial[] {
  const chosen: Trial[] = [];
  const familyOf = ({ spec }: Trial): string => `${spec.algorithm} ${String(spec.params['randomCuts'] ?? '')}`;
  for (const trial of ranked(trials)) {
    if (chosen.filter((other) => familyOf(other) === familyOf(trial)).length < MOST_OF_FAMILY) chosen.push(trial);
    if (chosen.length === MOST_MEMBERS) break;
  }
  return chosen;
}

async function findEnsembles(trials: Trials, options: AutoTrainOptions, services: SearchServices): Promise<Winner[]> {
  const pool = members(trials);
  if (pool.length < 2) return [];
  const full: Trial[] = [];
  for (const [index, trial] of pool.entries()) {
    services.progress((0.5 * index) / pool.length, 'Predictions for ensembles');
    full.push(await trials.withOutcome(trial));
  }
  const titles = full.map(({ title }) => title);
  const made = poolOf(trials.folds, full.map(({ spec }) => spec), titles, full.flatMap(({ outcome }) => outcome ?? []));
  const { name } = trials.metric;
  const meanOf = (metrics: readonly Readonly<Record<string, number>>[]): number => metrics.reduce((sum, one) => sum + (one[name] ?? Number.NaN), 0) / metrics.length;
  services.progress(0.5, 'Choosing an average');
  const average = await selectAverage(made, name, ROUNDS, { signal: services.signal, progress: () => undefined });
  const taken = full.filter((_trial, index) => (average.weights[index] ?? 0) > 0);
  services.progress(0.75, 'Training a stack');
  const stacked = await stackByFold(made, { ...services, seed: options.seed, progress: () => undefined });
  const winners: Winner[] = [];
  if (taken.length > 1) {
    winners.push({ title: `Average of ${taken.length} learners`, spec: ensembleSpec(made.specs, average.weights, options.folds, options.seed), titles: taken.map(({ title }) => title), mean: meanOf(average.metrics), trials: taken });
  }
  winners.push({ title: `Stack of ${full.length} learners`, spec: ensembleSpec(made.specs, null, options.folds, options.seed), titles, mean: meanOf(stacked), trials: full });
  return winners;
}

/** The best learner as it comes against the winner, on folds that chose neither. An ensemble's weights stay; a stack's final learner is trained without the tested fold. */
async function check(start: LearnerSpec, winner: Winner, metric: ScoreMetric, folds: TrialFolds, services: SearchServices): Promise<Gain> {
  const { signal, progress } = services;
  const specs = winner.trials.map(({ spec }) => spec);
  const run = (spec: LearnerSpec, index: number) => folds.run(spec, { signal, progress: (fraction) => progress((index + fraction) / (specs.length + 1), 'Checking on fresh folds') });
  const before = await run(start, 0);
  const outcomes = [];
  for (const [index, spec] of specs.entries()) outcomes.push(await run(spec, index + 1));
  const [only] = outcomes;
  if (winner.spec.algorithm !== 'stacking') return gainOf(metric, folds, before.metrics, only?.metrics ?? []);
  const weights = winner.spec.params['weights'] as readonly number[] | null;
  const after: Readonly<Record<string, number>>[] = [];
  for (let repeat = 1; repeat <= folds.folds.blocks.length; repeat += 1) {
    const pool: Pool = poolOf(folds, specs, winner.titles, outcomes, repeat);
    after.push(...(weights === null ? await stackByFold(pool, { ...services, progress: () => undefined }) : averageByFold(pool, weights)));
  }
  return gainOf(metric, folds, before.metrics, after);
}
