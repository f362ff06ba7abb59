import { CancelledError } from '#app/core/errors.ts';

interface Shared<T> {
  readonly result: Promise<T>;
  readonly controller: AbortController;
  waiting: number;
}

/** Work that several askers want at once is done once; it is stopped when every asker has given up. */
export class SharedWork<T> {
  readonly #running = new Map<string, Shared<T>>();

  /** @throws CancelledError when `signal` aborts, whatever the work does. */
  async share(key: string, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (signal.aborted) throw new CancelledError();
    const shared = this.#running.get(key) ?? this.#start(key, work);
    shared.waiting += 1;
    let giveUp: () => void = () => undefined;
    const givenUp = new Promise<never>((_, reject) => {
      giveUp = () => reject(new CancelledError());
      signal.addEventListener('abort', giveUp, { once: true });
    });
    try {
      return await Promise.race([shared.result, givenUp]);
    } finally {
      signal.removeEventListener('abort', giveUp);
      shared.waiting -= 1;
      if (shared.waiting === 0) {
        // Nobody may join work that is being stopped.
        if (this.#running.get(key) === shared) this.#running.delete(key);
        shared.controller.abort();
      }
    }
  }

  #start(key: string, work: (signal: AbortSignal) => Promise<T>): Shared<T> {
    const controller = new AbortController();
    const shared: Shared<T> = { controller, waiting: 0, result: work(controller.signal) };
    this.#running.set(key, shared);
    shared.result.catch(() => undefined);
    return shared;
  }
}
