import { PenstockError } from '#app/core/errors.ts';
import { formatBytes } from '#app/core/units.ts';
import { withinHeap } from '#app/ml/index.ts';
import { withinLimit } from './node-limit.ts';

/** How often memory is looked at, in milliseconds: less than a quick node needs to fill a gigabyte. */
const everyMs = 25;

/** Where a limit of memory comes from. */
export interface MemoryLimit {
  readonly megabytes: number;
  /** The node's own; else the project's. */
  readonly own: boolean;
}

/**
 * Runs the work of one node within a limit of memory. Its queries have a limit of DuckDB's, its worker threads one for their heaps; what lies
 * outside of both (matrices, tables shared between threads, the ONNX runtime) shows only in the memory of the process, which is watched where
 * the node works alone: then the node is stopped.
 * @param alone whether nothing else works meanwhile
 * @throws PenstockError `node-memory-limit` naming the node and the limit; what the work throws.
 */
export async function withinMemory<T>(title: string, limit: MemoryLimit, alone: boolean, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const bytes = limit.megabytes * 1e6;
  return withinLimit(
    {
      watch: (stop) => {
        if (!alone) return () => undefined;
        // What earlier work has freed goes back to the system while this one grows: it is measured from the least that there was.
        let least = process.memoryUsage.rss();
        const timer = setInterval(() => {
          const now = process.memoryUsage.rss();
          least = Math.min(least, now);
          if (now - least > bytes) stop();
        }, everyMs);
        return () => clearInterval(timer);
      },
      met: (cause) =>
        new PenstockError(
          'node-memory-limit',
          limit.own ? `“${title}” needed more memory than its limit of ${formatBytes(bytes)}, and was stopped.` : `“${title}” needed more memory than the limit of ${formatBytes(bytes)} that this project sets for a node, and was stopped.`,
          { remedy: limit.own ? 'Give it fewer rows or columns, or raise the limit among its parameters.' : 'Give it fewer rows or columns, raise the limit in Settings, or give this node one of its own.', cause },
        ),
      // A query of the node, or the heap of its thread, that met its own limit first.
      isMetBy: (error) => error instanceof PenstockError && error.code === 'out-of-memory',
    },
    signal,
    (within) => withinHeap(limit.megabytes, () => work(within)),
  );
}
