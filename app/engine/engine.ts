import { previewExpression, type PreviewAnswer, type PreviewRequest } from './expression-preview.ts';
import { columnPath, type ColumnPath } from './lineage/column-path.ts';
import { rowPath, type RowPath, type RowTarget } from './lineage/row-path.ts';
import { ColumnSteps, type PortColumn } from './lineage/column-steps.ts';
import { LeakSearch } from './lint/leak-search.ts';
import { ConnectionStore, Connections, ReadAges, secretsOf, userConfigDir } from './connections/index.ts';
import { checkpointFolder, Checkpoints } from './services/checkpoints.ts';
import { outsideDatabases } from './services/databases.ts';
import { answerQuestion } from './analysis/answer.ts';
import { rm } from 'node:fs/promises';
import { actAs, actingName } from '#app/access/caller.ts';
import os from 'node:os';
import { distinctDiagnostics } from '#app/core/diagnostics.ts';
import { isCancelled, PenstockError, toDiagnostic, type Diagnostic } from '#app/core/errors.ts';
import { newRecordId } from '#app/core/ids.ts';
import { openDatabase, type Database } from '#app/data/index.ts';
import { makeTempDir, openFolder } from './encryption/open.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import { catalogueNames, changeSentences } from '#app/pipeline/diff-words.ts';
import { diffDocuments } from '#app/pipeline/diff.ts';
import { ancestors, topologicalOrder } from '#app/pipeline/graph.ts';
import { flatNodes, flatPort } from '#app/pipeline/subflow/expand.ts';
import { withParses } from '#app/pipeline/with-parses.ts';
import { createAnswers, createParser } from '#app/relation/index.ts';
import type { Freshness, RunEvent } from '#app/protocol/schema.ts';
import type { ProbeContext, RelationServices } from '#app/sdk/node.ts';
import { Analyser, type AnalysedNode, type Analysis } from './analysis/analyse.ts';
import { Probes } from './analysis/probes.ts';
import { Automation } from './automation/automation.ts';
import { loadCatalogue, type EngineCatalogue } from './catalogue.ts';
import { DataAccess } from './data-access.ts';
import { ProjectEvents } from './events.ts';
import { BriefFile } from './brief/brief-file.ts';
import { Features } from './features/features.ts';
import { withPacks, type LoadedPack } from './packs/index.ts';
import { ComponentFiles } from './project/component-files.ts';
import { Alarms, nodeMonitoring } from './monitoring/index.ts';
import { PipelineFiles } from './project/pipeline-files.ts';
import { openProjectStore, type ProjectStore } from './project/project-store.ts';
import { ReportFiles } from './reports/report-files.ts';
import { confined } from './project/confined-path.ts';
import { pathResolver } from './project/resolve-path.ts';
import { Glimpses } from './results/glimpses.ts';
import { isMissing, notRun, PortValueResolver, type PortValues, type RelationBuilding } from './results/port-values.ts';
import { noted } from './results/noted-artifacts.ts';
import { ResultCache } from './results/result-cache.ts';
import { ResultStorage } from './results/storage.ts';
import { artifactsOf, encodeValue } from './results/value-codec.ts';
import { RunEventLog } from './run/event-log.ts';
import { runExecutor, type NodeEnvironment } from './run/node-runner.ts';
import { PipelineRun } from './run/pipeline-run.ts';
import type { PreviousPorts } from './run/run-options.ts';
import { planRun } from './run/plan.ts';
import type { Preflight } from './planning/preflight.ts';
import { assertFits, Planner, preflightWarnings } from './planning/planner.ts';
import { ProjectLimits } from './planning/project-limits.ts';
import { Registry } from './registry/registry.ts';
import { replayRun } from './run/replay.ts';
import { Slots } from './run/slots.ts';
import { SharedWork } from './run/shared-work.ts';
import { Models } from './services/models.ts';
import { probeContext, type WrittenTables } from './services/node-services.ts';
import { suggestParams } from './analysis/suggest.ts';
import { batchScoring, registryProbes } from './serving/batch-node.ts';
import { Servers } from './serving/servers.ts';
import { makeProjectId, projectId } from './trace/audit-heads.ts';
import { Trace } from './trace/trace.ts';
import { holdsProject, ProjectTrust, type TrustExceptions, type TrustMode } from './trust/index.ts';

