import { PenstockError, type Place } from '#app/core/errors.ts';

/** What goes to a worker: one call. Calls of one worker run one after another. */
export interface CallMessage {
  readonly id: number;
  readonly task: string;
  readonly payload: unknown;
  /** Of fields of the payload that lie in a memory for kernels. */
  readonly memories: Readonly<Record<string, WebAssembly.Memory>>;
  /** One Int32: 1 once the caller has cancelled. Shared, so that a busy worker sees it without returning to its event loop. */
  readonly cancel: SharedArrayBuffer;
}

/** An error as plain data; classes do not survive the way between threads. */
export interface ErrorRecord {
  readonly code: string;
  readonly message: string;
  readonly remedy?: string;
  readonly place?: Place;
}

/** What comes back. `progress` and `message` any number of times, then one `result` or `error`. */
export type ReplyMessage =
  | { readonly id: number; readonly kind: 'progress'; readonly fraction: number | null; readonly message?: string }
  | { readonly id: number; readonly kind: 'message'; readonly message: unknown }
  | { readonly id: number; readonly kind: 'result'; readonly result: unknown }
  | { readonly id: number; readonly kind: 'error'; readonly error: ErrorRecord };

export interface WorkerStart {
  /** See `NativeGate`. */
  readonly gate: SharedArrayBuffer;
}

export function toErrorRecord(error: unknown): ErrorRecord {
  if (error instanceof PenstockError) {
    return {
      code: error.code,
      message: error.message,
      ...(error.remedy === undefined ? {} : { remedy: error.remedy }),
      ...(error.place === undefined ? {} : { place: error.place }),
    };
  }
  const text = error instanceof Error ? error.message : String(error);
  if (error instanceof RangeError && /array buffer allocation|invalid (typed )?array length/i.test(text)) return outOfMemory;
  return { code: 'unexpected', message: text.split('\n')[0] ?? text };
}

export const outOfMemory: ErrorRecord = {
  code: 'out-of-memory',
  message: 'There is not enough memory for this step.',
  remedy: 'Use fewer rows or columns (Sample, Select Columns), or close other programs.',
};

export function fromErrorRecord(record: ErrorRecord): PenstockError {
  return new PenstockError(record.code, record.message, {
    ...(record.remedy === undefined ? {} : { remedy: record.remedy }),
    ...(record.place === undefined ? {} : { place: record.place }),
  });
}
