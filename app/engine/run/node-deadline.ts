import { isCancelled, PenstockError } from '#app/core/errors.ts';
import { formatDuration } from '#app/core/units.ts';

/**
 * Runs the work of one node within the project's limit of time for a node. The signal that the work gets aborts when the run is cancelled or
 * the time is up; then the node has failed and the rest of the run goes on.
 * @param seconds null: no limit
 * @throws PenstockError `node-time-limit` naming the node and the limit; what the work throws.
 */
export async function withinDeadline<T>(title: string, seconds: number | null, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  if (seconds === null) return work(signal);
  const clock = new AbortController();
  const timer = setTimeout(() => clock.abort(), seconds * 1000);
  const tooLong = (cause?: unknown): PenstockError =>
    new PenstockError('node-time-limit', `“${title}” ran longer than the limit of ${formatDuration(seconds * 1000)} that this project sets for a node, and was stopped.`, {
      remedy: 'Give it less to do, or raise the limit in Settings.',
      cause,
    });
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
