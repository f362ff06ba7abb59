import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import type { ModelValue, PortSpec } from '#app/sdk/ports.ts';
import type { ApprovalRecord, AuditRecord, ModelStage, ModelVersionRecord, VersionFacts } from '#app/store/index.ts';
import type { EngineAreas } from '../areas.ts';
import { Mlflow } from './mlflow/index.ts';
import type { ProjectEvent } from '../events.ts';
import { evaluatedMetrics, registrationFacts, type FactsOrigin } from './facts.ts';
import { automationsUsing, serversUsing } from './users.ts';
import { productionStack, rollbackTarget, stageSteps } from './history.ts';

export interface RegistryRules {
  /** People who must have approved a version before it may go to production. */
  readonly approvals: number;
}

const rulesSchema = z.object({ approvals: z.int().min(0).max(20).default(0) });
const rulesKey = 'registry.rules';

export interface StageChange {
  /** Also against rejections and the project's rule. */
  readonly anyway?: boolean;
  /** To production: the version there now stays beside it. */
  readonly keep?: boolean;
}

export interface Promotion {
  readonly name: string;
  readonly version: number;
  readonly from: ModelStage;
  readonly to: ModelStage;
  /** Versions that left production for it. */
  readonly archived: readonly number[];
}

/** How a version is written in the audit log and on the command line. */
export const modelSubject = (name: string, version: number): string => `model:${name}@${version}`;

/** Stages, aliases, approvals and notes of model versions. Whatever changes is in the audit log, in one transaction with the change, and heard as an event. */
export class Registry {
  readonly #host: EngineAreas;
  /** Versions that runs under way have registered, with their trainers: judged when the run ends. */
  readonly #registered = new Map<string, { readonly name: string; readonly version: number; readonly trainer: { readonly nodeId: string; readonly title: string } }[]>();
  /** Say what uses a version now (servers, schedules): `the server “shop”`. */
  readonly usedBy = new Set<(name: string, version: number) => readonly string[]>();

  readonly mlflow: Mlflow;

  constructor(host: EngineAreas) {
    this.#host = host;
    this.mlflow = new Mlflow(host);
    this.usedBy.add((name, version) => serversUsing(host, name, version));
    this.usedBy.add((name, version) => automationsUsing(host, name, version));
    host.events.listen((event) => {
      if (event.type === 'run-ended') this.#judge(event.runId);
    });
  }

  get rules(): RegistryRules {
    const stored = this.#host.store.meta.get(rulesKey);
    const parsed = rulesSchema.safeParse(stored === null ? {} : JSON.parse(stored));
    return parsed.success ? parsed.data : { approvals: 0 };
  }

  setRules(rules: RegistryRules): void {
    const next = rulesSchema.parse(rules);
    this.#change({ action: 'model.rules', subject: 'project', details: { ...next } }, [], () => this.#host.store.meta.set(rulesKey, JSON.stringify(next)));
  }

  /**
   * Adds the next version of a name, with the facts of where it comes from. The very model again under the name gives the version it has.
   * @throws PenstockError `model-name`.
   */
  async register(name: string, value: ModelValue, note: string, origin: FactsOrigin): Promise<{ name: string; version: number; isNew: boolean }> {
    const { store, cache, filesDir, actor } = this.#host;
    const facts = await registrationFacts(origin, { cache, filesDir, actor, pipelineOf: (runId) => store.runVersion(runId)?.hash ?? null });
    const about = { runId: origin.runId, nodeId: origin.nodeId, pipelineTitle: origin.resolver.analysis.document.title, note };
    const features = await this.#host.features.ofModel(origin, value.signature.inputs.map((input) => input.name));
    const made = this.add(name, value, features.length === 0 ? facts : { ...facts, features }, about);
    if (origin.runId !== null && facts.trainer !== undefined) this.#registered.set(origin.runId, [...(this.#registered.get(origin.runId) ?? []), { name, version: made.version, trainer: facts.trainer }]);
    return made;
  }

