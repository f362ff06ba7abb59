import type { RunEvent, RunStatus } from '#app/protocol/schema.ts';

/**
 * Events of one run for any number of listeners, who may come late: a listener first gets the run so far in condensed form
 * (each node's latest state, its curves, its log), then what happens next, and ends when the run ends.
 */

type NodeEvent = Extract<RunEvent, { type: 'node' }>;
type ProgressEvent = Extract<RunEvent, { type: 'progress' }>;
type LogEvent = Extract<RunEvent, { type: 'log' }>;
export type MetricPoint = Extract<RunEvent, { type: 'metrics' }>['points'][number];

const metricsEveryMs = 50;
const progressEveryMs = 100;
const keptLogs = 5000;

interface Listener {
  readonly queue: RunEvent[];
  wake: () => void;
}

export class RunEventLog {
  readonly runId: string;
  #nodes = new Map<string, NodeEvent>();
  #progress = new Map<string, ProgressEvent>();
  #progressAt = new Map<string, number>();
  #points: MetricPoint[] = [];
  #pendingPoints: MetricPoint[] = [];
  #logs: LogEvent[] = [];
  #metricsTimer: ReturnType<typeof setTimeout> | undefined;
  #listeners = new Set<Listener>();
  #end: Extract<RunEvent, { type: 'run' }> | null = null;

  constructor(runId: string) {
    this.runId = runId;
  }

  get ended(): boolean {
    return this.#end !== null;
  }

  node(node: NodeEvent['node']): void {
    const event: NodeEvent = { type: 'node', runId: this.runId, node };
    this.#nodes.set(node.nodeId, event);
    if (node.status !== 'running') {
      this.#progress.delete(node.nodeId);
      this.#progressAt.delete(node.nodeId);
    }
    this.#emit(event);
  }

  /** At most ten a second and node; the first and the last (fraction 1) always pass. */
  progress(nodeId: string, fraction: number | null, message?: string): void {
    const now = performance.now();
    const last = this.#progressAt.get(nodeId);
    const event: ProgressEvent = { type: 'progress', runId: this.runId, nodeId, fraction, ...(message === undefined ? {} : { message }) };
    this.#progress.set(nodeId, event);
    if (last !== undefined && fraction !== 1 && now - last < progressEveryMs) return;
    this.#progressAt.set(nodeId, now);
    this.#emit(event);
  }

  /** Batched: at most twenty messages a second however many points there are. */
  metric(point: MetricPoint): void {
    this.#points.push(point);
    this.#pendingPoints.push(point);
    this.#metricsTimer ??= setTimeout(() => this.#flushMetrics(), metricsEveryMs);
  }

  log(nodeId: string, level: 'info' | 'warning', message: string): void {
    const event: LogEvent = { type: 'log', runId: this.runId, nodeId, level, message, at: Date.now() };
    this.#logs.push(event);
    if (this.#logs.length > keptLogs) this.#logs.splice(0, this.#logs.length - keptLogs);
    this.#emit(event);
  }

  end(status: RunStatus, ms: number): void {
    if (this.#end !== null) return;
    this.#flushMetrics();
    this.#end = { type: 'run', runId: this.runId, status, ms };
    this.#emit(this.#end);
  }

  /** Everything so far, then everything to come. Ends after the run's last event, or quietly when `signal` aborts. */
  async *stream(signal?: AbortSignal): AsyncGenerator<RunEvent, void, undefined> {
    const listener: Listener = { queue: this.#replay(), wake: () => undefined };
    this.#listeners.add(listener);
    const onAbort = (): void => listener.wake();
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      for (;;) {
        const batch = listener.queue.splice(0);
        for (const event of batch) {
          yield event;
          if (event.type === 'run' && event.status !== 'running') return;
          if (signal?.aborted) return;
        }
        if (signal?.aborted) return;
        if (listener.queue.length === 0) {
          await new Promise<void>((resolve) => {
            listener.wake = resolve;
            if (signal?.aborted) resolve();
          });
        }
      }
    } finally {
      this.#listeners.delete(listener);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  #replay(): RunEvent[] {
    this.#flushMetrics();
    return [
      { type: 'run', runId: this.runId, status: 'running', ms: null },
      ...this.#nodes.values(),
      ...this.#progress.values(),
      ...(this.#points.length === 0 ? [] : [{ type: 'metrics' as const, runId: this.runId, points: [...this.#points] }]),
      ...this.#logs,
      ...(this.#end === null ? [] : [this.#end]),
    ];
  }

  #flushMetrics(): void {
    clearTimeout(this.#metricsTimer);
    this.#metricsTimer = undefined;
    if (this.#pendingPoints.length === 0) return;
    const points = this.#pendingPoints.splice(0);
    this.#emit({ type: 'metrics', runId: this.runId, points });
  }

  #emit(event: RunEvent): void {
    for (const listener of this.#listeners) {
      listener.queue.push(event);
      listener.wake();
    }
  }
}
