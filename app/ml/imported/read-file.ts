import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import { formatBytes } from '#app/core/units.ts';
import { tensorTypes, type ImportedFile, type ImportedOutput, type ImportedTensor } from '#app/sdk/imported-model.ts';
import { modelProto } from '../onnx/encode.ts';
import { checkForeignGraph } from '../foreign/check-graph.ts';
import { createForeignRunner } from '../foreign/foreign-runner.ts';
import { foreignLimits } from '../foreign/limits.ts';
import { withOutsideWeights } from './outside-weights.ts';
import { readModel, type LooseGraph, type LooseModel } from '../understanding/edit-model.ts';

/** A file from elsewhere, without what turns its tensors into maps. */
export interface OpenedFile {
  readonly name: string;
  readonly model: LooseModel;
  /** The same as a file again: what is loaded and run. */
  readonly bytes: Uint8Array;
  readonly file: ImportedFile;
}

/** Operators that stand before and after the file's own mean the same from this version on. */
const OLDEST_OPSET = 9;

/** TensorProto.DataType */
const typeNames: Readonly<Record<number, (typeof tensorTypes)[number]>> = { 1: 'float', 6: 'int32', 7: 'int64', 8: 'string', 9: 'bool', 11: 'double' };
const otherTypes: Readonly<Record<number, string>> = { 2: 'uint8', 3: 'int8', 4: 'uint16', 5: 'int16', 10: 'float16', 12: 'uint32', 13: 'uint64', 16: 'bfloat16' };

const valueInfo = z.looseObject({
  name: z.string().default(''),
  type: z
    .looseObject({
      tensorType: z
        .looseObject({
          elemType: z.number().default(0),
          shape: z.looseObject({ dim: z.array(z.looseObject({ dimValue: z.coerce.number().optional(), dimParam: z.string().optional() })).default([]) }).optional(),
        })
        .optional(),
    })
    .optional(),
});
const listOf = z.looseObject({
  dataType: z.number(),
  stringData: z.array(z.instanceof(Uint8Array)).default([]),
  int32Data: z.array(z.coerce.number()).default([]),
  int64Data: z.array(z.coerce.number()).default([]),
  rawData: z.instanceof(Uint8Array).optional(),
});
const attributes = z.array(z.looseObject({ name: z.string().default(''), strings: z.array(z.instanceof(Uint8Array)).default([]), ints: z.array(z.coerce.number()).default([]) }));

/**
 * Reads an ONNX file, checks it, and loads it in a process of its own, which finds operators that are not known.
 * @throws PenstockError `file-missing`, `onnx-damaged`, `onnx-too-large`, `onnx-unsupported` naming what, those of createForeignRunner; CancelledError.
 */
export async function openOnnxFile(file: string, signal?: AbortSignal): Promise<OpenedFile> {
  const name = path.basename(file);
  const info = await stat(file).catch(() => null);
  if (info !== null && info.size > foreignLimits.bytes) throw new PenstockError('onnx-too-large', `“${name}” has ${formatBytes(info.size)}; models of up to ${formatBytes(foreignLimits.bytes)} can be imported.`, { remedy: 'Export a smaller model.', place: { param: ['path'], file } });
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new PenstockError('file-missing', error.code === 'ENOENT' ? `The file “${name}” is not there.` : `The file “${name}” cannot be read (${error.code ?? error.message}).`, { remedy: 'Choose the file again.', place: { param: ['path'], file }, cause: error });
  });
  return openOnnxBytes(bytes, name, signal, (model) => withOutsideWeights(model, file));
}

/** The same of a file in memory. @throws PenstockError `onnx-damaged`, `onnx-unsupported`; CancelledError. */
export async function openOnnxBytes(bytes: Uint8Array, name: string, signal?: AbortSignal, whole: (model: LooseModel) => Promise<LooseModel> | LooseModel = (model) => model): Promise<OpenedFile> {
  const read = withoutMaps(raised(await whole(decode(bytes, name))));
  checkForeignGraph(read.model, name);
  const opset = read.model.opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx')?.version;
  if (opset !== undefined && opset < OLDEST_OPSET) throw unsupported(name, `is written for operators of version ${opset}; those from version ${OLDEST_OPSET} on can be used`, 'Export the model with a newer opset.');
  const described = describe(read.model, read.classes, name);
  const stripped = new Uint8Array(modelProto.encode(modelProto.create(read.model)).finish());
  await load(stripped, name, signal);
  return { name, model: read.model, bytes: stripped, file: described };
}

/** Operators that version 9 took something away from, or reads otherwise than version 7 and 8. */
const changedByNine = new Set(['BatchNormalization', 'Scan', 'Upsample']);

