import { PenstockError } from '#app/core/errors.ts';
import { formatNumber } from '#app/core/units.ts';
import { ask, quoteColumn, quoteText, toNumber } from '#app/sdk/analysis.ts';
import type { MonitorBatch, MonitoredColumn } from '#app/sdk/monitoring.ts';
import type { RunContext } from '#app/sdk/node.ts';
import type { PortValue, ReportBlock } from '#app/sdk/ports.ts';
import { wilson } from '../understanding/intervals.ts';
import { columnAt, mostWindows, windowSql, type WindowUnit } from './windows.ts';

export interface ServiceLevelParams {
  readonly time: string;
  readonly latency: string;
  readonly status: string;
  readonly window: WindowUnit;
  /** Share of requests that must be answered without an error of the server. */
  readonly availability: number;
  /** ms that `fastShare` of the requests must be answered in. */
  readonly fast: number;
  readonly fastShare: number;
}

/** Answers to requests over time against what was promised: availability, latency and how fast the error budget goes. Ports: `report`, `windows`, `evaluation`. */
export async function runServiceLevels(context: RunContext<ServiceLevelParams>): Promise<Record<string, PortValue>> {
  const { inputs, params, tables, alarms, nodeId, metric: note } = context;
  const table = inputs['table']?.[0];
  if (table?.kind !== 'table') throw new PenstockError('input-missing', 'Nothing is connected to the input “table”.', { remedy: 'Connect a request log.', place: { port: 'table' } });
  const { relation, schema } = table;
  const latency = `${quoteColumn(columnAt(schema, params.latency, 'latency').name)}::double`;
  const status = columnAt(schema, params.status, 'status');
  // Numbers from 500 on are the server's own faults; texts are faults unless they say that all was well. 429 is a promise kept.
  const failed = status.type === 'string' ? `coalesce(lower(${quoteColumn(status.name)}) not in (${['ok', 'success', '200'].map(quoteText).join(', ')}), true)` : `coalesce(${quoteColumn(status.name)}::double >= 500, true)`;
  const window = await windowSql(tables, relation, columnAt(schema, params.time, 'time'), params.window);
  const text = `select w, count(*), sum(f::int), quantile_cont(l, 0.5), quantile_cont(l, 0.95), quantile_cont(l, 0.99), avg((l <= ${params.fast})::int) from (select ${window} as w, ${latency} as l, ${failed} as f from t) where w is not null group by w order by w desc limit ${mostWindows}`;
  const found = (await ask(tables, relation, text, ['string', 'integer', 'integer', 'float', 'float', 'float', 'float'])).toReversed();
  if (found.length === 0) throw new PenstockError('no-rows', 'The request log has no rows.', { remedy: 'Send requests to the server, and check the column with the time.', place: { port: 'table' } });
  const windows = found.map((row) => {
    const [rows, errors] = [toNumber(row[1]), toNumber(row[2])];
    const { low, high } = wilson(rows - errors, rows);
    return { label: String(row[0]), rows, errors, availability: 1 - errors / rows, low, high, p50: toNumber(row[3]), p95: toNumber(row[4]), p99: toNumber(row[5]), fast: toNumber(row[6]) };
  });
  const total = windows.reduce((sum, { rows }) => sum + rows, 0);
  const failures = windows.reduce((sum, { errors }) => sum + errors, 0);
  const last = windows.at(-1);
  if (last === undefined) throw new Error('no window');
  const budget = Math.max(1e-9, 1 - params.availability);
  const metrics = { availability: last.availability, burn: (1 - last.availability) / budget, budgetUsed: failures / Math.max(1, total) / budget, p95: last.p95, p99: last.p99, fastShare: last.fast, drift: 0 };
  const slow = (1 - last.fast) / Math.max(1e-9, 1 - params.fastShare);
  metrics.drift = Math.max(metrics.burn, slow);
  // Ten times as fast as allowed: the budget of a month is gone in three days (Beyer et al. 2018, The Site Reliability Workbook, ch. 5).
  const statusOf = (ratio: number): 'ok' | 'warning' | 'critical' => (ratio > 10 ? 'critical' : ratio > 1 ? 'warning' : 'ok');
  const percent = (share: number): string => `${formatNumber(100 * share)} %`;
  const lines: MonitoredColumn[] = [
    { name: 'availability', statistic: 'Share without an error', value: last.availability, threshold: params.availability, status: statusOf(metrics.burn), also: { burn: metrics.burn }, words: `${percent(last.availability)} of the requests were answered, ${percent(params.availability)} are promised.`, slice: '' },
    { name: 'latency', statistic: 'Share answered in time', value: last.fast, threshold: params.fastShare, status: statusOf(slow), also: { p95: last.p95, p99: last.p99 }, words: `${percent(last.fast)} were answered within ${formatNumber(params.fast)} ms, ${percent(params.fastShare)} are promised.`, slice: '' },
  ];
  const batch: MonitorBatch = {
    kind: 'service-levels',
    rows: total,
    statistic: 'availability',
    value: last.availability,
    threshold: params.availability,
    higherIsWorse: false,
    status: statusOf(metrics.drift),
    words: `${last.label}: ${percent(last.availability)} of ${formatNumber(last.rows)} requests answered, 95 % within ${formatNumber(last.p95)} ms; the error budget goes ${formatNumber(metrics.burn)} times as fast as it may.`,
    metrics,
    columns: lines,
    windows: windows.map(({ label, rows, availability, low, high }) => ({ label, rows, value: availability, low, high })),
    calibration: '',
    input: 'table',
  };
  alarms.record(batch);
  for (const [name, value] of Object.entries(metrics)) note(name, value);
  const x = windows.map(({ label }) => label);
  const blocks: ReportBlock[] = [
    {
      type: 'metrics',
      metrics: [
        { name: 'Availability', value: last.availability, format: 'percent', help: 'Of the last window; higher is better.' },
        { name: 'Burn rate', value: metrics.burn, format: 'number', help: '1: the error budget lasts exactly as long as it should.' },
        { name: 'Error budget used', value: metrics.budgetUsed, format: 'percent' },
        { name: '95 % within', value: last.p95 / 1000, format: 'duration' },
        { name: 'Requests', value: total, format: 'count' },
      ],
    },
    { type: 'text', markdown: lines.map(({ words }) => words).join(' ') },
    { type: 'chart', chart: { title: 'Availability', x: { title: '', scale: 'category' }, y: { title: 'Share without an error', percent: true }, series: [{ name: '95 % interval', mark: 'band', group: 'a', x, y: windows.map((one) => one.availability), low: windows.map(({ low }) => low), high: windows.map(({ high }) => high) }, { name: 'Availability', mark: 'line', group: 'a', x, y: windows.map((one) => one.availability) }, { name: 'Promised', mark: 'reference', x, y: x.map(() => params.availability) }] } },
    { type: 'chart', chart: { title: 'Latency', x: { title: '', scale: 'category' }, y: { title: 'ms' }, series: [{ name: 'Median', mark: 'line', x, y: windows.map(({ p50 }) => p50) }, { name: '95 % within', mark: 'line', x, y: windows.map(({ p95 }) => p95) }, { name: '99 % within', mark: 'line', x, y: windows.map(({ p99 }) => p99) }, { name: 'Promised', mark: 'reference', x, y: x.map(() => params.fast) }] } },
  ];
  const report = { title: 'Service levels', blocks };
  const output = await tables.fromColumns(
    [
      { name: 'window', type: 'string', values: x },
      { name: 'requests', type: 'integer', values: windows.map(({ rows }) => rows) },
      { name: 'errors', type: 'integer', values: windows.map(({ errors }) => errors) },
      ...(['availability', 'low', 'high', 'p50', 'p95', 'p99', 'fast'] as const).map((name) => ({ name, type: 'float' as const, values: windows.map((one) => one[name]) })),
    ],
    'windows',
  );
  return { report: { kind: 'report', report }, windows: output, evaluation: { kind: 'evaluation', evaluation: { task: 'regression', target: '', rows: total, metrics, report, monitored: { nodeId, batch } } } };
}
