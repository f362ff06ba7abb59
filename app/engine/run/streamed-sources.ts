import { isCancelled } from '#app/core/errors.ts';
import { ancestors, descendants } from '#app/pipeline/graph.ts';
import type { NodeRun } from '#app/protocol/schema.ts';
import type { PortValue } from '#app/sdk/ports.ts';
import type { AnalysedNode } from '../analysis/analyse.ts';
import { portKey } from '../planning/plan.ts';
import { failureOf, runExecutor, type NodeOutcome, type NodeReports } from './node-runner.ts';
import type { PipelineRunOptions } from './run-options.ts';
import { onWire } from '../wire.ts';
import { isStream } from './asked-once.ts';

/** Smaller files are read so quickly that a kept table is worth more. */
export const streamedFromBytes = 32e6;

/** What reading a source anew needs of its run. */
export interface RunHooks {
  node(id: string): AnalysedNode;
  state(id: string): NodeRun | undefined;
  set(id: string, change: Partial<NodeRun>): void;
  reports(id: string): NodeReports;
  stats(id: string, ports: NodeOutcome['ports']): NodeRun['ports'];
  /** Nodes whose tables are fused. */
  fused(): Iterable<string>;
}

/**
 * Sources of a run whose table the one query that wants it reads straight from the file. Nothing of them is kept. Where a row does not fit,
 * that query fails; the source is then read as usual, which says which row it is or sets it apart, and the query is asked again.
 */
export class StreamedSources {
  readonly #options: PipelineRunOptions;
  readonly #hooks: RunHooks;
  readonly #ids = new Set<string>();

  constructor(options: PipelineRunOptions, hooks: RunHooks) {
    this.#options = options;
    this.#hooks = hooks;
  }

  /** Outputs of a node that need not be written in this run. */
  async ports(node: AnalysedNode, signal: AbortSignal): Promise<ReadonlySet<string>> {
    const streams = node.type?.executor?.streams;
    const { stream, tables, environment } = this.#options;
    if (streams === undefined || !stream) return new Set();
    const ports = streams.ports.filter((port) => tables.get(portKey(node.node.id, port))?.decision === 'streamed');
    if (ports.length === 0 || (await streams.bytes(node.params, environment.probes(signal))) < streamedFromBytes) return new Set();
    return new Set(ports);
  }

  /** Notes what a node gave. @returns whether some of it is read from a file by those behind, and so is not kept. */
  note(id: string, values: Readonly<Record<string, PortValue>>): boolean {
    const streams = Object.values(values).some((value) => value.kind === 'table' && value.relation.op === 'scan' && isStream(value.relation));
    if (streams) this.#ids.add(id);
    return streams;
  }

  /** Nodes whose tables hang on a streamed file: counting them would read it again. */
  behind(): ReadonlySet<string> {
    return this.#ids.size === 0 ? this.#ids : descendants(this.#options.resolver.analysis.document, [...this.#ids]);
  }

  /** Reads the streamed sources of a node as usual. @returns none: there were none; read: ask again; else the source that failed. */
  async readAnew(nodeId: string, signal: AbortSignal): Promise<'none' | 'read' | { readonly failed: string }> {
    const { resolver, environment, runId, cache } = this.#options;
    const { document } = resolver.analysis;
    const upstream = ancestors(document, [nodeId]);
    const sources = [...this.#ids].filter((id) => upstream.has(id));
    for (const id of sources) {
      const source = this.#hooks.node(id);
      this.#hooks.set(id, { status: 'running', reason: 'Reads its file again and keeps the table, because a row did not fit.' });
      const startedAt = performance.now();
      try {
        const { values, ports } = await runExecutor(source, resolver, environment, this.#hooks.reports(id), { runId }, signal);
        const ms = performance.now() - startedAt;
        this.#ids.delete(id);
        resolver.set(id, values);
        const { key, parts, cacheable } = source;
        const state = this.#hooks.state(id);
        if (cacheable && parts !== null && key !== null) {
          cache.put({ key, nodeId: id, pipelineId: document.id, finishedAt: Date.now(), ms, parts, metrics: state?.metrics ?? {}, diagnostics: state?.diagnostics ?? [] }, ports);
        }
        this.#hooks.set(id, { status: 'succeeded', ms, ports: this.#hooks.stats(id, ports) });
      } catch (error) {
        if (signal.aborted || isCancelled(error)) throw error;
        this.#hooks.set(id, { status: 'failed', reason: '', ports: {}, diagnostics: [onWire(failureOf(id, error))] });
        return { failed: id };
      }
    }
    if (sources.length === 0) return 'none';
    const behind = descendants(document, sources);
    resolver.forget([...this.#hooks.fused()].filter((id) => behind.has(id)));
    return 'read';
  }
}
