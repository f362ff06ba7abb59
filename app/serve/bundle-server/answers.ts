import { datedNumber, inputWords, isDated } from '#app/sdk/model-input.ts';
import { recordsToColumns } from '#app/sdk/records.ts';
import type { Column } from '#app/relation/types.ts';
import type { ModelSignature } from '#app/sdk/ports.ts';
import { RequestError } from './request-error.ts';
import type { Predictions, RawValue, ServedModel } from './model.ts';

/** JSON records in, JSON predictions out: `POST /predict`. */
export async function predict(model: ServedModel, body: unknown): Promise<unknown> {
  const records = recordsOf(body);
  const columns = recordsToColumns(records, model.signature.inputs, model.signature.target.name);
  const found = records.length === 0 ? { rows: 0 } : await model.predict(columns, records.length);
  return { model: model.name, target: model.signature.target.name, predictions: answersOf(model.signature, found) };
}

/** The records of a body: a list, or an object with a list called `records`. @throws RequestError `records-missing`. */
export function recordsOf(body: unknown): readonly unknown[] {
  const records: unknown = Array.isArray(body) ? body : (body as { records?: unknown } | null)?.records;
  if (Array.isArray(records)) return records as unknown[];
  throw new RequestError(400, 'records-missing', 'The body must be a list of records, or an object with a list called “records”.', {
    remedy: 'Send, for example, [{"field": value}].',
  });
}

/** One answer a record, as JSON. */
export function answersOf(signature: ModelSignature, found: Predictions): unknown[] {
  const classes = signature.classes ?? [];
  return Array.from({ length: found.rows }, (_, row) => {
    // JSON has no NaN: a prediction that is no number is null.
    if (signature.task === 'regression') return { prediction: finite(found.prediction?.[row]) };
    const probabilities = Object.fromEntries(classes.map((cls, index) => [cls, finite(found.probabilities?.[row * classes.length + index])]));
    return { prediction: classValue(signature.target, classes[found.label?.[row] ?? -1]), probabilities };
  });
}

const finite = (value: number | undefined): number | null => (value !== undefined && Number.isFinite(value) ? value : null);

/** Class labels are text in the signature; a client gets the target's own type. */
export function classValue(target: Column, label: string | undefined): string | number | boolean | null {
  if (label === undefined) return null;
  if (target.type === 'boolean') return label === 'true';
  if (target.type === 'integer' || target.type === 'float') return Number.isNaN(Number(label)) ? label : Number(label);
  return label;
}

// ── Open Inference Protocol v2 ───────────────────────────────────────────────────────────────────────────────────────

interface InferTensor {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly data: readonly unknown[];
}

const numberTypes = new Set(['FP64', 'FP32', 'FP16', 'INT64', 'INT32', 'INT16', 'INT8', 'UINT64', 'UINT32', 'UINT16', 'UINT8', 'BOOL']);

/** Dates go as ISO text, as in JSON records. */
const datatypeOf = (column: Column): string => (column.type === 'string' || isDated(column) ? 'BYTES' : column.type === 'boolean' ? 'BOOL' : column.type === 'integer' ? 'INT64' : 'FP64');

/** What a model takes and gives. `versions`: those that can be asked, as text. */
export function modelMetadata(model: Pick<ServedModel, 'name' | 'signature'>, versions: readonly string[] = ['1']): unknown {
  const { signature, name } = model;
  const outputs =
    signature.task === 'regression'
      ? [{ name: 'prediction', datatype: 'FP32', shape: [-1, 1] }]
      : [
          { name: 'label', datatype: 'INT64', shape: [-1] },
          { name: 'probabilities', datatype: 'FP32', shape: [-1, signature.classes?.length ?? 0] },
          { name: 'class', datatype: 'BYTES', shape: [-1] },
        ];
  return {
    name,
    versions,
    platform: 'onnxruntime_onnx',
    inputs: signature.inputs.map((column) => ({ name: column.name, datatype: datatypeOf(column), shape: [-1, 1] })),
    outputs,
  };
}

/** `POST /v2/models/NAME/infer`. Null in `data` is a missing value. */
export async function infer(model: ServedModel, body: unknown): Promise<unknown> {
  const request = inferRequest(model.signature, body);
  return inferResponse(model, request, await model.predict(request.columns, request.rows));
}

/** An inference request, checked against the model's columns. */
export interface InferRequest {
  readonly id: string | null;
  readonly columns: Readonly<Record<string, readonly RawValue[]>>;
  readonly rows: number;
  /** Outputs that are wanted, unchecked. */
  readonly outputs: unknown;
}

/** @throws RequestError naming the input and what was expected. */
export function inferRequest(signature: ModelSignature, body: unknown): InferRequest {
  const request = body as { id?: unknown; inputs?: unknown; outputs?: unknown } | null;
  if (!Array.isArray(request?.inputs)) throw new RequestError(400, 'inputs-missing', 'The body must be an object with a list called “inputs”.');
  const columns: Record<string, RawValue[]> = Object.create(null) as Record<string, RawValue[]>;
  let rows: number | null = null;
  for (const [index, given] of (request.inputs as unknown[]).entries()) {
    const tensor = tensorOf(given, index);
    const column = signature.inputs.find((input) => input.name === tensor.name);
    if (column === undefined) {
      const known = signature.inputs.map((input) => input.name).join(', ');
      throw new RequestError(400, 'unknown-input', `The model has no input “${tensor.name}”.`, { field: tensor.name, remedy: `Inputs of this model: ${known}.` });
    }
    if (columns[tensor.name] !== undefined) throw new RequestError(400, 'duplicate-input', `The input “${tensor.name}” is given twice.`, { field: tensor.name });
    columns[tensor.name] = valuesOf(tensor, column);
    const count = tensor.shape[0] ?? 0;
    if (rows !== null && rows !== count) {
      throw new RequestError(400, 'wrong-shape', `The input “${tensor.name}” has ${count} rows, but the inputs before it have ${rows}.`, { field: tensor.name });
    }
    rows = count;
  }
  const missing = signature.inputs.find((column) => columns[column.name] === undefined);
  if (missing !== undefined) {
    throw new RequestError(400, 'input-missing', `The input “${missing.name}” is missing.`, { field: missing.name, remedy: 'Give every input; null stands for a missing value.' });
  }
  return { id: typeof request.id === 'string' ? request.id : null, columns, rows: rows ?? 0, outputs: request.outputs };
}