/** Files for operators of version 7 or 8, as onnxmltools writes some, are files of version 9 unless they have the few that changed. */
function raised(model: LooseModel): LooseModel {
  const isNear = ({ domain, version }: LooseModel['opsetImport'][number]): boolean => (domain === '' || domain === 'ai.onnx') && (Number(version) === 7 || Number(version) === 8);
  if (!model.opsetImport.some(isNear) || model.graph.node.some((node) => changedByNine.has(opType(node)))) return model;
  return { ...model, opsetImport: model.opsetImport.map((one) => (isNear(one) ? { ...one, version: OLDEST_OPSET } : one)) };
}

function decode(bytes: Uint8Array, name: string): LooseModel {
  let model: LooseModel;
  try {
    model = readModel(bytes);
  } catch (error) {
    throw damaged(name, error);
  }
  if (model.graph.output.length === 0) throw damaged(name);
  return model;
}

const damaged = (name: string, cause?: unknown): PenstockError => new PenstockError('onnx-damaged', `“${name}” is not a readable ONNX model.`, { remedy: 'Export the model again, or choose another file.', place: { param: ['path'] }, cause });

function unsupported(name: string, what: string, remedy: string): PenstockError {
  return new PenstockError('onnx-unsupported', `“${name}” ${what}.`, { remedy, place: { param: ['path'] } });
}

/** Fingerprints of files that were loaded once in this process: a pipeline is configured over and over while it is edited. */
const known = new Set<string>();

async function tried(bytes: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
  const hash = createHash('sha256').update(bytes).digest('hex');
  if (known.has(hash)) return;
  await (await createForeignRunner(bytes, { signal })).close();
  if (known.size > 1000) known.clear();
  known.add(hash);
}

async function load(bytes: Uint8Array, name: string, signal: AbortSignal | undefined): Promise<void> {
  try {
    await tried(bytes, signal);
  } catch (error) {
    if (!(error instanceof PenstockError) || error.code !== 'model-unreadable') throw error;
    const operator = /No Op registered for (\S+)|([\w.]+:\w+)\(-?\d+\) is not a registered function/.exec(error.message);
    const what = operator?.[1] ?? operator?.[2];
    if (what !== undefined) throw unsupported(name, `uses the operator ${what.replace(/^:/, '')}, which onnxruntime does not know`, 'Export the model with standard operators only.');
    throw new PenstockError('onnx-unsupported', `“${name}” cannot be loaded: ${error.message.replace(/^The model cannot be loaded: /, '')}`, { remedy: 'Export the model again, with everything in one file.', place: { param: ['path'] }, cause: error });
  }
}

/** ZipMap makes a list of maps of each row, which is no tensor: its input is the output then, and its labels are the classes. */
function withoutMaps(model: LooseModel): { readonly model: LooseModel; readonly classes: ReadonlyMap<string, string[]> } {
  const classes = new Map<string, string[]>();
  const renames = new Map<string, string>();
  const node = model.graph.node.filter((one) => {
    if (opType(one) !== 'ZipMap') return true;
    const [from = ''] = one.input;
    renames.set(one.output[0] ?? '', from);
    const labels = labelsIn(one);
    if (labels !== null) classes.set(from, labels);
    return false;
  });
  for (const one of node) {
    const labels = labelsIn(one);
    // Classifiers give labels first and scores second.
    if (labels !== null && /Classifier$/.test(opType(one))) for (const output of one.output) if (!classes.has(output)) classes.set(output, labels);
  }
  for (const [scores, labels] of chosenLabels(model.graph)) if (!classes.has(scores)) classes.set(scores, labels);
  const output = model.graph.output.map((one) => {
    const from = renames.get(one.name);
    return from === undefined ? one : { name: from, type: { tensorType: { elemType: 1, shape: { dim: [{ dimParam: 'rows' }, { dimValue: classes.get(from)?.length ?? 0 }] } } } };
  });
  // What ZipMap reads may be an output already.
  const distinct = output.filter((one, index) => output.findIndex((other) => other.name === one.name) === index);
  return { model: { ...model, graph: { ...model.graph, node, output: distinct } }, classes: withAliases(node, classes) };
}

const opType = (node: LooseGraph['node'][number]): string => (typeof node['opType'] === 'string' ? node['opType'] : '');

function labelsIn(node: LooseGraph['node'][number]): string[] | null {
  const found = attributes.safeParse(node.attribute);
  if (!found.success) return null;
  const texts = found.data.find(({ name }) => /^class_?labels_strings$/.test(name))?.strings ?? [];
  if (texts.length > 0) return texts.map((text) => new TextDecoder().decode(text));
  const numbers = found.data.find(({ name }) => /^class_?labels_(ints|int64s)$/.test(name))?.ints ?? [];
  return numbers.length > 0 ? numbers.map(String) : null;
}

