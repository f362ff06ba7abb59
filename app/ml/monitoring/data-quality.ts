import { PenstockError } from '#app/core/errors.ts';
import { formatCount, formatNumber } from '#app/core/units.ts';
import type { Column, Relation, Schema } from '#app/relation/types.ts';
import { ask, chosenOf, isNumber, numberSql, quoteColumn, quoteText, sqlNumber, toNumber } from '#app/sdk/analysis.ts';
import type { BatchStatus, MonitorBatch, MonitoredColumn } from '#app/sdk/monitoring.ts';
import type { RunContext } from '#app/sdk/node.ts';
import type { PortValue, Report, ReportBlock, TableValue } from '#app/sdk/ports.ts';
import { beyondCondition, missingCondition, oneOfCondition } from '../drift/slice.ts';
import { betaBinomialUpper } from './beta-binomial.ts';
import { columnAt, mostWindows, windowSql, type WindowUnit } from './windows.ts';

export interface DataQualityParams {
  /** Empty: all numbers, texts and true/false of both tables. */
  readonly columns: readonly string[];
  readonly time: string;
  readonly window: WindowUnit;
  /** One false alarm in so many batches, over all columns and checks together. */
  readonly batches: number;
}

const checkedTypes = ['boolean', 'integer', 'float', 'string'] as const;
/** A text column with more values than this is free text: new ones are its nature. */
const mostCategories = 1000;
const mostColumns = 300;
const namedNew = 5;
const drawnColumns = 12;

type CheckKind = 'missing' | 'range' | 'new';

/** What the reference says of a column. */
interface Known {
  readonly column: Column;
  readonly rows: number;
  readonly missing: number;
  readonly low: number | null;
  readonly high: number | null;
  /** Null: not checked. */
  readonly values: readonly string[] | null;
  /** Values that the reference has once: as many are to be expected that it has not (Good 1953). */
  readonly singles: number;
}

interface Check {
  readonly kind: CheckKind;
  readonly known: Known;
  /** When a row breaks it, as SQL. */
  readonly broken: string;
  /** Beta distribution of the share that breaks it where nothing has changed. */
  readonly a: number;
  readonly b: number;
  readonly expected: number;
}

interface Finding {
  readonly check: Check;
  readonly broken: number;
  readonly rows: number;
  /** Largest count that chance gives but once. */
  readonly limit: number;
  /** Above 1: more than chance gives. */
  readonly ratio: number;
}

const share = (part: number, of: number): number => (of === 0 ? 0 : part / of);
const percent = (value: number): string => `${(100 * value).toFixed(value < 0.1 && value > 0 ? 1 : 0)} %`;
const statusOf = (ratio: number): BatchStatus => (ratio > 2 ? 'critical' : ratio > 1 ? 'warning' : 'ok');
const checkTitles: Readonly<Record<CheckKind, string>> = { missing: 'Missing values', range: 'Out of range', new: 'New categories' };

