import { CancelledError, isCancelled, PenstockError } from '#app/core/errors.ts';
import { formatAgo } from '#app/core/units.ts';
import { ancestors } from '#app/pipeline/graph.ts';
import type { RunStatus } from '#app/protocol/schema.ts';
import type { AnalysedNode } from '../analysis/analyse.ts';
import { hasEffect } from '../catalogue.ts';
import { onWire } from '../wire.ts';
import { partialKey, type ResultEntry } from '../results/result-cache.ts';
import { findDamagedResult } from '../results/damaged-results.ts';
import { RunEventLog } from './event-log.ts';
import { findFault } from './fault.ts';
import { EdgeStats } from './edge-stats.ts';
import { FusedTables } from './fused-tables.ts';
import { FaultUpstream, isDescription, metricsOf, NotReady } from './node-outcomes.ts';
import { withinLimits } from './within-limits.ts';
import { failureOf, runExecutor, runRelation, type NodeEnvironment, type NodeOutcome, type NodeReports } from './node-runner.ts';
import { NodeStates } from './node-states.ts';
import { PortUses } from './port-uses.ts';
import type { PipelineRunOptions, PreviousPorts } from './run-options.ts';
import { StreamedSources } from './streamed-sources.ts';
import { runSchedule, type Outcome } from './schedule.ts';

/** One run of a pipeline: from the plan to the last event. Everything a person sees of it goes through its event log. */
export class PipelineRun {
  readonly log: RunEventLog;
  /** Resolves when the run has ended and is on disk; never rejects. */
  readonly finished: Promise<RunStatus>;
  readonly #options: PipelineRunOptions;
  readonly #controller = new AbortController();
  readonly #startedAt = performance.now();
  readonly #states: NodeStates;
  readonly #fused: FusedTables;
  readonly #blamed = new Map<string, string>();
  readonly #uses: PortUses;
  readonly #edges: EdgeStats;
  #executed = 0;
  readonly #streams: StreamedSources;

