import { PenstockError } from '#app/core/errors.ts';
import { formatCount, formatNumber } from '#app/core/units.ts';
import type { Relation, Schema } from '#app/relation/types.ts';
import { ask, isNumber, quoteColumn, toNumber } from '#app/sdk/analysis.ts';
import type { MonitorBatch, MonitoredWindow } from '#app/sdk/monitoring.ts';
import type { RunContext } from '#app/sdk/node.ts';
import type { ChartSeries, PortValue, ReportBlock, TableValue } from '#app/sdk/ports.ts';
import { normalTwoSided } from '../association/distributions.ts';
import { NORMAL_95, wilson } from '../understanding/intervals.ts';
import { changePoint } from './change-point.ts';
import { columnAt, mostWindows, normalUpper, windowSql, type WindowUnit } from './windows.ts';

export const performanceMetrics = ['accuracy', 'error-rate', 'brier', 'log-loss', 'mae', 'rmse', 'bias'] as const;
export type PerformanceMetric = (typeof performanceMetrics)[number];

export interface PerformanceParams {
  readonly predicted: string;
  readonly target: string;
  /** Of the class that was predicted, or of `positive`; '': none. */
  readonly probability: string;
  readonly positive: string;
  readonly id: string;
  readonly time: string;
  readonly window: WindowUnit;
  readonly metric: 'auto' | PerformanceMetric;
  /** NaN or empty: that of the evaluation, else of the first half of the windows. */
  readonly expected: number | null;
  readonly batches: number;
}

const higherIsBetter = (metric: PerformanceMetric): boolean => metric === 'accuracy';

interface Measured extends MonitoredWindow {
  readonly labelled: number;
  readonly deviation: number;
}

/** How well predictions turn out, by windows of time, with labels that come late. Ports: `report`, `windows`, `evaluation`. */
export async function runPerformance(context: RunContext<PerformanceParams>): Promise<Record<string, PortValue>> {
  const { inputs, params, tables, seed, alarms, nodeId, metric: note } = context;
  const table = tableAt(inputs, 'table');
  const labels = inputs['labels']?.[0]?.kind === 'table' ? inputs['labels'][0] : null;
  const { relation, schema } = labels === null ? table : joined(table, labels, params.id, params.target);
  const predicted = columnAt(schema, params.predicted, 'predicted');
  const target = columnAt(schema, params.target, 'target');
  const metric = params.metric === 'auto' ? (isNumber(predicted.type) && isNumber(target.type) && params.probability === '' ? 'mae' : 'accuracy') : params.metric;
  if ((metric === 'brier' || metric === 'log-loss') && params.probability === '') throw new PenstockError('param-missing', 'This metric needs the probability of the class.', { remedy: 'Choose the column with the probability.', place: { param: ['probability'] } });
  const time = params.time === '' ? null : columnAt(schema, params.time, 'time');
  const window = await windowSql(tables, relation, time, params.window);
  const { score, guess } = scoreSql(metric, params);
  const text = `select w, count(*), count(s), avg(s), stddev_samp(s), avg(case when s is null then g end) from (select ${window} as w, ${score} as s, ${guess} as g from t) where w is not null group by w order by w desc limit ${mostWindows}`;
  const rows = (await ask(tables, relation, text, ['string', 'integer', 'integer', 'float', 'float', 'float'])).toReversed();
  if (rows.length === 0) throw new PenstockError('no-rows', 'There are no predictions to look at.', { remedy: 'Check the table, and the column with the time.', place: { port: 'table' } });
  const overall = weighted(rows.map((row) => [toNumber(row[3]), toNumber(row[2])]));
  const windows = rows.map((row): Measured => measuredWindow(metric, row, overall));
  const known = windows.filter(({ labelled, value }) => labelled > 0 && value !== null);
  const expected = expectedOf(context, metric, known);
  const last = known.at(-1);
  const n = last?.labelled ?? 0;
  // Chance passes it once in so many batches, if the model is as good as expected.
  const z = normalUpper(1 / params.batches, (at) => (at > 0 ? normalTwoSided(at) / 2 : 1 - normalTwoSided(-at) / 2));
  const deviation = metric === 'accuracy' || metric === 'error-rate' ? Math.sqrt(Math.max(0, expected * (1 - expected))) : (last?.deviation ?? Number.NaN);
  const allowed = (z * deviation) / Math.sqrt(Math.max(1, n));
  const threshold = higherIsBetter(metric) ? expected - allowed : metric === 'bias' ? Math.abs(expected) + allowed : expected + allowed;
  const value = last?.value ?? Number.NaN;
  const ratio = (last === undefined || !(allowed > 0)) ? Number.NaN : (higherIsBetter(metric) ? expected - value : metric === 'bias' ? Math.abs(value) - Math.abs(expected) : value - expected) / allowed;
  const change = changePoint(known.map((one) => one.value ?? Number.NaN), known.map(({ labelled }) => labelled), seed);
  const status = ratio > 2 ? 'critical' : ratio > 1 ? 'warning' : 'ok';
  const total = windows.reduce((sum, one) => sum + one.rows, 0);
  const labelled = windows.reduce((sum, one) => sum + one.labelled, 0);
  const changed = change !== null && change.p < 0.05 ? ` It has changed at ${known[change.at]?.label ?? ''}: ${formatNumber(change.before)} before, ${formatNumber(change.after)} since.` : '';
  const words = last === undefined ? 'No label has come yet.' : `${metric} is ${formatNumber(value)} in ${last.label}, ${formatNumber(expected)} is expected.${changed}`;
  const finite = (one: number): number | null => (Number.isFinite(one) ? one : null);
  const metrics = { [metric]: value, drift: Math.max(0, ratio), expected, labelled: labelled / Math.max(1, total), ...(last?.estimate === undefined || last.estimate === null ? {} : { estimated: last.estimate }) };
  const batch: MonitorBatch = {
    kind: 'performance',
    rows: total,
    statistic: metric,
    value: finite(value),
    threshold: finite(threshold),
    higherIsWorse: !higherIsBetter(metric),
    status,
    words,
    metrics: Object.fromEntries(Object.entries(metrics).map(([name, one]) => [name, finite(one)])),
    columns: [],
    windows: windows.map(({ deviation: _deviation, ...one }) => one),
    calibration: last === undefined ? '' : `Where ${metric} is ${formatNumber(expected)}, ${formatCount(n)} labelled rows pass the threshold ${formatNumber(threshold)} by chance in one of ${formatCount(params.batches)} batches.`,
    input: 'table',
  };
  alarms.record(batch);
  for (const [name, one] of Object.entries(metrics)) if (Number.isFinite(one)) note(name, one);
  const report = { title: 'Performance', blocks: blocksOf(batch, expected, labelled) };
  const output = await tables.fromColumns(
    [
      { name: 'window', type: 'string', values: windows.map(({ label }) => label) },
      { name: 'rows', type: 'integer', values: windows.map((one) => one.rows) },
      { name: 'labelled', type: 'integer', values: windows.map((one) => one.labelled) },
      ...(['value', 'low', 'high', 'estimate'] as const).map((name) => ({ name, type: 'float' as const, values: windows.map((one) => one[name] ?? null) })),
    ],
    'windows',
  );
  const kept = Object.fromEntries(Object.entries(metrics).filter(([, one]) => Number.isFinite(one)));
  return { report: { kind: 'report', report }, windows: output, evaluation: { kind: 'evaluation', evaluation: { task: metric === 'mae' || metric === 'rmse' || metric === 'bias' ? 'regression' : 'classification', target: params.target, rows: total, metrics: kept, report, monitored: { nodeId, batch } } } };
}

