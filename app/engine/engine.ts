import { previewExpression, type PreviewAnswer, type PreviewRequest } from './expression-preview.ts';
import { columnPath, type ColumnPath } from './lineage/column-path.ts';
import { rowPath, type RowPath, type RowTarget } from './lineage/row-path.ts';
import { ColumnSteps, type PortColumn } from './lineage/column-steps.ts';
import { userConfigDir } from './connections/index.ts';
import { rm } from 'node:fs/promises';
import { actAs } from '#app/access/caller.ts';
import { distinctDiagnostics } from '#app/core/diagnostics.ts';
import { PenstockError, type Diagnostic } from '#app/core/errors.ts';
import { newRecordId } from '#app/core/ids.ts';
import { openDatabase } from '#app/data/index.ts';
import { makeTempDir, openFolder } from './encryption/open.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import { ancestors, topologicalOrder } from '#app/pipeline/graph.ts';
import { flatNodes, flatPort } from '#app/pipeline/subflow/expand.ts';
import type { Freshness, RunEvent } from '#app/protocol/schema.ts';
import type { AnalysedNode, Analysis } from './analysis/analyse.ts';
import { loadCatalogue } from './catalogue.ts';
import { withPacks } from './packs/index.ts';
import { openProjectStore } from './project/project-store.ts';
import { isMissing, notRun, PortValueResolver, type PortValues } from './results/port-values.ts';
import { artifactsOf } from './results/value-codec.ts';
import { RunEventLog } from './run/event-log.ts';
import { runExecutor } from './run/node-runner.ts';
import { withinLimits } from './run/within-limits.ts';
import { PipelineRun } from './run/pipeline-run.ts';
import type { PreviousPorts } from './run/run-options.ts';
import { planRun } from './run/plan.ts';
import type { Preflight } from './planning/preflight.ts';
import { assertFits, preflightWarnings } from './planning/planner.ts';
import { ProjectLimits } from './planning/project-limits.ts';
import { replayRun } from './run/replay.ts';
import { SharedWork } from './run/shared-work.ts';
import { suggestParams } from './analysis/suggest.ts';
import { makeProjectId, projectId } from './trace/audit-heads.ts';
import { holdsProject, ProjectTrust } from './trust/index.ts';
import { EngineAreas } from './areas.ts';
import type { EngineOptions, StartRun } from './engine-options.ts';
import { parallelNodes, userName } from './machine.ts';

export type { EngineOptions, StartRun } from './engine-options.ts';

/** One project, open: everything that front ends, the command line and tests ask for goes through here. */
export class Engine extends EngineAreas {
  /** Runs of this session by id; ended ones stay for a while so that late listeners get their curves from memory. */
  readonly #runs = new Map<string, { readonly run: PipelineRun; readonly pipelineId: string; readonly targets: ReadonlySet<string> }>();
  /** Ports in the last successful run of each pipeline of this session, so that they need not be read again. */
  readonly #previous = new Map<string, PreviousPorts>();
  readonly #sources = new SharedWork<PortValues>();

  /** @throws PenstockError `project-locked` when another process writes to the project; those of the store. */
  static async open(options: EngineOptions): Promise<Engine> {
    const wasThere = holdsProject(options.projectDir);
    const vault = await openFolder(options);
    const store = await openProjectStore(options.projectDir, {
      readOnly: options.readOnly === true,
      onLeaseLost: () => options.warn?.('Another process has taken over this project; this one only reads from now on.'),
    });
    let tempDir: string | null = null;
    let opened: Engine | null = null;
    try {
      tempDir = await makeTempDir(vault);
      const limits = await ProjectLimits.open({ store, projectDir: options.projectDir, tempDir, memory: options.memoryLimit ?? process.env['PENSTOCK_MEMORY_LIMIT'] });
      const database = await openDatabase({ tempDir, vault, ...limits.database });
      const trust = await ProjectTrust.open({
        ...{ projectDir: options.projectDir, filesDir: options.filesDir ?? options.projectDir, configDir: options.configDir ?? userConfigDir(), mode: options.trust ?? 'given', exceptions: options.trustExceptions, wasThere, store },
        audit: (event) => (opened === null ? void store.audit.append({ actor: `user:${userName()}`, ...event }) : opened.audit(event)),
        warn: (message) => options.warn?.(message),
      });
      const engine = new Engine(options, { ...(await withPacks(options.catalogue ?? loadCatalogue(), options.filesDir ?? options.projectDir, options.configDir ?? userConfigDir())), database, store, tempDir, limits, trust });
      opened = engine;
      trust.listen(() => engine.trustChanged());
      await engine.storage.start();
      if (!store.readOnly) await engine.environment.checkpoints.sweep(Date.now());
      engine.automation.start();
      return engine;
    } catch (error) {
      await store.close();
      if (tempDir !== null) await rm(tempDir, { recursive: true, force: true });
      throw error;
    }
  }

