import { formatCount } from '#app/core/units.ts';
import type { NodeRun, RunDetail } from '#app/protocol/schema.ts';
import type { TraceFact, TraceNode } from '#app/protocol/sections/trace.ts';
import type { AuditRecord, DatasetVersionRecord, ModelVersionRecord } from '#app/store/index.ts';
import { traceId } from './ids.ts';

/** Records of the store as nodes of the graph. */

const plain = { subtitle: '', at: null, facts: [], runId: null, nodeId: null, pipelinePath: null, model: null } as const;

type Value = string | number | null | undefined;

function facts(...given: readonly (readonly [name: string, value: Value, format?: TraceFact['format']])[]): TraceFact[] {
  return given.flatMap(([name, value, format = 'text']) => (value === null || value === undefined || value === '' ? [] : [{ name, value, format }]));
}

const rowsText = (rows: number | null): string => (rows === null ? '' : `${formatCount(rows)} ${rows === 1 ? 'row' : 'rows'}`);

export function datasetNode(record: DatasetVersionRecord, versions: number): TraceNode {
  return {
    ...plain,
    id: traceId('dataset', record.dataset),
    kind: 'dataset',
    title: record.title,
    subtitle: record.dataset.slice(0, record.dataset.indexOf(':')),
    facts: [...facts(['place', record.path ?? record.dataset], ['versions', versions, 'count'], ['columns', record.columns.length, 'count'])],
  };
}

/** A dataset that no run has read or written: only servers or the command line. */
export function plainDatasetNode(dataset: string): TraceNode {
  const colon = dataset.indexOf(':');
  const [kind, name] = [dataset.slice(0, colon), dataset.slice(colon + 1)];
  const title = kind === 'requests' ? `requests/${name}` : name;
  return { ...plain, id: traceId('dataset', dataset), kind: 'dataset', title, subtitle: kind, facts: facts(['place', title]) };
}

export function versionNode(record: DatasetVersionRecord): TraceNode {
  return {
    ...plain,
    id: traceId('version', record.dataset, record.version),
    kind: 'version',
    title: record.version.slice(0, 8),
    subtitle: rowsText(record.rows),
    at: record.modifiedAt,
    facts: facts(['dataset', record.title], ['rows', record.rows, 'count'], ['bytes', record.bytes, 'bytes'], ['changed', record.modifiedAt, 'time'], ['sha256', record.sha256, 'hash'], ['columns', record.columns.length, 'count']),
  };
}

export function columnNode(record: DatasetVersionRecord, column: string): TraceNode {
  const found = record.columns.find(({ name }) => name === column);
  return { ...plain, id: traceId('column', record.dataset, record.version, column), kind: 'column', title: column, subtitle: found?.type ?? '', facts: facts(['dataset', record.title], ['type', found?.type]) };
}

export function runNode(run: RunDetail): TraceNode {
  const metrics = Object.entries(run.metrics).slice(0, 12);
  return {
    ...plain,
    id: traceId('run', run.runId),
    kind: 'run',
    title: run.title,
    subtitle: run.status,
    at: run.startedAt,
    facts: [...facts(['run', run.runId], ['started', run.startedAt, 'time'], ['took', run.ms, 'duration'], ['status', run.status], ['pipeline', run.pipelinePath]), ...metrics.map(([name, value]): TraceFact => ({ name, value, format: 'number' }))],
    runId: run.runId,
    pipelinePath: run.pipelinePath,
  };
}

export function stepNode(run: RunDetail, node: NodeRun): TraceNode {
  const rows = Object.values(node.ports).find(({ kind }) => kind === 'table')?.rows ?? null;
  return {
    ...plain,
    id: traceId('step', run.runId, node.nodeId),
    kind: 'step',
    title: node.title,
    subtitle: rowsText(rows) || node.type,
    at: run.startedAt,
    facts: facts(['type', node.type], ['status', node.status], ['why', node.reason], ['took', node.ms, 'duration'], ['rows', rows, 'count'], ['cacheKey', node.cacheKey, 'hash'], ['run', run.runId]),
    runId: run.runId,
    nodeId: node.nodeId,
    pipelinePath: run.pipelinePath,
  };
}

export function metricNode(run: RunDetail, node: NodeRun, name: string): TraceNode {
  const value = node.metrics[name];
  return {
    ...plain,
    id: traceId('metric', run.runId, node.nodeId, name),
    kind: 'metric',
    title: name,
    subtitle: value === undefined ? '' : String(Math.round(value * 10_000) / 10_000),
    at: run.startedAt,
    facts: facts(['value', value, 'number'], ['measuredBy', node.title], ['run', run.runId], ['started', run.startedAt, 'time']),
    runId: run.runId,
    nodeId: node.nodeId,
    pipelinePath: run.pipelinePath,
  };
}

export function modelNode(record: ModelVersionRecord): TraceNode {
  const { name, version, value } = record;
  return {
    ...plain,
    id: traceId('model', name, version),
    kind: 'model',
    title: `${name} ${version}`,
    subtitle: record.stage,
    at: record.createdAt,
    facts: facts(
      ['stage', record.stage],
      ['aliases', record.aliases.join(', ')],
      ['algorithm', value.algorithm],
      ['target', value.signature.target.name],
      ['rows', value.rows, 'count'],
      ['registered', record.createdAt, 'time'],
      ['sha256', value.onnx, 'hash'],
      ['pipeline', record.pipelineTitle],
    ),
    runId: record.runId,
    nodeId: record.nodeId,
    model: { name, version },
  };
}

export function bundleNode(record: AuditRecord): TraceNode {
  const { details } = record;
  const text = (name: string): string | null => (typeof details[name] === 'string' ? (details[name] as string) : null);
  const place = text('path') ?? record.subject.slice(record.subject.indexOf(':') + 1);
  return {
    ...plain,
    id: traceId('bundle', record.seq),
    kind: 'bundle',
    title: text('name') ?? place,
    subtitle: place.split(/[\\/]/).at(-1) ?? place,
    at: record.at,
    facts: facts(['place', place], ['written', record.at, 'time'], ['by', record.actor], ['sha256', text('sha256'), 'hash']),
    runId: text('run'),
    nodeId: text('node'),
  };
}

export function serverNode(name: string, record: AuditRecord): TraceNode {
  return { ...plain, id: traceId('server', name), kind: 'server', title: name, subtitle: record.action.replace('server.', ''), at: record.at, facts: facts(['changed', record.at, 'time'], ['by', record.actor], ['state', record.action.replace('server.', '')]) };
}

export function requestNode(id: string, model: string, version: number | null): TraceNode {
  return { ...plain, id: traceId('request', id), kind: 'request', title: id, subtitle: version === null ? model : `${model} ${version}`, facts: facts(['model', model], ['version', version, 'count']) };
}
