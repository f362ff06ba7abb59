import { formatCount, formatDuration, formatNumber } from '#app/core/units.ts';
import type { BoxShape, LearningTask, Report, ReportBlock } from '#app/sdk/ports.ts';
import { betterBy, type ScoreMetric } from '#app/sdk/scores.ts';
import type { Folds } from './folds.ts';
import type { FoldMethod } from './make-folds.ts';
import type { MeanInterval } from './resampled.ts';

export interface LearnerScores {
  readonly name: string;
  /** Of all fits together, in milliseconds. */
  readonly fitMs: number;
  /** `values`: a score a fold, in the order of splits; NaN where a metric is not defined. */
  readonly metrics: readonly { readonly metric: ScoreMetric; readonly values: readonly number[]; readonly interval: MeanInterval }[];
}

export interface ScoreFindings {
  readonly task: LearningTask;
  readonly target: string;
  readonly rows: number;
  readonly learners: readonly LearnerScores[];
  readonly folds: Folds;
  readonly confidence: number;
  readonly method: FoldMethod;
}

/** Folds of a learner that are drawn one by one. */
const MAX_POINTS = 100;

/** Learners side by side: a sentence, their means with intervals, and how scores are spread over the folds. */
export function scoreReport(findings: ScoreFindings): Report {
  const { learners, target, task } = findings;
  const percent = `${formatNumber(findings.confidence * 100)} %`;
  const blocks: ReportBlock[] = [{ type: 'text', markdown: [headline(findings, percent), methodInWords(findings), ...remarks(findings)].join('\n\n') }];
  for (const { name, metrics } of learners) {
    blocks.push({
      type: 'metrics',
      title: name,
      metrics: metrics
        .filter(({ interval }) => Number.isFinite(interval.mean))
        .map(({ metric, interval }) => ({
          name: metric.title,
          value: interval.mean,
          format: 'number',
          help: `${metric.help} ${interval.count < 2 ? 'One fold only, so nothing is known of its spread.' : `Standard deviation over the folds ${formatNumber(interval.deviation)}; ${percent} interval of the mean ${intervalText(metric, interval)}.`}`,
        })),
    });
  }
  blocks.push({
    type: 'table',
    title: `Means over the folds, with ${percent} intervals`,
    columns: [
      { name: 'learner', type: 'string' },
      { name: 'metric', type: 'string' },
      { name: 'mean', type: 'float' },
      { name: 'standard deviation', type: 'float' },
      { name: 'low', type: 'float' },
      { name: 'high', type: 'float' },
      { name: 'folds', type: 'integer' },
      { name: 'time to fit', type: 'string' },
    ],
    rows: learners.flatMap(({ name, metrics, fitMs }) =>
      metrics.map(({ metric, interval }) => {
        const [low, high] = within(metric, interval);
        return [name, metric.title, cell(interval.mean), cell(interval.deviation), cell(low), cell(high), interval.count, formatDuration(fitMs)];
      }),
    ),
  });
  for (const { metric } of learners[0]?.metrics ?? []) {
    const block = spread(metric, learners);
    if (block !== null) blocks.push(block);
  }
  return { title: `${task === 'classification' ? 'Classification' : 'Prediction'} of ${target} on rows not trained on`, blocks };
}

const cell = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** The interval without what a score cannot be. */
function within({ least, most }: ScoreMetric, { low, high }: MeanInterval): [number, number] {
  return [least === null ? low : Math.max(least, low), most === null ? high : Math.min(most, high)];
}

function intervalText(metric: ScoreMetric, interval: MeanInterval): string {
  const [low, high] = within(metric, interval);
  return `${formatNumber(low)} to ${formatNumber(high)}`;
}

function headline({ learners }: ScoreFindings, percent: string): string {
  const scored = learners.flatMap(({ name, metrics }) => {
    const [main] = metrics;
    return main === undefined || !Number.isFinite(main.interval.mean) ? [] : [{ name, ...main }];
  });
  const best = scored.reduce<(typeof scored)[number] | null>((found, one) => (found === null || betterBy(one.metric, one.interval.mean - found.interval.mean) > 0 ? one : found), null);
  if (best === null) return 'No score is defined for these rows.';
  const score = `${best.metric.title} ${formatNumber(best.interval.mean)}${best.interval.count < 2 ? '' : ` (${percent} interval ${intervalText(best.metric, best.interval)})`}`;
  if (scored.length < 2) return `**${score}** on rows the learner did not see.`;
  return `**${best.name}** scores best: ${score}. Whether that is more than chance, Compare Models says: connect Scores to it.`;
}

