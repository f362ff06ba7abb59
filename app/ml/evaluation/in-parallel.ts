/**
 * Works through items in order, at most `limit` at once; results stand where their items stood. The first failure stops the others
 * (their signal aborts) and is thrown once they have ended, so that nothing goes on behind the caller's back.
 */
export async function inParallel<T, R>(items: readonly T[], limit: number, signal: AbortSignal, work: (item: T, index: number, signal: AbortSignal) => Promise<R>): Promise<R[]> {
  const stop = new AbortController();
  const within = AbortSignal.any([signal, stop.signal]);
  const results: R[] = [];
  const failures: unknown[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < items.length && failures.length === 0; index = next++) {
      try {
        within.throwIfAborted();
        results[index] = await work(items[index] as T, index, within);
      } catch (error) {
        failures.push(error);
        stop.abort();
      }
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(limit, items.length)) }, lane));
  signal.throwIfAborted();
  if (failures.length > 0) throw failures[0];
  return results;
}
