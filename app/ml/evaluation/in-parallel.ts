/**
 * Works through items in order, at most `limit` at once; results stand where their items stood. A failure stops what comes after it
 * (their signals abort) but not what came before, so that the failure thrown is that of the first item that fails, however the work
 * was spread. It is thrown once all have ended: nothing goes on behind the caller's back.
 */
export async function inParallel<T, R>(items: readonly T[], limit: number, signal: AbortSignal, work: (item: T, index: number, signal: AbortSignal) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const running = new Map<number, AbortController>();
  const failures: { readonly index: number; readonly error: unknown }[] = [];
  const fail = (index: number, error: unknown): void => {
    failures.push({ index, error });
    for (const [other, stop] of running) if (other > index) stop.abort();
  };
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < items.length && failures.length === 0 && !signal.aborted; index = next++) {
      const stop = new AbortController();
      running.set(index, stop);
      try {
        results[index] = await work(items[index] as T, index, AbortSignal.any([signal, stop.signal]));
      } catch (error) {
        fail(index, error);
      } finally {
        running.delete(index);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(limit, items.length)) }, lane));
  signal.throwIfAborted();
  const [first] = failures.sort((a, b) => a.index - b.index);
  if (first !== undefined) throw first.error;
  return results;
}