function methodInWords({ method, folds, rows }: ScoreFindings): string {
  const of = `${formatCount(rows)} rows`;
  switch (method.by) {
    case 'k-fold': {
      const strata = method.stratified ? ', every class in its share' : '';
      return `${of} in ${method.k} folds${strata}; each row is tested ${method.repeats === 1 ? 'once' : `${method.repeats} times, in other folds each time`}.`;
    }
    case 'random':
      return `${of}; ${method.repeats === 1 ? 'once' : `${method.repeats} times`} a random ${formatNumber(method.share * 100)} % of them is trained on and the rest tested.`;
    case 'group-k-fold':
      return `${of} in ${method.k} folds of whole groups of “${method.column}”: no group is trained on and tested at once.`;
    case 'leave-one-group-out':
      return `${of}; each of the ${folds.splits.length} groups of “${method.column}” is tested by learners that saw the other groups.`;
    case 'time':
      return `${of} by “${method.column}” in ${folds.splits.length + (method.window ?? 1)} blocks; each of the last ${folds.splits.length} is tested by learners that saw ${method.window === null ? 'all rows before it' : method.window === 1 ? 'the block before it' : `the ${method.window} blocks before it`}.`;
  }
}

function remarks({ learners, confidence }: ScoreFindings): string[] {
  const lines = [
    `Intervals count in that folds share training rows (Nadeau and Bengio 2003); they are wider than a plain ${formatNumber(confidence * 100)} % interval of the mean, which would promise too much.`,
  ];
  const gaps = (learners[0]?.metrics ?? []).filter(({ values }) => values.some((value) => !Number.isFinite(value))).map(({ metric }) => metric.title);
  if (gaps.length > 0) lines.push(`${gaps.join(' and ')} ${gaps.length === 1 ? 'is' : 'are'} not defined in some folds, where the tested rows are all alike; these folds do not count for ${gaps.length === 1 ? 'it' : 'them'}.`);
  return lines;
}

function spread(metric: ScoreMetric, learners: readonly LearnerScores[]): ReportBlock | null {
  const shapes = learners.map(({ name, metrics }) => {
    const values = metrics.find((one) => one.metric.name === metric.name)?.values ?? [];
    return { name, values, shape: boxShape(values) };
  });
  if (shapes.every(({ shape }) => shape === null)) return null;
  // Quartiles of a few folds hide more than they show: each fold is drawn too, while they can be told apart.
  const points = shapes.flatMap(({ name, values }) => (values.length > MAX_POINTS ? [] : values.filter((value) => Number.isFinite(value)).map((value): [string, number] => [name, value])));
  return {
    type: 'chart',
    chart: {
      title: `${metric.title} by fold`,
      x: { title: 'learner', scale: 'category' },
      y: { title: metric.title },
      series: [
        { name: metric.title, mark: 'boxes', x: shapes.map(({ name }) => name), y: shapes.map(({ shape }) => shape?.median ?? null), boxes: shapes.map(({ shape }) => shape), group: 'scores' },
        { name: 'Each fold', mark: 'points', x: points.map(([name]) => name), y: points.map(([, score]) => score), group: 'scores' },
      ],
      note: metric.higher ? 'Higher is better.' : 'Lower is better.',
    },
  };
}

/** Quartiles by linear interpolation (type 7); whiskers as everywhere in the app. Outliers are listed where not every fold is drawn. */
function boxShape(values: readonly number[]): BoxShape | null {
  const sorted = values.filter((value) => Number.isFinite(value)).sort((a, b) => a - b);
  if (sorted.length === 0) return null;
  const at = (share: number): number => {
    const place = share * (sorted.length - 1);
    const below = sorted[Math.floor(place)] ?? Number.NaN;
    return below + (place - Math.floor(place)) * ((sorted[Math.ceil(place)] ?? below) - below);
  };
  const [q1, median, q3] = [at(0.25), at(0.5), at(0.75)];
  const inside = sorted.filter((value) => value >= q1 - 1.5 * (q3 - q1) && value <= q3 + 1.5 * (q3 - q1));
  const outliers = sorted.filter((value) => !inside.includes(value));
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  return { low: inside[0] ?? median, q1, median, q3, high: inside.at(-1) ?? median, mean, rows: sorted.length, outside: outliers.length, outliers: sorted.length > MAX_POINTS ? outliers : [] };
}
