import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { load } from 'js-yaml';
import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import type { TransferEvent } from '#app/protocol/sections/registry.ts';
import { importParams, type ImportParams } from '#app/sdk/imported-model.ts';
import { modelNamePattern } from '#app/store/index.ts';
import { temporaryRoot } from '#app/sealing/working-folder.ts';
import type { EngineAreas } from '../../areas.ts';
import { importOnnx, inspectOnnx } from '../import-onnx.ts';
import { MlflowClient } from './client.ts';

const modelVersion = z.looseObject({ name: z.string(), version: z.coerce.string(), run_id: z.string().nullish(), source: z.string().default(''), description: z.string().nullish() });
const versionAnswer = z.looseObject({ model_version: modelVersion });
const searchAnswer = z.looseObject({ model_versions: z.array(modelVersion).default([]) });
const runAnswer = z.looseObject({ run: z.looseObject({ data: z.looseObject({ metrics: z.array(z.looseObject({ key: z.string(), value: z.coerce.number() })).default([]), params: z.array(z.looseObject({ key: z.string(), value: z.string() })).default([]) }) }) });
const mlmodel = z.looseObject({
  flavors: z.record(z.string(), z.looseObject({ data: z.string().optional() }).nullable()),
  signature: z.looseObject({ inputs: z.string().nullish(), outputs: z.string().nullish() }).nullish(),
});
const columnsSchema = z.array(z.looseObject({ name: z.string(), type: z.string() }));

export interface PullRequest {
  readonly model: string;
  /** A number, `@alias`, or empty: the newest. */
  readonly reference: string;
  /** Name in the project's registry; null: the same, as far as it can be. */
  readonly as: string | null;
}

/**
 * A version of a registered model as a version in the project, if it is an ONNX model. One that was pushed by Penstock is again what it was.
 * @throws PenstockError `mlflow-missing`, `mlflow-no-onnx`, `mlflow-damaged`, those of the client and of the import.
 */
