import { PenstockError } from '#app/core/errors.ts';
import { formatCount, formatNumber } from '#app/core/units.ts';
import type { MonitorBatch } from '#app/sdk/monitoring.ts';
import type { NodeExecutor, RunContext } from '#app/sdk/node.ts';
import type { Evaluation, ReportBlock } from '#app/sdk/ports.ts';
import { alarmsSchema, type Params } from './node.ts';

/** What was looked at, and what became of it. */
interface Judgement {
  readonly topic: string;
  readonly state: 'fine' | 'waiting' | 'raised' | 'renewed' | 'cooling' | 'kept' | 'cleared';
  readonly severity: '' | 'warning' | 'critical';
  readonly value: number;
  readonly limit: number;
  readonly column: string;
  readonly message: string;
}

export const executor: NodeExecutor<Params> = {
  // Alarms are what it is for: an equal result of another time must not stand for them.
  effect: true,
  async run(context) {
    const { inputs, params, tables } = context;
    const found: Judgement[] = [];
    for (const [at, value] of (inputs['evaluation'] ?? []).entries()) if (value.kind === 'evaluation') found.push(judgeEvaluation(context, value.evaluation, at));
    const table = inputs['table']?.[0];
    if (table?.kind === 'table') found.push(judgeRows(context, await tables.count(table.relation)));
    for (const { topic, value } of found) context.metric(topic, value);
    const alarms = await tables.fromColumns(
      alarmsSchema.map((column) => ({ ...column, values: found.map((one) => ({ topic: one.topic, state: one.state, severity: one.severity, value: one.value, limit: one.limit, column: one.column, message: one.message })[column.name] ?? null) })),
      'alarms',
    );
    return { report: { kind: 'report', report: { title: params.message === '' ? 'Alert' : params.message, blocks: blocksOf(found) } }, alarms };
  },
};

const stateWords: Readonly<Record<Judgement['state'], string>> = {
  fine: 'All is well.',
  waiting: 'Beyond the limit, but not for long enough yet.',
  raised: 'An alarm was raised.',
  renewed: 'The alarm goes on.',
  cooling: 'Beyond the limit; no new alarm so soon after the last.',
  kept: 'The alarm stays until it is clearly better.',
  cleared: 'The alarm was taken back.',
};

function blocksOf(found: readonly Judgement[]): ReportBlock[] {
  return [
    { type: 'text', markdown: found.map((one) => `**${one.topic}**: ${stateWords[one.state]} ${one.message}`).join('\n\n') },
    { type: 'table', title: 'Conditions', columns: [{ name: 'what', type: 'string' }, { name: 'value', type: 'float' }, { name: 'limit', type: 'float' }, { name: 'state', type: 'string' }, { name: 'column', type: 'string' }], rows: found.map((one) => [one.topic, Number.isFinite(one.value) ? one.value : null, one.limit, one.state, one.column]) },
  ];
}

function judgeEvaluation(context: RunContext<Params>, evaluation: Evaluation, at: number): Judgement {
  const { params, alarms, nodeId } = context;
  const { metric, limit, side } = params;
  const value = evaluation.metrics[metric];
  if (value === undefined) {
    throw new PenstockError('unknown-metric', `“${evaluation.report.title}” has no metric “${metric}”.`, { remedy: `It has ${Object.keys(evaluation.metrics).slice(0, 20).join(', ')}.`, place: { param: ['metric'] } });
  }
  const monitored = evaluation.monitored;
  const batch = monitored?.batch ?? plainBatch(evaluation, metric, value, params);
  const owner = monitored?.nodeId ?? nodeId;
  alarms.record(batch, owner);
  const history = alarms.batches(Math.max(params.consecutive, params.clearAfter), owner).map((one) => one.batch.metrics[metric] ?? Number.NaN);
  const worst = batch.columns.find(({ status }) => status !== 'ok');
  const isBeyond = side === 'above' ? value > limit : value < limit;
  const told = isBeyond || worst !== undefined ? batch.words : '';
  return settle(context, history, {
    topic: (monitored === undefined ? at : 0) === 0 ? metric : `${metric} ${at + 1}`,
    owner,
    value,
    limit,
    side,
    severity: params.severity === 'auto' ? (batch.status === 'critical' ? 'critical' : 'warning') : params.severity,
    title: params.message === '' ? evaluation.report.title : params.message,
    message: monitored === undefined || told === '' ? `${metric} is ${formatNumber(value)}; the limit is ${formatNumber(limit)}.` : told,
    column: worst?.name ?? '',
    slice: worst?.slice ?? '',
    input: batch.input,
  });
}

