import { isCancelled, PenstockError } from '#app/core/errors.ts';
import type { Database } from '#app/data/index.ts';
import type { Relation } from '#app/relation/types.ts';
import type { AnalysedNode, Analysis } from '../analysis/analyse.ts';
import { hasEffect } from '../catalogue.ts';
import type { RelationBuilding } from '../results/port-values.ts';
import type { ResultCache } from '../results/result-cache.ts';
import { draftNodes, StatisticsMemo, type Draft } from './draft.ts';
import { freeDisk, machineMemory, spillRoom, type Limits } from './limits.ts';
import { planTables, type PlannedPort, type RunPlan } from './plan.ts';
import { preflight, type Preflight, type Resources } from './preflight.ts';

export interface PlannerOptions {
  readonly cache: ResultCache;
  readonly database: Database;
  readonly building: RelationBuilding;
  readonly projectDir: string;
  readonly tempDir: string;
  readonly resolvePath: (path: string) => string;
  /** As they are now: they can be changed while the app runs. */
  limits(): Limits;
  noteUnexpected(error: unknown): void;
}

export interface PlannedRun {
  readonly tables: RunPlan;
  readonly preflight: Preflight | null;
}

const nothing: PlannedRun = { tables: new Map(), preflight: null };

/** What a run will do, told before it starts. Nothing is computed: descriptions, footers of files and arithmetic. */
export class Planner {
  readonly #options: PlannerOptions;
  readonly #statistics = new StatisticsMemo();

  constructor(options: PlannerOptions) {
    this.#options = options;
  }

  /** For a run that is about to start. A run in which everything is reused costs no more than asking the cache. */
  async planRun(analysis: Analysis, ids: readonly string[], targets: ReadonlySet<string>, signal: AbortSignal): Promise<PlannedRun> {
    const reused = this.#reused(analysis, ids);
    if (reused.size === ids.length) return nothing;
    try {
      return await this.#plan(analysis, ids, targets, reused, signal);
    } catch (error) {
      // A plan saves time; a run without one is right all the same.
      if (isCancelled(error)) throw error;
      this.#options.noteUnexpected(error);
      return nothing;
    }
  }

  /** What a run (of everything, or up to these nodes) would need; nothing is refused here. */
  async preflight(analysis: Analysis, ids: readonly string[], signal: AbortSignal): Promise<Preflight> {
    const all = ids.length === 0 ? analysis.order : ids;
    const { preflight: found } = await this.#plan(analysis, all, new Set(), this.#reused(analysis, all), signal);
    return found ?? preflight(await this.#draft(analysis, signal), [], [], await this.#resources());
  }

  /** The plan of all nodes that a run would compute now, for people who ask why. */
  async explain(analysis: Analysis, signal: AbortSignal): Promise<readonly PlannedPort[]> {
    const { tables } = await this.#plan(analysis, analysis.order, new Set(), this.#reused(analysis, analysis.order), signal);
    return [...tables.values()];
  }

  /** Rows of a scan's files, as far as a plan has read their footers. */
  scanRows(scan: Relation & { op: 'scan' }): number | null {
    return scan.source.kind === 'parquet' ? this.#statistics.rows(scan.source.paths) : null;
  }

  async #plan(analysis: Analysis, ids: readonly string[], targets: ReadonlySet<string>, reused: ReadonlySet<string>, signal: AbortSignal): Promise<PlannedRun> {
    const draft = await this.#draft(analysis, signal);
    const tables = planTables({ draft, ids, reused, targets });
    const kept = [...tables.values()].flatMap(({ decision, nodeId, port }) => {
      const relation = decision === 'kept' ? draft.nodes.get(nodeId)?.tables[port] : undefined;
      return relation === undefined ? [] : [draft.estimator.bytes(relation)];
    });
    // Readers and other code write their tables too.
    for (const id of ids) {
      const one = draft.nodes.get(id);
      if (one?.state !== 'executor' || reused.has(id)) continue;
      kept.push(...Object.values(one.tables).map((relation) => draft.estimator.bytes(relation)));
    }
    return { tables, preflight: preflight(draft, ids.filter((id) => !reused.has(id)), kept, await this.#resources()) };
  }

  #draft(analysis: Analysis, signal: AbortSignal): Promise<Draft> {
    const { cache, building, database, resolvePath } = this.#options;
    return draftNodes({ analysis, cache, building, database, resolvePath, statistics: this.#statistics, signal });
  }

  #reused(analysis: Analysis, ids: readonly string[]): Set<string> {
    return new Set(ids.filter((id) => isReused(analysis.nodes.get(id), this.#options.cache)));
  }

  async #resources(): Promise<Resources> {
    const { projectDir, tempDir } = this.#options;
    const { memory, disk } = this.#options.limits();
    const [free, temporary] = await Promise.all([freeDisk(projectDir), freeDisk(tempDir)]);
    return { memoryLimit: memory, machineMemory: machineMemory(), freeDisk: free, spillRoom: spillRoom(temporary), diskBudget: disk };
  }
}

/** Whether a run takes a node's result as it is (the rule of pipeline-run.ts). */
function isReused(node: AnalysedNode | undefined, cache: ResultCache): boolean {
  if (node === undefined || node.node.bypassed === true) return true;
  if (hasEffect(node.type, node.params)) return false;
  const entry = cache.find(node);
  return entry !== null && !(node.type?.relation !== undefined && node.node.pinned?.some((port) => entry.ports[port]?.value === null) === true);
}

/** @throws PenstockError `preflight-refused` at the first node that certainly will not fit. */
export function assertFits(found: Preflight | null): void {
  if (found === null) return;
  for (const [nodeId, { verdict, why, remedy }] of Object.entries(found.nodes)) {
    if (verdict === 'refuse') throw new PenstockError('preflight-refused', `This will not fit: ${why}`, { remedy: `${remedy} To run it all the same: “Run anyway”, or --force on the command line.`, place: { nodeId } });
  }
  if (found.disk.verdict === 'refuse') throw new PenstockError('preflight-refused', found.disk.why, { remedy: `${found.disk.remedy} To run it all the same: “Run anyway”, or --force on the command line.` });
}

/** What likely will not fit, one sentence each; for the log of the run. */
export function preflightWarnings(found: Preflight | null): { readonly nodeId: string; readonly message: string }[] {
  if (found === null) return [];
  const nodes = Object.entries(found.nodes).flatMap(([nodeId, { verdict, why, remedy }]) => (verdict === 'ok' ? [] : [{ nodeId, message: `${why} ${remedy}` }]));
  return found.disk.verdict === 'ok' ? nodes : [...nodes, { nodeId: '', message: `${found.disk.why} ${found.disk.remedy}` }];
}