/** Missing values, values beyond the range and new categories of a batch against a reference, by windows of time. Ports: `report`, `columns`, `evaluation`. */
export async function runDataQuality(context: RunContext<DataQualityParams>): Promise<Record<string, PortValue>> {
  const { inputs, params, tables, alarms, nodeId, metric: note, report: tell, progress } = context;
  const [reference, current] = [tableAt(inputs['reference']?.[0], 'reference'), tableAt(inputs['current']?.[0], 'current')];
  const time = params.time === '' ? null : columnAt(current.schema, params.time, 'time');
  const wanted = chosenOf(reference.schema, params.columns, checkedTypes).filter(({ name }) => name !== params.time).slice(0, mostColumns);
  const there = new Map(current.schema.map((column) => [column.name, column]));
  const kindOf = (type: string | undefined): string => (type === 'integer' || type === 'float' ? 'number' : (type ?? ''));
  const lacking = wanted.filter(({ name, type }) => kindOf(there.get(name)?.type) !== kindOf(type));
  for (const { name, type } of lacking.slice(0, 20)) {
    const found = there.get(name);
    tell({ severity: 'warning', code: found === undefined ? 'column-gone' : 'column-type-changed', message: found === undefined ? `The reference has a column “${name}”, which this table does not have.` : `Column “${name}” was ${type} in the reference and is ${found.type} now.`, remedy: 'It was not compared. Check where the table comes from.', place: { port: 'current', column: name } });
  }
  const columns = wanted.filter((column) => !lacking.includes(column));
  if (columns.length === 0) throw new PenstockError('nothing-to-compare', 'The two tables have no column in common that can be compared.', { remedy: 'Connect tables with the same columns, or choose others: numbers, text and true/false are compared.', place: { port: 'current' } });
  progress(0.1, 'Learning the reference');
  const known = await referenceOf(tables, reference.relation, columns);
  const checks = known.flatMap(checksOf);
  progress(0.6, 'Counting the batch');
  const window = time === null ? "'batch'" : await windowSql(tables, current.relation, time, params.window);
  const text = `select w, count(*), ${checks.map((_, i) => `sum(k${i}::int)`).join(', ')} from (select ${window} as w, ${checks.map(({ broken }, i) => `${broken} as k${i}`).join(', ')} from t) where w is not null group by w order by w desc limit ${mostWindows}`;
  const counted = (await ask(tables, current.relation, text, ['string', 'integer', ...checks.map(() => 'integer' as const)])).toReversed();
  if (counted.length === 0) throw new PenstockError('no-rows', 'The table to be compared has no rows.', { remedy: 'Check the reader and the filters before it.', place: { port: 'current' } });
  const alpha = 1 / (params.batches * checks.length);
  const windows = counted.map((row) => {
    const rows = toNumber(row[1]);
    const findings = checks.map((check, i): Finding => {
      const broken = toNumber(row[2 + i]);
      const limit = betaBinomialUpper(rows, check.a, check.b, alpha);
      return { check, broken, rows, limit, ratio: broken / (limit + 0.5) };
    });
    return { label: String(row[0]), rows, findings, ratio: Math.max(0, ...findings.map(({ ratio }) => ratio)) };
  });
  const last = windows.at(-1);
  if (last === undefined) throw new Error('no window');
  const isLast = time === null ? 'true' : `(${window}) = ${quoteText(last.label)}`;
  const lines: (MonitoredColumn & { readonly ratio: number })[] = [];
  for (const one of known) {
    const own = last.findings.filter(({ check }) => check.known === one).toSorted((x, y) => y.ratio - x.ratio);
    const [worst] = own;
    if (worst === undefined) continue;
    const told = await wordsOf(tables, current.relation, worst, own, isLast);
    lines.push({
      name: one.column.name,
      statistic: checkTitles[worst.check.kind],
      value: share(worst.broken, worst.rows),
      threshold: share(worst.limit, worst.rows),
      status: statusOf(worst.ratio),
      also: { ratio: worst.ratio, ...Object.fromEntries(own.map(({ check, broken, rows }) => [check.kind, share(broken, rows)])) },
      ...told,
      ratio: worst.ratio,
    });
  }
  const sorted = lines.toSorted((x, y) => y.ratio - x.ratio || (x.name < y.name ? -1 : 1));
  const bad = sorted.filter(({ status }) => status !== 'ok');
  const [first] = bad;
  const total = windows.reduce((sum, { rows }) => sum + rows, 0);
  const shareOf = (kind: CheckKind): number => {
    const own = last.findings.filter(({ check }) => check.kind === kind);
    return share(own.reduce((sum, { broken }) => sum + broken, 0), own.reduce((sum, { rows }) => sum + rows, 0));
  };
  const metrics = { drift: last.ratio, badColumns: bad.length, missing: shareOf('missing'), outOfRange: shareOf('range'), newCategories: shareOf('new') };
  const batch: MonitorBatch = {
    kind: 'data-quality',
    rows: total,
    statistic: 'Worst check, in thresholds',
    value: last.ratio,
    threshold: 1,
    higherIsWorse: true,
    status: statusOf(last.ratio),
    words: first === undefined ? `All ${formatCount(sorted.length)} columns are as complete and as valid as in the reference.` : `${formatCount(bad.length)} of ${formatCount(sorted.length)} columns have more missing, out-of-range or new values than chance gives, “${first.name}” most: ${first.words}.`,
    metrics,
    columns: sorted.map(({ ratio: _ratio, ...one }) => one),
    windows: windows.map(({ label, rows, ratio }) => ({ label, rows, value: ratio, low: null, high: null })),
    calibration: `One false alarm in ${formatCount(params.batches)} batches over ${formatCount(checks.length)} checks together: so often would rows like those of the reference, independent of each other, pass a threshold by chance.`,
    input: 'current',
  };
  alarms.record(batch);
  for (const [name, value] of Object.entries(metrics)) note(name, value);
  const report = reportOf(batch, windows, sorted.slice(0, drawnColumns).map(({ name }) => name));
  return { report: { kind: 'report', report }, columns: await tableOf(tables, last.findings), evaluation: { kind: 'evaluation', evaluation: { task: 'regression', target: '', rows: total, metrics, report, monitored: { nodeId, batch } } } };
}

