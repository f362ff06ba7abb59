import { CancelledError } from '#app/core/errors.ts';
import type { ModelSignature } from '#app/sdk/ports.ts';
import type { RawColumn, RawColumns } from '../model/raw-columns.ts';
import type { Predictions } from '../model/scorer.ts';

interface Waiting {
  readonly columns: RawColumns;
  readonly rows: number;
  readonly signal: AbortSignal | undefined;
  readonly resolve: (found: Predictions) => void;
  readonly reject: (error: unknown) => void;
}

type Score = (columns: RawColumns, rows: number) => Promise<Predictions>;

/**
 * Puts requests that come in while a worker is busy into one call. Nobody waits for others to come: an idle worker takes what there is.
 * One request with a fault must not fail the others, so a call of several that fails is made again for each.
 */
export class BatchQueue {
  readonly #signature: ModelSignature;
  readonly #mostRows: number;
  readonly #score: Score;
  readonly #waiting: Waiting[] = [];
  #rows = 0;
  #isBusy = false;

  constructor(signature: ModelSignature, limits: { readonly mostRows: number }, score: Score) {
    this.#signature = signature;
    this.#mostRows = limits.mostRows;
    this.#score = score;
  }

  /** Rows that wait. */
  get rows(): number {
    return this.#rows;
  }

  /** @throws CancelledError where `signal` aborts before the turn comes. */
  score(columns: RawColumns, rows: number, signal?: AbortSignal): Promise<Predictions> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ columns, rows, signal, resolve, reject });
      this.#rows += rows;
      if (!this.#isBusy) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#isBusy = true;
    for (let batch = this.#take(); batch.length > 0; batch = this.#take()) {
      try {
        this.#deliver(batch, await this.#score(joinedColumns(this.#signature, batch), batch.reduce((sum, { rows }) => sum + rows, 0)));
      } catch (error) {
        if (batch.length === 1) batch[0]?.reject(error);
        else for (const one of batch) await this.#score(one.columns, one.rows).then(one.resolve, one.reject);
      }
    }
    this.#isBusy = false;
  }

  #take(): Waiting[] {
    const batch: Waiting[] = [];
    let rows = 0;
    for (;;) {
      const [next] = this.#waiting;
      if (next === undefined || (batch.length > 0 && rows + next.rows > this.#mostRows)) return batch;
      this.#waiting.shift();
      this.#rows -= next.rows;
      if (next.signal?.aborted === true) {
        next.reject(new CancelledError());
        continue;
      }
      batch.push(next);
      rows += next.rows;
    }
  }

  #deliver(batch: readonly Waiting[], found: Predictions): void {
    if (batch.length === 1) return batch[0]?.resolve(found);
    const width = this.#signature.classes?.length ?? 0;
    let at = 0;
    for (const { rows, resolve } of batch) {
      const to = at + rows;
      resolve({
        rows,
        ...(found.label === undefined ? {} : { label: found.label.slice(at, to) }),
        ...(found.probabilities === undefined ? {} : { probabilities: found.probabilities.slice(at * width, to * width) }),
        ...(found.prediction === undefined ? {} : { prediction: found.prediction.slice(at, to) }),
      });
      at = to;
    }
  }
}

function joinedColumns(signature: ModelSignature, batch: readonly Waiting[]): RawColumns {
  const [only] = batch;
  if (batch.length === 1 && only !== undefined) return only.columns;
  const joined: Record<string, RawColumn> = Object.create(null) as Record<string, RawColumn>;
  for (const { name } of signature.inputs) joined[name] = batch.flatMap(({ columns, rows }) => Array.from({ length: rows }, (_unused, row) => columns[name]?.[row] ?? null));
  return joined;
}
