import type { OnnxFragment, OnnxValueInfo } from '#app/relation/emitters/onnx/graph.ts';
import { runTask } from '../worker/run-task.ts';
import type { TaskAnswer, TaskHooks } from '../worker/tasks.ts';
import type { CheckpointServices } from '#app/sdk/node.ts';
import { checkMatrix, checkTargets } from './check-input.ts';
import { aboutTraining, createCheckpoint, keepStates } from './checkpoint.ts';
import { attachHead } from './heads.ts';
import { findAlgorithm } from './registry.ts';
import type { CheckpointMessage, TrainDetails, TrainHooks, TrainInput, TrainMessage, TrainPayload, TrainedLearner } from './types.ts';

/** Worker side of `trainLearner`. */
export async function trainInWorker(payload: TrainPayload, hooks: TaskHooks<TrainMessage | CheckpointMessage>): Promise<TaskAnswer<TrainedLearner>> {
  const { algorithm, params, seed, checkpoint, ...input } = payload;
  const found = findAlgorithm(algorithm, input.task);
  hooks.check();
  checkTargets(input);
  if (found.checksMatrix !== true) checkMatrix(input, found.takesMissing === true);
  const resumable: TrainHooks = checkpoint === undefined ? hooks : { ...hooks, checkpoint: createCheckpoint(checkpoint, () => aboutTraining(payload), (bytes) => hooks.send({ checkpoint: bytes })) };
  const result = await found.train(input, params, seed, resumable);
  return { result, transfer: buffersOf(result.head) };
}

/** What need not be copied on its way to another thread: the numbers of trees, which for large forests are gigabytes. */
function buffersOf({ nodes }: OnnxFragment): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const { attributes = {} } of nodes) {
    for (const attribute of Object.values(attributes)) {
      const numbers = attribute.kind === 'strings' && 'words' in attribute.value ? attribute.value.codes : attribute.value;
      if (ArrayBuffer.isView(numbers) && numbers.buffer instanceof ArrayBuffer && numbers.byteLength === numbers.buffer.byteLength) buffers.add(numbers.buffer);
    }
  }
  return [...buffers];
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
  /** Where states are kept, for learners that can go on from them. */
  readonly checkpoint?: CheckpointServices;
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
  const states = await keepStates(services.checkpoint);
  const transfer: ArrayBuffer[] = [];
  const payload: TrainPayload = {
    ...input,
    matrix: handOver(input.matrix, transfer),
    target: handOver(input.target, transfer),
    ...(input.weights === undefined ? {} : { weights: handOver(input.weights, transfer) }),
    algorithm,
    params,
    seed: services.seed,
    ...states.payload,
  };
  const { metric, progress, signal } = services;
  const onMessage = (message: TrainMessage | CheckpointMessage): void => ('name' in message ? metric?.(message.name, message.value, message.step) : states.keep(message.checkpoint));
  return runTask('train', payload, {
    transfer,
    ...(signal === undefined ? {} : { signal }),
    ...(progress === undefined ? {} : { onProgress: progress }),
    onMessage,
  }).finally(states.settled);
}

/** As `train`, with the head as a function that places it in a graph. @throws as `train`. */
export async function trainLearner(algorithm: string, params: Readonly<Record<string, unknown>>, input: TrainInput, services: TrainServices): Promise<FittedLearner> {
  const trained = await train(algorithm, params, input, services);
  return { head: (features) => attachHead(trained.head, features), metrics: trained.metrics, details: trained.details };
}
