import { formatCount, formatDuration, formatNumber } from '#app/core/units.ts';
import { partOfLearner } from '#app/sdk/learner-nodes.ts';
import type { Report, ReportBlock } from '#app/sdk/ports.ts';
import type { ScoreMetric } from '#app/sdk/scores.ts';
import type { Gain } from '../fresh-folds.ts';
import { progressChart } from '../search-report.ts';
import type { Trial } from '../trials.ts';
import { deviationOf } from '../trials-table.ts';
import type { Winner } from './auto-train.ts';
import { isTrial, rankLeaders, type Leader } from './leaderboard.ts';

export interface AutoFindings {
  readonly target: string;
  readonly rows: number;
  readonly metric: ScoreMetric;
  readonly leaders: readonly Leader[];
  readonly trials: readonly Trial[];
  readonly winner: Winner;
  /** The best learner as it comes. */
  readonly start: Trial;
  /** Null where that is the winner. */
  readonly gain: Gain | null;
  /** Wall time of trials, and of everything up to the report, in seconds. */
  readonly searchSeconds: number;
  readonly seconds: number;
  readonly recalled: number;
  /** Learners that the time did not suffice for. */
  readonly untried: readonly string[];
}

const TOP = 30;

/** The winner, what it gains over the best learner as it comes and what it cost, the winner as nodes, and the leaderboard. */
export function autoReport(findings: AutoFindings): Report {
  const { target, metric, winner, start, gain, trials } = findings;
  const ranked = rankLeaders(findings.leaders, metric);
  const blocks: ReportBlock[] = [
    { type: 'text', markdown: [headline(findings), ...remarks(findings)].join('\n\n') },
    { type: 'pipeline', title: winner.title, summary: winner.titles.length > 1 ? `Its ${winner.titles.length} learners and the node that joins them, trained on this node’s table.` : 'The learner with its params and recipe, trained on this node’s table.', ...partOfLearner(winner.spec, 'table', winner.titles) },
    {
      type: 'metrics',
      metrics: [
        { name: `${metric.title}, winner`, value: winner.mean, format: 'number', help: `Mean over the folds of the trials. ${metric.help} The best of many is flattered by chance.` },
        { name: `${metric.title}, best as it comes`, value: start.mean, format: 'number', help: `${start.title}, the best learner with its usual params, on the same folds.` },
        ...(gain === null ? [] : [{ name: 'Gain on fresh folds', value: gain.test.mean, format: 'number', help: `Positive is better; standard error ${formatNumber(gain.error)}, over ${gain.folds} folds that took no part in choosing.` } as const]),
        { name: 'Trials', value: trials.length, format: 'count' },
        { name: 'Time', value: 1000 * findings.seconds, format: 'duration', help: `Of it ${formatDuration(1000 * findings.searchSeconds)} for trials; the rest for ensembles, the check and the last fit.` },
      ],
    },
    {
      type: 'table',
      title: ranked.length > TOP ? `The ${TOP} best; the output Leaderboard has all` : 'Leaderboard',
      columns: [{ name: 'learner', type: 'string' }, { name: metric.title, type: 'float' }, { name: 'standard deviation', type: 'float' }, { name: 'time', type: 'string' }],
      rows: ranked.slice(0, TOP).map((leader) => [leader.title, leader.mean, isTrial(leader) ? cell(deviationOf(leader.scores)) : null, isTrial(leader) ? `${formatDuration(1000 * leader.seconds)}${leader.budget < 1 ? `, ${formatNumber(100 * leader.budget)} % of the rows` : ''}` : '']),
    },
    { type: 'chart', chart: progressChart(trials, metric) },
  ];
  return { title: `Auto Train: ${target} on ${formatCount(findings.rows)} rows`, blocks };
}

const cell = (value: number): number | null => (Number.isFinite(value) ? value : null);

function headline({ winner, start, gain, metric }: AutoFindings): string {
  if (gain === null) return `**${winner.title}**, as it comes, is the best that was found: ${metric.title} ${formatNumber(winner.mean)}.`;
  const { test } = gain;
  const sure = test.low > 0 ? 'more than chance explains' : test.high < 0 ? `worse, by more than chance explains: ${start.title} is the better choice` : 'which may be chance';
  return `**${winner.title}**. On fresh folds ${metric.title} is ${formatNumber(gain.after)}, against ${formatNumber(gain.before)} of the best learner as it comes (${start.title}): better by ${formatNumber(test.mean)} ± ${formatNumber(gain.error)} (standard error), 95 % interval ${formatNumber(test.low)} to ${formatNumber(test.high)}, ${sure}.`;
}

function remarks({ winner, gain, recalled, untried }: AutoFindings): string[] {
  const lines: string[] = [];
  if (winner.titles.length > 1) lines.push(`It asks ${winner.titles.map((title) => `“${title}”`).join(', ')}.`);
  if (gain !== null) lines.push('Fresh folds are the same rows divided otherwise. For a score that is wholly honest, test the learner on rows that this node never saw.');
  if (untried.length > 0) lines.push(`The time did not suffice to compare ${untried.join(', ')}: allow more.`);
  if (recalled > 0) lines.push(`${recalled === 1 ? 'One trial is' : `${formatCount(recalled)} trials are`} of an earlier run that was stopped.`);
  return lines;
}
