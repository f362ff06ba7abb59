import type { Relation } from '#app/relation/types.ts';
import type { RunPlan } from '../planning/plan.ts';
import type { PortValueResolver } from '../results/port-values.ts';
import type { ResultCache } from '../results/result-cache.ts';
import type { NodeEnvironment } from './node-runner.ts';
import type { RunRecords } from './records.ts';

/** What a run is started with. */
export interface PipelineRunOptions {
  readonly runId: string;
  readonly resolver: PortValueResolver;
  readonly cache: ResultCache;
  readonly environment: NodeEnvironment;
  readonly records: RunRecords;
  /** Node ids, upstream first; everything a node of the plan needs is in it or in the cache. */
  readonly plan: readonly string[];
  /** Nodes the run was asked for; empty: everything. */
  readonly targets: ReadonlySet<string>;
  readonly pipelinePath: string | null;
  readonly parallel: number;
  /** Tables that one query reads once are not written where their reader can do without (`NodeExecutor.streams`). */
  readonly stream: boolean;
  /** Which tables are kept, as far as it could be planned. */
  readonly tables: RunPlan;
  /** Rows and bytes of each node's ports in the last successful run of the pipeline. */
  readonly previous: PreviousPorts;
  /** Rows of a scan, where they are known without asking. */
  scanRows(scan: Relation & { op: 'scan' }): number | null;
}

export type PreviousPorts = ReadonlyMap<string, Readonly<Record<string, { readonly rows: number | null; readonly bytes: number | null }>>>;
