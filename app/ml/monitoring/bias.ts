import { PenstockError } from '#app/core/errors.ts';
import { formatCount, formatNumber } from '#app/core/units.ts';
import { nameToText } from '#app/relation/expression-text.ts';
import { ask, quoteColumn, quoteText, toNumber } from '#app/sdk/analysis.ts';
import type { MonitorBatch, MonitoredColumn, MonitoredWindow } from '#app/sdk/monitoring.ts';
import type { RunContext } from '#app/sdk/node.ts';
import type { PortValue, ReportBlock } from '#app/sdk/ports.ts';
import { extremes } from '../understanding/fairness.ts';
import { differenceInterval, wilson } from '../understanding/intervals.ts';
import { columnAt, mostWindows, windowSql, type WindowUnit } from './windows.ts';

export const biasMeasures = ['selection', 'true-positive', 'false-positive', 'accuracy'] as const;
export type BiasMeasure = (typeof biasMeasures)[number];

export interface BiasParams {
  readonly group: string;
  readonly predicted: string;
  readonly target: string;
  readonly favourable: string;
  readonly measure: BiasMeasure;
  readonly time: string;
  readonly window: WindowUnit;
  readonly smallest: number;
  /** Gap of the groups from which on it is an alarm. */
  readonly limit: number;
}

interface Rate {
  readonly group: string;
  readonly hits: number;
  readonly rows: number;
}

const measureWords: Readonly<Record<BiasMeasure, string>> = { selection: 'selection rate', 'true-positive': 'true positive rate', 'false-positive': 'false positive rate', accuracy: 'accuracy' };
const mostGroups = 30;

