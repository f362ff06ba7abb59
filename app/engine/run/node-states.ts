import { distinctDiagnostics } from '#app/core/diagnostics.ts';
import type { NodeRun, NodeRunStatus } from '#app/protocol/schema.ts';
import type { AnalysedNode } from '../analysis/analyse.ts';
import type { WireDiagnostic } from '../wire.ts';
import type { MetricPoint, RunEventLog } from './event-log.ts';
import { failureOf } from './node-runner.ts';
import type { PipelineRunOptions } from './run-options.ts';

const pointsEveryMs = 2000;

export type NodeChange = Partial<Omit<NodeRun, 'status'>> & { status?: NodeRunStatus };

/** What a run knows of its nodes: everybody who looks on hears it at once, and it is written to the project's store from time to time. */
export class NodeStates {
  readonly #options: PipelineRunOptions;
  readonly #log: RunEventLog;
  readonly #node: (id: string) => AnalysedNode;
  readonly #states = new Map<string, NodeRun>();
  readonly #dirty = new Set<string>();
  readonly #points: MetricPoint[] = [];
  #pointsAt = 0;

  constructor(options: PipelineRunOptions, log: RunEventLog, node: (id: string) => AnalysedNode) {
    this.#options = options;
    this.#log = log;
    this.#node = node;
  }

  get(id: string): NodeRun | undefined {
    return this.#states.get(id);
  }

  all(): Iterable<NodeRun> {
    return this.#states.values();
  }

  set(id: string, change: NodeChange, publish = true): void {
    const node = this.#node(id);
    const before: NodeRun = this.#states.get(id) ?? {
      nodeId: id,
      type: node.node.type,
      title: node.title,
      status: 'queued',
      reason: '',
      cacheKey: node.cacheable ? node.key : null,
      ms: null,
      ports: {},
      metrics: {},
      diagnostics: [],
    };
    const state: NodeRun = { ...before, ...change };
    this.#states.set(id, state);
    this.#dirty.add(id);
    if (publish) this.#log.node(state);
  }

  /** The diagnostics of a node with more of them, each once. */
  diagnosticsWith(id: string, more: readonly WireDiagnostic[]): WireDiagnostic[] {
    return distinctDiagnostics([...(this.#states.get(id)?.diagnostics ?? []), ...more]);
  }

  metric(point: MetricPoint): void {
    this.#log.metric(point);
    this.#points.push(point);
    if (performance.now() - this.#pointsAt > pointsEveryMs) this.tryFlush();
  }

  /** Writes what has changed since the last time. @throws PenstockError those of the store. */
  flush(): void {
    const { records, runId, cache, resolver } = this.#options;
    this.#pointsAt = performance.now();
    if (this.#dirty.size === 0 && this.#points.length === 0) return;
    const nodes = [...this.#dirty].flatMap((id) => this.#states.get(id) ?? []);
    records.together(() => {
      cache.flush();
      records.nodes(runId, nodes);
      records.points(runId, this.#points);
      for (const { nodeId, status, cacheKey } of nodes) {
        if (status === 'cached' && cacheKey !== null) cache.reused(resolver.analysis.document.id, nodeId, cacheKey);
      }
    });
    this.#dirty.clear();
    this.#points.length = 0;
  }

  /** A record that cannot be written now (a full disk) is tried again with the next one; the run goes on meanwhile. */
  tryFlush(): void {
    try {
      this.flush();
    } catch (error) {
      this.#log.log('', 'warning', `The run could not be recorded yet: ${failureOf('', error).message}`);
    }
  }
}
