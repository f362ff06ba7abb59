import { formatCount } from '#app/core/units.ts';
import type { BatchStatus, MonitorBatch, MonitoredColumn } from '#app/sdk/monitoring.ts';
import type { ChartSpec, Report, ReportBlock } from '#app/sdk/ports.ts';
import type { Calibration } from './calibrate.ts';
import { shareOfRare, type ColumnDrift, type CompareOptions } from './compare.ts';
import type { TableProfile } from './profile.ts';
import type { StatisticName } from './statistics.ts';

/** Aggregates only, and only so many of them: the page stays small whatever the data. */
const shownColumns = 500;
const drawnRatios = 30;
const drawnOverlays = 12;

export const statisticTitles: Readonly<Record<StatisticName, string>> = {
  ks: 'Kolmogorov–Smirnov',
  'chi-square': 'Chi-square',
  psi: 'Stability index (PSI)',
  'jensen-shannon': 'Jensen–Shannon distance',
  wasserstein: 'Wasserstein distance',
};

export interface DriftFindings {
  readonly profile: TableProfile;
  readonly rows: number;
  readonly columns: readonly ColumnDrift[];
  readonly calibration: Calibration | null;
  readonly options: CompareOptions;
}

/** The columns that drift most first. */
export const worstFirst = (columns: readonly ColumnDrift[]): ColumnDrift[] => columns.toSorted((a, b) => b.ratio - a.ratio || (a.name < b.name ? -1 : 1));

const number = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** How the threshold was set, in a sentence or two. */
export function calibrationWords({ calibration, options, profile, rows }: DriftFindings): string {
  const { method, batches, limit } = options;
  if (method === 'fixed') return `The threshold ${limit} was given; how often chance alone passes it is not known.`;
  if (method === 'holm') return `Holm’s correction over ${formatCount(profile.columns.length)} columns: chance alone raises an alarm in at most one of ${formatCount(batches)} batches, if its rows are independent of each other.`;
  if (method === 'fdr') return `Benjamini and Hochberg’s correction: of the columns named, at most one in ${formatCount(batches)} on average is named by chance.`;
  if (calibration === null) return '';
  const once = (rate: number): string => `once in ${formatCount(Math.round(1 / (rate * (1 - shareOfRare) + shareOfRare * (1 / batches) )))}`;
  const how = profile.sample.block > 1 ? `in blocks of ${formatCount(profile.sample.block)} rows` : 'row by row';
  return `One false alarm in ${formatCount(batches)} batches of ${formatCount(rows)} rows: so often do ${formatCount(calibration.replicates)} batches drawn from the reference ${how} pass the threshold in any of their columns (95 % sure: between ${once(calibration.rate.high)} and ${once(calibration.rate.low)} batches).`;
}

const worst = (columns: readonly ColumnDrift[]): BatchStatus => (columns.some(({ status }) => status === 'critical') ? 'critical' : columns.some(({ status }) => status === 'warning') ? 'warning' : 'ok');

/** What is kept of this batch for the history. */
export function driftBatch(kind: 'data-drift' | 'prediction-drift', findings: DriftFindings): MonitorBatch {
  const sorted = worstFirst(findings.columns);
  const drifted = sorted.filter(({ status }) => status !== 'ok');
  const first = drifted[0];
  return {
    kind,
    rows: findings.rows,
    statistic: 'Largest drift, in thresholds',
    value: number(sorted[0]?.ratio ?? Number.NaN),
    threshold: 1,
    higherIsWorse: true,
    status: worst(findings.columns),
    words: first === undefined ? `None of ${formatCount(sorted.length)} columns drifts.` : `${formatCount(drifted.length)} of ${formatCount(sorted.length)} columns ${drifted.length === 1 ? 'drifts' : 'drift'}, “${first.name}” most: ${first.words}.`,
    metrics: driftMetrics(findings),
    columns: sorted.slice(0, shownColumns).map(
      (one): MonitoredColumn => ({
        name: one.name,
        statistic: statisticTitles[one.statistic],
        value: number(one.value),
        threshold: number(one.threshold),
        status: one.status,
        also: { ratio: number(one.ratio), psi: number(one.psi), p: number(one.p), missing: number(one.missing[1]) },
        words: one.words,
        slice: one.slice,
        overlay: { labels: one.bins.map(({ label }) => label), reference: one.reference.map(rounded), current: one.current.map(rounded) },
      }),
    ),
    windows: [],
    calibration: calibrationWords(findings),
    input: 'current',
  };
}

const rounded = (share: number): number => Number(share.toPrecision(4));

export function driftMetrics({ columns, rows }: DriftFindings): Record<string, number> {
  const drifted = columns.filter(({ status }) => status !== 'ok').length;
  return {
    drift: Math.max(0, ...columns.map(({ ratio }) => ratio)),
    driftedColumns: drifted,
    driftedShare: columns.length === 0 ? 0 : drifted / columns.length,
    largestPsi: Math.max(0, ...columns.map(({ psi }) => psi).filter(Number.isFinite)),
    rows,
  };
}

