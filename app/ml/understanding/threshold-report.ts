import { formatCount, formatNumber } from '#app/core/units.ts';
import type { ChartSeries, ChartSpec, MetricItem, Report, ReportBlock } from '#app/sdk/ports.ts';
import { percentText } from './words.ts';
import { goalValue, type ThresholdGoal, type ThresholdPoint, type TunedThreshold } from './thresholds.ts';

export interface ThresholdFindings {
  readonly target: string;
  /** The class that is called from the threshold on, and the other. */
  readonly positive: string;
  readonly negative: string;
  readonly goal: ThresholdGoal;
  readonly tuned: TunedThreshold;
  /** What the labels of the model as it came give. */
  readonly present: Omit<ThresholdPoint, 'threshold'>;
  readonly reached: boolean;
  readonly repeats: number;
  /** Full sentences. */
  readonly notes: readonly string[];
}

const goalTitles: Readonly<Record<ThresholdGoal['by'], string>> = {
  cost: 'Total cost',
  f1: 'F1',
  'balanced-accuracy': 'Balanced accuracy',
  precision: 'Precision',
  recall: 'Recall',
  'positive-rate': 'Share called positive',
};

/** What can be counted at a threshold. */
export function countsAt({ truePositives, falsePositives }: Pick<ThresholdPoint, 'truePositives' | 'falsePositives'>, { positives, negatives }: Pick<TunedThreshold, 'positives' | 'negatives'>, goal: ThresholdGoal) {
  const rows = positives + negatives;
  const called = truePositives + falsePositives;
  return {
    truePositives,
    falsePositives,
    falseNegatives: positives - truePositives,
    trueNegatives: negatives - falsePositives,
    precision: called === 0 ? Number.NaN : truePositives / called,
    recall: truePositives / positives,
    falsePositiveRate: falsePositives / negatives,
    positiveRate: called / rows,
    accuracy: (truePositives + negatives - falsePositives) / rows,
    f1: (2 * truePositives) / (called + positives),
    cost: goalValue({ ...goal, by: 'cost' }, truePositives, falsePositives, positives, negatives),
  };
}

export function thresholdReport(findings: ThresholdFindings): Report {
  const { target, positive, tuned, goal, present } = findings;
  const best = countsAt(tuned.best, tuned, goal);
  const blocks: ReportBlock[] = [
    { type: 'metrics', metrics: items(findings) },
    { type: 'text', markdown: [inWords(findings), ...findings.notes.map((note) => `- ${note}`)].join('\n\n') },
    { type: 'chart', chart: goalChart(findings) },
    { type: 'chart', chart: ratesChart(findings) },
    { type: 'chart', chart: matrix(findings, 'At the chosen threshold', best) },
    { type: 'chart', chart: matrix(findings, 'As the model was', countsAt(present, tuned, goal)) },
    comparison(findings),
  ];
  return { title: `Threshold for ${target} = ${positive}`, blocks };
}

function items({ tuned, goal, present, positive }: ThresholdFindings): MetricItem[] {
  const best = countsAt(tuned.best, tuned, goal);
  const value = (point: Pick<ThresholdPoint, 'truePositives' | 'falsePositives'>): number => goalValue(goal, point.truePositives, point.falsePositives, tuned.positives, tuned.negatives);
  const format: MetricItem['format'] = goal.by === 'cost' || goal.by === 'f1' ? 'number' : 'percent';
  const all: MetricItem[] = [
    { name: 'Threshold', value: tuned.best.threshold, format: 'number', help: `Rows with at least this probability of “${positive}” are called so.` },
    { name: goalTitles[goal.by], value: value(tuned.best), format, help: goal.by === 'cost' ? 'Over all rows; below 0 is a gain.' : 'At the chosen threshold.' },
    { name: `${goalTitles[goal.by]} before`, value: value(present), format, help: 'With the classes that the model gave when it came.' },
    { name: 'Precision', value: best.precision, format: 'percent', help: `Of the rows called “${positive}”, the share that is.` },
    { name: 'Recall', value: best.recall, format: 'percent', help: `Of the rows that are “${positive}”, the share that is called so.` },
    { name: 'Accuracy', value: best.accuracy, format: 'percent', help: 'Share of rows called right.' },
    { name: 'Rows', value: tuned.positives + tuned.negatives, format: 'count' },
  ];
  return all.filter((item) => Number.isFinite(item.value));
}

function inWords({ tuned, goal, positive, reached, repeats, present }: ThresholdFindings): string {
  const { best, thresholdInterval, valueInterval, positives, negatives } = tuned;
  const value = (point: Pick<ThresholdPoint, 'truePositives' | 'falsePositives'>): number => goalValue(goal, point.truePositives, point.falsePositives, positives, negatives);
  const said = goal.by === 'cost' || goal.by === 'f1' ? formatNumber : percentText;
  const called = best.truePositives + best.falsePositives;
  const first = `From a probability of **${formatNumber(best.threshold)}** on, a row is called “${positive}”: ${formatCount(called)} of ${formatCount(positives + negatives)} rows are. ${goalTitles[goal.by]} is ${said(value(best))}; with the classes as the model gave them it is ${said(value(present))}.`;
  const missed = reached ? '' : ` **No threshold reaches the wanted ${goalTitles[goal.by].toLowerCase()} of ${percentText(goal.wanted)}**; this one comes nearest.`;
  const interval = repeats === 0 ? '' : ` With other rows of the same kind the choice would fall between ${formatNumber(thresholdInterval.low)} and ${formatNumber(thresholdInterval.high)} (95 %, ${repeats} samples), at ${said(valueInterval.low)} to ${said(valueInterval.high)}.`;
  return `${first}${missed}${interval}`;
}

