import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { isMainThread, workerData } from 'node:worker_threads';
import './telemetry.ts';
import type * as Ort from 'onnxruntime-node';
import { CancelledError } from '#app/core/errors.ts';
import { foreignVariable } from '../foreign/foreign-variable.ts';
import type { WorkerStart } from './messages.ts';
import { NativeGate } from './native-gate.ts';

/**
 * The only place that loads onnxruntime-node; but for the model server only ever in a worker: `run` blocks its thread.
 * Loaded on first use, so that tasks without it (linear models) do not wait for a 45 MB library.
 */
let loaded: typeof Ort | null = null;

function load(): typeof Ort {
  loaded ??= createRequire(import.meta.url)('onnxruntime-node') as typeof Ort;
  return loaded;
}

function ort(): typeof Ort {
  if (isMainThread && process.env[foreignVariable] === undefined) throw new Error('onnxruntime is only used in workers: call runTask or createRunner');
  // Its binding aborts the process also where its thread is torn down while it is loaded.
  return loaded ?? gated(load);
}

/**
 * For the model server's own process, whose main thread does nothing else: a small model answers in microseconds there, and the way to a
 * worker and back takes ten times that (docs/decisions/model-server-scores-where-it-is-quickest.md).
 */
export function servingRuntime(): typeof Ort {
  return load();
}

const gate = new NativeGate((workerData as WorkerStart | null)?.gate);

function gated<T>(work: () => T): T {
  if (!gate.enter()) throw new CancelledError();
  try {
    return work();
  } finally {
    gate.leave();
  }
}

async function inNative<T>(work: () => Promise<T>): Promise<T> {
  if (!gate.enter()) throw new CancelledError();
  try {
    return await work();
  } finally {
    gate.leave();
  }
}

/**
 * The one thread policy. Training has the machine to itself, up to the point where small matrices stop gaining; scoring is often many short
 * calls of several models at once, so it gets a second thread, which large batches of trees use, and no more. Threads do not spin while
 * they wait: DuckDB and the other workers need the cores.
 */
const threads = { training: Math.max(1, Math.min(8, availableParallelism())), scoring: Math.min(2, availableParallelism()) } as const;

export type SessionPurpose = keyof typeof threads;

export interface NativeSession {
  readonly inputs: readonly Ort.InferenceSession.ValueMetadata[];
  readonly outputs: readonly Ort.InferenceSession.ValueMetadata[];
  /** `outputs`: names wanted, or tensors by name to write into (null: a new one); all where absent. */
  run(feeds: Record<string, Ort.Tensor>, outputs?: readonly string[] | Record<string, Ort.Tensor | null>): Promise<Record<string, Ort.Tensor>>;
  release(): Promise<void>;
}

export type Tensor = Ort.Tensor;

export function tensor(type: Ort.Tensor.Type, data: Ort.Tensor.DataType | readonly boolean[], dims: readonly number[]): Tensor {
  return new (ort().Tensor)(type, data as Ort.Tensor.DataType, dims);
}

/**
 * Loads a model on the CPU provider, or on another one that was probed before (what it lacks runs on the CPU).
 * @throws Error with onnxruntime's message.
 */
export async function openNativeSession(model: Uint8Array | string, purpose: SessionPurpose, provider = 'cpu'): Promise<NativeSession> {
  const options: Ort.InferenceSession.SessionOptions = {
    executionProviders: provider === 'cpu' ? ['cpu'] : [provider, 'cpu'],
    intraOpNumThreads: threads[purpose],
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    extra: { session: { intra_op: { allow_spinning: '0' } } },
    logSeverityLevel: 3,
  };
  const { InferenceSession } = ort();
  const session = await inNative(() =>
    typeof model === 'string' ? InferenceSession.create(model, options) : InferenceSession.create(model, options),
  );
  return {
    inputs: session.inputMetadata,
    outputs: session.outputMetadata,
    run: (feeds, outputs) =>
      inNative(async () => (await (outputs === undefined ? session.run(feeds) : session.run(feeds, outputs))) as Record<string, Tensor>),
    release: () => inNative(() => session.release()),
  };
}

/** Runs a model of one square matrix on one execution provider. For the probe process only: a provider may crash natively. */
export async function runOnProvider(provider: string, model: Uint8Array, square: Float32Array): Promise<Float32Array> {
  const { InferenceSession, Tensor } = load();
  const session = await InferenceSession.create(model, { executionProviders: [provider], logSeverityLevel: 4 });
  const size = Math.sqrt(square.length);
  const x = new Tensor('float32', square, [size, size]);
  const { y } = (await session.run({ x })) as Record<string, Tensor | undefined>;
  return Float32Array.from((y?.data ?? []) as Float32Array);
}