  override async analyse(document: PipelineDocument, signal: AbortSignal = this.closer.signal): Promise<Analysis> {
    this.storage.seen(document);
    return this.analyser.analyse(document, signal);
  }

  /** Files of the results that a run starts from. */
  #artifactsOf(analysis: Analysis, ids: readonly string[]): string[] {
    return ids.flatMap((id) => {
      const node = analysis.nodes.get(id);
      const ports = node === undefined ? {} : (this.cache.find(node)?.ports ?? {});
      return Object.values(ports).flatMap((port) => (port.value === null ? [] : [...artifactsOf(port.value)]));
    });
  }

  /** Schemas, diagnostics, card lines, freshness and suggested params; nothing runs. */
  async configure(document: PipelineDocument, signal?: AbortSignal): Promise<Analysis & { freshness: Record<string, Freshness>; suggestions: Record<string, Record<string, unknown>> }> {
    const analysis = await this.analyse(document, signal);
    return { ...analysis, freshness: this.cache.freshness(analysis), suggestions: suggestParams(analysis) };
  }

  /** What an expression gives for the first rows of a node's input. */
  async previewExpression(request: PreviewRequest, signal: AbortSignal = this.closer.signal): Promise<PreviewAnswer> {
    const analysis = await this.analyse(request.document, signal);
    return previewExpression(request, { analysis, data: this.data, database: this.database, building: this.building }, signal);
  }

  /** The way of one column through the canvas. Nothing runs. @throws PenstockError `unknown-node`, `unknown-port`, `unknown-column`. */
  async columnPath(document: PipelineDocument, target: PortColumn, signal?: AbortSignal): Promise<ColumnPath> {
    const analysis = await this.analyse(document, signal);
    const { node: nodeId, port } = flatPort(analysis.expanded, target.nodeId, target.port);
    return columnPath(analysis, new ColumnSteps(analysis, this.building), { ...target, nodeId, port });
  }

  /** The rows of the sources that one row of a table comes from. @throws PenstockError `not-run`, `no-such-row`, those of the filter. */
  async rowPath(document: PipelineDocument, target: RowTarget & { readonly filter: string }, signal: AbortSignal = this.closer.signal): Promise<RowPath> {
    const table = await this.data.table({ document, ...target }, signal);
    const { node: nodeId, port } = flatPort(this.analyser.expand(document), target.nodeId, target.port);
    return rowPath(table, { ...target, nodeId, port }, { resolver: await this.data.resolver(document, signal), database: this.database, tempDir: this.tempDir, signal });
  }

  /** What a run of everything, or up to these nodes, would need. Nothing runs. @throws PenstockError `unknown-node`. */
  async preflight(document: PipelineDocument, to: readonly string[], signal: AbortSignal = this.closer.signal): Promise<Preflight> {
    const analysis = await this.analyse(document, signal);
    return this.planner.preflight(analysis, planRun(analysis, this.cache, new Set(to.flatMap((id) => flatNodes(analysis.expanded, id)))), signal);
  }

  /**
   * Starts a run and answers at once.
   * @throws PenstockError `already-running`, `cycle`, `unknown-node`, `read-only`, `preflight-refused`.
   */
  override async startRun(request: StartRun): Promise<PipelineRun> {
    // What a schedule runs is not done by whoever happened to be asking when its clock was set.
    return request.trigger === undefined ? this.#startRun(request) : actAs(request.trigger, () => this.#startRun(request));
  }

  async #startRun(request: StartRun): Promise<PipelineRun> {
    this.assertWritable();
    const expanded = this.analyser.expand(request.document);
    const { document } = expanded;
    const cycle = topologicalOrder(document).cycle;
    const to = request.to?.flatMap((id) => flatNodes(expanded, id)) ?? [];
    if (request.to?.length && to.length === 0) throw new PenstockError('nothing-inside', 'There is nothing inside that subflow to run.', { remedy: 'Open it and look at what it says, or stop bypassing it.', place: { nodeId: request.to[0] ?? '' } });
    const ends = to.length > 0 ? to : document.nodes.map(({ id }) => id);
    if (this.activeRun(document.id) === null) this.analyser.renew(request.document, new Set([...ends, ...ancestors(document, ends)]));
    const analysis = await this.analyse(request.document);
    if (cycle !== null) {
      const found = analysis.diagnostics.find((diagnostic) => diagnostic.code === 'cycle');
      throw new PenstockError('cycle', found?.message ?? 'The pipeline runs in a circle.', { remedy: found?.remedy ?? 'Delete one of its connections.', place: found?.place ?? {} });
    }
    this.#assertIdle(document);
    for (const id of (request.force ?? []).flatMap((one) => flatNodes(expanded, one))) {
      const key = analysis.nodes.get(id)?.key;
      if (key) this.cache.delete(key);
    }
    await this.limits.refreshSpill(this.database);
    const targets = new Set(to);
    const plan = planRun(analysis, this.cache, targets);
    const { tables, preflight } = await this.planner.planRun(analysis, plan, targets, this.closer.signal);
    if (request.anyway !== true) assertFits(preflight);
    const warnings = preflightWarnings(preflight);
    // No await between the question and `#runs.set`: two requests at once must not both pass.
    this.#assertIdle(document);
    const { written } = this.environment;
    const previous = this.#previous.get(document.id) ?? this.store.records.lastPorts(document.id);
    const resolver = new PortValueResolver(analysis, this.cache, this.building);
    const run = new PipelineRun({
      runId: newRecordId(),
      resolver,
      cache: this.cache,
      environment: this.environment,
      records: this.store.records,
      plan,
      tables,
      previous,
      scanRows: (scan) => written.get(scan.source.kind === 'parquet' && scan.source.paths.length === 1 ? (scan.source.paths[0] ?? '') : '')?.rows ?? this.planner.scanRows(scan),
      targets,
      pipelinePath: request.path,
      parallel: parallelNodes(),
      stream: request.stream === true,
    });
    for (const { nodeId, message } of warnings) run.log.log(nodeId, 'warning', message);
    const release = this.storage.running(this.#artifactsOf(analysis, plan));
    this.#runs.set(run.runId, { run, pipelineId: document.id, targets });
    const about = { runId: run.runId, pipelineId: document.id, pipelinePath: request.path, title: document.title, trigger: request.trigger ?? null };
    const startedAt = performance.now();
    this.trace.started({ runId: run.runId, resolver, plan, ports: () => run.ports });
    this.audit({ action: 'run.started', subject: `run:${run.runId}`, details: { pipeline: about.pipelineId, path: about.pipelinePath, title: about.title }, ...(about.trigger === null ? {} : { actor: about.trigger }) });
    this.events.emit({ type: 'run-started', ...about });
    if (request.path !== null && about.trigger === null) this.automation.declareSoon(request.path, request.document);
    void run.finished.then((status) => {
      this.events.emit({ type: 'run-ended', ...about, status, ms: performance.now() - startedAt });
      release();
      if (status === 'succeeded') this.#previous.set(document.id, new Map([...previous, ...run.ports]));
      this.data.forget();
      setTimeout(() => this.#runs.delete(run.runId), keepEndedRunsMs).unref();
    });
    return run;
  }

  /** Writes the trained model of a node as a bundle. @throws PenstockError `not-run`, `not-a-model`, those of the writer. */
  async bundleModel(request: { readonly document: PipelineDocument; readonly nodeId: string; readonly name: string; readonly target: string }, signal: AbortSignal = this.closer.signal): Promise<{ path: string; files: readonly { path: string; bytes: number; sha256: string }[] }> {
    const { document, nodeId, name, target } = request;
    const resolver = new PortValueResolver(await this.analyse(document, signal), this.cache, this.building);
    const ports = await resolver.ports(nodeId);
    if (isMissing(ports)) throw notRun(ports.missing);
    const model = Object.values(ports).find((value) => value.kind === 'model');
    if (model?.kind !== 'model') {
      throw new PenstockError('not-a-model', `“${resolver.analysis.nodes.get(nodeId)?.title ?? nodeId}” gives no model.`, { remedy: 'Name a train node whose table is connected.', place: { nodeId } });
    }
    return this.models.servicesFor({ runId: null, nodeId, resolver, signal }).bundle(model, { name, path: target, nodeId });
  }

  #assertIdle({ id, title }: PipelineDocument): void {
    if (this.activeRun(id) === null) return;
    throw new PenstockError('already-running', `“${title}” is being run already.`, { remedy: 'Wait for that run, or cancel it.' });
  }

  activeRun(pipelineId: string | null): PipelineRun | null {
    for (const { run, pipelineId: id } of this.#runs.values()) if ((pipelineId === null || id === pipelineId) && !run.log.ended) return run;
    return null;
  }

  /** Asks a run to stop; runs that have ended are left as they are. @throws PenstockError `unknown-run`. */
  cancelRun(runId: string): void {
    const known = this.#runs.get(runId);
    if (known === undefined && this.store.records.get(runId) === null) throw unknownRun(runId);
    if (known !== undefined && !known.run.log.ended) this.audit({ action: 'run.cancelled', subject: `run:${runId}` });
    known?.run.cancel();
  }

  /** Events of a run of this session live, of earlier ones from the store. @throws PenstockError `unknown-run`. */
  runEvents(runId: string, signal?: AbortSignal): AsyncGenerator<RunEvent, void, undefined> {
    const known = this.#runs.get(runId);
    if (known !== undefined) return known.run.log.stream(signal);
    const detail = this.store.records.get(runId);
    if (detail === null) throw unknownRun(runId);
    const log = new RunEventLog(runId);
    replayRun(detail, log);
    return log.stream(signal);
  }

  /** The user trusted the project, or took it back: what was known of nodes may not hold, and triggers may fire now. */
  trustChanged(): void {
    this.data.forget();
    this.automation.start();
    this.automation.changes.send({ automationId: '' });
  }

  /** The project's own id, made when it is first asked for; it goes with the folder. By its place while it is only read. */
  projectId(): string {
    const known = projectId(this.store.meta);
    if (known !== null) return known;
    return this.readOnly ? `place:${this.projectDir}` : makeProjectId(this.store.meta);
  }

  /** Cancels what runs, saves what is unsaved, stops servers, gives the project back. */
  async close(): Promise<void> {
    await this.automation.stop();
    for (const { run } of this.#runs.values()) run.cancel();
    await Promise.all([...this.#runs.values()].map(({ run }) => run.finished));
    await this.events.settled();
    this.closer.abort();
    await this.pipelines.flush();
    await this.reports.close();
    await this.brief.close();
    await this.servers.close();
    await this.models.close();
    await this.trace.close();
    this.features.close();
    await this.database.close();
    await this.store.close();
    await rm(this.tempDir, { recursive: true, force: true });
  }

  /** Several views of one source share one reading of it; it stops when the last of them has gone. */
  protected override async runSource(resolver: PortValueResolver, node: AnalysedNode, signal: AbortSignal): Promise<void> {
    // Its rows would be kept in the project.
    if (this.readOnly) throw notRun(node, true);
    const values = await this.#sources.share(node.key ?? node.node.id, signal, (shared) => this.#readSource(resolver, node, shared));
    resolver.set(node.node.id, values);
  }

  /** Reads a source on demand and keeps the result, as a run would. */
  async #readSource(resolver: PortValueResolver, node: AnalysedNode, signal: AbortSignal): Promise<PortValues> {
    const startedAt = performance.now();
    const diagnostics: Diagnostic[] = [];
    const silent = { progress: () => undefined, metric: () => undefined, log: () => undefined, queryFailed: () => undefined };
    const outcome = await withinLimits(node, this.environment, signal, (within, environment) => runExecutor(node, resolver, environment, { ...silent, report: (diagnostic) => diagnostics.push(diagnostic) }, { runId: null }, within));
    if (this.readOnly || !node.cacheable || node.key === null || node.parts === null) return outcome.values;
    const about = { key: node.key, nodeId: node.node.id, pipelineId: resolver.analysis.document.id, finishedAt: Date.now(), ms: performance.now() - startedAt, parts: node.parts, metrics: {}, diagnostics: distinctDiagnostics(diagnostics) };
    this.cache.put(about, outcome.ports);
    return outcome.values;
  }
}

const keepEndedRunsMs = 10 * 60_000;

function unknownRun(runId: string): PenstockError {
  return new PenstockError('unknown-run', `There is no run “${runId}” in this project.`, { remedy: 'It may have been removed; look at the list of runs.' });
}
