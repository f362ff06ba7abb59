import { isCancelled, PenstockError } from '#app/core/errors.ts';

/** A limit that stops the work of a node. */
export interface StoppingLimit {
  /** Begins to look, and calls `stop` when the limit is met. @returns what ends the looking */
  watch(stop: () => void): () => void;
  /** What the node has failed with, then. */
  met(cause?: unknown): PenstockError;
  /** Whether what the work threw says that it met the limit by itself. */
  isMetBy?(error: unknown): boolean;
}

/**
 * Runs the work of one node under a limit. The signal that the work gets aborts when the run is cancelled or the limit is met; in the latter case
 * the node has failed and the rest of the run goes on.
 * @throws PenstockError what the limit is `met` with; what the work throws.
 */
export async function withinLimit<T>({ watch, met, isMetBy = () => false }: StoppingLimit, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stopped = new AbortController();
  const unwatch = watch(() => stopped.abort());
  try {
    const done = await work(AbortSignal.any([signal, stopped.signal]));
    if (stopped.signal.aborted && !signal.aborted) throw met();
    return done;
  } catch (error) {
    if (signal.aborted) throw error;
    // Whatever a stopped node says, it says because it was stopped.
    if ((stopped.signal.aborted && (isCancelled(error) || !(error instanceof PenstockError))) || isMetBy(error)) throw met(error);
    throw error;
  } finally {
    unwatch();
  }
}