function tableAt(inputs: RunContext<unknown>['inputs'], port: string): TableValue {
  const value = inputs[port]?.[0];
  if (value?.kind === 'table') return value;
  throw new PenstockError('input-missing', `Nothing is connected to the input “${port}”.`, { remedy: 'Connect a table.', place: { port } });
}

/** Predictions with the labels that have come, by their id; of several labels of one id the last counts. */
function joined(table: TableValue, labels: TableValue, id: string, target: string): { relation: Relation; schema: Schema } {
  columnAt(table.schema, id, 'id');
  columnAt(labels.schema, id, 'id');
  const label = columnAt(labels.schema, target, 'target');
  const own = table.schema.filter(({ name }) => name !== target);
  const schema = [...own, label];
  const key = quoteColumn(id);
  const text = `select ${own.map(({ name }) => `p.${quoteColumn(name)}`).join(', ')}, l.label as ${quoteColumn(target)} from p left join (select ${key} as k, last(${quoteColumn(target)}) as label from l where ${quoteColumn(target)} is not null group by 1) l on p.${key}::varchar = l.k::varchar`;
  return { relation: { op: 'sql', inputs: [{ name: 'p', relation: table.relation }, { name: 'l', relation: labels.relation }], text, schema }, schema };
}

/** What is averaged over rows with a label, and what is expected of one without: by its probability, as that of a calibrated model. */
function scoreSql(metric: PerformanceMetric, { predicted, target, probability, positive }: PerformanceParams): { score: string; guess: string } {
  const [y, yhat] = [quoteColumn(target), quoteColumn(predicted)];
  const has = `${y} is not null and ${yhat} is not null`;
  const p = probability === '' ? 'null' : `${quoteColumn(probability)}::double`;
  const hit = `(${y}::varchar = ${yhat}::varchar)`;
  const clipped = `greatest(1e-15, least(1 - 1e-15, ${p}))`;
  const truth = positive === '' ? `${hit}::int` : `(${y}::varchar = '${positive.replaceAll("'", "''")}')::int`;
  switch (metric) {
    case 'accuracy':
      return { score: `case when ${has} then ${hit}::int end`, guess: probability === '' ? 'null' : `greatest(${p}, 1 - ${p})` };
    case 'error-rate':
      return { score: `case when ${has} then 1 - ${hit}::int end`, guess: probability === '' ? 'null' : `1 - greatest(${p}, 1 - ${p})` };
    case 'brier':
      return { score: `case when ${has} then (${truth} - ${p}) * (${truth} - ${p}) end`, guess: `${p} * (1 - ${p})` };
    case 'log-loss':
      return { score: `case when ${has} then -(${truth} * ln(${clipped}) + (1 - ${truth}) * ln(1 - ${clipped})) end`, guess: `-(${clipped} * ln(${clipped}) + (1 - ${clipped}) * ln(1 - ${clipped}))` };
    case 'mae':
      return { score: `abs(${y}::double - ${yhat}::double)`, guess: 'null' };
    case 'rmse':
      return { score: `(${y}::double - ${yhat}::double) * (${y}::double - ${yhat}::double)`, guess: 'null' };
    case 'bias':
      return { score: `${yhat}::double - ${y}::double`, guess: 'null' };
  }
}

