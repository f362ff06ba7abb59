import { PenstockError } from '#app/core/errors.ts';
import type { PipelineDocument, PipelineNode } from '#app/pipeline/document.ts';
import { nodeTitle } from '#app/pipeline/graph.ts';
import { flatPort, type Expanded } from '#app/pipeline/subflow/expand.ts';
import type { NodeRun, RunDetail, RunSummary } from '#app/protocol/schema.ts';
import type { PortValue } from '#app/sdk/ports.ts';
import type { Origin } from '#app/reports/resolved.ts';
import type { Engine } from '../engine.ts';

/** Runs looked through for the last result of a node. */
const mostRuns = 50;

/** A pipeline of the project as it is now. */
export interface KnownPipeline {
  readonly path: string;
  readonly document: PipelineDocument;
  /** With the nodes of its subflows in their places. */
  readonly expanded: Expanded;
}

/** A value of a port, with where it comes from. */
export interface FoundValue {
  readonly value: PortValue;
  readonly origin: Origin;
  readonly pipeline: KnownPipeline;
  readonly node: PipelineNode;
  /** What the run said of the node; null where no run is known. */
  readonly nodeRun: NodeRun | null;
}

interface PortAt {
  readonly pipeline: string;
  readonly path: string;
  readonly node: string;
  readonly port: string;
}

export type Found = FoundValue | { readonly gone: string } | { readonly missing: string; readonly run: { path: string; node: string } };

interface Read extends KnownPipeline {
  readonly modifiedAt: number;
}

/** Every block of a page asks for the same few files: one that has not changed is not read again. */
const readBefore = new WeakMap<Engine, ReadonlyMap<string, Read>>();

/** Results that reports are made of: the last ones, or those of a run. One is made for each reading, and remembers what it read. */
export class ReportSources {
  readonly #engine: Engine;
  readonly #pinned: Readonly<Record<string, string>>;
  readonly #signal: AbortSignal;
  #pipelines: Promise<readonly KnownPipeline[]> | null = null;
  readonly #runs = new Map<string, readonly RunSummary[]>();
  readonly #details = new Map<string, RunDetail | null>();

  constructor(engine: Engine, pinned: Readonly<Record<string, string>>, signal: AbortSignal) {
    this.#engine = engine;
    this.#pinned = pinned;
    this.#signal = signal;
  }

