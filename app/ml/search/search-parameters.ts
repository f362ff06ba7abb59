import { PenstockError } from '#app/core/errors.ts';
import { formatCount } from '#app/core/units.ts';
import type { CheckpointServices } from '#app/sdk/node.ts';
import type { LearnerSpec, ModelValue, Report, TableValue } from '#app/sdk/ports.ts';
import { metricsOf, type ScoreMetric } from '#app/sdk/scores.ts';
import { numberRows } from '../evaluation/fold-table.ts';
import { algorithmTitle } from '../evaluation/learner-names.ts';
import { requireLearners } from '../evaluation/test-and-score.ts';
import { fitLearner, type FitServices } from '../model/fit-learner.ts';
import { findTarget } from '../model/learn.ts';
import { compareOnFreshFolds, openFreshFolds } from './fresh-folds.ts';
import { TrialMemory } from './memory.ts';
import { gridPoints } from './space.ts';
import { search, type SearchPlan } from './search.ts';
import { searchReport } from './search-report.ts';
import { TrialFolds } from './trial-folds.ts';
import { Trials } from './trials.ts';
import { trialsTable } from './trials-table.ts';

export type SearchServices = FitServices & { readonly checkpoint?: CheckpointServices };

export interface ParameterSearchOptions extends SearchPlan {
  /** Name of a metric of the task; `auto`: log loss or RMSE, which tell more of small differences than shares do. */
  readonly metric: string;
  readonly folds: number;
  /** Of the search; null: no limit. */
  readonly seconds: number | null;
}

export interface ParameterSearchResult {
  readonly learner: LearnerSpec;
  readonly model: ModelValue;
  readonly trials: TableValue;
  readonly report: Report;
}

/**
 * Searches params of a learner by cross-validation, says on fresh folds how much the best gain, and fits them on all rows.
 * @throws PenstockError those of `learnerProblems`, makeFolds and `learn`; CancelledError.
 */
export async function searchParameters(spec: LearnerSpec, table: TableValue, options: ParameterSearchOptions, services: SearchServices): Promise<ParameterSearchResult> {
  requireLearners(table, [spec]);
  const metric = metricNamed(spec, options.metric);
  const { tables, progress, report } = services;
  const within = (from: number, to: number) => ({ ...services, progress: (fraction: number | null, message?: string) => progress(fraction === null ? null : from + (to - from) * fraction, message) });
  progress(0, 'Numbering the rows');
  // What rows without a target have to say is said by the last fit.
  const rows = await numberRows(spec.task, findTarget(spec, table.schema), table, tables, () => undefined);
  const folds = await TrialFolds.open(rows, options.folds, 1, options.seed, services);
  if (options.method === 'grid') {
    const grid = gridPoints(options.space, options.trials);
    if (grid.all > grid.points.length) report({ severity: 'info', code: 'grid-cut', message: `The grid has ${formatCount(grid.all)} combinations; ${formatCount(grid.points.length)} evenly spread ones are tried.`, remedy: 'Raise the number of trials, or list fewer values.', place: { param: ['trials'] } });
  }
  const memory = await TrialMemory.open(services.checkpoint ?? null);
  const trials = new Trials(metric, folds, memory, options.seconds, within(0.02, 0.8));
  const first = await search(spec, options, trials, (fraction) => progress(0.02 + 0.78 * fraction, `${trials.all.length} trials`));
  const { seconds, isOver } = trials;
  const best = trials.best ?? first;
  const isChanged = best.number !== first.number;
  const gain = isChanged ? await compareOnFreshFolds(spec, best.spec, metric, await openFreshFolds(rows, options.folds, options.seed, services), within(0.8, 0.9)) : null;
  if (gain !== null) services.log('info', `On fresh folds: ${metric.title} ${gain.before.toPrecision(4)} → ${gain.after.toPrecision(4)}.`);
  const { checkpoint: _trials, ...last } = within(0.9, 0.99);
  const { ofLastFit } = memory;
  const model = await fitLearner(best.spec, table, ofLastFit === undefined ? last : { ...last, checkpoint: ofLastFit });
  const page = searchReport({
    target: spec.target,
    learner: algorithmTitle(spec.algorithm),
    metric,
    space: options.space,
    trials: trials.all,
    first,
    best,
    gain,
    seconds,
    isOver: isOver && trials.all.length <= options.trials,
    recalled: trials.recalled,
    rows: rows.rows,
  });
  return { learner: best.spec, model, trials: await trialsTable(trials.all, options.space, tables), report: page };
}

/** @throws PenstockError `metric-unknown` for a metric of the other task. */
export function metricNamed({ task }: Pick<LearnerSpec, 'task'>, name: string): ScoreMetric {
  const known = metricsOf(task);
  const found = known.find((metric) => metric.name === (name === 'auto' ? (task === 'classification' ? 'log_loss' : 'rmse') : name));
  if (found !== undefined) return found;
  throw new PenstockError('metric-unknown', `The metric “${name}” is not one of ${task === 'classification' ? 'classes' : 'numbers'}.`, {
    remedy: `Choose one of ${known.map(({ title }) => title).join(', ')}.`,
    place: { param: ['metric'] },
  });
}