export async function* pullVersion(engine: EngineAreas, client: MlflowClient, request: PullRequest, signal: AbortSignal): AsyncGenerator<TransferEvent, void, undefined> {
  const step = (message: string, fraction: number): TransferEvent => ({ type: 'step', message, fraction });
  yield step('Asking the server', 0.05);
  const version = await versionOf(client, request);
  const root = await folderOf(client, version);
  const described = describe(await client.download(`${root}/MLmodel`, 2_000_000), version);
  const work = await mkdtemp(path.join(temporaryRoot(), 'penstock-pull-'));
  try {
    yield step('Fetching the model', 0.2);
    const files = new Map((await client.files(root)).map(({ name, bytes }) => [name, bytes]));
    const folder = path.join(work, 'model');
    await mkdir(folder);
    const file = path.join(folder, described.file);
    await writeFile(file, await client.download(`${root}/${described.file}`));
    // Weights beside the file, as mlflow.onnx writes larger models.
    for (const name of files.keys()) if (name !== described.file && !/^MLmodel$|[.](ya?ml|txt|json|md|py)$/i.test(name)) await writeFile(path.join(folder, name), await client.download(`${root}/${name}`));
    const golden = files.has('golden.json') && files.has('penstock.json') ? await client.download(`${root}/golden.json`, 50_000_000) : null;
    yield step('Checking the model', 0.7);
    const run = version.run_id === null || version.run_id === undefined || version.run_id === '' ? null : await client.maybe(client.get('runs/get', { run_id: version.run_id }, runAnswer), 'RESOURCE_DOES_NOT_EXIST');
    const name = request.as ?? localName(version.name);
    const made = await importOnnx(engine, { path: file, name, note: version.description ?? '', params: await paramsOf(engine, file, described, signal), rows: null }, signal, {
      facts: { source: 'mlflow', origin: `${client.url}: ${version.name}, version ${version.version}` },
      golden,
      enrich: (value) => ({
        ...value,
        params: { ...Object.fromEntries((run?.run.data.params ?? []).map((param) => [param.key, param.value])), ...value.params },
        metrics: { ...value.metrics, ...Object.fromEntries((run?.run.data.metrics ?? []).flatMap((metric) => (Number.isFinite(metric.value) ? [[metric.key, metric.value]] : []))) },
      }),
    });
    engine.audit({ action: 'model.pulled', subject: `model:${made.name}@${made.version}`, details: { server: client.url, model: version.name, version: version.version } });
    yield { type: 'done', name: made.name, version: made.version, url: `${client.url}/#/models/${encodeURIComponent(version.name)}/versions/${version.version}`, isNew: made.isNew };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

type Version = z.output<typeof modelVersion>;

async function versionOf(client: MlflowClient, { model, reference }: PullRequest): Promise<Version> {
  const wanted = reference.trim();
  const found = /^\d+$/.test(wanted)
    ? (await client.maybe(client.get('model-versions/get', { name: model, version: wanted }, versionAnswer), 'RESOURCE_DOES_NOT_EXIST'))?.model_version
    : wanted !== ''
      ? (await client.maybe(client.get('registered-models/alias', { name: model, alias: wanted.replace(/^@/, '') }, versionAnswer), 'RESOURCE_DOES_NOT_EXIST'))?.model_version
      : (await client.get('model-versions/search', { filter: `name=${model.includes("'") ? `"${model.replaceAll('"', '')}"` : `'${model}'`}`, max_results: '1', order_by: 'version_number DESC' }, searchAnswer)).model_versions[0];
  if (found !== undefined) return found;
  throw new PenstockError('mlflow-missing', `The server has no registered model “${model}”${wanted === '' ? '' : ` with ${/^\d+$/.test(wanted) ? `version ${wanted}` : `the alias “${wanted.replace(/^@/, '')}”`}`}.`, { remedy: 'Look at the list of its models.' });
}

async function folderOf(client: MlflowClient, { name, version }: Version): Promise<string> {
  const { artifact_uri: uri } = await client.get('model-versions/get-download-uri', { name, version }, z.looseObject({ artifact_uri: z.string() }));
  const logged = /^models:\/(m-[0-9a-f]+)$/.exec(uri)?.[1];
  if (logged === undefined) return uri;
  const { model } = await client.get(`logged-models/${logged}`, {}, z.looseObject({ model: z.looseObject({ info: z.looseObject({ artifact_uri: z.string() }) }) }));
  return model.info.artifact_uri;
}

interface Described {
  readonly file: string;
  readonly inputs: readonly string[];
  readonly target: string;
}

function describe(bytes: Uint8Array, { name, version }: Version): Described {
  let value: unknown;
  try {
    value = load(Buffer.from(bytes).toString('utf8'), { json: true });
  } catch {
    value = null;
  }
  const parsed = mlmodel.safeParse(value);
  if (!parsed.success) throw new PenstockError('mlflow-damaged', `The file MLmodel of “${name}”, version ${version}, cannot be read.`, { remedy: 'Register the model again.', cause: parsed.error });
  const { flavors, signature } = parsed.data;
  const onnx = flavors['onnx'];
  if (onnx === undefined || onnx === null) {
    throw new PenstockError('mlflow-no-onnx', `“${name}”, version ${version}, is no ONNX model: it has the flavors ${Object.keys(flavors).join(', ')}.`, { remedy: 'Log it with mlflow.onnx.log_model in Python (skl2onnx, onnxmltools or torch.onnx make the file), then pull that.' });
  }
  const file = onnx.data ?? 'model.onnx';
  if (!/^[^/\\\0]{1,200}$/.test(file) || file.startsWith('.')) throw new PenstockError('mlflow-damaged', `The file MLmodel of “${name}”, version ${version}, names no model file.`, { remedy: 'Register the model again.' });
  return { file, inputs: columnNames(signature?.inputs), target: columnNames(signature?.outputs).find((one) => !/^(label|output|prob|variable)/i.test(one)) ?? '' };
}

function columnNames(text: string | null | undefined): string[] {
  try {
    const parsed = columnsSchema.safeParse(JSON.parse(text ?? 'null'));
    return parsed.success && parsed.data.every(({ type }) => type !== 'tensor') ? parsed.data.map(({ name }) => name) : [];
  } catch {
    return [];
  }
}

/** One wide input takes the signature's columns in their order. */
async function paramsOf(engine: EngineAreas, file: string, { inputs, target }: Described, signal: AbortSignal): Promise<ImportParams> {
  const base = z.object(importParams).parse({ target });
  const isListable = inputs.every((name) => !/[",]/.test(name) && name.trim() === name && name !== '');
  if (inputs.length < 2 || !isListable) return base;
  const found = await inspectOnnx(engine, file, signal);
  const [only] = found.inputs;
  return only !== undefined && found.inputs.length === 1 && (only.width === null || only.width === inputs.length) ? { ...base, inputs: [{ input: only.name, columns: inputs.join(', ') }] } : base;
}

const localName = (name: string): string => (modelNamePattern.test(name) ? name : name.normalize('NFKD').replaceAll(/[^A-Za-z0-9_-]+/g, '-').replace(/^[-_]+/, '').slice(0, 63) || 'model');
