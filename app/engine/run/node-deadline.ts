import { PenstockError } from '#app/core/errors.ts';
import { formatDuration } from '#app/core/units.ts';
import { withinLimit } from './node-limit.ts';

/** Where a limit of time comes from. */
export interface TimeLimit {
  readonly seconds: number;
  /** The node's own; else the project's. */
  readonly own: boolean;
}

/**
 * Runs the work of one node within its limit of time.
 * @param limit null: none
 * @throws PenstockError `node-time-limit` naming the node and the limit; what the work throws.
 */
export async function withinDeadline<T>(title: string, limit: TimeLimit | null, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  if (limit === null) return work(signal);
  return withinLimit(
    {
      watch: (stop) => {
        const timer = setTimeout(stop, limit.seconds * 1000);
        return () => clearTimeout(timer);
      },
      met: (cause) =>
        new PenstockError(
          'node-time-limit',
          limit.own ? `“${title}” ran longer than its limit of ${formatDuration(limit.seconds * 1000)}, and was stopped.` : `“${title}” ran longer than the limit of ${formatDuration(limit.seconds * 1000)} that this project sets for a node, and was stopped.`,
          { remedy: limit.own ? 'Give it less to do, or raise the limit among its parameters.' : 'Give it less to do, raise the limit in Settings, or give this node one of its own.', cause },
        ),
    },
    signal,
    work,
  );
}
