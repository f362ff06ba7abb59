import type { PipelineDocument } from '#app/pipeline/document.ts';
import type { NodeRun, RunDetail, RunStatus, RunSummary } from '#app/protocol/schema.ts';
import type { MetricPoint } from './event-log.ts';

/** What a run leaves in the project's store (app/store). All writes are durable when the call returns. */
export interface RunRecords {
  /** Makes several of these writes one transaction. */
  together<T>(work: () => T): T;
  start(run: {
    readonly runId: string;
    readonly pipelineId: string;
    readonly pipelinePath: string | null;
    readonly title: string;
    readonly startedAt: number;
    readonly document: PipelineDocument;
  }): void;
  /** Latest state of nodes; in one transaction. */
  nodes(runId: string, nodes: readonly NodeRun[]): void;
  points(runId: string, points: readonly MetricPoint[]): void;
  finish(runId: string, end: { readonly status: RunStatus; readonly ms: number }): void;
  /** Rows and bytes of each node's ports in the last successful run it was in. */
  lastPorts(pipelineId: string): ReadonlyMap<string, Readonly<Record<string, { readonly rows: number | null; readonly bytes: number | null }>>>;
  /** A metric of a node in the last successful runs, newest first. */
  lastMetrics(pipelineId: string, nodeId: string, metric: string, limit: number): number[];
  list(filter: { readonly pipelineId?: string; readonly limit: number }): RunSummary[];
  get(runId: string): RunDetail | null;
  /** Runs that were under way when the engine last died, found when the project was opened. */
  readonly interrupted: readonly string[];
}