  /** As `register`, of a model whose facts are known. */
  add(name: string, value: ModelValue, facts: VersionFacts, about: { readonly runId: string | null; readonly nodeId: string | null; readonly pipelineTitle: string | null; readonly note: string }): { name: string; version: number; isNew: boolean } {
    const { store, events } = this.#host;
    this.#host.assertWritable();
    const made = store.together(() => {
      const added = store.models.register(name, value, { ...about, createdAt: Date.now(), facts: { ...facts, actor: facts.actor ?? this.#host.actor } });
      if (added.isNew) this.#host.audit({ action: 'model.registered', subject: modelSubject(name, added.version), details: { source: facts.source ?? 'trained', onnx: value.onnx, run: about.runId, node: about.nodeId, pipeline: facts.pipeline, data: facts.data } });
      return added;
    });
    if (made.isNew) events.emit({ type: 'model-registered', name, version: made.version, runId: about.runId });
    return made;
  }

  /**
   * Moves a version to a stage. To production: the version there now is archived unless it is to be kept.
   * @throws PenstockError `unknown-model`, `model-rejected`, `approvals-missing`, `read-only`.
   */
  setStage(name: string, version: number, stage: ModelStage, options: StageChange = {}): Promotion {
    return this.#move(this.#version(name, version), stage, options, {});
  }

  /**
   * Brings back the version that was in production before the present one, which is archived.
   * @throws PenstockError `unknown-model`, `no-earlier-production`.
   */
  rollBack(name: string, options: Pick<StageChange, 'anyway'> = {}): Promotion {
    const versions = this.#host.store.models.versions(name);
    if (versions.length === 0) this.#host.store.models.resolve(name);
    const stack = productionStack(stageSteps(versions.flatMap((one) => this.history(one.name, one.version))));
    const inProduction = new Set(versions.filter(({ stage }) => stage === 'production').map((one) => one.version));
    const current = stack.findLast((version) => inProduction.has(version)) ?? [...inProduction][0] ?? null;
    const present = new Set(versions.map((one) => one.version));
    const target = rollbackTarget(stack, current, (version) => present.has(version) && (options.anyway === true || !this.#isRejected(name, version)));
    if (target === null) {
      throw new PenstockError('no-earlier-production', `No other version of “${name}” has been in production before${current === null ? '' : ` version ${current}`}.`, { remedy: 'Promote a version to production instead.' });
    }
    return this.#move(this.#version(name, target), 'production', { anyway: true }, { rollback: true, ...(current === null ? {} : { rolledBack: current }) });
  }

  #move(record: ModelVersionRecord, stage: ModelStage, { anyway, keep }: StageChange, more: Readonly<Record<string, unknown>>): Promotion {
    const { name, version, stage: from } = record;
    const { models } = this.#host.store;
    if (stage === 'production' && anyway !== true) this.#assertMayServe(name, version);
    const archived = stage === 'production' && keep !== true ? models.versions(name).filter((one) => one.stage === 'production' && one.version !== version) : [];
    const result: Promotion = { name, version, from, to: stage, archived: archived.map((one) => one.version) };
    if (from === stage && archived.length === 0) return result;
    const details = { from, to: stage, ...(archived.length === 0 ? {} : { archived: result.archived }), ...(anyway === true && more['rollback'] !== true ? { anyway } : {}), ...more };
    const event = (of: number): ProjectEvent => ({ type: 'model-changed', name, version: of, change: 'stage' });
    this.#change({ action: 'model.stage', subject: modelSubject(name, version), details }, [event(version), ...result.archived.map(event)], () => {
      for (const one of archived) {
        models.setStage(name, one.version, 'archived');
        this.#host.audit({ action: 'model.stage', subject: modelSubject(name, one.version), details: { from: 'production', to: 'archived', for: version } });
      }
      models.setStage(name, version, stage);
    });
    return result;
  }

  /** Points an alias at a version. @returns the one it pointed at. @throws PenstockError `alias-name`, `unknown-model`. */
  setAlias(name: string, alias: string, version: number): number | null {
    const before = this.#host.store.models.alias(name, alias);
    if (before === version) return before;
    return this.#change({ action: 'model.alias', subject: modelSubject(name, version), details: { alias, from: before, to: version } }, [{ type: 'model-changed', name, version, change: 'alias' }], () => this.#host.store.models.setAlias(name, alias, version));
  }

  /** @throws PenstockError `unknown-alias`. */
  removeAlias(name: string, alias: string): number {
    const version = this.#host.store.models.alias(name, alias);
    if (version === null) throw new PenstockError('unknown-alias', `“${name}” has no alias “${alias}”.`, { remedy: 'Look at the list of its versions.' });
    this.#change({ action: 'model.alias', subject: modelSubject(name, version), details: { alias, from: version, to: null } }, [{ type: 'model-changed', name, version, change: 'alias' }], () => this.#host.store.models.removeAlias(name, alias));
    return version;
  }

  /** One verdict a person: a later one takes its place. @throws PenstockError `unknown-model`. */
  approve(name: string, version: number, verdict: ApprovalRecord['verdict'], note = ''): void {
    const approval: ApprovalRecord = { actor: this.#host.actor, verdict, note, at: Date.now() };
    this.#change({ action: 'model.approval', subject: modelSubject(name, version), details: { verdict, note } }, [{ type: 'model-changed', name, version, change: 'approval' }], () => this.#host.store.models.approve(name, version, approval));
  }

  setNote(name: string, version: number, note: string): void {
    const before = this.#version(name, version).note;
    if (before === note) return;
    this.#change({ action: 'model.note', subject: modelSubject(name, version), details: { from: before, to: note } }, [{ type: 'model-changed', name, version, change: 'note' }], () => this.#host.store.models.setNote(name, version, note));
  }

  /** Takes a version out of the registry; what the audit log has of it stays. @throws PenstockError `unknown-model`, `model-in-use`. */
  remove(name: string, version: number, options: { readonly anyway?: boolean } = {}): void {
    const record = this.#version(name, version);
    const uses = [
      ...(record.stage === 'production' ? ['it is in production'] : []),
      ...record.aliases.map((alias) => `the alias “${alias}” points at it`),
      ...this.users(name, version).map((user) => `${user} uses it`),
    ];
    if (uses.length > 0 && options.anyway !== true) {
      throw new PenstockError('model-in-use', `Version ${version} of “${name}” is not removed: ${uses.join(', ')}.`, { remedy: 'Promote another version or move what points at it first, or remove it anyway.' });
    }
    this.#change({ action: 'model.removed', subject: modelSubject(name, version), details: { stage: record.stage, onnx: record.value.onnx, ...(uses.length === 0 ? {} : { anyway: true }) } }, [{ type: 'model-changed', name, version, change: 'removed' }], () => this.#host.store.models.remove(name, version));
  }

  /** What uses a version now, as in a sentence. */
  users(name: string, version: number): string[] {
    return [...this.usedBy].flatMap((ask) => ask(name, version));
  }

  /** Records of the audit log about a version, newest first. */
  history(name: string, version: number): AuditRecord[] {
    return this.#host.store.audit.list({ subject: modelSubject(name, version), limit: 1000 });
  }

  #version(name: string, version: number): ModelVersionRecord {
    return this.#host.store.models.get(name, version) ?? this.#host.store.models.resolve(`${name}@${version}`);
  }

  #isRejected(name: string, version: number): boolean {
    return this.#host.store.models.approvals(name, version).some(({ verdict }) => verdict === 'rejected');
  }

  #assertMayServe(name: string, version: number): void {
    const approvals = this.#host.store.models.approvals(name, version);
    const rejected = approvals.filter(({ verdict }) => verdict === 'rejected');
    const [first] = rejected;
    if (first !== undefined) {
      throw new PenstockError('model-rejected', `Version ${version} of “${name}” was rejected by ${person(first.actor)}${first.note === '' ? '' : `: “${first.note}”`}.`, { remedy: 'Ask for another verdict, or promote it anyway.' });
    }
    const needed = this.rules.approvals;
    const given = approvals.length - rejected.length;
    if (given < needed) {
      throw new PenstockError('approvals-missing', `Version ${version} of “${name}” has ${given} of the ${needed} approvals that this project asks for before production.`, { remedy: 'Have it approved first, or promote it anyway.' });
    }
  }

