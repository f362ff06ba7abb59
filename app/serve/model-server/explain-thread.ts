import { Worker } from 'node:worker_threads';
import { PenstockError } from '#app/core/errors.ts';
import type { GoldenRows } from '#app/ml/model/parity.ts';
import type { RawColumns } from '#app/ml/serving/serving-model.ts';
import type { ModelSignature } from '#app/sdk/ports.ts';

export interface ExplainStart {
  /** Its path, or its bytes where the project is encrypted: a thread has no keys. */
  readonly file: string | Uint8Array;
  readonly signature: ModelSignature;
  readonly golden: Pick<GoldenRows, 'rows' | 'inputs'>;
}

export interface ExplainCall {
  readonly id: number;
  readonly columns: RawColumns;
  readonly rows: number;
  readonly cls: number;
  readonly ms: number;
}

/** What a record's answer is made of, for one class or the number. */
export interface ExplainedRecord {
  /** By raw column, in the order of the signature's inputs. */
  readonly values: readonly number[];
  /** Standard errors, where values were sampled. */
  readonly errors: readonly (number | null)[] | null;
  readonly output: number;
}

export interface Explained {
  readonly method: 'trees' | 'linear' | 'sampled';
  readonly scale: 'prediction' | 'probability' | 'log-odds';
  readonly base: number;
  readonly records: readonly ExplainedRecord[];
  readonly samples: { readonly asked: number; readonly least: number } | null;
}

export type ExplainReply =
  | { readonly id: number; readonly ok: true; readonly explained: Explained }
  | { readonly id: number; readonly ok: false; readonly error: { readonly code: string; readonly message: string; readonly remedy: string | undefined } };

/**
 * Explains one model in a thread of its own: opening a large forest for it takes a second, in which others want answers.
 * Calls are answered one after the other.
 */
export class Explaining {
  readonly #worker: Worker;
  readonly #calls = new Map<number, { resolve: (explained: Explained) => void; reject: (error: Error) => void }>();
  #count = 0;
  #ended = false;

  constructor(entry: URL, start: ExplainStart) {
    this.#worker = new Worker(entry, { workerData: start, name: 'penstock-explain', execArgv: [] });
    this.#worker.unref();
    this.#worker.on('message', (reply: ExplainReply) => {
      const call = this.#calls.get(reply.id);
      this.#calls.delete(reply.id);
      if (reply.ok) call?.resolve(reply.explained);
      else call?.reject(new PenstockError(reply.error.code, reply.error.message, reply.error.remedy === undefined ? {} : { remedy: reply.error.remedy }));
    });
    const end = (message: string): void => {
      this.#ended = true;
      for (const { reject } of this.#calls.values()) reject(new PenstockError('explain-failed', message, { remedy: 'Ask again.' }));
      this.#calls.clear();
    };
    this.#worker.on('error', (error) => end(`The explanation stopped with an error: ${error.message.split('\n')[0] ?? ''}`));
    this.#worker.on('exit', () => end('The explanation was stopped.'));
  }

  get usable(): boolean {
    return !this.#ended;
  }

  /** Calls that wait or are being answered. */
  get waiting(): number {
    return this.#calls.size;
  }

  explain(call: Omit<ExplainCall, 'id'>): Promise<Explained> {
    return new Promise((resolve, reject) => {
      if (this.#ended) return reject(new PenstockError('explain-failed', 'The explanation was stopped.', { remedy: 'Ask again.' }));
      const id = this.#count++;
      this.#calls.set(id, { resolve, reject });
      this.#worker.postMessage({ ...call, id } satisfies ExplainCall, []);
    });
  }

  /** Asks the thread to close its sessions and end. */
  async close(): Promise<void> {
    if (this.#ended) return;
    const ended = new Promise<void>((resolve) => this.#worker.once('exit', () => resolve()));
    this.#worker.postMessage(null, []);
    await ended;
  }
}
