import { PenstockError } from '#app/core/errors.ts';
import type { OnnxFragment, OnnxValueInfo } from '#app/relation/emitters/onnx/graph.ts';
import { runTask } from '../worker/run-task.ts';
import type { TaskAnswer } from '../worker/tasks.ts';
import { attachHead } from './heads.ts';
import { findAlgorithm } from './registry.ts';
import type { TrainDetails, TrainHooks, TrainInput, TrainMessage, TrainPayload, TrainedLearner } from './types.ts';

/** @throws PenstockError `training-data`: what a learner cannot be fitted on, named by row and column. */
function checkInput({ task, matrix, rows, features, target, classes, weights }: TrainInput): void {
  const wrong = (message: string, remedy: string, column?: string): PenstockError =>
    new PenstockError('training-data', message, { remedy, ...(column === undefined ? {} : { place: { column } }) });
  if (rows === 0) throw wrong('There are no rows to train on.', 'Check the filters and joins before this node; rows without a target are left out.');
  if (features.length === 0) throw wrong('There are no features to train on.', 'Select at least one column besides the target.');
  if (matrix.length !== rows * features.length || target.length !== rows || (weights !== undefined && weights.length !== rows)) {
    throw wrong(`The training data do not fit together: ${rows} rows, ${matrix.length} values, ${target.length} targets.`, 'Please report this with the pipeline.');
  }
  for (let i = 0; i < matrix.length; i++) {
    if (Number.isFinite(matrix[i])) continue;
    const feature = features[i % features.length] ?? '';
    const row = Math.floor(i / features.length) + 1;
    throw wrong(
      `The feature '${feature}' is ${Number.isNaN(matrix[i]) ? 'missing' : 'infinite'} in row ${row} of the training data.`,
      'Fill missing values with Preprocess (impute), or filter such rows out.',
      feature,
    );
  }
  let weight = 0;
  for (let row = 0; row < rows; row++) {
    const value = target[row] as number;
    if (!Number.isFinite(value)) throw wrong(`The target is missing or infinite in row ${row + 1} of the training data.`, 'Filter such rows out.');
    if (task === 'classification' && (!Number.isInteger(value) || value < 0 || value >= classes)) {
      throw wrong(`The class ${value} in row ${row + 1} is not one of ${classes}.`, 'Please report this with the pipeline.');
    }
    const w = weights === undefined ? 1 : (weights[row] as number);
    if (!(w >= 0) || w === Number.POSITIVE_INFINITY) throw wrong(`The weight in row ${row + 1} is not a number ≥ 0.`, 'Correct or filter such rows.');
    weight += w;
  }
  if (weight === 0) throw wrong('All weights are zero.', 'Choose another weight column, or none.');
}

/** Worker side of `trainLearner`. */
export async function trainInWorker({ algorithm, params, seed, ...input }: TrainPayload, hooks: TrainHooks): Promise<TaskAnswer<TrainedLearner>> {
  const found = findAlgorithm(algorithm, input.task);
  hooks.check();
  checkInput(input);
  return { result: await found.train(input, params, seed, hooks) };
}

export interface FittedLearner {
  /** The fitted end of a model: reads the tensor `features`, float [rows, features]; `outputs` as ModelSignature says. */
  head(features: string): OnnxFragment & { readonly outputs: readonly OnnxValueInfo[] };
  readonly metrics: Readonly<Record<string, number>>;
  readonly details: TrainDetails;
}

export interface TrainServices {
  /** 32-bit unsigned. */
  readonly seed: number;
  readonly signal?: AbortSignal;
  readonly progress?: (fraction: number | null, message?: string) => void;
  /** Points of live curves. */
  readonly metric?: (name: string, value: number, step: number) => void;
}

/** The array as it can be handed to another thread: its own buffer, or a copy where it is a part of a larger one. */
function handOver<T extends Float32Array | Float64Array>(array: T, transfer: ArrayBuffer[]): T {
  if (array.buffer instanceof SharedArrayBuffer) return array;
  const own = array.byteOffset === 0 && array.byteLength === array.buffer.byteLength ? array : (array.slice() as T);
  transfer.push(own.buffer as ArrayBuffer);
  return own;
}

/**
 * Trains in a worker and gives what it found, the head as data. The input's arrays are handed over, not copied: the caller's become empty (length 0), except where
 * they lie on a SharedArrayBuffer. `matrix` must have no NaN.
 * @throws PenstockError `training-data` (with column), `params-invalid`, `one-class`, `diverged`, `task-unsupported`…; CancelledError.
 */
export async function train(algorithm: string, params: Readonly<Record<string, unknown>>, input: TrainInput, services: TrainServices): Promise<TrainedLearner> {
  findAlgorithm(algorithm, input.task);
  const transfer: ArrayBuffer[] = [];
  const payload: TrainPayload = {
    ...input,
    matrix: handOver(input.matrix, transfer),
    target: handOver(input.target, transfer),
    ...(input.weights === undefined ? {} : { weights: handOver(input.weights, transfer) }),
    algorithm,
    params,
    seed: services.seed,
  };
  const { metric, progress, signal } = services;
  return runTask('train', payload, {
    transfer,
    ...(signal === undefined ? {} : { signal }),
    ...(progress === undefined ? {} : { onProgress: progress }),
    ...(metric === undefined ? {} : { onMessage: ({ name, value, step }: TrainMessage) => metric(name, value, step) }),
  });
}

/** As `train`, with the head as a function that places it in a graph. @throws as `train`. */
export async function trainLearner(algorithm: string, params: Readonly<Record<string, unknown>>, input: TrainInput, services: TrainServices): Promise<FittedLearner> {
  const trained = await train(algorithm, params, input, services);
  return { head: (features) => attachHead(trained.head, features), metrics: trained.metrics, details: trained.details };
}