const weighted = (pairs: readonly (readonly [number, number])[]): number => {
  const known = pairs.filter(([value, rows]) => Number.isFinite(value) && rows > 0);
  return known.reduce((sum, [value, rows]) => sum + value * rows, 0) / Math.max(1, known.reduce((sum, [, rows]) => sum + rows, 0));
};

function measuredWindow(metric: PerformanceMetric, row: readonly (null | boolean | number | string)[], overall: number): Measured {
  const [label, rows, labelled, mean, spread, guess] = [String(row[0]), toNumber(row[1]), toNumber(row[2]), toNumber(row[3]), toNumber(row[4]), toNumber(row[5])];
  const isShare = metric === 'accuracy' || metric === 'error-rate';
  const half = (NORMAL_95 * spread) / Math.sqrt(Math.max(1, labelled));
  const range = isShare ? wilson(Math.round(mean * labelled), labelled) : { low: mean - half, high: mean + half };
  const shown = (value: number): number | null => (!Number.isFinite(value) ? null : metric === 'rmse' ? Math.sqrt(Math.max(0, value)) : value);
  // Where probabilities say nothing of a row, it is taken to be as those whose label has come.
  const missing = Number.isFinite(guess) ? guess : overall;
  const estimate = labelled === rows ? null : shown((labelled * (labelled > 0 ? mean : 0) + (rows - labelled) * missing) / rows);
  return { label, rows, labelled, value: labelled === 0 ? null : shown(mean), low: labelled === 0 ? null : shown(range.low), high: labelled === 0 ? null : shown(range.high), estimate, deviation: metric === 'rmse' ? spread / (2 * Math.sqrt(Math.max(1e-12, mean))) : spread };
}

/** A number of the person's, the metric of the evaluation that is connected, or that of the first half of the windows. */
function expectedOf({ params, inputs }: RunContext<PerformanceParams>, metric: PerformanceMetric, known: readonly Measured[]): number {
  if (params.expected !== null) return params.expected;
  const given = inputs['evaluation']?.[0];
  if (given?.kind === 'evaluation') {
    const wanted = metric.replaceAll('-', '').toLowerCase();
    const found = Object.entries(given.evaluation.metrics).find(([name]) => name.replaceAll(/[^a-z]/gi, '').toLowerCase() === wanted);
    if (found !== undefined) return found[1];
  }
  const first = known.slice(0, Math.max(1, Math.floor(known.length / 2)));
  return weighted(first.map(({ value, labelled }) => [value ?? Number.NaN, labelled]));
}

function blocksOf(batch: MonitorBatch, expected: number, labelled: number): ReportBlock[] {
  const x = batch.windows.map(({ label }) => label);
  const series: ChartSeries[] = [
    { name: '95 % interval', mark: 'band', group: 'value', x, y: batch.windows.map(({ value }) => value), low: batch.windows.map(({ low }) => low), high: batch.windows.map(({ high }) => high) },
    { name: batch.statistic, mark: 'line', group: 'value', x, y: batch.windows.map(({ value }) => value) },
    { name: 'With an estimate for rows without a label', mark: 'line', x, y: batch.windows.map(({ estimate, value }) => estimate ?? value) },
    { name: 'Expected', mark: 'reference', x, y: x.map(() => expected) },
  ];
  return [
    {
      type: 'metrics',
      metrics: [
        { name: batch.statistic, value: batch.value ?? Number.NaN, format: 'number', help: 'In the last window with labels.' },
        { name: 'Expected', value: expected, format: 'number' },
        { name: 'Threshold', value: batch.threshold ?? Number.NaN, format: 'number' },
        { name: 'Rows with a label', value: labelled / Math.max(1, batch.rows), format: 'percent' },
        { name: 'Rows', value: batch.rows, format: 'count' },
      ],
    },
    { type: 'text', markdown: `${batch.words}\n\n${batch.calibration}` },
    { type: 'chart', chart: { title: 'Performance over time', x: { title: '', scale: 'category' }, y: { title: batch.statistic }, series } },
    { type: 'chart', chart: { title: 'Labels that have come', x: { title: '', scale: 'category' }, y: { title: 'Rows' }, bars: 'overlay', series: [{ name: 'Rows', mark: 'bars', x, y: batch.windows.map(({ rows }) => rows), neutral: true }, { name: 'Rows with a label', mark: 'bars', x, y: batch.windows.map((one) => one.labelled ?? 0) }] } },
  ];
}
