import type { OnnxGraph } from '#app/relation/emitters/onnx/graph.ts';
import { CancelledError, PenstockError } from '#app/core/errors.ts';
import { createForeignRunner } from '../foreign/foreign-runner.ts';
import { isForeign } from '../foreign/is-foreign.ts';
import { leaseWorker, releaseWorker } from '../worker/run-task.ts';
import type { PackedTexts, TensorData, TensorInfo, TensorValues } from './session-types.ts';

/** A column (its shape is then [values, 1]) or a tensor with its shape. */
export type Feed = TensorData | TensorValues;

export interface Runner {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /**
   * Runs the model once. Feeds by input name; they are copied to the worker, so large tables are best given in chunks of some
   * ten thousand rows. Runs of one runner queue up. `outputs`: names wanted; all where absent.
   * @throws PenstockError `feed-missing`, `feed-invalid`, `scoring-failed`; CancelledError.
   */
  run(
    feeds: Readonly<Record<string, Feed>>,
    options?: { readonly outputs?: readonly string[]; readonly signal?: AbortSignal },
  ): Promise<Readonly<Record<string, TensorValues>>>;
  /** Unloads the model. Call it once; runs still queued fail with `model-closed`. */
  close(): Promise<void>;
}

const isGraph = (model: Uint8Array | string | OnnxGraph): model is OnnxGraph => typeof model !== 'string' && !(model instanceof Uint8Array);

function toValues(feed: Feed): TensorValues {
  return 'dims' in feed ? feed : { dims: [feed.length, 1], data: feed };
}

/** Texts from which on it pays to send each different one once, and how many of those there may be. */
const manyTexts = 256;
const mostWords = 4096;

function packed(values: TensorValues): TensorValues | PackedTexts {
  const { data, dims } = values;
  if (ArrayBuffer.isView(data) || data.length < manyTexts) return values;
  const places = new Map<string, number>();
  const codes = new Uint16Array(data.length);
  for (let i = 0; i < data.length; i += 1) {
    const word = data[i] as string;
    let place = places.get(word);
    if (place === undefined) {
      place = places.size;
      // Mostly different ones: as they are.
      if (place >= mostWords || place > 64 + i / 4) return values;
      places.set(word, place);
    }
    codes[i] = place;
  }
  return { dims, words: [...places.keys()], codes };
}

/**
 * Loads a model into a worker thread for scoring. `model`: the file's bytes, its absolute path, or a graph that the worker writes. One that was
 * imported from elsewhere goes into a process of its own instead (foreign/foreign-runner.ts).
 * @throws PenstockError `model-unreadable`; CancelledError.
 */
export async function createRunner(model: Uint8Array | string | OnnxGraph, options: { readonly signal?: AbortSignal } = {}): Promise<Runner> {
  if (!isGraph(model) && (await isForeign(model))) return createForeignRunner(model, options);
  let worker = leaseWorker();
  const open = async (signal?: AbortSignal) => {
    try {
      return await worker.call('session-open', { model }, signal === undefined ? {} : { signal });
    } catch (error) {
      releaseWorker(worker);
      throw error;
    }
  };
  let session = await open(options.signal);
  let closed = false;
  let reopening: Promise<void> | null = null;

  // A cancelled run that did not come back in time took its worker with it; the next one loads the model again.
  const ready = async (): Promise<void> => {
    if (worker.usable) return;
    reopening ??= (async () => {
      worker = leaseWorker();
      session = await open();
    })().finally(() => {
      reopening = null;
    });
    await reopening;
  };

  return {
    inputs: session.inputs,
    outputs: session.outputs,
    async run(feeds, { outputs, signal } = {}) {
      if (signal?.aborted) throw new CancelledError();
      if (closed) throw new PenstockError('model-closed', 'The model was closed while it was being used.', { remedy: 'Run again.' });
      await ready();
      const values = Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [name, packed(toValues(feed))]));
      return worker.call(
        'session-run',
        { session: session.session, feeds: values, ...(outputs === undefined ? {} : { outputs }) },
        signal === undefined ? {} : { signal },
      );
    },
    async close() {
      if (closed) return;
      closed = true;
      if (!worker.usable) return;
      await worker.call('session-close', { session: session.session });
      releaseWorker(worker);
    },
  };
}
