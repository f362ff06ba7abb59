import { heapLimit } from './heap-limit.ts';
import { TaskWorker, type TaskOptions } from './task-worker.ts';
import type { TaskMap, TaskName } from './tasks.ts';

/** Idle workers kept warm: a start with onnxruntime takes about 150 ms. */
const warm = 2;
/** How long, in milliseconds, before their memory is given back. */
const keepFor = 30_000;

const idle: { readonly worker: TaskWorker; readonly timer: NodeJS.Timeout }[] = [];

/** A worker of one's own until `releaseWorker`. */
export function leaseWorker(): TaskWorker {
  const heap = heapLimit();
  // One with a limit is made for its work and ends with it: limits are set when a thread starts.
  if (heap !== null) return new TaskWorker(undefined, heap);
  for (let next = idle.pop(); next !== undefined; next = idle.pop()) {
    clearTimeout(next.timer);
    if (next.worker.usable) return next.worker;
  }
  return new TaskWorker();
}

/** Back to the warm ones, or ended where there are enough. */
export function releaseWorker(worker: TaskWorker): void {
  if (!worker.usable) return;
  if (worker.isLimited || idle.length >= warm) return worker.retire();
  const timer = setTimeout(() => {
    const at = idle.findIndex((entry) => entry.worker === worker);
    if (at >= 0) idle.splice(at, 1);
    worker.retire();
  }, keepFor);
  timer.unref();
  idle.push({ worker, timer });
}

/**
 * Runs long work in a worker thread of its own. An abort takes effect within about a second whatever the task does.
 * @throws PenstockError as the task threw it; CancelledError; `worker-ended`, `worker-failed`, `out-of-memory`.
 */
export async function runTask<N extends TaskName>(name: N, payload: TaskMap[N]['payload'], options: TaskOptions<N> = {}): Promise<TaskMap[N]['result']> {
  const worker = leaseWorker();
  try {
    return await worker.call(name, payload, options);
  } finally {
    releaseWorker(worker);
  }
}

/** Ends the warm workers; for the end of the engine. Leased ones end with their tasks. */
export function closeIdleWorkers(): void {
  for (const { worker, timer } of idle.splice(0)) {
    clearTimeout(timer);
    worker.retire();
  }
}
