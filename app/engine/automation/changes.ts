/** Tells any number of listeners that something happened, each through a stream of its own that ends with its signal. */
export class Broadcast<T> {
  readonly #listeners = new Set<(value: T) => void>();

  get size(): number {
    return this.#listeners.size;
  }

  send(value: T): void {
    for (const listener of this.#listeners) listener(value);
  }

  /** @param most kept for a listener that is slow; older ones are dropped. */
  async *stream(signal: AbortSignal, most = 100): AsyncGenerator<T, void, undefined> {
    const waiting: T[] = [];
    let wake: () => void = () => undefined;
    const listener = (value: T): void => {
      waiting.push(value);
      if (waiting.length > most) waiting.shift();
      wake();
    };
    const leave = (): void => wake();
    this.#listeners.add(listener);
    signal.addEventListener('abort', leave);
    try {
      while (!signal.aborted) {
        const next = waiting.shift();
        if (next !== undefined) yield next;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      signal.removeEventListener('abort', leave);
      this.#listeners.delete(listener);
    }
  }
}
