import { existsSync } from 'node:fs';
import type { Database } from '#app/data/index.ts';
import { expandSubflows } from '#app/pipeline/subflow/expand.ts';
import type { TraceDetail, TraceGraphData, TraceNode } from '#app/protocol/sections/trace.ts';
import type { EngineCatalogue } from '../catalogue.ts';
import type { Connections, SecretStore } from '../connections/index.ts';
import type { ProjectEvent, ProjectEvents } from '../events.ts';
import type { ProjectStore } from '../project/project-store.ts';
import { loggedModels, requestFolder } from '#app/store/index.ts';
import { AuditTrail } from './audit-trail.ts';
import type { ModelCardRequest } from '#app/sdk/node.ts';
import type { ModelValue } from '#app/sdk/ports.ts';
import { BriefFile } from '../brief/brief-file.ts';
import { writeFileAtomically } from '../project/atomic-file.ts';
import type { ModelOrigin } from '../services/models.ts';
import { cardMarkdown } from './card/markdown.ts';
import { factsOfVersion, trainerOf, type ModelFacts } from './card/model-facts.ts';
import { factsOfRun } from './card/run-facts.ts';
import { cardText } from './card/write-card.ts';
import { TraceGraph, type Direction } from './graph/graph.ts';
import { idFromText, parseId } from './graph/ids.ts';
import { scorings } from './graph/scored.ts';
import { connectionPlaces, OpenLineageEmitter } from './openlineage/emitter.ts';
import { nodeEvents, pipelineEvent, type EventType, type RunFacts } from './openlineage/events.ts';
import { findRequest, type LoggedRequest } from './requests.ts';
import { RunRecorder, type RecordedRun, type StartedRun } from './run-recorder.ts';

export interface TraceOptions {
  readonly store: ProjectStore;
  readonly catalogue: EngineCatalogue;
  readonly database: Database;
  readonly events: ProjectEvents;
  readonly connections: Pick<Connections, 'list'>;
  readonly secrets: SecretStore;
  readonly projectDir: string;
  readonly filesDir: string;
  readonly configDir: string;
  /** A project that is thrown away: nothing is told outside. */
  readonly scratch: boolean;
  /** The project comes from elsewhere: as `scratch`. */
  readonly restricted: () => boolean;
  readonly closing: AbortSignal;
  resolvePath(path: string): string;
  readonly warn: (message: string) => void;
  readonly noteUnexpected: (error: unknown) => void;
}

type RunEvent = Extract<ProjectEvent, { type: 'run-started' | 'run-ended' }>;

/** Where everything in a project comes from, and who did what. */
export class Trace {
  readonly openLineage: OpenLineageEmitter;
  readonly audit: AuditTrail;
  readonly #options: TraceOptions;
  readonly #recorder: RunRecorder;
  #left: Promise<void> = Promise.resolve();

  constructor(options: TraceOptions) {
    this.#options = options;
    const { store, configDir, warn, projectDir, filesDir, secrets, closing, noteUnexpected } = options;
    this.audit = new AuditTrail({ store, projectDir, configDir, warn });
    this.#recorder = new RunRecorder({ store, closing, noteUnexpected, filesDir, resolvePath: (path) => options.resolvePath(path) });
    this.openLineage = new OpenLineageEmitter({ store, projectDir, configDir, secrets, warn, restricted: options.restricted });
    options.events.listen(async (event) => {
      if (event.type === 'run-started') await this.#runStarted(event);
      else if (event.type === 'run-ended') await this.#runEnded(event);
    });
    if (options.scratch) return;
    this.openLineage.wake();
    this.#left = this.#interrupted();
  }

  /** A run is about to be told of by the event `run-started`. */
  started(run: StartedRun): void {
    this.#recorder.started(run);
  }