type Tables = RunContext<unknown>['tables'];

function tableAt(value: PortValue | undefined, port: string): TableValue {
  if (value?.kind === 'table') return value;
  throw new PenstockError('input-missing', `Nothing is connected to the input “${port}”.`, { remedy: 'Connect a table.', place: { port } });
}

async function referenceOf(tables: Tables, relation: Relation, columns: readonly Column[]): Promise<Known[]> {
  const of = (column: Column): string => (isNumber(column.type) ? numberSql(column) : quoteColumn(column.name));
  const text = `select count(*), ${columns.map((column) => `count(*) - count(${of(column)}), ${isNumber(column.type) ? `min(${of(column)}), max(${of(column)}), 0` : `null, null, ${column.type === 'string' ? `approx_count_distinct(${of(column)})` : '0'}`}`).join(', ')} from t`;
  const [row = []] = await ask(tables, relation, text, ['integer', ...columns.flatMap(() => ['integer', 'float', 'float', 'integer'] as const)]);
  const rows = toNumber(row[0]);
  if (rows === 0) throw new PenstockError('no-rows', 'The reference has no rows.', { remedy: 'Check the reader and the filters before it.', place: { port: 'reference' } });
  const known: Known[] = [];
  for (const [i, column] of columns.entries()) {
    const [missing, low, high, distinct] = [toNumber(row[1 + 4 * i]), toNumber(row[2 + 4 * i]), toNumber(row[3 + 4 * i]), toNumber(row[4 + 4 * i])];
    // The count of different values is about right only: what it lets through is counted.
    const listed = column.type === 'string' && distinct <= 1.2 * mostCategories ? await ask(tables, relation, `select ${quoteColumn(column.name)}, count(*) from t where ${quoteColumn(column.name)} is not null group by 1 limit ${mostCategories + 1}`, ['string', 'integer']) : [];
    const isCategory = column.type === 'string' && listed.length > 0 && listed.length <= mostCategories;
    known.push({ column, rows, missing, low: Number.isFinite(low) ? low : null, high: Number.isFinite(high) ? high : null, values: isCategory ? listed.map(([value]) => String(value)) : null, singles: isCategory ? listed.filter(([, count]) => toNumber(count) === 1).length : 0 });
  }
  return known;
}

/** The reference's own rows say how sure a share is: Jeffreys' prior for missing values, the coverage of a sample's range (Wilks 1941), the mass of what was not seen (Good 1953). */
function checksOf(known: Known): Check[] {
  const { column, rows, missing, low, high, values, singles } = known;
  const sql = isNumber(column.type) ? numberSql(column) : quoteColumn(column.name);
  const present = rows - missing;
  const checks: Check[] = [{ kind: 'missing', known, broken: `(${sql} is null)`, a: missing + 0.5, b: present + 0.5, expected: share(missing, rows) }];
  if (low !== null && high !== null && present > 1) checks.push({ kind: 'range', known, broken: `coalesce(${sql} < ${sqlNumber(low)} or ${sql} > ${sqlNumber(high)}, false)`, a: 2, b: present - 1, expected: 0 });
  if (values !== null) checks.push({ kind: 'new', known, broken: `coalesce(${sql} not in (${values.map(quoteText).join(', ')}), false)`, a: singles + 0.5, b: Math.max(0.5, present - singles + 0.5), expected: 0 });
  return checks;
}

/** What a person is told, and the rows that it is about. */
async function wordsOf(tables: Tables, relation: Relation, worst: Finding, all: readonly Finding[], isLast: string): Promise<{ readonly words: string; readonly slice: string }> {
  const parts: string[] = [];
  let slice = '';
  for (const finding of all.filter(({ ratio }) => ratio > 1 || ratio === worst.ratio)) {
    const { check, broken, rows } = finding;
    const { known, kind } = check;
    const { name } = known.column;
    if (broken === 0) continue;
    if (kind === 'missing') {
      parts.push(`missing values ${percent(check.expected)} → ${percent(share(broken, rows))}`);
      slice ||= missingCondition(name);
    } else if (kind === 'range') {
      parts.push(`${percent(share(broken, rows))} of the values lie beyond ${formatNumber(known.low ?? 0)} to ${formatNumber(known.high ?? 0)}`);
      slice ||= beyondCondition(name, known.low ?? 0, known.high ?? 0);
    } else {
      const found = await ask(tables, relation, `select ${quoteColumn(name)}, count(*) from t where ${check.broken} and ${isLast} group by 1 order by 2 desc, 1 limit ${namedNew + 1}`, ['string', 'integer']);
      const named = found.slice(0, namedNew).map(([value]) => String(value));
      parts.push(`${percent(share(broken, rows))} of the values are new: ${named.map((value) => `“${value}”`).join(', ')}${found.length > namedNew ? ' …' : ''}`);
      slice ||= oneOfCondition(name, named);
    }
  }
  return { words: parts.length === 0 ? 'as in the reference' : parts.join('; '), slice };
}

