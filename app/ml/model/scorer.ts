import { PenstockError } from '#app/core/errors.ts';
import type { ModelSignature } from '#app/sdk/ports.ts';
import { readProjectFile } from '#app/sealing/files.ts';
import { vaultOf } from '#app/sealing/vault.ts';
import { createRunner, type Runner } from '../onnx/runner.ts';
import type { TensorValues } from '../onnx/session-types.ts';
import { toFeeds, type RawColumns } from './raw-columns.ts';

/** Rows scored at once: large enough for the kernels, small enough to cancel and to hold as text. */
const BATCH = 16_384;
/** Digits of image inputs at once: the model file cuts them into pieces of two, each a string of its own. */
const IMAGE_DIGITS = 2_000_000;

function batchRows({ images = [] }: ModelSignature): number {
  const digits = images.reduce((sum, { width, height }) => sum + 4 * width * height, 0);
  return digits === 0 ? BATCH : Math.max(1, Math.min(BATCH, Math.floor(IMAGE_DIGITS / digits)));
}

/** One prediction a row. Classification: `label` (index into classes) and `probabilities` [rows × classes]; regression: `prediction`. */
export interface Predictions {
  readonly rows: number;
  readonly label?: Int32Array;
  readonly probabilities?: Float32Array;
  readonly prediction?: Float32Array;
}

export interface ScoreOptions {
  readonly signal?: AbortSignal;
  /** 0…1 of the rows given. */
  progress?(fraction: number): void;
}

/** A loaded model; runs in a worker. */
export interface Scorer {
  readonly signature: ModelSignature;
  /** @throws PenstockError `missing-column`, `wrong-type`, `scoring-failed`; CancelledError. */
  score(columns: RawColumns, rows: number, options?: ScoreOptions): Promise<Predictions>;
  close(): Promise<void>;
}

/** @param model the file's absolute path or its bytes. @throws PenstockError `model-unreadable`. */
export async function openScorer(model: string | Uint8Array, signature: ModelSignature, options: { signal?: AbortSignal; /** How the model is loaded. */ open?: (model: string | Uint8Array, options: { signal?: AbortSignal }) => Promise<Runner> } = {}): Promise<Scorer> {
  const { open = createRunner, ...own } = options;
  const runner = await open(typeof model === 'string' && vaultOf(model) !== null ? await readProjectFile(model) : model, own);
  return {
    signature,
    close: () => runner.close(),
    async score(columns, rows, { signal, progress } = {}) {
      const collect = collector(signature, rows);
      const batch = batchRows(signature);
      for (let from = 0; from < rows; from += batch) {
        const to = Math.min(rows, from + batch);
        const feeds = toFeeds(signature.inputs, columns, from, to);
        collect.add(await runner.run(feeds, signal === undefined ? {} : { signal }), from);
        progress?.(to / rows);
      }
      return collect.predictions;
    },
  };
}

/** Output tensors of batches put together. */
export function collector(signature: Pick<ModelSignature, 'task' | 'classes'>, rows: number): { add(outputs: Readonly<Record<string, TensorValues>>, at: number): void; predictions: Predictions } {
  if (signature.task === 'regression') {
    const prediction = new Float32Array(rows);
    return {
      predictions: { rows, prediction },
      add(outputs, at) {
        prediction.set(floats(outputs, 'prediction'), at);
      },
    };
  }
  const width = signature.classes?.length ?? 0;
  const label = new Int32Array(rows);
  const probabilities = new Float32Array(rows * width);
  return {
    predictions: { rows, label, probabilities },
    add(outputs, at) {
      const labels = outputs['label']?.data;
      if (!(labels instanceof BigInt64Array)) throw wrongOutput('label');
      for (let row = 0; row < labels.length; row += 1) label[at + row] = Number(labels[row]);
      probabilities.set(floats(outputs, 'probabilities'), at * width);
    },
  };
}

function floats(outputs: Readonly<Record<string, TensorValues>>, name: string): Float32Array {
  const data = outputs[name]?.data;
  if (!(data instanceof Float32Array)) throw wrongOutput(name);
  return data;
}

function wrongOutput(name: string): PenstockError {
  return new PenstockError('model-output', `The model does not give the output “${name}” that its signature promises.`, {
    remedy: 'Train the model again.',
  });
}