/** How far groups of people are apart, over time. Ports: `report`, `groups`, `evaluation`. */
export async function runBias(context: RunContext<BiasParams>): Promise<Record<string, PortValue>> {
  const { inputs, params, tables, alarms, nodeId, metric: note } = context;
  const table = inputs['table']?.[0];
  if (table?.kind !== 'table') throw new PenstockError('input-missing', 'Nothing is connected to the input “table”.', { remedy: 'Connect a table with predictions.', place: { port: 'table' } });
  const { relation, schema } = table;
  const group = columnAt(schema, params.group, 'group');
  const yhat = `${quoteColumn(columnAt(schema, params.predicted, 'predicted').name)}::varchar`;
  if (params.measure !== 'selection' && params.target === '') throw new PenstockError('param-missing', 'This measure needs the true values.', { remedy: 'Choose the column with them, or look at selection rates.', place: { param: ['target'] } });
  const y = params.target === '' ? 'null' : `${quoteColumn(columnAt(schema, params.target, 'target').name)}::varchar`;
  const good = quoteText(params.favourable);
  const counted: Record<BiasMeasure, readonly [hit: string, of: string]> = {
    selection: [`${yhat} = ${good}`, `${yhat} is not null`],
    'true-positive': [`${yhat} = ${good}`, `${y} = ${good}`],
    'false-positive': [`${yhat} = ${good}`, `${y} <> ${good}`],
    accuracy: [`${yhat} = ${y}`, `${y} is not null`],
  };
  const [hit, of] = counted[params.measure];
  const window = await windowSql(tables, relation, params.time === '' ? null : columnAt(schema, params.time, 'time'), params.window);
  const text = `select w, g, count(*) filter (where h), count(*) from (select ${window} as w, coalesce(${quoteColumn(group.name)}::varchar, '(missing)') as g, ${hit} as h, ${of} as o from t) where w is not null and o group by w, g order by w, g`;
  const cells = await ask(tables, relation, text, ['string', 'string', 'integer', 'integer'], 100_000);
  if (cells.length === 0) throw new PenstockError('no-rows', 'There are no rows to compare groups by.', { remedy: 'Check the columns with predictions, true values and time.', place: { port: 'table' } });
  const labels = [...new Set(cells.map(([w]) => String(w)))].slice(-mostWindows);
  const totals = new Map<string, number>();
  for (const [, g, , n] of cells) totals.set(String(g), (totals.get(String(g)) ?? 0) + toNumber(n));
  const groups = [...totals].sort(([, a], [, b]) => b - a).slice(0, mostGroups).map(([name]) => name).sort();
  const ratesIn = (label: string): Rate[] => cells.flatMap(([w, g, hits, rows]) => (String(w) === label && groups.includes(String(g)) ? [{ group: String(g), hits: toNumber(hits), rows: toNumber(rows) }] : []));
  const windows = labels.map((label): MonitoredWindow & { readonly rates: readonly Rate[] } => {
    const rates = ratesIn(label);
    const gap = gapOf(rates, params.smallest);
    return { label, rows: rates.reduce((sum, { rows }) => sum + rows, 0), value: gap?.value ?? null, low: gap?.low ?? null, high: gap?.high ?? null, rates };
  });
  const last = windows.findLast(({ value }) => value !== null) ?? windows.at(-1);
  if (last === undefined) throw new Error('no window');
  const spread = gapOf(last.rates, params.smallest);
  const value = spread?.value ?? Number.NaN;
  // Beyond it for certain: the whole interval is.
  const status = spread === null || value <= params.limit ? 'ok' : spread.low > params.limit ? 'critical' : 'warning';
  const words = spread === null ? `No two groups have ${formatCount(params.smallest)} rows or more.` : `${last.label}: the ${measureWords[params.measure]} is ${percent(spread.highRate)} for “${spread.highest}” and ${percent(spread.lowRate)} for “${spread.lowest}”, a gap of ${formatNumber(100 * value)} points (${formatNumber(100 * spread.low)} to ${formatNumber(100 * spread.high)}).`;
  const columns = last.rates.map((rate): MonitoredColumn => ({ name: rate.group, statistic: measureWords[params.measure], value: rate.rows === 0 ? null : rate.hits / rate.rows, threshold: null, status: spread?.lowest === rate.group || spread?.highest === rate.group ? status : 'ok', also: { rows: rate.rows }, words: `${percent(rate.hits / Math.max(1, rate.rows))} of ${formatCount(rate.rows)} rows`, slice: rate.group === '(missing)' ? `${nameToText(group.name)} is null` : `cast(${nameToText(group.name)} as string) = ${quoteText(rate.group)}` }));
  const metrics: Record<string, number> = { gap: value, drift: value / params.limit, ratio: spread === null || spread.highRate === 0 ? Number.NaN : spread.lowRate / spread.highRate };
  const finite = (one: number): number | null => (Number.isFinite(one) ? one : null);
  const rows = windows.reduce((sum, one) => sum + one.rows, 0);
  const batch: MonitorBatch = { kind: 'bias', rows, statistic: `Gap of the ${measureWords[params.measure]}`, value: finite(value), threshold: params.limit, higherIsWorse: true, status, words, metrics: Object.fromEntries(Object.entries(metrics).map(([name, one]) => [name, finite(one)])), columns: columns.toSorted((a, b) => Number(b.status !== 'ok') - Number(a.status !== 'ok')), windows: windows.map(({ rates: _rates, ...one }) => one), calibration: '', input: 'table' };
  alarms.record(batch);
  for (const [name, one] of Object.entries(metrics)) if (Number.isFinite(one)) note(name, one);
  const x = labels;
  const blocks: ReportBlock[] = [
    { type: 'metrics', metrics: [{ name: 'Gap', value, format: 'percent', help: 'Between the groups with the highest and the lowest rate; lower is better.' }, { name: 'Ratio', value: metrics['ratio'] ?? Number.NaN, format: 'percent', help: 'Lowest ÷ highest; under 80 % asks for an explanation by the four-fifths rule.' }, { name: 'Rows', value: rows, format: 'count' }] },
    { type: 'text', markdown: words.replaceAll(/[*_[\]<>|`]/g, String.raw`\$&`) },
    { type: 'chart', chart: { title: 'Gap over time', x: { title: '', scale: 'category' }, y: { title: 'Gap', percent: true }, series: [{ name: '95 % interval', mark: 'band', group: 'g', x, y: windows.map((one) => one.value), low: windows.map(({ low }) => low), high: windows.map(({ high }) => high) }, { name: 'Gap', mark: 'line', group: 'g', x, y: windows.map((one) => one.value) }, { name: 'Threshold', mark: 'reference', x, y: x.map(() => params.limit) }] } },
    { type: 'chart', chart: { title: `${measureWords[params.measure]} by group`, x: { title: '', scale: 'category' }, y: { title: '', percent: true }, series: groups.map((name) => ({ name, mark: 'line' as const, x, y: windows.map(({ rates }) => { const own = rates.find((one) => one.group === name); return own === undefined || own.rows === 0 ? null : own.hits / own.rows; }) })) } },
  ];
  const report = { title: 'Bias over time', blocks };
  const lines = windows.flatMap(({ label, rates }) => rates.map((rate) => ({ label, ...rate, ...wilson(rate.hits, rate.rows) })));
  const output = await tables.fromColumns(
    [
      { name: 'window', type: 'string', values: lines.map(({ label }) => label) },
      { name: 'group', type: 'string', values: lines.map((one) => one.group) },
      { name: 'rows', type: 'integer', values: lines.map((one) => one.rows) },
      { name: 'rate', type: 'float', values: lines.map((one) => one.hits / Math.max(1, one.rows)) },
      { name: 'low', type: 'float', values: lines.map(({ low }) => low) },
      { name: 'high', type: 'float', values: lines.map(({ high }) => high) },
    ],
    'groups',
  );
  return { report: { kind: 'report', report }, groups: output, evaluation: { kind: 'evaluation', evaluation: { task: 'classification', target: params.target, rows, metrics: Object.fromEntries(Object.entries(metrics).filter(([, one]) => Number.isFinite(one))), report, monitored: { nodeId, batch } } } };
}

const percent = (share: number): string => `${formatNumber(100 * share)} %`;

/** Largest difference of the groups that are large enough, with Newcombe's interval of the two that it is between. */
function gapOf(rates: readonly Rate[], smallest: number) {
  const enough = rates.filter(({ rows }) => rows >= smallest);
  const found = extremes(enough, ({ hits, rows }) => hits / rows);
  const [high, low] = [enough.find((one) => one.group === found?.highest), enough.find((one) => one.group === found?.lowest)];
  if (found === null || high === undefined || low === undefined) return null;
  return { value: found.high - found.low, ...differenceInterval(high, low), highest: found.highest, lowest: found.lowest, highRate: found.high, lowRate: found.low };
}