export function driftReport(title: string, findings: DriftFindings): Report {
  const { columns, rows, profile } = findings;
  const sorted = worstFirst(columns);
  const drifted = sorted.filter(({ status }) => status !== 'ok');
  const batch = driftBatch('data-drift', findings);
  const blocks: ReportBlock[] = [
    {
      type: 'metrics',
      metrics: [
        { name: 'Drifting columns', value: drifted.length, format: 'count', help: 'Columns beyond their threshold.' },
        { name: 'Largest drift', value: sorted[0]?.ratio ?? 0, format: 'number', help: 'In thresholds: above 1 is an alarm.' },
        { name: 'Columns compared', value: columns.length, format: 'count' },
        { name: 'Rows', value: rows, format: 'count' },
        { name: 'Reference rows', value: profile.rows, format: 'count' },
      ],
    },
    { type: 'text', markdown: `${escaped(batch.words)}\n\n${batch.calibration}` },
  ];
  if (sorted.length > 0) blocks.push({ type: 'chart', chart: ratioChart(sorted.slice(0, drawnRatios), sorted.length) });
  for (const one of drifted.slice(0, drawnOverlays)) blocks.push({ type: 'chart', chart: overlayChart(one) });
  blocks.push({
    type: 'table',
    title: 'Columns',
    columns: [
      { name: 'column', type: 'string' },
      { name: 'drifts', type: 'string' },
      { name: 'drift in thresholds', type: 'float' },
      { name: 'what has changed', type: 'string' },
      { name: 'statistic', type: 'string' },
      { name: 'value', type: 'float' },
      { name: 'threshold', type: 'float' },
      { name: 'p-value', type: 'float' },
      { name: 'PSI', type: 'float' },
      { name: 'Jensen–Shannon', type: 'float' },
      { name: 'Kolmogorov–Smirnov', type: 'float' },
      { name: 'Wasserstein in deviations', type: 'float' },
      { name: 'missing %, reference', type: 'float' },
      { name: 'missing %, now', type: 'float' },
    ],
    rows: sorted.slice(0, shownColumns).map((one) => [one.name, one.status === 'ok' ? 'no' : one.status === 'warning' ? 'yes' : 'strongly', short(one.ratio), one.words, statisticTitles[one.statistic], short(one.value), short(one.threshold), short(one.p), short(one.psi), short(one.jensenShannon), short(one.ks), short(one.wasserstein), short(100 * one.missing[0]), short(100 * one.missing[1])]),
  });
  const resolution = Math.max(0, ...columns.map((one) => one.resolution).filter(Number.isFinite));
  const notes = [
    `Values are counted over all rows, numbers in up to 200 ranges${resolution > 0 ? `, so that a Kolmogorov–Smirnov distance may be too small by up to ${resolution.toFixed(3)}` : ''}; p-values are those of single columns.`,
    profile.left.length === 0 ? '' : `Not compared: ${profile.left.slice(0, 20).map(({ name, reason }) => `${escaped(name)} (${reason})`).join(', ')}${profile.left.length > 20 ? ' …' : ''}.`,
    columns.length > shownColumns ? `The ${formatCount(shownColumns)} columns that drift most are shown.` : '',
  ];
  blocks.push({ type: 'text', markdown: notes.filter((one) => one !== '').join(' ') });
  return { title, blocks };
}

const short = (value: number): number | null => (Number.isFinite(value) ? Number(value.toPrecision(4)) : null);
const escaped = (text: string): string => text.replaceAll(/[\\`*_[\]<>|#]/g, String.raw`\$&`);

function ratioChart(columns: readonly ColumnDrift[], all: number): ChartSpec {
  return {
    title: 'Drift by column',
    x: { title: '', scale: 'category' },
    y: { title: 'In thresholds' },
    series: [
      { name: 'Drift', mark: 'bars', x: columns.map(({ name }) => name), y: columns.map(({ ratio }) => short(ratio)) },
      { name: 'Threshold', mark: 'reference', x: columns.map(({ name }) => name), y: columns.map(() => 1) },
    ],
    ...(all > columns.length ? { note: `The ${columns.length} of ${formatCount(all)} columns that drift most.` } : {}),
  };
}

/** Shares by bin of both sides. */
export function overlayChart({ name, words, bins, reference, current }: Pick<ColumnDrift, 'name' | 'words' | 'bins' | 'reference' | 'current'>): ChartSpec {
  const labels = bins.map(({ label }) => label);
  return {
    title: name,
    x: { title: '', scale: 'category' },
    y: { title: 'Share of the values', percent: true },
    bars: 'group',
    series: [
      { name: 'Reference', mark: 'bars', x: labels, y: reference.map(rounded) },
      { name: 'Now', mark: 'bars', x: labels, y: current.map(rounded) },
    ],
    note: words,
  };
}