function judgeRows(context: RunContext<Params>, rows: number): Judgement {
  const { params, alarms } = context;
  const { tableRows } = params;
  const message = `The table has ${formatCount(rows)} ${rows === 1 ? 'row' : 'rows'}; from ${formatCount(tableRows)} on it is an alarm.`;
  alarms.record({ kind: 'metric', rows, statistic: 'Rows', value: rows, threshold: tableRows, higherIsWorse: true, status: rows >= tableRows ? 'warning' : 'ok', words: message, metrics: { rows }, columns: [], windows: [], calibration: '', input: 'table' });
  const history = alarms.batches(Math.max(params.consecutive, params.clearAfter)).map((one) => one.batch.metrics['rows'] ?? Number.NaN);
  return settle(context, history, { topic: 'rows', owner: context.nodeId, value: rows, limit: tableRows - 0.5, side: 'above', severity: params.severity === 'critical' ? 'critical' : 'warning', title: params.message === '' ? 'Rows that there should not be' : params.message, message, column: '', slice: '', input: 'table' });
}

interface Condition {
  readonly topic: string;
  readonly owner: string;
  readonly value: number;
  readonly limit: number;
  readonly side: 'above' | 'below';
  readonly severity: 'warning' | 'critical';
  readonly title: string;
  readonly message: string;
  readonly column: string;
  readonly slice: string;
  readonly input: string;
}

/** Raises, renews or takes back. `history`: the metric of this monitor's batches, the newest first. */
function settle({ params, alarms, nodeId }: RunContext<Params>, history: readonly number[], condition: Condition): Judgement {
  const { topic, owner, value, limit, side, severity, title, message, column, slice, input } = condition;
  // The alert's own node is in it: two alerts over one monitor are two alarms.
  const key = `${nodeId} ${topic}`;
  const margin = Math.abs(limit) * params.clearMargin;
  const beyond = (one: number): boolean => (side === 'above' ? one > limit : one < limit);
  const fine = (one: number): boolean => (side === 'above' ? one <= limit - margin : one >= limit + margin);
  const isRaised = alarms.isRaised(key, owner);
  const recent = history.slice(0, params.consecutive);
  const done = (state: Judgement['state']): Judgement => ({ topic, state, severity: state === 'fine' || state === 'cleared' ? '' : severity, value, limit: side === 'above' && topic === 'rows' ? limit + 0.5 : limit, column, message });
  if (beyond(value)) {
    if (!isRaised && (recent.length < params.consecutive || !recent.every(beyond))) return done('waiting');
    return done(alarms.raise({ topic: key, nodeId: owner, title, message, severity, input, ...(column === '' ? {} : { column }), ...(slice === '' ? {} : { slice }), metrics: { [topic]: value, limit } }, params.cooldownHours * 3_600_000));
  }
  if (!isRaised) return done('fine');
  const last = history.slice(0, params.clearAfter);
  if (last.length < params.clearAfter || !last.every(fine)) return done('kept');
  alarms.clear(key, owner);
  return done('cleared');
}

/** An evaluation that no monitor made: its metric is what is kept. */
function plainBatch(evaluation: Evaluation, metric: string, value: number, { limit, side }: Params): MonitorBatch {
  const finite = (one: number): number | null => (Number.isFinite(one) ? one : null);
  const isBeyond = side === 'above' ? value > limit : value < limit;
  return {
    kind: 'metric',
    rows: evaluation.rows,
    statistic: metric,
    value: finite(value),
    threshold: limit,
    higherIsWorse: side === 'above',
    status: isBeyond ? 'warning' : 'ok',
    words: `${metric} is ${formatNumber(value)}; the limit is ${formatNumber(limit)}.`,
    metrics: Object.fromEntries(Object.entries(evaluation.metrics).map(([name, one]) => [name, finite(one)])),
    columns: [],
    windows: [],
    calibration: '',
    input: '',
  };
}
