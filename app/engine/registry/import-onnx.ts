import { stat } from 'node:fs/promises';
import path from 'node:path';
import { PenstockError, type Diagnostic } from '#app/core/errors.ts';
import { formatBytes } from '#app/core/units.ts';
import { importModel, importOwnModel, openOnnxFile } from '#app/ml/index.ts';
import { emptyDocument } from '#app/pipeline/document.ts';
import type { ImportedFile, ImportParams } from '#app/sdk/imported-model.ts';
import type { ModelValue, TableValue } from '#app/sdk/ports.ts';
import { modelNamePattern, type VersionFacts } from '#app/store/index.ts';
import type { EngineAreas } from '../areas.ts';
import { readerFor } from '../project/reader-for.ts';
import { artifactServices, tableServices } from '../services/node-services.ts';

/** A model file is one protobuf message, which cannot be larger than 2 GiB; half of that is more than a model of columns has. */
const mostBytes = 2 ** 30;

export interface ImportRequest {
  readonly path: string;
  readonly name: string;
  readonly note: string;
  readonly params: ImportParams;
  /** File with rows to test it on, as readers read it. */
  readonly rows: string | null;
}

/** What a file says of itself. @throws PenstockError `file-missing`, `onnx-too-large`, `onnx-damaged`, `onnx-unsupported`. */
export async function inspectOnnx(engine: Pick<EngineAreas, 'resolvePath'>, file: string, signal: AbortSignal): Promise<ImportedFile & { file: string }> {
  const at = await checkedFile(engine.resolvePath(file));
  return { ...(await openOnnxFile(at, signal)).file, file: path.basename(at) };
}

/**
 * Registers an ONNX file from elsewhere: its signature by what the file, the person and the test rows say, golden rows by running it. A
 * file that Penstock wrote says its signature itself.
 * @throws PenstockError `model-name`, `onnx-too-large`, those of `importModel` and of reading the rows.
 */
export async function importOnnx(engine: EngineAreas, request: ImportRequest, signal: AbortSignal, more: { readonly facts?: VersionFacts; /** Golden rows that came with a file of ours. */ readonly golden?: Uint8Array | null; readonly enrich?: (value: ModelValue) => ModelValue; readonly progress?: (fraction: number, message?: string) => void } = {}): Promise<{ name: string; version: number; isNew: boolean; warnings: Diagnostic[] }> {
  engine.assertWritable();
  if (!modelNamePattern.test(request.name)) throw new PenstockError('model-name', `“${request.name}” cannot be the name of a model.`, { remedy: 'Use letters, digits, hyphens and underscores, at most 63.' });
  const file = await checkedFile(engine.resolvePath(request.path));
  const table = request.rows === null ? null : await testRows(engine, request.rows, signal);
  const warnings: Diagnostic[] = [];
  const services = {
    artifacts: artifactServices(engine.store.artifacts),
    tables: tableServices({ database: engine.database, artifacts: engine.store.artifacts, written: new Map(), signal }),
    signal,
    progress: (fraction: number | null, message?: string) => more.progress?.(fraction ?? 0, message),
    log: () => undefined,
    report: (diagnostic: Diagnostic) => void warnings.push(diagnostic),
  };
  const value: ModelValue = (await importOwnModel(file, table, services, more.golden ?? null)) ?? (await importModel(file, request.params, table, services));
  const facts: VersionFacts = { source: 'onnx', origin: path.basename(file), ...more.facts };
  return { ...engine.registry.add(request.name, more.enrich?.(value) ?? value, facts, { runId: null, nodeId: null, pipelineTitle: null, note: request.note }), warnings };
}

async function checkedFile(file: string): Promise<string> {
  const info = await stat(file).catch(() => null);
  if (info !== null && info.size > mostBytes) {
    throw new PenstockError('onnx-too-large', `“${path.basename(file)}” has ${formatBytes(info.size)}; models of up to ${formatBytes(mostBytes)} can be imported.`, { remedy: 'Export a smaller model.', place: { file } });
  }
  return file;
}

/** The table that the reader of a file gives. */
async function testRows(engine: EngineAreas, file: string, signal: AbortSignal): Promise<TableValue> {
  const { type, params } = await readerFor(engine.filesDir, engine.resolvePath(file), (one) => engine.catalogue.has(one));
  const version = engine.catalogue.get(type)?.definition.version ?? 1;
  const document = { ...emptyDocument('import-rows', ''), nodes: [{ id: 'rows', type, version, params: { ...params, path: file } }] };
  return engine.data.table({ document, nodeId: 'rows', port: 'table', filter: '' }, signal);
}
