import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import * as ort from 'onnxruntime-web/wasm';
import { PenstockError } from '#app/core/errors.ts';
import type { Column } from '#app/relation/types.ts';
import { datedNumber, isDated } from '#app/sdk/model-input.ts';
import { inputTensorName, type ModelSignature } from '#app/sdk/ports.ts';
import type { BundleSignature, Golden } from './bundle-files.ts';

export type RawValue = null | undefined | boolean | number | string;
export type RawColumns = Readonly<Record<string, ArrayLike<RawValue>>>;

export interface Predictions {
  readonly rows: number;
  /** Index into the signature's classes. */
  readonly label?: Int32Array;
  /** [rows × classes] */
  readonly probabilities?: Float32Array;
  readonly prediction?: Float32Array;
}

export interface ServedModel {
  readonly name: string;
  readonly signature: ModelSignature;
  /** Columns as `recordsToColumns` gives them: missing is null. */
  predict(columns: RawColumns, rows: number): Promise<Predictions>;
}

/** Rows scored at once: bounds memory for large requests. */
const batch = 4096;

/** Loads model.onnx of a bundle folder; the WebAssembly runtime lies beside the server. */
export async function loadModel(folder: string, runtimeFolder: string, { name, signature }: BundleSignature): Promise<ServedModel> {
  // One thread: requests are small, and worker threads of the runtime would need cross-origin isolation rules nobody set.
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmBinary = readFileSync(path.join(runtimeFolder, 'ort-wasm-simd-threaded.wasm'));
  ort.env.wasm.wasmPaths = { mjs: pathToFileURL(path.join(runtimeFolder, 'ort-wasm-simd-threaded.mjs')).href };
  ort.env.logLevel = 'error';
  let session: ort.InferenceSession;
  try {
    session = await ort.InferenceSession.create(readFileSync(path.join(folder, 'model.onnx')), { executionProviders: ['wasm'] });
  } catch (error) {
    throw new PenstockError('model-unreadable', `model.onnx cannot be loaded: ${firstLine(error)}`, { remedy: 'Write the bundle again.', cause: error });
  }
  // The runtime handles one call at a time.
  let queue: Promise<unknown> = Promise.resolve();
  return {
    name,
    signature,
    predict(columns, rows) {
      const mine = queue.then(() => score(session, signature, columns, rows));
      queue = mine.catch(() => undefined);
      return mine;
    },
  };
}

async function score(session: ort.InferenceSession, signature: ModelSignature, columns: RawColumns, rows: number): Promise<Predictions> {
  const width = signature.classes?.length ?? 0;
  const isClassifier = signature.task === 'classification';
  const label = new Int32Array(isClassifier ? rows : 0);
  const probabilities = new Float32Array(isClassifier ? rows * width : 0);
  const prediction = new Float32Array(isClassifier ? 0 : rows);
  for (let from = 0; from < rows; from += batch) {
    const to = Math.min(rows, from + batch);
    const feeds: Record<string, ort.Tensor> = {};
    for (const column of signature.inputs) feeds[inputTensorName(column.name)] = tensorOf(column, columns[column.name] ?? [], from, to);
    const outputs = await session.run(feeds);
    if (isClassifier) {
      label.set(Array.from(outputs['label']?.data as ArrayLike<bigint | number>, Number), from);
      probabilities.set(outputs['probabilities']?.data as Float32Array, from * width);
    } else prediction.set(outputs['prediction']?.data as Float32Array, from);
  }
  return isClassifier ? { rows, label, probabilities } : { rows, prediction };
}

function tensorOf(column: Column, values: ArrayLike<RawValue>, from: number, to: number): ort.Tensor {
  const dims = [to - from, 1];
  if (column.type === 'string') return new ort.Tensor('string', Array.from({ length: to - from }, (_, row) => String(values[from + row] ?? '')), dims);
  const numbers = new Float64Array(to - from);
  for (let row = from; row < to; row++) {
    const value = values[row];
    numbers[row - from] = numberOf(column, value);
  }
  return new ort.Tensor('float64', numbers, dims);
}

/** Missing values are NaN; text, which only dates are given as, is checked before it comes here. */
function numberOf(column: Column, value: RawValue): number {
  if (value === null || value === undefined) return Number.NaN;
  return typeof value === 'string' && isDated(column) ? (datedNumber(column.type, value) ?? Number.NaN) : Number(value);
}

/**
 * Runs the golden rows. Tolerance as at export: 1e-5 of max(|expected|, floor), widened tenfold because the WebAssembly kernels sum in another order.
 * @throws PenstockError `parity` naming row and values.
 */
export async function checkGolden(model: ServedModel, golden: Golden, tolerance = 1e-4): Promise<void> {
  const found = await model.predict(golden.inputs, golden.rows);
  const { probabilities, prediction } = golden.outputs;
  const scale = (prediction ?? []).reduce((most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most), 1e-30);
  const check = (row: number, what: string, value: number | undefined, expected: number, floor: number): void => {
    if (Object.is(value, expected)) return;
    const difference = Math.abs((value ?? Number.NaN) - expected) / Math.max(Math.abs(expected), floor);
    if (difference <= tolerance) return;
    throw new PenstockError('parity', `In golden row ${row + 1} the ${what} is ${value ?? 'missing'} where ${expected} is expected.`, {
      remedy: 'Do not deploy this bundle; write it again, and report it if it happens again.',
      place: { line: row + 1 },
    });
  };
  prediction?.forEach((expected, row) => check(row, 'prediction', found.prediction?.[row], expected, scale / 10));
  probabilities?.forEach((expected, row) =>
    expected.forEach((value, index) => check(row, `probability of “${model.signature.classes?.[index] ?? index}”`, found.probabilities?.[row * expected.length + index], value, 0.1)),
  );
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n')[0] ?? '';
}
