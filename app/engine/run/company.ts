import { AsyncLocalStorage } from 'node:async_hooks';
import { CancelledError } from '#app/core/errors.ts';

/**
 * Which nodes work side by side. Memory is counted for the process, so that a node with a limit of its own can be told from others only while
 * nothing else works: it waits for that. Others never wait for one that is still waiting, so a long training is not held up by it.
 */
export class Company {
  #beside = 0;
  #isAlone = false;
  readonly #waiting: { readonly alone: boolean; readonly go: () => void }[] = [];
  /** Work that a node starts on its way belongs to the node. */
  readonly #inside = new AsyncLocalStorage<true>();

  /** Runs `work` beside others. @throws CancelledError when aborted while it waits. */
  beside<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    return this.#enter(false, signal, work);
  }

  /** Runs `work` once nothing else does. @throws CancelledError when aborted while it waits. */
  alone<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    return this.#enter(true, signal, work);
  }

  async #enter<T>(alone: boolean, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    if (this.#inside.getStore() === true) return work();
    const mayGo = (): boolean => !this.#isAlone && (!alone || this.#beside === 0);
    while (!mayGo()) await this.#turn(alone, signal);
    if (alone) this.#isAlone = true;
    else this.#beside += 1;
    try {
      return await this.#inside.run(true, work);
    } finally {
      if (alone) this.#isAlone = false;
      else this.#beside -= 1;
      // Whoever finds it is not their turn waits again.
      for (const { go } of this.#waiting.splice(0).toSorted((a, b) => Number(a.alone) - Number(b.alone))) go();
    }
  }

  #turn(alone: boolean, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const entry = {
        alone,
        go: () => {
          signal.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      const onAbort = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(entry), 1);
        reject(new CancelledError());
      };
      if (signal.aborted) return reject(new CancelledError());
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting.push(entry);
    });
  }
}
