import { AsyncLocalStorage } from 'node:async_hooks';

const limit = new AsyncLocalStorage<number>();

/**
 * Worker threads that `work` starts may have no larger heaps than this; one that needs more ends with `out-of-memory`, and nothing else does.
 * @param megabytes of 10⁶ bytes
 */
export function withinHeap<T>(megabytes: number, work: () => Promise<T>): Promise<T> {
  return limit.run(megabytes, work);
}

/** The limit that holds where this is asked, in V8's MB of 2²⁰ bytes; null: none. */
export function heapLimit(): number | null {
  const megabytes = limit.getStore();
  return megabytes === undefined ? null : Math.max(16, Math.floor((megabytes * 1e6) / 2 ** 20));
}
