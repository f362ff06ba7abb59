import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { canonicalJson } from '#app/core/hash.ts';
import { PenstockError } from '#app/core/errors.ts';
import { penstockVersion } from '#app/core/version.ts';
import type { TransferEvent } from '#app/protocol/sections/registry.ts';
import type { ModelVersionRecord } from '#app/store/index.ts';
import { temporaryRoot } from '#app/sealing/working-folder.ts';
import { modelCard } from '../../bundle/texts.ts';
import type { EngineAreas } from '../../areas.ts';
import { exportVersion } from '../export.ts';
import { allMetrics } from '../search.ts';
import { MlflowClient } from './client.ts';
import { modelFolder } from './model-folder.ts';

const runAnswer = z.looseObject({ run: z.looseObject({ info: z.looseObject({ run_id: z.string(), artifact_uri: z.string() }) }) });
const experimentAnswer = z.looseObject({ experiment: z.looseObject({ experiment_id: z.string() }) });
const versionAnswer = z.looseObject({ model_version: z.looseObject({ version: z.coerce.string(), status: z.string().default('READY'), status_message: z.string().default('') }) });
const anything = z.unknown();

/** MLflow takes so many of each in one request. */
const perRequest = { metrics: 1000, params: 100 };

export interface PushTarget {
  readonly experiment: string;
  /** Name of the registered model there. */
  readonly as: string;
  readonly alias: string | null;
}

/**
 * A version as a run (params, metrics with their curves, tags, files) and as a version of a registered model. Where it fails or is cancelled the
 * run is marked so; nothing is registered.
 * @throws PenstockError those of the client.
 */
export async function* pushVersion(engine: EngineAreas, client: MlflowClient, record: ModelVersionRecord, target: PushTarget, signal: AbortSignal): AsyncGenerator<TransferEvent, void, undefined> {
  const step = (message: string, fraction: number): TransferEvent => ({ type: 'step', message, fraction });
  yield step('Asking the server', 0.02);
  const mlflowVersion = await client.version();
  const experiment = await experimentId(client, target.experiment);
  const startedAt = record.createdAt;
  const { run } = await client.post('runs/create', { experiment_id: experiment, run_name: `${record.name}-v${record.version}`, start_time: startedAt, tags: tagsOf(engine, record) }, runAnswer);
  const { run_id: runId, artifact_uri: root } = run.info;
  let isDone = false;
  try {
    yield step('Sending params and metrics', 0.1);
    await sendNumbers(engine, client, record, runId);
    signal.throwIfAborted();
    const golden = await engine.models.goldenRows(record.value);
    const onnx = engine.store.artifacts.path(record.value.onnx);
    const bytes = (await engine.store.artifacts.read(record.value.onnx)).byteLength;
    yield step('Sending the model', 0.2);
    await client.upload(`${root}/model/model.onnx`, onnx);
    const folder = modelFolder({ signature: record.value.signature, golden, runId, mlflowVersion, modelBytes: bytes, createdAt: new Date(record.createdAt), name: record.name, version: record.version });
    // MLmodel goes last: what has one is whole.
    for (const [file, content] of Object.entries(folder).toReversed()) await client.upload(`${root}/model/${file}`, Buffer.from(content));
    yield step('Sending the model card and the bundle', 0.6);
    await client.upload(`${root}/MODEL_CARD.md`, Buffer.from(modelCard({ name: record.name, model: record.value, pipelineTitle: record.pipelineTitle ?? record.facts.origin ?? record.name, nodeId: record.nodeId ?? '', createdAt: new Date(record.createdAt), lineage: [] })));
    await sendBundle(engine, client, record, `${root}/bundle`, signal);
    yield step('Registering the version', 0.9);
    await client.post('runs/log-model', { run_id: runId, model_json: JSON.stringify({ artifact_path: 'model', run_id: runId, utc_time_created: new Date(record.createdAt).toISOString(), flavors: { onnx: { data: 'model.onnx' }, python_function: { loader_module: 'penstock_model', data: 'model.onnx', code: 'code' } } }) }, anything);
    const version = await registered(client, record, { ...target, runId, source: `${root}/model` }, signal);
    await client.post('runs/update', { run_id: runId, status: 'FINISHED', end_time: Date.now() }, anything);
    isDone = true;
    yield { type: 'done', name: target.as, version: Number(version), url: `${client.url}/#/models/${encodeURIComponent(target.as)}/versions/${version}`, isNew: true };
  } finally {
    // The signal may be the reason for ending here: the mark goes its own way, and a server that is gone cannot be told.
    if (!isDone) await client.post('runs/update', { run_id: runId, status: signal.aborted ? 'KILLED' : 'FAILED', end_time: Date.now() }, anything).catch(() => undefined);
  }
}

