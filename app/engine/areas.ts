import { LeakSearch } from './lint/leak-search.ts';
import { ConnectionStore, Connections, ReadAges, secretsOf, userConfigDir } from './connections/index.ts';
import { checkpointFolder, Checkpoints } from './services/checkpoints.ts';
import { outsideDatabases } from './services/databases.ts';
import { answerQuestion } from './analysis/answer.ts';
import { actingName } from '#app/access/caller.ts';
import { isCancelled, PenstockError, toDiagnostic } from '#app/core/errors.ts';
import type { Database } from '#app/data/index.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import { catalogueNames, changeSentences } from '#app/pipeline/diff-words.ts';
import { diffDocuments } from '#app/pipeline/diff.ts';
import { withParses } from '#app/pipeline/with-parses.ts';
import { createAnswers, createParser } from '#app/relation/index.ts';
import { vaultOf } from '#app/sealing/vault.ts';
import type { ProbeContext, RelationServices } from '#app/sdk/node.ts';
import { Analyser, type AnalysedNode, type Analysis } from './analysis/analyse.ts';
import { Probes } from './analysis/probes.ts';
import { Automation } from './automation/automation.ts';
import type { EngineCatalogue } from './catalogue.ts';
import { DataAccess } from './data-access.ts';
import { ProjectEvents } from './events.ts';
import { BriefFile } from './brief/brief-file.ts';
import { Features } from './features/features.ts';
import type { LoadedPack } from './packs/index.ts';
import { ComponentFiles } from './project/component-files.ts';
import { Alarms, nodeMonitoring } from './monitoring/index.ts';
import { PipelineFiles } from './project/pipeline-files.ts';
import type { ProjectStore } from './project/project-store.ts';
import { ReportFiles } from './reports/report-files.ts';
import { confined } from './project/confined-path.ts';
import { pathResolver } from './project/resolve-path.ts';
import { Glimpses } from './results/glimpses.ts';
import type { PortValueResolver, RelationBuilding } from './results/port-values.ts';
import { noted } from './results/noted-artifacts.ts';
import { ResultCache } from './results/result-cache.ts';
import { ResultStorage } from './results/storage.ts';
import { artifactsOf, encodeValue } from './results/value-codec.ts';
import type { NodeEnvironment } from './run/node-runner.ts';
import type { PipelineRun } from './run/pipeline-run.ts';
import { Planner } from './planning/planner.ts';
import { databaseWithin } from './planning/database-within.ts';
import type { ProjectLimits } from './planning/project-limits.ts';
import { Registry } from './registry/registry.ts';
import { Company } from './run/company.ts';
import { Slots } from './run/slots.ts';
import { Models } from './services/models.ts';
import { probeContext, type WrittenTables } from './services/node-services.ts';
import { batchScoring, registryProbes } from './serving/batch-node.ts';
import { Servers } from './serving/servers.ts';
import { Trace } from './trace/trace.ts';
import type { ProjectTrust } from './trust/index.ts';
import type { EngineOptions, EngineParts, StartRun } from './engine-options.ts';
import { parallelNodes, userName } from './machine.ts';

/** Everything that an engine consists of, put together once; what it does with it is in `engine.ts`. */
export abstract class EngineAreas {
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
  protected readonly warned: (message: string) => void;
  protected readonly building: RelationBuilding;
  protected readonly environment: NodeEnvironment;
  protected readonly tempDir: string;
  protected readonly closer = new AbortController();
  /** Aborts when the engine begins to close. */
  readonly closing: AbortSignal = this.closer.signal;