  /** Every pipeline that can be read. */
  pipelines(): Promise<readonly KnownPipeline[]> {
    this.#pipelines ??= (async () => {
      await this.#engine.pipelines.flush();
      const listed = await this.#engine.pipelines.list();
      const known = readBefore.get(this.#engine) ?? new Map<string, Read>();
      const read = await Promise.all(
        listed.map(async ({ path, modifiedAt }): Promise<Read | null> => {
          const before = known.get(path);
          if (before?.modifiedAt === modifiedAt) return before;
          const opened = await this.#engine.pipelines.open(path, { readOnly: true }).catch(() => null);
          return opened === null ? null : { path, modifiedAt, document: opened.document, expanded: this.#engine.analyser.expand(opened.document) };
        }),
      );
      const all = read.filter((one) => one !== null);
      readBefore.set(this.#engine, new Map(all.map((one) => [one.path, one])));
      return all;
    })();
    return this.#pipelines;
  }

  /** By its id; where a copy has the same, by the path as well. */
  async pipeline(id: string, path: string): Promise<KnownPipeline | null> {
    const all = await this.pipelines();
    return all.find((one) => one.document.id === id && one.path === path) ?? all.find((one) => one.document.id === id) ?? null;
  }

  /** By its title, whatever the case of its letters. @returns a sentence where there is none, or more than one. */
  async titled(title: string): Promise<KnownPipeline | string> {
    const all = await this.pipelines();
    const found = all.filter(({ document }) => document.title.toLowerCase() === title.toLowerCase());
    const [only] = found;
    if (only !== undefined && found.length === 1) return only;
    return found.length > 1 ? `${found.length} pipelines are called “${title}”.` : `There is no pipeline “${title}”.`;
  }

  nodeTitled({ document, expanded }: KnownPipeline, title: string): PipelineNode | string {
    const found = expanded.document.nodes.filter((node) => this.titleOf(node).toLowerCase() === title.toLowerCase() || node.id === title);
    const [only] = found;
    if (only !== undefined && found.length === 1) return only;
    return found.length > 1 ? `${found.length} nodes of “${document.title}” are called “${title}”.` : `“${document.title}” has no node “${title}”.`;
  }

  titleOf(node: PipelineNode): string {
    return nodeTitle(node, this.#engine.catalogue.get(node.type)?.definition.title);
  }

  /** Newest first, without those whose records are damaged. */
  runsOf(pipelineId: string): readonly RunSummary[] {
    const known = this.#runs.get(pipelineId);
    if (known !== undefined) return known;
    const runs = this.#engine.store.records.list({ pipelineId, limit: mostRuns }).filter(({ damaged }) => damaged === undefined);
    this.#runs.set(pipelineId, runs);
    return runs;
  }

  run(runId: string): RunDetail | null {
    const known = this.#details.get(runId);
    if (known !== undefined) return known;
    const run = this.#engine.store.records.get(runId);
    this.#details.set(runId, run);
    return run;
  }

  pinnedRun(pipelineId: string): string | null {
    return this.#pinned[pipelineId] ?? null;
  }

  /** The value of a port: of the pinned run, else the last one. Nothing is run. @throws PenstockError of reading it. */
  async find(source: PortAt): Promise<Found> {
    const pipeline = await this.pipeline(source.pipeline, source.path);
    if (pipeline === null) return { gone: `The pipeline of this block (${source.path}) is not in the project any more.` };
    const pinned = this.pinnedRun(source.pipeline);
    const at = flatPort(pipeline.expanded, source.node, source.port);
    const node = pipeline.expanded.document.nodes.find(({ id }) => id === at.node);
    if (pinned !== null) return this.#ofRun(pipeline, pinned, source, null);
    if (node === undefined) return { gone: `The node of this block is not in “${pipeline.document.title}” any more.` };
    const ports = this.#engine.catalogue.get(node.type)?.definition.outputs;
    if (ports !== undefined && !ports.some(({ name }) => name === at.port)) return { gone: `“${this.titleOf(node)}” has no output “${source.port}” any more.` };
    const { freshness } = await this.#engine.configure(pipeline.document, this.#signal);
    const state = freshness[node.id];
    const last = this.#lastRunWith(pipeline.document.id, node.id);
    if (state?.state === 'fresh' || (last === null && (await this.#hasResult(pipeline, source)))) {
      const value = await this.#engine.data.valueOrNull({ document: pipeline.document, nodeId: node.id, port: source.port }, this.#signal);
      if (value !== null) return { value, pipeline, node, nodeRun: last?.node ?? null, origin: this.#origin(pipeline, node, last?.run ?? null, null, false) };
    }
    const missing = { missing: `“${this.titleOf(node)}” has not been run yet.`, run: { path: pipeline.path, node: node.id } };
    if (last === null) return missing;
    const why = state === undefined || state.reasons.length === 0 ? 'Something it depends on changed.' : state.reasons.join('; ');
    const found = await this.#ofRun(pipeline, last.run.runId, source, why);
    return 'gone' in found ? { ...missing, missing: `“${this.titleOf(node)}” has changed since its last run, whose result is no longer kept.` } : found;
  }

  async #hasResult(pipeline: KnownPipeline, { node, port }: { readonly node: string; readonly port: string }): Promise<boolean> {
    const value = await this.#engine.data.valueOrNull({ document: pipeline.document, nodeId: node, port }, this.#signal).catch(() => null);
    return value !== null && value.kind !== 'table';
  }

  async #ofRun(pipeline: KnownPipeline, runId: string, source: { readonly node: string; readonly port: string }, stale: string | null): Promise<Found> {
    const run = this.run(runId);
    if (run === null) return { gone: 'The run that this report is pinned to is not in the project any more.' };
    const expanded = this.#engine.analyser.expand(run.document);
    const { node: nodeId, port } = flatPort(expanded, source.node, source.port);
    const node = expanded.document.nodes.find(({ id }) => id === nodeId);
    const nodeRun = run.nodes.find((one) => one.nodeId === nodeId);
    if (node === undefined || nodeRun === undefined) return { gone: `The run of ${momentText(run.startedAt)} did not have this node.` };
    const keys = new Map(run.nodes.map((one) => [one.nodeId, one.cacheKey]));
    const value = await this.#engine.data.valueOfRun({ document: run.document, nodeId, port }, keys, this.#signal);
    if (value === null) return { gone: `The result of “${this.titleOf(node)}” from the run of ${momentText(run.startedAt)} is no longer kept.` };
    return { value, pipeline, node, nodeRun, origin: this.#origin(pipeline, node, run, stale, stale === null) };
  }

  /** The newest run in which the node came to a result. */
  #lastRunWith(pipelineId: string, nodeId: string): { run: RunDetail; node: NodeRun } | null {
    for (const { runId } of this.runsOf(pipelineId)) {
      const run = this.run(runId);
      const node = run?.nodes.find((one) => one.nodeId === nodeId && (one.status === 'succeeded' || one.status === 'cached'));
      if (run && node) return { run, node };
    }
    return null;
  }

  /** The port's value in the run before the one with this id; null where there is none, or it is no longer kept. */
  async before(source: PortAt, runId: string | null): Promise<FoundValue | null> {
    const pipeline = await this.pipeline(source.pipeline, source.path);
    const runs = this.runsOf(source.pipeline);
    const at = runId === null ? -1 : runs.findIndex((run) => run.runId === runId);
    const { node } = pipeline === null ? source : flatPort(pipeline.expanded, source.node, source.port);
    const earlier = runs.slice(at + 1).find((run) => this.run(run.runId)?.nodes.some((one) => one.nodeId === node && (one.status === 'succeeded' || one.status === 'cached')));
    if (pipeline === null || earlier === undefined) return null;
    const found = await this.#ofRun(pipeline, earlier.runId, source, null);
    return 'value' in found ? found : null;
  }

  #origin(pipeline: KnownPipeline, node: PipelineNode, run: RunDetail | null, stale: string | null, pinned: boolean): Origin {
    return { pipelineTitle: pipeline.document.title, path: pipeline.path, nodeId: node.id, nodeTitle: this.titleOf(node), runId: run?.runId ?? null, at: run?.startedAt ?? null, stale, pinned };
  }
}

/** “29 Nov 2026, 13:20”, in the time of this machine. */
export const momentText = (at: number): string => new Date(at).toLocaleString('en-GB', { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' });

export function notThere(message: string): PenstockError {
  return new PenstockError('report-source-gone', message, { remedy: 'Choose another one.' });
}
