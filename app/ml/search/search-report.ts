import { formatCount, formatDuration, formatNumber } from '#app/core/units.ts';
import type { ChartSpec, Report, ReportBlock } from '#app/sdk/ports.ts';
import { betterBy, type ScoreMetric } from '#app/sdk/scores.ts';
import type { Dimension } from '#app/sdk/search-space.ts';
import type { Gain } from './fresh-folds.ts';
import { paramsInWords, valueInWords } from './space.ts';
import type { Trial } from './trials.ts';

export interface SearchFindings {
  readonly target: string;
  readonly learner: string;
  readonly metric: ScoreMetric;
  readonly space: readonly Dimension[];
  readonly trials: readonly Trial[];
  readonly first: Trial;
  readonly best: Trial;
  /** Null where no other params were better. */
  readonly gain: Gain | null;
  /** Wall time of the search, in seconds. */
  readonly seconds: number;
  readonly recalled: number;
  readonly isOver: boolean;
  readonly rows: number;
}

/** Best params, what they gain and what it cost, the way there, and the score by each param. */
export function searchReport(findings: SearchFindings): Report {
  const { learner, target, metric, trials, first, best, seconds, gain } = findings;
  const finished = trials.filter(({ status }) => status === 'done').length;
  const blocks: ReportBlock[] = [
    { type: 'text', markdown: [headline(findings), ...remarks(findings)].join('\n\n') },
    {
      type: 'metrics',
      metrics: [
        { name: `${metric.title}, best`, value: best.mean, format: 'number', help: `Mean over the folds of the search. ${metric.help} The best of many is flattered by chance.` },
        { name: `${metric.title}, at the start`, value: first.mean, format: 'number', help: 'Of the learner with its own params, on the same folds.' },
        ...(gain === null ? [] : [{ name: 'Gain on fresh folds', value: gain.test.mean, format: 'number', help: `Positive is better; standard error ${formatNumber(gain.error)}, over ${gain.folds} folds that took no part in the search.` } as const]),
        { name: 'Trials', value: trials.length, format: 'count', help: `${formatCount(finished)} with the full budget in every fold.` },
        { name: 'Time', value: 1000 * seconds, format: 'duration', help: 'Of the search, without the check and the last fit.' },
      ],
    },
    { type: 'table', title: 'Params', columns: [{ name: 'param', type: 'string' }, { name: 'best', type: 'string' }, { name: 'at the start', type: 'string' }], rows: findings.space.map(({ param }) => [param, valueInWords(best.spec.params[param]), first.spec.params[param] === undefined ? 'the learner’s default' : valueInWords(first.spec.params[param])]) },
    { type: 'chart', chart: progressChart(trials, metric) },
    ...findings.space.map((dimension): ReportBlock => ({ type: 'chart', chart: paramChart(dimension, trials, metric, best) })),
    topTable(trials, metric),
  ];
  return { title: `Parameter search: ${learner} for ${target}`, blocks };
}

function headline({ best, first, gain, metric }: SearchFindings): string {
  if (gain === null) return best.number === first.number ? `**No params were better than the learner’s own** (${metric.title} ${formatNumber(first.mean)}).` : `**${paramsInWords(best.params)}**: ${metric.title} ${formatNumber(best.mean)}.`;
  const { test } = gain;
  const sure = test.low > 0 ? 'more than chance explains' : test.high < 0 ? 'worse, by more than chance explains: keep the learner as it was' : 'which may be chance';
  return `**${paramsInWords(best.params)}**. On fresh folds ${metric.title} goes from ${formatNumber(gain.before)} to ${formatNumber(gain.after)}: better by ${formatNumber(test.mean)} ± ${formatNumber(gain.error)} (standard error), 95 % interval ${formatNumber(test.low)} to ${formatNumber(test.high)}, ${sure}.`;
}

function remarks({ trials, isOver, recalled, gain }: SearchFindings): string[] {
  const lines: string[] = [];
  const failed = trials.filter(({ status }) => status === 'failed');
  if (gain !== null) lines.push('Fresh folds are the same rows divided otherwise than in the search. For a score that is wholly honest, test the learner on rows that this node never saw.');
  if (isOver) lines.push('The time limit ended the search.');
  if (recalled > 0) lines.push(`${recalled === 1 ? 'One trial is' : `${formatCount(recalled)} trials are`} of an earlier run that was stopped.`);
  if (failed.length > 0) lines.push(`${failed.length === 1 ? 'One trial' : `${formatCount(failed.length)} trials`} failed, first with ${paramsInWords(failed[0]?.params ?? {})}: ${failed[0]?.failure?.message ?? ''}`);
  return lines;
}

/** Scores by trial and the best so far; a trial with less than the full budget is not yet comparable and left out. */
export function progressChart(trials: readonly Trial[], metric: ScoreMetric): ChartSpec {
  const full = trials.filter((trial) => trial.status === 'done' && trial.budget >= 1 && Number.isFinite(trial.mean));
  let best = Number.NaN;
  const bestSoFar = full.map(({ mean }) => {
    if (Number.isNaN(best) || betterBy(metric, mean - best) > 0) best = mean;
    return best;
  });
  return {
    title: 'Best so far',
    x: { title: 'trial' },
    y: { title: metric.title },
    series: [
      { name: 'best so far', mark: 'line', x: full.map(({ number }) => number), y: bestSoFar },
      { name: 'trial', mark: 'points', x: full.map(({ number }) => number), y: full.map(({ mean }) => mean) },
    ],
    note: metric.higher ? 'Higher is better.' : 'Lower is better.',
  };
}

function paramChart(dimension: Dimension, trials: readonly Trial[], metric: ScoreMetric, best: Trial): ChartSpec {
  const isChoice = dimension.kind === 'choice';
  const shown = trials.filter((trial) => trial.status !== 'failed' && Number.isFinite(trial.mean) && trial.params[dimension.param] !== undefined);
  const at = (trial: Trial): string | number => (isChoice ? valueInWords(trial.params[dimension.param]) : Number(trial.params[dimension.param]));
  const series = (name: string, of: readonly Trial[]) => ({ name, mark: 'points' as const, x: of.map(at), y: of.map(({ mean }) => mean) });
  const less = shown.filter(({ budget }) => budget < 1);
  const full = shown.filter((trial) => trial.budget >= 1 && trial.number !== best.number);
  return {
    title: `${metric.title} by ${dimension.param}`,
    x: { title: dimension.param, scale: isChoice ? 'category' : dimension.log ? 'log' : 'linear' },
    y: { title: metric.title },
    series: [...(less.length === 0 ? [] : [series('less than the full budget', less)]), series('trial', full), ...(shown.includes(best) ? [series('best', [best])] : [])],
    note: metric.higher ? 'Higher is better.' : 'Lower is better.',
  };
}

const TOP = 20;

function topTable(trials: readonly Trial[], metric: ScoreMetric): ReportBlock {
  const ranked = trials.filter((trial) => trial.status === 'done' && Number.isFinite(trial.mean)).sort((a, b) => betterBy(metric, b.mean - a.mean));
  return {
    type: 'table',
    title: ranked.length > TOP ? `The ${TOP} best trials; the output Trials has all` : 'Trials, best first',
    columns: [{ name: 'trial', type: 'integer' }, { name: 'params', type: 'string' }, { name: metric.title, type: 'float' }, { name: 'time', type: 'string' }],
    rows: ranked.slice(0, TOP).map((trial) => [trial.number, trial.title, trial.mean, formatDuration(1000 * trial.seconds)]),
  };
}