async function experimentId(client: MlflowClient, name: string): Promise<string> {
  const found = await client.maybe(client.get('experiments/get-by-name', { experiment_name: name }, experimentAnswer), 'RESOURCE_DOES_NOT_EXIST');
  if (found !== null) return found.experiment.experiment_id;
  const made = await client.maybe(client.post('experiments/create', { name }, z.looseObject({ experiment_id: z.string() })), 'RESOURCE_ALREADY_EXISTS');
  return made?.experiment_id ?? (await client.get('experiments/get-by-name', { experiment_name: name }, experimentAnswer)).experiment.experiment_id;
}

function tagsOf(engine: EngineAreas, { name, version, note, pipelineTitle, facts, runId, value, stage }: ModelVersionRecord): { key: string; value: string }[] {
  const tags: Record<string, string | null | undefined> = {
    'mlflow.user': (facts.actor ?? engine.actor).replace(/^user:/, ''),
    'mlflow.source.name': pipelineTitle,
    'mlflow.source.type': 'LOCAL',
    'mlflow.source.git.commit': facts.commit,
    'mlflow.note.content': note === '' ? null : note,
    'penstock.model': name,
    'penstock.version': String(version),
    'penstock.stage': stage,
    'penstock.app': facts.app ?? penstockVersion,
    'penstock.run': runId,
    'penstock.pipeline': facts.pipeline,
    'penstock.data': facts.data,
    'penstock.algorithm': value.algorithm,
    'penstock.target': value.signature.target.name,
  };
  return Object.entries(tags).flatMap(([key, text]) => (text === null || text === undefined || text === '' ? [] : [{ key, value: text.slice(0, 5000) }]));
}

/** Letters, digits and few others are what keys may hold there; `Node: metric` becomes a group. */
export const mlflowKey = (name: string): string => name.replace(': ', '/').replaceAll(/[^A-Za-z0-9_\-. /]/g, '_').slice(0, 250);

async function sendNumbers(engine: EngineAreas, client: MlflowClient, record: ModelVersionRecord, runId: string): Promise<void> {
  const at = record.createdAt;
  const params = Object.entries(record.value.params).map(([key, value]) => ({ key: mlflowKey(key), value: (typeof value === 'string' ? value : canonicalJson(value ?? null)).slice(0, 500) }));
  const own = record.facts.trainer?.nodeId;
  const series = record.runId === null || own === undefined ? [] : (engine.store.records.get(record.runId)?.series ?? []).filter(({ nodeId }) => nodeId === own);
  const curves = series.flatMap(({ name, steps, values }) => steps.map((step, index) => ({ key: mlflowKey(name), value: values[index] ?? Number.NaN, timestamp: at, step: Math.round(step) })));
  const inCurves = new Set(curves.map(({ key }) => key));
  const finals = Object.entries(allMetrics(record)).flatMap(([name, value]) => (inCurves.has(mlflowKey(name)) ? [] : [{ key: mlflowKey(name), value, timestamp: at, step: 0 }]));
  const metrics = [...finals, ...curves.filter(({ value }) => Number.isFinite(value))];
  for (let from = 0; from < Math.max(metrics.length, params.length, 1); from += 800) {
    const part = from / 800;
    await client.post('runs/log-batch', { run_id: runId, metrics: metrics.slice(from, from + Math.min(800, perRequest.metrics)), params: params.slice(part * perRequest.params, (part + 1) * perRequest.params) }, anything);
  }
}

async function sendBundle(engine: EngineAreas, client: MlflowClient, record: ModelVersionRecord, folder: string, signal: AbortSignal): Promise<void> {
  const work = await mkdtemp(path.join(temporaryRoot(), 'penstock-push-'));
  try {
    const file = `${record.name}-v${record.version}.zip`;
    await exportVersion(engine, record, path.join(work, file), signal);
    await client.upload(`${folder}/${file}`, path.join(work, file));
  } catch (error) {
    // A development build without its server has no bundles; the model itself is there.
    if (!(error instanceof PenstockError) || error.code !== 'bundle-server-missing') throw error;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function registered(client: MlflowClient, record: ModelVersionRecord, { as: name, alias, runId, source }: PushTarget & { readonly runId: string; readonly source: string }, signal: AbortSignal): Promise<string> {
  await client.maybe(client.post('registered-models/create', { name, tags: [{ key: 'penstock.model', value: record.name }] }, anything), 'RESOURCE_ALREADY_EXISTS');
  const tags = [{ key: 'penstock.version', value: String(record.version) }, { key: 'penstock.stage', value: record.stage }];
  let { model_version: made } = await client.post('model-versions/create', { name, source, run_id: runId, description: record.note, tags }, versionAnswer);
  for (let tries = 0; made.status === 'PENDING_REGISTRATION' && tries < 120; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    signal.throwIfAborted();
    ({ model_version: made } = await client.get('model-versions/get', { name, version: made.version }, versionAnswer));
  }
  if (made.status !== 'READY') throw new PenstockError('mlflow-refused', `The MLflow server did not register the version: ${made.status_message || made.status}.`, { remedy: 'Look at the server’s own pages or log.' });
  if (alias !== null) await client.post('registered-models/alias', { name, alias, version: made.version }, anything);
  return made.version;
}