  #change<T>(event: { readonly action: string; readonly subject: string; readonly details: Readonly<Record<string, unknown>> }, heard: readonly ProjectEvent[], work: () => T): T {
    this.#host.assertWritable();
    const result = this.#host.store.together(() => {
      const done = work();
      this.#host.audit(event);
      return done;
    });
    for (const one of heard) this.#host.events.emit(one);
    return result;
  }

  /** What the evaluation nodes of an ended run say of the versions it registered. */
  #judge(runId: string): void {
    const versions = this.#registered.get(runId);
    this.#registered.delete(runId);
    const run = versions === undefined ? null : this.#host.store.records.get(runId);
    if (versions === undefined || run === null) return;
    const { models } = this.#host.store;
    const outputsOf = (type: string): readonly PortSpec[] => this.#host.catalogue.get(type)?.definition.outputs ?? [];
    for (const { name, version, trainer } of versions) {
      const evaluated = evaluatedMetrics({ document: this.#host.analyser.expand(run.document).document, nodes: run.nodes, outputsOf }, trainer);
      const record = models.get(name, version);
      if (record !== null && Object.keys(evaluated).length > 0) models.setFacts(name, version, { ...record.facts, evaluated: { ...record.facts.evaluated, ...evaluated } });
    }
  }
}

/** `user:ann` → ann */
export const person = (actor: string): string => actor.slice(actor.indexOf(':') + 1);