function reportOf(batch: MonitorBatch, windows: readonly { readonly label: string; readonly findings: readonly Finding[]; readonly ratio: number }[], drawn: readonly string[]): Report {
  const x = windows.map(({ label }) => label);
  const sharesOf = (name: string): (number | null)[] => windows.map(({ findings }) => findings.filter(({ check }) => check.known.column.name === name).reduce((worst, { broken, rows }) => Math.max(worst, share(broken, rows)), 0));
  const number = (name: string): number => batch.metrics[name] ?? Number.NaN;
  const blocks: ReportBlock[] = [
    {
      type: 'metrics',
      metrics: [
        { name: 'Bad columns', value: number('badColumns'), format: 'count', help: 'With more missing, out-of-range or new values than chance gives; lower is better.' },
        { name: 'Missing values', value: number('missing'), format: 'percent' },
        { name: 'Out of range', value: number('outOfRange'), format: 'percent' },
        { name: 'New categories', value: number('newCategories'), format: 'percent' },
        { name: 'Rows', value: batch.rows, format: 'count' },
      ],
    },
    { type: 'text', markdown: `${batch.words.replaceAll(/[*_[\]<>|`]/g, String.raw`\$&`)}\n\n${batch.calibration}` },
    ...(windows.length < 2
      ? []
      : [
          { type: 'chart' as const, chart: { title: 'Worst check over time', x: { title: '', scale: 'category' as const }, y: { title: 'Thresholds' }, series: [{ name: 'Worst check', mark: 'line' as const, x, y: windows.map(({ ratio }) => ratio) }, { name: 'Threshold', mark: 'reference' as const, x, y: x.map(() => 1) }] } },
          { type: 'chart' as const, chart: { title: 'Bad values by column', x: { title: '', scale: 'category' as const }, y: { title: '', percent: true }, series: drawn.map((name) => ({ name, mark: 'line' as const, x, y: sharesOf(name) })) } },
        ]),
    {
      type: 'table',
      title: 'Columns',
      columns: [{ name: 'column', type: 'string' }, { name: 'check', type: 'string' }, { name: 'share', type: 'float' }, { name: 'threshold', type: 'float' }, { name: 'finding', type: 'string' }],
      rows: batch.columns.map((one) => [one.name, one.statistic, one.value, one.threshold, one.words]),
    },
  ];
  return { title: 'Data quality over time', blocks };
}

export const qualityColumns: Schema = [{ name: 'column', type: 'string' }, { name: 'check', type: 'string' }, { name: 'bad', type: 'boolean' }, { name: 'values', type: 'integer' }, { name: 'share', type: 'float' }, { name: 'share_reference', type: 'float' }, { name: 'threshold', type: 'float' }, { name: 'ratio', type: 'float' }];

function tableOf(tables: Tables, findings: readonly Finding[]): Promise<TableValue> {
  const sorted = findings.toSorted((x, y) => y.ratio - x.ratio);
  return tables.fromColumns(
    [
      { name: 'column', type: 'string', values: sorted.map(({ check }) => check.known.column.name) },
      { name: 'check', type: 'string', values: sorted.map(({ check }) => check.kind) },
      { name: 'bad', type: 'boolean', values: sorted.map(({ ratio }) => Number(ratio > 1)) },
      { name: 'values', type: 'integer', values: sorted.map(({ broken }) => broken) },
      { name: 'share', type: 'float', values: sorted.map(({ broken, rows }) => share(broken, rows)) },
      { name: 'share_reference', type: 'float', values: sorted.map(({ check }) => check.expected) },
      { name: 'threshold', type: 'float', values: sorted.map(({ limit, rows }) => share(limit, rows)) },
      { name: 'ratio', type: 'float', values: sorted.map(({ ratio }) => ratio) },
    ],
    'columns',
  );
}