  /** @param of a reference as people write it, or an id of the graph. @throws PenstockError `unknown-thing`, `unknown-model`, `unknown-request`. */
  async graph(of: string, options: { readonly directions: readonly Direction[]; readonly detail: TraceDetail; readonly depth: number; readonly limit: number; readonly opened?: readonly string[] }, signal: AbortSignal = this.#options.closing): Promise<TraceGraphData> {
    const id = this.#idOf(of);
    const graph = await this.#open([id], signal);
    return graph.walk(id, { ...options, opened: new Set(options.opened) });
  }

  /** The shortest way from one thing to another that came of it. @throws PenstockError `no-path` and those of `graph`. */
  async path(from: string, to: string, detail: TraceDetail, signal: AbortSignal = this.#options.closing): Promise<TraceGraphData> {
    const ids = [this.#idOf(from), this.#idOf(to)] as const;
    return (await this.#open(ids, signal)).path(...ids, detail);
  }

  async search(text: string, limit: number): Promise<TraceNode[]> {
    return (await this.#open([], this.#options.closing)).search(text, limit);
  }

  /** @throws PenstockError `unknown-request`. */
  request(id: string, signal: AbortSignal = this.#options.closing): Promise<LoggedRequest> {
    return findRequest(this.#options.projectDir, this.#options.database, id, signal);
  }

  /** What the columns of a request come from: the model's columns as its training table had them. */
  async columnsOf(request: LoggedRequest): Promise<{ column: string; from: { dataset: string; column: string; via: 'value' | 'filter' }[] }[]> {
    if (request.version === null) return [];
    const facts = await this.modelFacts(`${request.model}@${request.version}`).catch(() => null);
    const names = new Set(request.schema.map(({ name }) => name));
    return (facts?.lineage ?? []).filter(({ column }) => names.has(column)).map(({ column, from }) => ({ column, from: from.map((source) => ({ dataset: source.label, column: source.column, via: source.via })) }));
  }

  /** What is known of a registered model. @param reference `NAME`, `NAME@3`, `NAME@ALIAS` … @throws PenstockError `unknown-model`, `artifact-missing`. */
  async modelFacts(reference: string): Promise<ModelFacts> {
    const { store, catalogue, projectDir } = this.#options;
    const brief = await new BriefFile(projectDir).readable();
    return factsOfVersion(store.models.resolve(reference), { store, catalogue, brief });
  }

  /** The card of a model of a run, which need not be registered. @throws PenstockError of the file. */
  async writeCard(model: ModelValue, request: ModelCardRequest, origin: ModelOrigin): Promise<{ markdown: string; path: string | null }> {
    const { store, projectDir } = this.#options;
    const facts = await factsOfRun(model, request, origin, { store, brief: await new BriefFile(projectDir).readable() });
    if (request.file === null) return { markdown: cardMarkdown(facts), path: null };
    const file = this.#options.resolvePath(request.file.path);
    await writeFileAtomically(file, cardText(facts, request.file.format));
    return { markdown: cardMarkdown(facts), path: file };
  }

  /** Finishes what is under way while the project can still be written to. */
  async close(): Promise<void> {
    await this.#left;
    await this.openLineage.close();
    await this.audit.close();
  }

  #idOf(text: string): string {
    const { models, trace } = this.#options.store;
    return idFromText(
      text,
      (reference) => models.resolve(reference),
      (dataset) => trace.uses(dataset, null, 1).length > 0 || this.#isOtherDataset(dataset),
    );
  }

  /** Request logs, and files that were scored from the command line. */
  #isOtherDataset(dataset: string): boolean {
    const { store, projectDir } = this.#options;
    const [, model] = /^requests:([\w-]+)$/.exec(dataset) ?? [];
    if (model !== undefined) return existsSync(requestFolder(projectDir, model));
    return scorings(store.audit.list({ action: 'model.scored', limit: 1000 })).some((one) => one.dataset === dataset);
  }

  /** Requests lie in files: those asked for are looked up first. */
  async #open(ids: readonly string[], signal: AbortSignal): Promise<TraceGraph> {
    const { store, catalogue } = this.#options;
    const requests = new Map<string, { model: string; version: number | null }>();
    for (const id of ids) {
      const parsed = parseId(id);
      if (parsed?.kind !== 'request') continue;
      const found = await this.request(parsed.parts[0] ?? '', signal);
      requests.set(found.id, found);
    }
    return new TraceGraph({ store, catalogue, requests, logs: new Set(await loggedModels(this.#options.projectDir)) });
  }

  /** Runs that a dead process left have begun for whoever listens: they are told that these ended, too. */
  async #interrupted(): Promise<void> {
    const { records, trace } = this.#options.store;
    for (const runId of records.interrupted) {
      const run = records.get(runId);
      if (run === null) continue;
      const { pipelineId, pipelinePath, title } = run;
      await this.#emit('ABORT', { type: 'run-ended', runId, pipelineId, pipelinePath, title, trigger: null, status: 'interrupted', ms: 0 }, { runId, versions: trace.versionsOfRun(runId), tables: [], models: [] });
    }
  }

  async #runStarted(event: RunEvent): Promise<void> {
    const recorded = await this.#recorder.noted(event.runId);
    await this.#emit('START', event, recorded);
  }

  async #runEnded(event: RunEvent & { type: 'run-ended' }): Promise<void> {
    const recorded = await this.#recorder.ended(event.runId, event.status);
    this.#noteScored(recorded);
    const type: EventType = event.status === 'succeeded' ? 'COMPLETE' : event.status === 'cancelled' || event.status === 'interrupted' ? 'ABORT' : 'FAIL';
    await this.#emit(type, event, recorded);
  }

  /** Which registered models a run named, and what it wrote with them: for lineage and the audit log alike. */
  #noteScored(recorded: RecordedRun | null): void {
    const { store, scratch, noteUnexpected } = this.#options;
    if (recorded === null || scratch || store.readOnly) return;
    try {
      for (const { nodeId, name, version } of recorded.models) {
        const written = recorded.versions.find((one) => one.nodeId === nodeId && one.direction === 'write');
        store.audit.append({ actor: `run:${recorded.runId}`, action: 'model.scored', subject: `model:${name}@${version}`, details: { run: recorded.runId, node: nodeId, ...(written === undefined ? {} : { dataset: written.dataset, rows: written.rows }) } });
        this.audit.audited();
      }
    } catch (error) {
      noteUnexpected(error);
    }
  }

  async #emit(type: EventType, event: RunEvent, recorded: RecordedRun | null): Promise<void> {
    if (this.#options.scratch || recorded === null || !this.openLineage.isOn) return;
    try {
      const facts = await this.#factsOf(event, recorded);
      await this.openLineage.emit(type === 'START' ? [pipelineEvent(type, facts)] : [...nodeEvents(facts), pipelineEvent(type, facts)]);
    } catch (error) {
      this.#options.noteUnexpected(error);
    }
  }

  async #factsOf(event: RunEvent, recorded: RecordedRun): Promise<RunFacts> {
    const { store, connections } = this.#options;
    const failed = event.type === 'run-ended' && event.status === 'failed' ? store.records.get(event.runId)?.nodes.find(({ status }) => status === 'failed') : undefined;
    const models = store.models.list().filter(({ runId }) => runId === event.runId);
    const run = models.length === 0 ? null : store.records.get(event.runId);
    const document = run === null ? null : expandSubflows(run.document, this.#options.catalogue).document;
    return {
      runId: event.runId,
      namespace: this.openLineage.namespace(),
      pipeline: event.pipelinePath ?? event.title,
      at: Date.now(),
      versions: recorded.versions,
      tables: recorded.tables,
      models: models.map(({ name, version, nodeId, value }) => ({ name, version, nodeId: document === null || nodeId === null ? nodeId : trainerOf(document, nodeId), inputs: value.signature.inputs })),
      error: event.type === 'run-ended' && event.status === 'failed' ? (failed?.diagnostics.find(({ severity }) => severity === 'error')?.message ?? 'The run failed.') : null,
      connections: connectionPlaces((await connections.list().catch(() => [])).map(({ connection }) => connection)),
    };
  }
}