function goalChart({ tuned, goal, repeats }: ThresholdFindings): ChartSpec {
  const { curve, best, thresholdInterval, positives, negatives } = tuned;
  const values = curve.map((point) => goalValue(goal, point.truePositives, point.falsePositives, positives, negatives));
  const finite = values.filter((value) => Number.isFinite(value));
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const reference = (name: string, x: number): ChartSeries => ({ name, mark: 'reference', x: [x, x], y: [low, high] });
  const wanted: ChartSeries[] = goal.by === 'precision' || goal.by === 'recall' || goal.by === 'positive-rate' ? [{ name: 'wanted', mark: 'reference', x: [0, 1], y: [goal.wanted, goal.wanted] }] : [];
  return {
    title: `${goalTitles[goal.by]} by threshold`,
    x: { title: 'threshold', range: [0, 1] },
    y: { title: goalTitles[goal.by].toLowerCase(), ...(goal.by === 'cost' || goal.by === 'f1' ? {} : { percent: true }) },
    series: [
      ...(repeats === 0 ? [] : [{ name: '95 % of the samples', mark: 'band' as const, x: [thresholdInterval.low, thresholdInterval.high], y: [low, low], low: [low, low], high: [high, high] }]),
      { name: goalTitles[goal.by], mark: 'line', x: curve.map(({ threshold }) => threshold), y: values.map((value) => (Number.isFinite(value) ? value : null)) },
      reference('chosen', best.threshold),
      ...wanted,
    ],
    note: repeats === 0 ? 'The dashed line is the chosen threshold.' : 'The dashed line is the chosen threshold; the shade holds 95 % of the choices on resampled rows.',
  };
}

function ratesChart({ tuned, goal }: ThresholdFindings): ChartSpec {
  const points = tuned.curve.map((point) => ({ threshold: point.threshold, ...countsAt(point, tuned, goal) }));
  const line = (name: string, of: (point: (typeof points)[number]) => number): ChartSeries => ({ name, mark: 'line', x: points.map(({ threshold }) => threshold), y: points.map((point) => (Number.isFinite(of(point)) ? of(point) : null)) });
  return {
    title: 'Rates by threshold',
    x: { title: 'threshold', range: [0, 1] },
    y: { title: 'share', percent: true, range: [0, 1] },
    series: [line('precision', (point) => point.precision), line('recall', (point) => point.recall), line('called positive', (point) => point.positiveRate), line('accuracy', (point) => point.accuracy), { name: 'chosen', mark: 'reference', x: [tuned.best.threshold, tuned.best.threshold], y: [0, 1] }],
  };
}

function matrix({ positive, negative, target }: ThresholdFindings, title: string, counts: ReturnType<typeof countsAt>): ChartSpec {
  const z = [[counts.trueNegatives, counts.falsePositives], [counts.falseNegatives, counts.truePositives]];
  const labels = [negative, positive];
  return {
    title,
    x: { title: `called ${target}`, scale: 'category' },
    y: { title: `true ${target}`, scale: 'category' },
    series: [{ name: 'rows', mark: 'heatmap', x: labels, y: labels, z, text: z.map((row) => row.map(formatCount)) }],
    note: 'Cells show rows; the diagonal is right.',
  };
}

function comparison({ tuned, goal, present }: ThresholdFindings): ReportBlock {
  const [before, after] = [countsAt(present, tuned, goal), countsAt(tuned.best, tuned, goal)];
  const rows: [string, number, number][] = [
    ['hits', before.truePositives, after.truePositives],
    ['false alarms', before.falsePositives, after.falsePositives],
    ['misses', before.falseNegatives, after.falseNegatives],
    ['rightly left', before.trueNegatives, after.trueNegatives],
    ['precision', before.precision, after.precision],
    ['recall', before.recall, after.recall],
    ['false positive rate', before.falsePositiveRate, after.falsePositiveRate],
    ['share called positive', before.positiveRate, after.positiveRate],
    ['accuracy', before.accuracy, after.accuracy],
    ['F1', before.f1, after.f1],
    ...(goal.by === 'cost' ? ([['total cost', before.cost, after.cost]] as [string, number, number][]) : []),
  ];
  return {
    type: 'table',
    title: 'Before and after',
    columns: [
      { name: '', type: 'string' },
      { name: 'as the model was', type: 'float' },
      { name: 'at the chosen threshold', type: 'float' },
    ],
    rows: rows.map(([name, ...values]) => [name, ...values.map((value) => (Number.isFinite(value) ? value : null))]),
  };
}