export interface EngineOptions {
  /** Folder with penstock.db, artifacts/ and pipelines/; made when missing. */
  readonly projectDir: string;
  /** Folder that relative paths in params are under; default: the project folder. */
  readonly filesDir?: string;
  /** The app's resources (samples). */
  readonly resourcesDir: string;
  /** Built parts that the engine starts or copies (bundle-server). */
  readonly distDir: string;
  readonly catalogue?: EngineCatalogue;
  /** Opens without the project's lease: everything can be looked at, nothing run or saved. */
  readonly readOnly?: boolean;
  /** For queries, as people write sizes: `4GB`. Default: PENSTOCK_MEMORY_LIMIT, the project's setting, a share of the machine. */
  readonly memoryLimit?: string;
  /** Schedules and triggers fire in this process: the app, `penstock serve` and `penstock work`. Default: no. */
  readonly background?: boolean;
  /** Hears of trouble in the background, one sentence each. */
  readonly warn?: (message: string) => void;
  /** The user's own folder, for keys and passwords; default: by the habits of the system. */
  readonly configDir?: string;
  /** Whether what came with the project may run as code. Default: `given`; whoever opens projects of people asks. */
  readonly trust?: TrustMode;
  /** With `restricted`: what runs all the same. */
  readonly trustExceptions?: TrustExceptions;
  /** Several people use it over the network: what pipelines may touch on this machine. Absent: whatever its user may. */
  readonly team?: TeamLimits;
  /** The project is thrown away: lineage events are not told outside. */
  readonly scratch?: boolean;
}

export interface TeamLimits {
  /** Folders beside the project whose files may be used. */
  readonly folders: readonly string[];
  /** Whether people's JavaScript and Python run. */
  readonly scripts: boolean;
}

export interface StartRun {
  readonly document: PipelineDocument;
  readonly path: string | null;
  readonly to?: readonly string[] | undefined;
  readonly force?: readonly string[] | undefined;
  /** Also where the preflight is certain that it will not fit. */
  readonly anyway?: boolean | undefined;
  /**
   * Big files that one query reads once are read as they are needed instead of being kept as tables: quicker for one run; the next run
   * and a look at their rows read the file again. For runs that nobody edits in.
   */
  readonly stream?: boolean | undefined;
  /** What started it where no person did: `schedule:ID`, `trigger:ID`. */
  readonly trigger?: string | undefined;
}

/** One project, open: everything that front ends, the command line and tests ask for goes through here. */
export class Engine {
  readonly catalogue: EngineCatalogue;
  /** Packs that the project names: loaded, or why not. */
  readonly packs: readonly LoadedPack[];
  readonly database: Database;
  readonly store: ProjectStore;
  readonly pipelines: PipelineFiles;
  readonly reports: ReportFiles;
  readonly components: ComponentFiles;
  readonly analyser: Analyser;
  readonly cache: ResultCache;
  readonly data: DataAccess;
  readonly leaks: LeakSearch;
  readonly models: Models;
  readonly alarms: Alarms;
  readonly registry: Registry;
  readonly servers: Servers;
  readonly planner: Planner;
  readonly limits: ProjectLimits;
  readonly storage: ResultStorage;
  /** Databases outside that the project knows. */
  readonly connections: Connections;
  /** Where everything comes from, and who did what. */
  readonly trace: Trace;
  /** What the project is for. */
  readonly brief: BriefFile;
  readonly features: Features;
  /** Whether what came with the project may run. */
  readonly trust: ProjectTrust;
  readonly events = new ProjectEvents((error) => this.noteUnexpected(error));
  readonly #user = `user:${userName()}`;
  readonly projectDir: string;
  readonly filesDir: string;
  /** The user's own folder. */
  readonly configDir: string;
  readonly resourcesDir: string;
  /** Built parts. */
  readonly distDir: string;
  readonly resolvePath: (path: string) => string;
  readonly automation: Automation;
  readonly background: boolean;
  readonly #warn: (message: string) => void;
  readonly #building: RelationBuilding;
  readonly #environment: NodeEnvironment;
  readonly #tempDir: string;
  /** Runs of this session by id; ended ones stay for a while so that late listeners get their curves from memory. */
  readonly #runs = new Map<string, { readonly run: PipelineRun; readonly pipelineId: string; readonly targets: ReadonlySet<string> }>();
  /** Ports in the last successful run of each pipeline of this session, so that they need not be read again. */
  readonly #previous = new Map<string, PreviousPorts>();
  readonly #closing = new AbortController();
  /** Aborts when the engine begins to close. */
  readonly closing: AbortSignal = this.#closing.signal;
  readonly #sources = new SharedWork<PortValues>();

