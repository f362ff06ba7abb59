import type { Database } from '#app/data/index.ts';
import type { NodeRun } from '#app/protocol/schema.ts';
import type { AnalysedNode } from '../analysis/analyse.ts';
import { portKey } from '../planning/plan.ts';
import type { ResultEntry, StoredPort } from '../results/result-cache.ts';
import { onWire } from '../wire.ts';
import type { EdgeStats } from './edge-stats.ts';
import { countFusedTables } from './live-counts.ts';
import type { NodeStates } from './node-states.ts';
import { givesReports, isReportPort, lateReports } from './relation-reports.ts';
import type { PipelineRunOptions } from './run-options.ts';

/** Of the time that a run took, what the courtesies after it may take. */
const shareAfterwards = 0.02;
const leastAfterwardsMs = 200;

/**
 * Nodes of a run whose tables were not computed by themselves, and what is found out about those tables all the same: by the queries that they
 * became part of, and after the run in what little time is left.
 */
export class FusedTables {
  readonly #options: PipelineRunOptions;
  readonly #states: NodeStates;
  readonly #edges: EdgeStats;
  /** With what is in the cache of them, where something is. */
  readonly #entries = new Map<string, ResultEntry | null>();

  constructor(options: PipelineRunOptions, states: NodeStates, edges: EdgeStats) {
    this.#options = options;
    this.#states = states;
    this.#edges = edges;
  }

  has(id: string): boolean {
    return this.#entries.has(id);
  }

  ids(): Iterable<string> {
    return this.#entries.keys();
  }

  add(id: string, entry: ResultEntry | null): void {
    this.#entries.set(id, entry);
  }

  delete(id: string): void {
    this.#entries.delete(id);
  }

  /** What is shown of a node's ports, beside what they had in the last run. */
  statsOf(id: string, ports: Readonly<Record<string, StoredPort>>): NodeRun['ports'] {
    const previous = this.#options.previous.get(id);
    return Object.fromEntries(
      Object.entries(ports).map(([name, { kind, rows, bytes }]) => {
        const before = previous?.[name];
        const planned = this.#options.tables.get(portKey(id, name));
        return [name, { kind, rows, bytes, ...(before === undefined ? {} : { previousRows: before.rows, previousBytes: before.bytes }), ...(planned === undefined || (planned.decision === 'streamed' && !this.#options.stream) ? {} : { plan: planned.why }) }];
      }),
    );
  }

  /** Numbers that the queries so far gave by the way. */
  async noteSeen(): Promise<void> {
    for (const { nodeId, port, ...seen } of await this.#edges.seen(this.#entries.keys())) this.#notePort(nodeId, port, seen);
  }

  /** Counts rows and makes reports after a run that took `ms`, but for the nodes in `but`. */
  async lookBack(ms: number, but: ReadonlySet<string>, node: (id: string) => AnalysedNode, signal: AbortSignal): Promise<void> {
    const { resolver, environment } = this.#options;
    const within = { resolver, database: environment.database, signal, budgetMs: Math.max(leastAfterwardsMs, ms * shareAfterwards) };
    await countFusedTables([...this.#entries.keys()].filter((id) => !but.has(id)), {
      ...within,
      known: (id, port) => this.#states.get(id)?.ports[port]?.rows ?? null,
      counted: (id, port, rows) => this.#notePort(id, port, { rows, bytes: null, ms: null }),
    });
    if (!signal.aborted) await this.#makeReports([...this.#entries.keys()].filter((id) => !but.has(id)).map(node), within);
  }

  async #makeReports(nodes: readonly AnalysedNode[], within: { readonly resolver: PipelineRunOptions['resolver']; readonly database: Database; readonly signal: AbortSignal; readonly budgetMs: number }): Promise<void> {
    const open = nodes.filter((node) => givesReports(node) && !node.type?.definition.outputs.some(({ name }) => isReportPort(node, name) && this.#entries.get(node.node.id)?.ports[name] !== undefined));
    await lateReports(open, {
      ...within,
      done: (node, made, found) => {
        const { id } = node.node;
        const diagnostics = this.#states.diagnosticsWith(id, found.map(onWire));
        this.#states.set(id, { ports: { ...this.#states.get(id)?.ports, ...this.statsOf(id, made.ports) }, diagnostics });
        const entry = this.#entries.get(id);
        if (!entry) return;
        const { ports, ...about } = entry;
        this.#entries.set(id, this.#options.cache.put({ ...about, diagnostics }, { ...ports, ...made.ports }, { later: true }));
      },
    });
  }

  #notePort(id: string, port: string, seen: { readonly rows: number; readonly bytes: number | null; readonly ms: number | null }): void {
    const state = this.#states.get(id);
    const before = state?.ports[port];
    if (state === undefined || state.status === 'failed') return;
    const { rows } = seen;
    const [stats] = Object.values(this.statsOf(id, { [port]: { kind: 'table', value: null, rows, bytes: before?.bytes ?? null } }));
    if (stats === undefined) return;
    this.#states.set(id, { ports: { ...state.ports, [port]: { ...before, ...stats, ...(seen.ms === null ? {} : { ms: seen.ms }), ...(seen.bytes === null ? {} : { flowBytes: seen.bytes }) } } });
    const entry = this.#entries.get(id);
    const stored = entry?.ports[port];
    if (!entry || stored === undefined || stored.rows === rows) return;
    const { ports, ...about } = entry;
    this.#entries.set(id, this.#options.cache.put(about, { ...ports, [port]: { ...stored, rows } }, { later: true }));
  }
}
