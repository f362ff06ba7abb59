import { isCancelled, PenstockError } from '#app/core/errors.ts';
import { formatDuration } from '#app/core/units.ts';

/** Where a limit of time comes from. */
export interface TimeLimit {
  readonly seconds: number;
  /** The node's own; else the project's. */
  readonly own: boolean;
}

/**
 * Runs the work of one node within its limit of time. The signal that the work gets aborts when the run is cancelled or
 * the time is up; then the node has failed and the rest of the run goes on.
 * @param limit null: none
 * @throws PenstockError `node-time-limit` naming the node and the limit; what the work throws.
 */
export async function withinDeadline<T>(title: string, limit: TimeLimit | null, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  if (limit === null) return work(signal);
  const clock = new AbortController();
  const timer = setTimeout(() => clock.abort(), limit.seconds * 1000);
  const tooLong = (cause?: unknown): PenstockError =>
    new PenstockError(
      'node-time-limit',
      limit.own ? `“${title}” ran longer than its limit of ${formatDuration(limit.seconds * 1000)}, and was stopped.` : `“${title}” ran longer than the limit of ${formatDuration(limit.seconds * 1000)} that this project sets for a node, and was stopped.`,
      { remedy: limit.own ? 'Give it less to do, or raise the limit among its parameters.' : 'Give it less to do, raise the limit in Settings, or give this node one of its own.', cause },
    );
  try {
    const done = await work(AbortSignal.any([signal, clock.signal]));
    if (clock.signal.aborted && !signal.aborted) throw tooLong();
    return done;
  } catch (error) {
    // Whatever a stopped node says, it says because it was stopped.
    if (clock.signal.aborted && !signal.aborted && (isCancelled(error) || !(error instanceof PenstockError))) throw tooLong(error);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