  private constructor(options: EngineOptions, parts: { catalogue: EngineCatalogue; packs: readonly LoadedPack[]; database: Database; store: ProjectStore; tempDir: string; limits: ProjectLimits; trust: ProjectTrust }) {
    ({ catalogue: this.catalogue, packs: this.packs } = parts);
    this.database = parts.database;
    this.store = parts.store;
    this.projectDir = options.projectDir;
    this.filesDir = options.filesDir ?? options.projectDir;
    this.configDir = options.configDir ?? userConfigDir();
    this.resourcesDir = options.resourcesDir;
    this.distDir = options.distDir;
    this.#tempDir = parts.tempDir;
    const resolve = pathResolver(this.filesDir, options.resourcesDir);
    this.resolvePath = options.team === undefined ? resolve : confined(resolve, this.filesDir, options.team.folders);
    this.#warn = options.warn ?? (() => undefined);
    this.background = options.background === true;
    this.trust = parts.trust;
    this.automation = new Automation(this);
    const names = catalogueNames(this.catalogue);
    this.reports = new ReportFiles(options.projectDir);
    this.brief = new BriefFile(options.projectDir);
    this.pipelines = new PipelineFiles(options.projectDir, { onProblem: this.#warn, mayWrite: () => !this.readOnly, words: (before, after) => changeSentences(diffDocuments(before, after), names) });
    this.components = new ComponentFiles(options.projectDir);
    this.limits = parts.limits;
    const { resolvePath, database, store } = this;
    this.cache = new ResultCache(store.results, store.artifacts, { soleWriter: !store.readOnly, distrusts: () => this.trust.restricted });
    const written: WrittenTables = new Map();
    const secrets = secretsOf(options.projectDir);
    this.connections = new Connections(new ConnectionStore(this.filesDir), secrets, resolvePath, () => this.trust.assertDatabases());
    const { catalogue, connections, events, projectDir, filesDir } = this;
    this.trace = new Trace({ store, catalogue, database, events, connections, secrets, projectDir, filesDir, resolvePath, configDir: options.configDir ?? userConfigDir(), scratch: options.scratch === true, restricted: () => this.trust.restricted, closing: this.#closing.signal, warn: this.#warn, noteUnexpected: (error) => this.noteUnexpected(error) });
    const ages = new ReadAges(options.projectDir, () => !store.readOnly);
    const outside = outsideDatabases({ connections: this.connections, ages, database, artifacts: store.artifacts, written });
    this.storage = new ResultStorage({ store, cache: this.cache, budget: () => this.limits.now.disk, titleOf: (type) => this.catalogue.get(type)?.definition.title ?? type, changed: () => this.data.forget(), warn: this.#warn });
    this.features = new Features(this);
    const probes = (signal: AbortSignal): ProbeContext => probeContext({ database, outside, features: this.features.probes, registry: registryProbes(store), resolvePath }, signal);
    this.analyser = new Analyser({
      catalogue: this.catalogue,
      probes: new Probes(probes),
      resolvePath,
      parseExpression: (text) => database.parseExpression(text),
      ...{ answer: (question) => answerQuestion(database, question), packProblem: (name) => this.packs.find((pack) => pack.name === name)?.problem ?? null },
      result: (key) => this.cache.get(key)?.ports ?? null,
      restriction: () => this.trust.restriction(),
    });
    const services: RelationServices = { parse: createParser(this.analyser.trees), resolvePath, ...createAnswers(this.analyser.answers) };
    this.#building = { services, parsing: this.analyser.parsing };
    this.alarms = new Alarms(this);
    this.models = new Models({
      ...{ store, database, distDir: options.distDir, resolvePath, tempDir: parts.tempDir },
      register: (...model) => this.registry.register(...model),
      brief: () => this.brief.readable(),
      audit: (event) => this.audit(event),
      card: (...asked) => this.trace.writeCard(...asked),
    });
    this.registry = new Registry(this);
    this.servers = new Servers({ projectDir: options.projectDir, distDir: options.distDir, events: this.events, audit: (event) => this.audit(event), warn: this.#warn, assertAllowed: () => this.trust.assert('Servers of this project do not start') });
    this.#environment = {
      database,
      artifacts: noted(store.artifacts, this.storage),
      written,
      slots: new Slots(parallelNodes()),
      outside,
      checkpoints: new Checkpoints(checkpointFolder(options.projectDir), () => !store.readOnly),
      resolvePath,
      parse: (text, schema, param) => withParses(this.#building.parsing, () => services.parse(text, schema, param)),
      earlier: (pipelineId, nodeId, metric, limit) => store.records.lastMetrics(pipelineId, nodeId, metric, limit),
      ...{ probes, models: (origin, work) => ({ ...this.models.servicesFor(origin), ...batchScoring({ database, store, tempDir: parts.tempDir }, origin.signal, work) }) },
      ...nodeMonitoring(this, this.#building),
      nodeSeconds: () => this.limits.now.nodeSeconds,
      features: (origin) => this.features.servicesFor(origin),
      scripts: options.team?.scripts ?? true,
      noteUnexpected: (error) => this.noteUnexpected(error),
    };
    this.planner = new Planner({ cache: this.cache, database, building: this.#building, projectDir: options.projectDir, tempDir: parts.tempDir, resolvePath, limits: () => this.limits.now, noteUnexpected: (error) => this.noteUnexpected(error) });
    this.leaks = new LeakSearch({ catalogue: this.catalogue, cache: this.cache, building: this.#building, database, closing: this.#closing.signal });
    this.data = new DataAccess({
      database,
      analyser: this.analyser,
      cache: this.cache,
      building: this.#building,
      glimpses: new Glimpses({ cache: this.cache, building: this.#building, probes, count: (relation, signal) => database.count(relation, signal) }),
      run: (runId) => store.records.get(runId),
      runSource: (resolver, node, signal) => this.#runSource(resolver, node, signal),
      looked: (value) => this.storage.leases.look(artifactsOf(encodeValue(value, store.artifacts))),
    });
  }

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
      if (!store.readOnly) await engine.#environment.checkpoints.sweep(Date.now());
      engine.automation.start();
      return engine;
    } catch (error) {
      await store.close();
      if (tempDir !== null) await rm(tempDir, { recursive: true, force: true });
      throw error;
    }
  }

  /** Who works here, in the audit log: whoever made the present call, a trigger's name in what it started, else the system's user. */
  get actor(): string {
    return actingName() ?? this.#user;
  }

  /** True while this process may not write: see `EngineOptions.readOnly`, and a project that another process has taken. */
  get readOnly(): boolean {
    return this.store.readOnly;
  }

  async analyse(document: PipelineDocument, signal: AbortSignal = this.#closing.signal): Promise<Analysis> {
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
  async previewExpression(request: PreviewRequest, signal: AbortSignal = this.#closing.signal): Promise<PreviewAnswer> {
    const analysis = await this.analyse(request.document, signal);
    return previewExpression(request, { analysis, data: this.data, database: this.database, building: this.#building }, signal);
  }

  /** The way of one column through the canvas. Nothing runs. @throws PenstockError `unknown-node`, `unknown-port`, `unknown-column`. */
  async columnPath(document: PipelineDocument, target: PortColumn, signal?: AbortSignal): Promise<ColumnPath> {
    const analysis = await this.analyse(document, signal);
    const { node: nodeId, port } = flatPort(analysis.expanded, target.nodeId, target.port);
    return columnPath(analysis, new ColumnSteps(analysis, this.#building), { ...target, nodeId, port });
  }

  /** The rows of the sources that one row of a table comes from. @throws PenstockError `not-run`, `no-such-row`, those of the filter. */
  async rowPath(document: PipelineDocument, target: RowTarget & { readonly filter: string }, signal: AbortSignal = this.#closing.signal): Promise<RowPath> {
    const table = await this.data.table({ document, ...target }, signal);
    const { node: nodeId, port } = flatPort(this.analyser.expand(document), target.nodeId, target.port);
    return rowPath(table, { ...target, nodeId, port }, { resolver: await this.data.resolver(document, signal), database: this.database, tempDir: this.#tempDir, signal });
  }

  /** What a run of everything, or up to these nodes, would need. Nothing runs. @throws PenstockError `unknown-node`. */
  async preflight(document: PipelineDocument, to: readonly string[], signal: AbortSignal = this.#closing.signal): Promise<Preflight> {
    const analysis = await this.analyse(document, signal);
    return this.planner.preflight(analysis, planRun(analysis, this.cache, new Set(to.flatMap((id) => flatNodes(analysis.expanded, id)))), signal);
  }

  /**
   * Starts a run and answers at once.
   * @throws PenstockError `already-running`, `cycle`, `unknown-node`, `read-only`, `preflight-refused`.
   */
  async startRun(request: StartRun): Promise<PipelineRun> {
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
    const { tables, preflight } = await this.planner.planRun(analysis, plan, targets, this.#closing.signal);
    if (request.anyway !== true) assertFits(preflight);
    const warnings = preflightWarnings(preflight);
    // No await between the question and `#runs.set`: two requests at once must not both pass.
    this.#assertIdle(document);
    const { written } = this.#environment;
    const previous = this.#previous.get(document.id) ?? this.store.records.lastPorts(document.id);
    const resolver = new PortValueResolver(analysis, this.cache, this.#building);
    const run = new PipelineRun({
      runId: newRecordId(),
      resolver,
      cache: this.cache,
      environment: this.#environment,
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
  async bundleModel(request: { readonly document: PipelineDocument; readonly nodeId: string; readonly name: string; readonly target: string }, signal: AbortSignal = this.#closing.signal): Promise<{ path: string; files: readonly { path: string; bytes: number; sha256: string }[] }> {
    const { document, nodeId, name, target } = request;
    const resolver = new PortValueResolver(await this.analyse(document, signal), this.cache, this.#building);
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

  /** Writes the stack of an error that nobody foresaw to the engine's log; people see its first line only. */
  noteUnexpected(error: unknown): void {
    if (error instanceof PenstockError || isCancelled(error) || toDiagnostic(error).code !== 'unexpected') return;
    this.#warn(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }

  /** The user trusted the project, or took it back: what was known of nodes may not hold, and triggers may fire now. */
  trustChanged(): void {
    this.data.forget();
    this.automation.start();
    this.automation.changes.send({ automationId: '' });
  }

  /** Tells of trouble in the background, in one sentence. */
  warn(message: string): void {
    this.#warn(message);
  }

  /** Writes to the audit log who did what; while the project is open for reading only, by way of the process that may write. @throws PenstockError of the store (`disk-full` …). */
  audit(event: { readonly action: string; readonly subject: string; readonly details?: Readonly<Record<string, unknown>>; readonly actor?: string }): void {
    if (this.readOnly) return this.trace.audit.leave({ actor: this.actor, ...event });
    this.store.audit.append({ actor: this.actor, ...event });
    this.trace.audit.audited();
  }

  /** The project's own id, made when it is first asked for; it goes with the folder. By its place while it is only read. */
  projectId(): string {
    const known = projectId(this.store.meta);
    if (known !== null) return known;
    return this.readOnly ? `place:${this.projectDir}` : makeProjectId(this.store.meta);
  }

  assertWritable(): void {
    if (!this.readOnly) return;
    throw new PenstockError('read-only', 'This project is open for reading only.', { remedy: 'Close the other window or process that has it open, then open it again.' });
  }

  /** Cancels what runs, saves what is unsaved, stops servers, gives the project back. */
  async close(): Promise<void> {
    await this.automation.stop();
    for (const { run } of this.#runs.values()) run.cancel();
    await Promise.all([...this.#runs.values()].map(({ run }) => run.finished));
    await this.events.settled();
    this.#closing.abort();
    await this.pipelines.flush();
    await this.servers.close();
    await this.models.close();
    await this.trace.close();
    this.features.close();
    await this.database.close();
    await this.store.close();
    await rm(this.#tempDir, { recursive: true, force: true });
  }

  /** Several views of one source share one reading of it; it stops when the last of them has gone. */
  async #runSource(resolver: PortValueResolver, node: AnalysedNode, signal: AbortSignal): Promise<void> {
    const values = await this.#sources.share(node.key ?? node.node.id, signal, (shared) => this.#readSource(resolver, node, shared));
    resolver.set(node.node.id, values);
  }

  /** Reads a source on demand and keeps the result, as a run would. */
  async #readSource(resolver: PortValueResolver, node: AnalysedNode, signal: AbortSignal): Promise<PortValues> {
    const startedAt = performance.now();
    const diagnostics: Diagnostic[] = [];
    const silent = { progress: () => undefined, metric: () => undefined, log: () => undefined, queryFailed: () => undefined };
    const outcome = await runExecutor(node, resolver, this.#environment, { ...silent, report: (diagnostic) => diagnostics.push(diagnostic) }, { runId: null }, signal);
    if (this.readOnly || !node.cacheable || node.key === null || node.parts === null) return outcome.values;
    const about = { key: node.key, nodeId: node.node.id, pipelineId: resolver.analysis.document.id, finishedAt: Date.now(), ms: performance.now() - startedAt, parts: node.parts, metrics: {}, diagnostics: distinctDiagnostics(diagnostics) };
    this.cache.put(about, outcome.ports);
    return outcome.values;
  }
}

const keepEndedRunsMs = 10 * 60_000;

/** Nodes at once: their heavy parts are threaded themselves, so more than a few only compete. */
function parallelNodes(): number {
  return Math.max(2, Math.min(4, os.availableParallelism()));
}

/** The system's name for the person; some containers have none. */
function userName(): string {
  try {
    return os.userInfo().username;
  } catch {
    return 'unknown';
  }
}

function unknownRun(runId: string): PenstockError {
  return new PenstockError('unknown-run', `There is no run “${runId}” in this project.`, { remedy: 'It may have been removed; look at the list of runs.' });
}
