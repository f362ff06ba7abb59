import './telemetry.ts';
import { Worker } from 'node:worker_threads';
import { CancelledError, PenstockError } from '#app/core/errors.ts';
import { memoriesOf } from '#app/core/shared-table.ts';
import { type CallMessage, type ReplyMessage, type WorkerStart, fromErrorRecord, outOfMemory } from './messages.ts';
import { NativeGate } from './native-gate.ts';
import type { TaskMap, TaskName } from './tasks.ts';

export interface TaskOptions<N extends TaskName> {
  readonly signal?: AbortSignal;
  readonly onProgress?: (fraction: number | null, message?: string) => void;
  readonly onMessage?: (message: TaskMap[N]['message']) => void;
  /** Buffers of the payload that are handed over: the caller's views of them become empty. SharedArrayBuffers are not listed. */
  readonly transfer?: readonly ArrayBuffer[];
}

/** Where the worker's code is: beside this file in the sources, beside the engine's chunk in a build. */
export const workerEntry = import.meta.url.endsWith('.ts') ? new URL('./worker-entry.ts', import.meta.url) : new URL('./ml-worker.js', import.meta.url);

/** Time a task has to notice a cancel by itself before its worker is given up, in milliseconds. */
const grace = 1000;
/** Pause between tries to terminate a worker that is inside native code, in milliseconds. */
const retry = 50;
/** Longest wait at process exit for workers to come out of native code, in milliseconds. */
const exitWait = 2000;

interface PendingCall {
  readonly onReply: (reply: ReplyMessage) => void;
  readonly fail: (error: Error) => void;
}

const alive = new Set<TaskWorker>();

// Ending the process tears down worker threads: see NativeGate for what happens to one that is inside onnxruntime.
function waitForNativeCode(): void {
  const end = Date.now() + exitWait;
  for (const worker of alive) worker.gate.closeWithin(Math.max(0, end - Date.now()));
}

let nextCall = 1;

/** One worker thread and the calls it has been given; it runs them one after another. */
export class TaskWorker {
  readonly gate = new NativeGate();
  readonly #worker: Worker;
  readonly #calls = new Map<number, PendingCall>();
  #ended = false;

  /** Whether its heap has a limit of its own. */
  readonly isLimited: boolean;

  /** @param heap largest heap in MB of 2²⁰ bytes; null: as V8 has it for this machine */
  constructor(entry: URL = workerEntry, heap: number | null = null) {
    this.isLimited = heap !== null;
    const workerData: WorkerStart = { gate: this.gate.memory };
    // stdout: the engine's own is its message channel, so what a library prints goes to stderr.
    this.#worker = new Worker(entry, { workerData, stdout: true, execArgv: [], name: 'penstock-ml', ...(heap === null ? {} : { resourceLimits: { maxOldGenerationSizeMb: heap } }) });
    this.#worker.stdout.on('data', (chunk: Uint8Array) => process.stderr.write(chunk));
    this.#worker.on('message', (reply: ReplyMessage) => this.#calls.get(reply.id)?.onReply(reply));
    this.#worker.on('messageerror', (error) => this.#end(new PenstockError('worker-message', `The answer of a worker could not be read: ${error.message}`)));
    this.#worker.on('error', (error) => this.#end(workerFailure(error)));
    this.#worker.on('exit', () => {
      alive.delete(this);
      if (alive.size === 0) process.off('exit', waitForNativeCode);
      this.#end(new PenstockError('worker-ended', 'The worker ended before it was done.', { remedy: 'Run again.' }));
    });
    this.#worker.unref();
    if (alive.size === 0) process.on('exit', waitForNativeCode);
    alive.add(this);
  }

  /** False once it failed or was retired: take another. */
  get usable(): boolean {
    return !this.#ended;
  }

  /**
   * Runs one task. Settles at most `grace` after an abort, also where the task does not notice it (the worker is then retired).
   * @throws PenstockError as the task threw it; CancelledError; `worker-ended`, `out-of-memory` where the thread died.
   */
  call<N extends TaskName>(task: N, payload: TaskMap[N]['payload'], options: TaskOptions<N> = {}): Promise<TaskMap[N]['result']> {
    const { signal, onProgress, onMessage } = options;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(new CancelledError());
      if (this.#ended) return reject(new PenstockError('worker-ended', 'The worker has ended.', { remedy: 'Run again.' }));
      const id = nextCall++;
      const cancel = new Int32Array(new SharedArrayBuffer(4));
      let timer: NodeJS.Timeout | undefined;
      const settle = (finish: () => void): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        if (!this.#calls.delete(id)) return;
        if (this.#calls.size === 0) this.#worker.unref();
        finish();
      };
      const onAbort = (): void => {
        Atomics.store(cancel, 0, 1);
        timer = setTimeout(() => {
          settle(() => reject(new CancelledError()));
          this.retire();
        }, grace);
      };
      const onReply = (reply: ReplyMessage): void => {
        switch (reply.kind) {
          case 'progress':
            return onProgress?.(reply.fraction, reply.message);
          case 'message':
            return onMessage?.(reply.message as TaskMap[N]['message']);
          case 'result':
            return settle(() => (signal?.aborted ? reject(new CancelledError()) : resolve(reply.result as TaskMap[N]['result'])));
          case 'error':
            return settle(() => reject(reply.error.code === 'cancelled' ? new CancelledError() : fromErrorRecord(reply.error)));
        }
      };
      this.#calls.set(id, { onReply, fail: (error) => settle(() => reject(error)) });
      this.#worker.ref();
      signal?.addEventListener('abort', onAbort, { once: true });
      const message: CallMessage = { id, task, payload, memories: memoriesOf(payload), cancel: cancel.buffer };
      try {
        this.#worker.postMessage(message, [...(options.transfer ?? [])]);
      } catch (error) {
        settle(() => reject(error instanceof Error ? error : new Error(String(error))));
      }
    });
  }

  /** Ends the thread as soon as that is safe. Calls still waiting fail with `worker-ended`. */
  retire(): void {
    this.#end(new PenstockError('worker-ended', 'The worker was stopped.', { remedy: 'Run again.' }));
    const tryEnd = (): void => {
      if (!alive.has(this)) return;
      if (this.gate.close()) void this.#worker.terminate();
      else setTimeout(tryEnd, retry).unref();
    };
    tryEnd();
  }

  #end(error: Error): void {
    this.#ended = true;
    for (const call of this.#calls.values()) call.fail(error);
  }
}

function workerFailure(error: Error & { code?: string }): PenstockError {
  if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') return fromErrorRecord(outOfMemory);
  return new PenstockError('worker-failed', `The worker stopped with an error: ${error.message.split('\n')[0] ?? ''}`, {
    remedy: 'Run again; if it fails again, please report it with the pipeline that shows it.',
    cause: error,
  });
}