  constructor(options: PipelineRunOptions) {
    this.#options = options;
    this.log = new RunEventLog(options.runId);
    this.#states = new NodeStates(options, this.log, (id) => this.#node(id));
    this.#edges = new EdgeStats(options.resolver, (scan) => options.scanRows(scan));
    this.#fused = new FusedTables(options, this.#states, this.#edges);
    this.#uses = new PortUses(options);
    this.#streams = new StreamedSources(options, {
      node: (id) => this.#node(id),
      state: (id) => this.#states.get(id),
      set: (id, change) => this.#states.set(id, change),
      reports: (id) => this.#reports(id, () => undefined),
      stats: (id, ports) => this.#fused.statsOf(id, ports),
      fused: () => this.#fused.ids(),
    });
    this.finished = this.#run();
  }

  get runId(): string {
    return this.#options.runId;
  }

  /** Ports of the nodes that have a result in this run. */
  get ports(): PreviousPorts {
    return new Map([...this.#states.all()].filter(({ status }) => status === 'succeeded' || status === 'cached').map((state) => [state.nodeId, state.ports]));
  }

  cancel(): void {
    this.#controller.abort();
  }

  get #signal(): AbortSignal {
    return this.#controller.signal;
  }

  #node(id: string): AnalysedNode {
    const node = this.#options.resolver.analysis.nodes.get(id);
    if (node === undefined) throw new PenstockError('unknown-node', `The pipeline has no node “${id}”.`, { place: { nodeId: id } });
    return node;
  }

  async #run(): Promise<RunStatus> {
    const { plan, parallel, records, runId, pipelinePath, resolver } = this.#options;
    const { document } = resolver.analysis;
    let status: RunStatus;
    try {
      // Lets the caller have the run before its first event.
      await Promise.resolve();
      records.start({ runId, pipelineId: document.id, pipelinePath, title: document.title, startedAt: Date.now(), document: resolver.analysis.drawn });
      for (const id of plan) {
        const node = this.#node(id);
        this.#uses.count(node, !this.#mustRun(node) && this.#options.cache.find(node) !== null);
      }
      for (const id of plan) this.#states.set(id, { status: 'queued' });
      const tasks = plan.map((id) => ({ id, needs: sourcesOf(this.#node(id)), light: this.#isLight(this.#node(id)) }));
      const outcomes = await runSchedule(tasks, {
        parallel,
        signal: this.#signal,
        execute: (id, signal) => this.#execute(this.#node(id), signal),
        settled: (id, outcome, detail) => this.#settled(id, outcome, detail),
      });
      if (this.#executed > 0 && !this.#signal.aborted) await this.#fused.lookBack(performance.now() - this.#startedAt, this.#streams.behind(), (id) => this.#node(id), this.#signal);
      status = this.#signal.aborted ? 'cancelled' : [...outcomes.values()].every((outcome) => outcome === 'succeeded') ? 'succeeded' : 'failed';
    } catch (error) {
      status = 'failed';
      this.#options.environment.noteUnexpected(error);
      this.log.log('', 'warning', `The run ended early: ${failureOf('', error).message}`);
    }
    const ms = performance.now() - this.#startedAt;
    try {
      records.together(() => {
        this.#states.flush();
        records.finish(runId, { status, ms });
      });
    } catch (error) {
      this.log.log('', 'warning', `The end of the run could not be recorded: ${failureOf('', error).message}`);
    }
    this.log.end(status, ms);
    return status;
  }

  /** Serving and the like must happen, whatever is known already. */
  #mustRun(node: AnalysedNode): boolean {
    return hasEffect(node.type, node.params);
  }

  #isLight(node: AnalysedNode): boolean {
    return node.node.bypassed === true || node.type?.executor?.run === undefined || (!this.#mustRun(node) && this.#options.cache.find(node) !== null);
  }

  async #execute(node: AnalysedNode, signal: AbortSignal): Promise<void> {
    const id = node.node.id;
    const { cache, environment } = this.#options;
    if (node.node.bypassed === true) {
      this.#states.set(id, { status: 'succeeded', reason: 'Bypassed: its input is passed through.', ms: 0 });
      return;
    }
    if (node.problems.length > 0 || node.key === null) throw new NotReady(node.problems);
    const found = this.#mustRun(node) ? null : cache.find(node);
    const pinnedAnew = node.node.pinned?.some((port) => found?.ports[port]?.value === null) === true && node.type?.relation !== undefined;
    if (found !== null && !pinnedAnew) {
      const damaged = await findDamagedResult(null, [{ title: node.title, values: Object.values(found.ports).flatMap(({ value }) => value ?? []) }], (artifact) => environment.artifacts.setAsideAtFirstUse(artifact));
      if (damaged !== null) throw damaged;
      this.#states.set(id, {
        status: 'cached',
        reason: `Unchanged: the result of ${formatAgo(found.finishedAt, Date.now())} is reused.`,
        ms: 0,
        ports: this.#fused.statsOf(id, found.ports),
        metrics: found.metrics,
        diagnostics: found.diagnostics.map(onWire),
      });
      if (Object.values(found.ports).some((port) => port.value === null)) this.#fused.add(id, found);
      return;
    }
    const { key } = node;
    await withinLimits(node, environment, signal, (within, limited) => {
      this.#states.set(id, { status: 'running', reason: this.#whyRun(node), startedMs: performance.now() - this.#startedAt });
      this.#executed += 1;
      return this.#work({ ...node, key }, limited, within);
    });
  }

  async #work(node: AnalysedNode & { readonly key: string }, environment: NodeEnvironment, signal: AbortSignal): Promise<void> {
    const id = node.node.id;
    const { cache, resolver, runId } = this.#options;
    const startedAt = performance.now();
    let queryFailed = false;
    const reports = this.#reports(id, () => {
      queryFailed = true;
    });
    const streamed = await this.#streams.ports(node, signal);
    const work = (): Promise<NodeOutcome> =>
      node.type?.executor?.run === undefined
        ? runRelation(node, resolver, environment, (port) => this.#uses.of(node, port), reports, signal)
        : runExecutor(node, resolver, environment, reports, { runId }, signal, streamed);
    let outcome: NodeOutcome;
    try {
      outcome = await work().catch(async (error: unknown) => {
        const anew = !queryFailed || signal.aborted || isCancelled(error) ? 'none' : await this.#streams.readAnew(id, signal);
        if (anew === 'none') throw error;
        queryFailed = false;
        if (anew === 'read') return work();
        this.#blamed.set(id, anew.failed);
        throw new FaultUpstream(anew.failed);
      });
    } catch (error) {
      if (signal.aborted || isCancelled(error)) throw error;
      const damaged = await this.#damaged(id, error);
      if (damaged !== null) throw damaged;
      if (queryFailed) await this.#blame(node, signal);
      throw error;
    }
    const ms = performance.now() - startedAt;
    const metrics = { ...this.#states.get(id)?.metrics, ...metricsOf(outcome) };
    if (outcome.isPartial === true) {
      if (node.cacheable && node.parts !== null) cache.put({ key: partialKey(node.key), nodeId: id, pipelineId: resolver.analysis.document.id, finishedAt: Date.now(), ms, parts: node.parts, metrics, diagnostics: this.#states.get(id)?.diagnostics ?? [] }, outcome.ports);
      throw new CancelledError('Cancelled; what there was so far is shown. The next run goes on from there.');
    }
    if (node.type?.executor?.keepsPartial === true) cache.delete(partialKey(node.key));
    resolver.set(id, outcome.values);
    let entry: ResultEntry | null = null;
    const isStream = this.#streams.note(id, outcome.values);
    if (node.cacheable && node.parts !== null && !isStream) {
      const diagnostics = this.#states.get(id)?.diagnostics ?? [];
      const about = { key: node.key, nodeId: id, pipelineId: resolver.analysis.document.id, finishedAt: Date.now(), ms, parts: node.parts, metrics, diagnostics };
      entry = cache.put(about, outcome.ports, { later: isDescription(outcome.ports) });
    }
    if (Object.values(outcome.ports).some((port) => port.value === null)) this.#fused.add(id, entry);
    this.#states.set(id, { status: 'succeeded', ms, ports: this.#fused.statsOf(id, outcome.ports), metrics });
    await this.#fused.noteSeen();
  }

  #whyRun(node: AnalysedNode): string {
    const { cache, resolver } = this.#options;
    if (this.#mustRun(node)) return 'It runs every time, because it acts outside the pipeline.';
    if (!node.cacheable) return 'It runs every time, because it reads something that may change at any time.';
    const reasons = cache.reasons(resolver.analysis, node);
    return reasons.length === 0 ? 'It has not been run before.' : `Ran because ${reasons.join('; ')}.`;
  }

  #reports(id: string, queryFailed: () => void): NodeReports {
    return {
      progress: (fraction, message) => this.log.progress(id, fraction, message),
      metric: (name, value, step) => {
        if (step === undefined) {
          this.#states.set(id, { metrics: { ...this.#states.get(id)?.metrics, [name]: value } }, false);
          return;
        }
        this.#states.metric({ nodeId: id, name, step, value });
      },
      log: (level, message) => this.log.log(id, level, message),
      report: (diagnostic) => this.#states.set(id, { diagnostics: this.#states.diagnosticsWith(id, [onWire(diagnostic)]) }),
      queryFailed,
      profiled: (relation, root) => this.#edges.take(relation, root),
      replaced: (made, original) => this.#edges.replaced(made, original),
    };
  }

  /** Whether a stored result upstream is behind a failure. */
  #damaged(id: string, error: unknown): Promise<PenstockError | null> {
    const { resolver, cache, environment } = this.#options;
    const results = [...ancestors(resolver.analysis.document, [id])].map((upstream) => {
      const node = this.#node(upstream);
      return { title: node.title, values: Object.values(cache.find(node)?.ports ?? {}).flatMap(({ value }) => value ?? []) };
    });
    return findDamagedResult(failureOf(id, error).code, results, (artifact) => environment.artifacts.setAsideIfDamaged(artifact));
  }

  /** Finds the node whose part of a fused query fails, and reports the failure there. @throws FaultUpstream when it is another node. */
  async #blame(node: AnalysedNode, signal: AbortSignal): Promise<void> {
    const { resolver, environment, cache } = this.#options;
    const fault = await findFault(node, { resolver, database: environment.database, isFused: (id) => this.#fused.has(id), signal });
    if (fault === null || fault.nodeId === node.node.id) return;
    for (const id of [fault.nodeId, ...fault.between]) {
      const key = resolver.analysis.nodes.get(id)?.key;
      if (key) cache.delete(key);
      this.#fused.delete(id);
      if (id !== fault.nodeId) this.#states.set(id, { status: 'skipped', reason: `Skipped because “${this.#node(fault.nodeId).title}” failed.`, ports: {} });
    }
    this.#states.set(fault.nodeId, { status: 'failed', reason: '', ports: {}, diagnostics: [onWire(failureOf(fault.nodeId, fault.error))] });
    this.#blamed.set(node.node.id, fault.nodeId);
    throw new FaultUpstream(fault.nodeId);
  }

  #settled(id: string, outcome: Outcome, detail: { readonly error?: unknown; readonly because?: string }): void {
    const because = detail.because === undefined ? undefined : (this.#blamed.get(detail.because) ?? detail.because);
    const why = because === undefined ? '' : this.#node(because).title;
    if (outcome === 'succeeded') {
      // Work that took time is on disk before anything else starts; descriptions go with the next such write.
      if (this.#states.get(id)?.status === 'succeeded' && !this.#fused.has(id)) this.#states.tryFlush();
    } else if (this.#signal.aborted || outcome === 'cancelled') {
      this.#states.set(id, { status: 'cancelled', reason: detail.error instanceof CancelledError ? detail.error.message : 'Cancelled.' });
    } else if (outcome === 'skipped') {
      this.#states.set(id, { status: 'skipped', reason: because === undefined ? 'Skipped: it is on or behind a circle.' : `Skipped because “${why}” failed.` });
    } else if (detail.error instanceof FaultUpstream) {
      this.#states.set(id, { status: 'skipped', reason: `Skipped because “${this.#node(detail.error.nodeId).title}” failed.` });
    } else if (detail.error instanceof NotReady) {
      const problems = detail.error.problems.map(onWire);
      const first = problems[0]?.message;
      this.#states.set(id, { status: 'failed', reason: first ?? 'It is not ready: something it needs is not.', diagnostics: problems });
    } else {
      this.#options.environment.noteUnexpected(detail.error);
      const failure = onWire(failureOf(id, detail.error));
      this.#states.set(id, { status: 'failed', reason: failure.message, diagnostics: this.#states.diagnosticsWith(id, [failure]) });
      this.#states.tryFlush();
    }
  }
}

export function sourcesOf(node: AnalysedNode): string[] {
  return Object.values(node.inputs).flatMap((sources) => sources.map((source) => source.nodeId));
}