/** Lists out of which the place of the largest score takes a label: by the scores' tensor. */
function chosenLabels({ node, initializer }: LooseGraph): Map<string, string[]> {
  const lists = new Map(initializer.map((one) => [one.name, listIn(one)]));
  const by = new Map(node.flatMap((one) => one.output.map((output) => [output, one] as const)));
  const found = new Map<string, string[]>();
  for (const one of node) {
    const labels = lists.get(one.input[0] ?? '') ?? null;
    if (labels === null || !/^(ArrayFeatureExtractor|Gather)$/.test(opType(one))) continue;
    let from = by.get(one.input[1] ?? '');
    while (from !== undefined && /^(Cast|Reshape|Identity|Squeeze)$/.test(opType(from))) from = by.get(from.input[0] ?? '');
    if (from !== undefined && opType(from) === 'ArgMax') found.set(from.input[0] ?? '', labels);
  }
  return found;
}

/** A constant's texts or whole numbers; null where it holds something else. */
function listIn(constant: unknown): string[] | null {
  const list = listOf.safeParse(constant);
  if (!list.success) return null;
  const { dataType, stringData, int32Data, int64Data, rawData } = list.data;
  if (dataType === 8) return stringData.map((text) => new TextDecoder().decode(text));
  if (dataType !== 6 && dataType !== 7) return null;
  if (rawData === undefined || rawData.length === 0) return (dataType === 6 ? int32Data : int64Data).map(String);
  const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength);
  const bytes = dataType === 6 ? 4 : 8;
  return Array.from({ length: rawData.length / bytes }, (_unused, i) => String(dataType === 6 ? view.getInt32(bytes * i, true) : view.getBigInt64(bytes * i, true)));
}

/** Labels go along through operators that keep the order of columns. What is known of a tensor already stays. */
function withAliases(nodes: LooseGraph['node'], classes: ReadonlyMap<string, string[]>): ReadonlyMap<string, string[]> {
  const known = new Map(classes);
  for (const node of nodes) {
    const labels = known.get(node.input[0] ?? '');
    if (labels !== undefined && ['Identity', 'Cast', 'Normalizer', 'Softmax', 'Sigmoid'].includes(opType(node))) for (const output of node.output) if (!known.has(output)) known.set(output, labels);
  }
  return known;
}

function describe(model: LooseModel, classes: ReadonlyMap<string, string[]>, name: string): ImportedFile {
  const constants = new Set(model.graph.initializer.map((one) => one.name));
  const inputs = model.graph.input.filter((one) => !constants.has(one.name)).map((one) => tensorOf(one, name, 'input'));
  const outputs = model.graph.output.flatMap((one): ImportedOutput[] => {
    const tensor = readTensor(one);
    return typeof tensor === 'string' ? [] : [{ ...tensor, classes: classes.get(one.name) ?? null }];
  });
  if (inputs.length === 0) throw unsupported(name, 'has no input', 'Export a model that takes the columns of a table.');
  const [first] = model.graph.output;
  if (outputs.length === 0 && first !== undefined) throw unsupported(name, `gives “${first.name}” as ${String(readTensor(first))}, and nothing that is one row of numbers for each row`, 'Export the model with its predictions as outputs.');
  return { inputs, outputs, producer: typeof model['producerName'] === 'string' ? model['producerName'] : '', operators: model.graph.node.length };
}

function tensorOf(value: LooseGraph['input'][number], file: string, what: string): ImportedTensor {
  const tensor = readTensor(value);
  if (typeof tensor === 'string') throw unsupported(file, `takes its ${what} “${value.name}” as ${tensor}, not as rows of columns`, 'Export a model whose inputs are [rows] or [rows, columns] of float, double, int32, int64, bool or string.');
  return tensor;
}

/** A tensor of rows, or what it is instead. */
function readTensor(value: unknown): ImportedTensor | string {
  const { name, type } = valueInfo.parse(value);
  const tensor = type?.tensorType;
  if (tensor === undefined) return 'something that is no tensor';
  const known = typeNames[tensor.elemType];
  if (known === undefined) return `a tensor of ${otherTypes[tensor.elemType] ?? `type ${tensor.elemType}`}`;
  const dims = tensor.shape?.dim;
  if (dims === undefined) return { name, type: known, rank: 2, width: null };
  const sizes = dims.map(({ dimValue }) => (dimValue === undefined || dimValue <= 0 ? null : dimValue));
  if (sizes.length !== 1 && sizes.length !== 2) return `a tensor of ${sizes.length === 0 ? 'no' : sizes.length} dimensions`;
  if (typeof sizes[0] === 'number') return `a tensor of exactly ${sizes[0] === 1 ? 'one row' : `${sizes[0]} rows`}`;
  return { name, type: known, rank: sizes.length, width: sizes.length === 1 ? 1 : (sizes[1] ?? null) };
}