export interface InferResponse {
  readonly model_name: string;
  readonly model_version: string;
  readonly id?: string;
  readonly outputs: readonly OutputTensor[];
}

/** @throws RequestError `unknown-output` for one that the model does not have. */
export function inferResponse(model: Pick<ServedModel, 'name' | 'signature'>, request: Pick<InferRequest, 'id' | 'outputs'>, found: Predictions, version = '1'): InferResponse {
  return {
    model_name: model.name,
    model_version: version,
    ...(request.id === null ? {} : { id: request.id }),
    outputs: chosen(outputTensors(model.signature, found), request.outputs),
  };
}

function tensorOf(given: unknown, index: number): InferTensor {
  const fail = (what: string): RequestError => new RequestError(400, 'wrong-input', `Input ${index + 1} of the request ${what}.`);
  if (given === null || typeof given !== 'object') throw fail('is not an object');
  const { name, datatype, shape, data } = given as Record<string, unknown>;
  if (typeof name !== 'string') throw fail('has no “name”');
  if (typeof datatype !== 'string') throw fail(`(“${name}”) has no “datatype”`);
  if (!Array.isArray(shape) || !shape.every((size) => Number.isInteger(size) && size >= 0)) throw fail(`(“${name}”) has no “shape” of whole numbers`);
  if (!Array.isArray(data)) throw fail(`(“${name}”) has no list “data”`);
  return { name, datatype, shape: shape as number[], data: data.flat(Infinity) as unknown[] };
}

function valuesOf(tensor: InferTensor, column: Column): RawValue[] {
  const field = tensor.name;
  const size = tensor.shape.reduce((product, dimension) => product * dimension, 1);
  const isColumn = tensor.shape.length === 1 || (tensor.shape.length === 2 && tensor.shape[1] === 1);
  if (!isColumn) throw new RequestError(400, 'wrong-shape', `The input “${field}” must have the shape [rows, 1], but has [${tensor.shape.join(', ')}].`, { field });
  if (size !== tensor.data.length) throw new RequestError(400, 'wrong-shape', `The input “${field}” has ${tensor.data.length} values for the shape [${tensor.shape.join(', ')}].`, { field });
  const isText = datatypeOf(column) === 'BYTES';
  if (isText ? tensor.datatype !== 'BYTES' : !numberTypes.has(tensor.datatype)) {
    throw new RequestError(400, 'wrong-type', `The input “${field}” must have the datatype ${datatypeOf(column)}, but has ${tensor.datatype}.`, { field });
  }
  return tensor.data.map((value, row) => {
    if (value === null) return null;
    if (isDated(column) && value !== '' && datedNumber(column.type, String(value)) === null) {
      throw new RequestError(400, 'wrong-type', `The input “${field}” must hold ${inputWords(column)} or null, but value ${row + 1} is ${JSON.stringify(value).slice(0, 60)}.`, { field });
    }
    if (isText ? typeof value === 'string' : typeof value === 'number' || typeof value === 'boolean') return value as RawValue;
    throw new RequestError(400, 'wrong-type', `The input “${field}” must hold ${isText ? 'text' : 'numbers'} or null, but value ${row + 1} is ${JSON.stringify(value).slice(0, 60)}.`, { field });
  });
}

export interface OutputTensor {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly data: readonly unknown[];
}

function outputTensors(signature: ModelSignature, found: Predictions): OutputTensor[] {
  const { rows } = found;
  if (signature.task === 'regression') {
    return [{ name: 'prediction', datatype: 'FP32', shape: [rows, 1], data: Array.from(found.prediction ?? [], finite) }];
  }
  const classes = signature.classes ?? [];
  const label = Array.from(found.label ?? []);
  return [
    { name: 'label', datatype: 'INT64', shape: [rows], data: label },
    { name: 'probabilities', datatype: 'FP32', shape: [rows, classes.length], data: Array.from(found.probabilities ?? [], finite) },
    { name: 'class', datatype: 'BYTES', shape: [rows], data: label.map((index) => classes[index] ?? null) },
  ];
}

function chosen(outputs: readonly OutputTensor[], wanted: unknown): readonly OutputTensor[] {
  if (wanted === undefined || (Array.isArray(wanted) && wanted.length === 0)) return outputs;
  if (!Array.isArray(wanted)) throw new RequestError(400, 'wrong-outputs', '“outputs” must be a list of objects with a “name”.');
  return wanted.map((item: unknown) => {
    const name = (item as { name?: unknown } | null)?.name;
    const output = outputs.find((one) => one.name === name);
    if (output !== undefined) return output;
    throw new RequestError(400, 'unknown-output', `The model has no output “${String(name)}”.`, { remedy: `Outputs of this model: ${outputs.map((one) => one.name).join(', ')}.` });
  });
}