  protected constructor(options: EngineOptions, parts: EngineParts) {
    ({ catalogue: this.catalogue, packs: this.packs } = parts);
    this.database = parts.database;
    this.store = parts.store;
    this.projectDir = options.projectDir;
    this.filesDir = options.filesDir ?? options.projectDir;
    this.configDir = options.configDir ?? userConfigDir();
    this.resourcesDir = options.resourcesDir;
    this.distDir = options.distDir;
    this.tempDir = parts.tempDir;
    const resolve = pathResolver(this.filesDir, options.resourcesDir);
    this.resolvePath = options.team === undefined ? resolve : confined(resolve, this.filesDir, options.team.folders);
    this.warned = options.warn ?? (() => undefined);
    this.background = options.background === true;
    this.trust = parts.trust;
    this.automation = new Automation(this);
    const names = catalogueNames(this.catalogue);
    this.reports = new ReportFiles(options.projectDir);
    this.brief = new BriefFile(options.projectDir);
    this.pipelines = new PipelineFiles(options.projectDir, { onProblem: this.warned, mayWrite: () => !this.readOnly, words: (before, after) => changeSentences(diffDocuments(before, after), names) });
    this.components = new ComponentFiles(options.projectDir);
    this.limits = parts.limits;
    const { resolvePath, database, store } = this;
    this.cache = new ResultCache(store.results, store.artifacts, { soleWriter: !store.readOnly, distrusts: () => this.trust.restricted });
    const written: WrittenTables = new Map();
    const secrets = secretsOf(options.projectDir);
    this.connections = new Connections(new ConnectionStore(this.filesDir), secrets, resolvePath, () => this.trust.assertDatabases());
    const { catalogue, connections, events, projectDir, filesDir } = this;
    this.trace = new Trace({ store, catalogue, database, events, connections, secrets, projectDir, filesDir, resolvePath, configDir: options.configDir ?? userConfigDir(), scratch: options.scratch === true, restricted: () => this.trust.restricted, closing: this.closer.signal, warn: this.warned, noteUnexpected: (error) => this.noteUnexpected(error) });
    const ages = new ReadAges(options.projectDir, () => !store.readOnly);
    const outside = outsideDatabases({ connections: this.connections, ages, database, artifacts: store.artifacts, written });
    this.storage = new ResultStorage({ store, cache: this.cache, budget: () => this.limits.now.disk, titleOf: (type) => this.catalogue.get(type)?.definition.title ?? type, changed: () => this.data.forget(), warn: this.warned });
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
    this.building = { services, parsing: this.analyser.parsing };
    this.alarms = new Alarms(this);
    this.models = new Models({
      ...{ store, database, distDir: options.distDir, resolvePath, tempDir: parts.tempDir },
      register: (...model) => this.registry.register(...model),
      brief: () => this.brief.readable(),
      audit: (event) => this.audit(event),
      card: (...asked) => this.trace.writeCard(...asked),
    });
    this.registry = new Registry(this);
    this.servers = new Servers({ projectDir: options.projectDir, distDir: options.distDir, events: this.events, audit: (event) => this.audit(event), warn: this.warned, assertAllowed: () => this.trust.assert('Servers of this project do not start') });
    this.environment = {
      database,
      artifacts: noted(store.artifacts, this.storage),
      written,
      slots: new Slots(parallelNodes()),
      outside,
      checkpoints: new Checkpoints(checkpointFolder(options.projectDir), () => !store.readOnly),
      resolvePath,
      parse: (text, schema, param) => withParses(this.building.parsing, () => services.parse(text, schema, param)),
      earlier: (pipelineId, nodeId, metric, limit) => store.records.lastMetrics(pipelineId, nodeId, metric, limit),
      ...{ probes, models: (origin, work) => ({ ...this.models.servicesFor(origin), ...batchScoring({ database, store, tempDir: parts.tempDir }, origin.signal, work) }) },
      ...nodeMonitoring(this, this.building),
      nodeLimits: () => ({ seconds: this.limits.now.nodeSeconds, megabytes: this.limits.now.nodeMegabytes }),
      company: new Company(),
      openDatabase: (memory) => databaseWithin(memory, { tempDir: parts.tempDir, vault: vaultOf(options.projectDir), tempLimit: this.limits.database.tempLimit }),
      features: (origin) => this.features.servicesFor(origin),
      scripts: options.team?.scripts ?? true,
      noteUnexpected: (error) => this.noteUnexpected(error),
    };
    this.planner = new Planner({ cache: this.cache, database, building: this.building, projectDir: options.projectDir, tempDir: parts.tempDir, resolvePath, limits: () => this.limits.now, noteUnexpected: (error) => this.noteUnexpected(error) });
    this.leaks = new LeakSearch({ catalogue: this.catalogue, cache: this.cache, building: this.building, database, closing: this.closer.signal });
    this.data = new DataAccess({
      database,
      analyser: this.analyser,
      cache: this.cache,
      building: this.building,
      glimpses: new Glimpses({ cache: this.cache, building: this.building, probes, count: (relation, signal) => database.count(relation, signal) }),
      run: (runId) => store.records.get(runId),
      runSource: (resolver, node, signal) => this.runSource(resolver, node, signal),
      looked: (value) => this.storage.leases.look(artifactsOf(encodeValue(value, store.artifacts))),
    });
  }

  /** Runs a source on demand: see `DataAccessOptions.runSource`. */
  protected abstract runSource(resolver: PortValueResolver, node: AnalysedNode, signal: AbortSignal): Promise<void>;
  abstract analyse(document: PipelineDocument, signal?: AbortSignal): Promise<Analysis>;
  /** @throws PenstockError `already-running`, `cycle`, `unknown-node`, `read-only`, `preflight-refused`. */
  abstract startRun(request: StartRun): Promise<PipelineRun>;

  /** Who works here, in the audit log: whoever made the present call, a trigger's name in what it started, else the system's user. */
  get actor(): string {
    return actingName() ?? this.#user;
  }

  /** True while this process may not write: see `EngineOptions.readOnly`, and a project that another process has taken. */
  get readOnly(): boolean {
    return this.store.readOnly;
  }

  /** Writes the stack of an error that nobody foresaw to the engine's log; people see its first line only. */
  noteUnexpected(error: unknown): void {
    if (error instanceof PenstockError || isCancelled(error) || toDiagnostic(error).code !== 'unexpected') return;
    this.warned(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }

  /** Tells of trouble in the background, in one sentence. */
  warn(message: string): void {
    this.warned(message);
  }

  /** Writes to the audit log who did what; while the project is open for reading only, by way of the process that may write. @throws PenstockError of the store (`disk-full` …). */
  audit(event: { readonly action: string; readonly subject: string; readonly details?: Readonly<Record<string, unknown>>; readonly actor?: string }): void {
    if (this.readOnly) return this.trace.audit.leave({ actor: this.actor, ...event });
    this.store.audit.append({ actor: this.actor, ...event });
    this.trace.audit.audited();
  }

  assertWritable(): void {
    if (!this.readOnly) return;
    throw new PenstockError('read-only', 'This project is open for reading only.', { remedy: 'Close the other window or process that has it open, then open it again.' });
  }
}
