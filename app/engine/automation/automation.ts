import { actingMay } from '#app/access/caller.ts';
import { createHash, randomBytes } from 'node:crypto';
import path from 'node:path';
import { automationSpecSchema, type AutomationSpec, type Firing } from '#app/core/automation.ts';
import { cronTimes } from '#app/core/cron.ts';
import { PenstockError } from '#app/core/errors.ts';
import { issueAt } from '#app/core/issue-phrase.ts';
import { newRecordId } from '#app/core/ids.ts';
import type { Channel, Notice } from '#app/core/notifications.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import type { ListedChannel } from '#app/protocol/sections/automation.ts';
import type { AutomationRecord } from '#app/store/index.ts';
import { secretsOf, secretVariable, type SecretStore } from '../connections/index.ts';
import type { Engine } from '../engine.ts';
import type { ProjectEvent } from '../events.ts';
import { Broadcast } from './changes.ts';
import { systemClock, type Clock } from './clock.ts';
import { declaredChanges } from './declared.ts';
import { firingFor, type EventContext } from './events.ts';
import { ChannelStore } from './notify/channel-store.ts';
import { noticeOf } from './notices.ts';
import { Notifier } from './notify/notifier.ts';
import { channelSecret } from './notify/send.ts';
import { templateNames, withOverrides } from './overrides.ts';
import { mayTriggersFire, type Permission } from './permission.ts';
import { Scheduler } from './scheduler.ts';

/** What automation needs of the engine. */
export type AutomationHost = Pick<Engine, 'store' | 'events' | 'pipelines' | 'catalogue' | 'projectDir' | 'filesDir' | 'actor' | 'readOnly' | 'background' | 'trust' | 'startRun' | 'assertWritable' | 'audit' | 'noteUnexpected' | 'warn'>;

const defaultParallel = 2;
const declareAfterMs = 1500;
const parallelKey = 'automation.parallel';

/** Schedules and triggers of a project, and who is told what came of them. */
export class Automation {
  readonly channels: ChannelStore;
  readonly secrets: SecretStore;
  readonly notifier: Notifier;
  readonly scheduler: Scheduler;
  /** An automation or a firing is another now: pages look again. */
  readonly changes = new Broadcast<{ readonly automationId: string }>();
  readonly notices = new Broadcast<Notice>();
  readonly #host: AutomationHost;
  readonly #clock: Clock;
  /** Automations that led to a run. */
  readonly #chains = new Map<string, readonly string[]>();
  /** Pipeline paths of runs under way. */
  readonly #running = new Map<string, string>();
  /** Declarations of edited pipelines that are still to be kept. */
  readonly #declaring = new Map<string, () => void>();
  #unlisten: (() => void) | null = null;

  constructor(host: AutomationHost, options: { readonly clock?: Clock; readonly secrets?: SecretStore } = {}) {
    this.#host = host;
    this.#clock = options.clock ?? systemClock;
    this.secrets = options.secrets ?? secretsOf(host.projectDir);
    this.channels = new ChannelStore(host.projectDir);
    this.notifier = new Notifier({ channels: this.channels, secrets: this.secrets, clock: this.#clock, project: path.basename(host.projectDir), desktop: (notice) => this.notices.send(notice), restricted: () => host.trust.restricted, warn: (message) => host.warn(message) });
    const { store } = host;
    this.scheduler = new Scheduler({
      store: store.automation,
      together: (work) => store.together(work),
      clock: this.#clock,
      filesDir: host.filesDir,
      allowed: () => this.permission.allowed,
      parallel: () => this.parallel,
      isBusy: (pipeline) => [...this.#running.values()].some((path) => path === pipeline),
      start: (record, firing) => this.#startRun(record, firing),
      failureOf: (runId) => failureOf(store.records.get(runId)?.nodes ?? []),
      changed: (record, firing) => this.#changed(record, firing),
      failed: (error) => host.noteUnexpected(error),
    });
  }

  /** Whether anything fires by itself in this process. */
  get permission(): Permission {
    return mayTriggersFire(this.#host);
  }

  /** The project comes from elsewhere, and nobody trusted it yet. */
  get restricted(): boolean {
    return this.#host.trust.restricted;
  }

  /** Scheduled runs at once in this project. */
  get parallel(): number {
    const kept = Number(this.#host.store.meta.get(parallelKey) ?? defaultParallel);
    return Number.isInteger(kept) && kept >= 1 ? kept : defaultParallel;
  }

  setParallel(count: number): void {
    this.#host.assertWritable();
    this.#host.store.meta.set(parallelKey, String(count));
    this.scheduler.tick();
  }

  /** Begins to listen, takes up what an earlier process left, and fires what is due. Nothing where triggers may not fire. */
  start(): void {
    if (!this.permission.allowed || this.#unlisten !== null) return;
    this.#unlisten = this.#host.events.listen((event) => this.#hear(event));
    this.#catchUpRuns();
    this.scheduler.start();
  }

  /** Stops firing; attempts under way stay open and are taken up by the next start. Resolves when messages are sent. */
  async stop(): Promise<void> {
    this.#unlisten?.();
    for (const stop of this.#declaring.values()) stop();
    this.scheduler.stop();
    await this.notifier.close();
  }

  list(): AutomationRecord[] {
    return this.#host.store.automation.list();
  }

  /**
   * Adds a schedule or trigger. For a webhook a token is made, which is told once.
   * @throws PenstockError `cron-invalid`, `timezone-unknown`, `unknown-pipeline`, `unknown-channel`, `trigger-circle`, those of the overrides.
   */
  async create(given: unknown, options: { readonly enabled?: boolean } = {}): Promise<{ record: AutomationRecord; token: string | null }> {
    this.#host.assertWritable();
    const { spec, token } = withToken(given);
    await this.#check(spec);
    const { store } = this.#host;
    const record = store.together(() => {
      const made = store.automation.create(spec, { enabled: options.enabled ?? true, now: this.#clock.now() });
      this.#host.audit({ action: 'schedule.created', subject: `schedule:${made.id}`, details: audited(made) });
      return made;
    });
    await this.scheduler.files.baseline(record);
    this.#touched(record.id);
    return { record, token };
  }

  /** @throws PenstockError `unknown-automation`, those of `create`. */
  async update(id: string, given: unknown): Promise<{ record: AutomationRecord; token: string | null }> {
    this.#host.assertWritable();
    const before = this.#host.store.automation.get(id);
    const { spec, token } = withToken(given, before.spec);
    await this.#check(spec);
    this.scheduler.tick();
    const { store } = this.#host;
    const record = store.together(() => {
      const changed = store.automation.update(id, { spec, now: this.#clock.now() });
      this.#host.audit({ action: 'schedule.changed', subject: `schedule:${id}`, details: audited(changed) });
      return changed;
    });
    if (JSON.stringify(before.spec.trigger) !== JSON.stringify(spec.trigger)) {
      this.scheduler.files.forget(id);
      await this.scheduler.files.baseline(record);
    }
    this.#touched(id);
    return { record, token };
  }

  async setEnabled(id: string, enabled: boolean): Promise<AutomationRecord> {
    this.#host.assertWritable();
    this.scheduler.tick();
    const { store } = this.#host;
    const record = store.together(() => {
      const changed = store.automation.update(id, { enabled, now: this.#clock.now() });
      this.#host.audit({ action: enabled ? 'schedule.enabled' : 'schedule.disabled', subject: `schedule:${id}`, details: { name: changed.spec.name } });
      return changed;
    });
    if (enabled) await this.scheduler.files.baseline(record);
    this.#touched(id);
    return record;
  }

  remove(id: string): void {
    this.#host.assertWritable();
    const { store } = this.#host;
    const { spec } = store.automation.get(id);
    store.together(() => {
      store.automation.remove(id);
      this.#host.audit({ action: 'schedule.removed', subject: `schedule:${id}`, details: { name: spec.name, pipeline: spec.pipeline } });
    });
    this.scheduler.files.forget(id);
    this.#touched(id);
  }

  /** Fires now, by hand or because something outside asks for it. @returns null where a firing of that key is there already. */
  fire(id: string, firing: { readonly key?: string; readonly given?: Readonly<Record<string, unknown>> } = {}): Firing | null {
    this.#host.assertWritable();
    this.#host.trust.assert('Schedules and triggers of this project do not fire');
    const { store } = this.#host;
    const record = store.automation.get(id);
    const now = this.#clock.now();
    const made = store.together(() => {
      const one = store.automation.add({ automationId: id, dueKey: firing.key ?? `manual:${newRecordId(now)}`, dueAt: now, given: firing.given ?? {} }, now);
      if (one !== null && firing.key === undefined) this.#host.audit({ action: 'schedule.fired', subject: `schedule:${id}`, details: { name: record.spec.name } });
      return one;
    });
    if (made !== null) this.#changed(record, made);
    this.scheduler.tick();
    return made;
  }

  /** Makes a pipeline's schedules what its Schedule nodes say; called when it is saved or run. Nothing where nothing changes. */
  async declare(path: string, document: PipelineDocument): Promise<void> {
    if (this.#host.readOnly) return;
    for (const change of declaredChanges(document, path, this.list())) {
      if (change.kind === 'create') await this.create(change.spec, { enabled: change.enabled });
      else if (change.kind === 'update') await this.update(change.id, change.spec);
      else await this.setEnabled(change.id, change.kind === 'enable');
    }
  }

  /** As `declare`, once a burst of edits is over. On a team's server only by who may automate: others draw the node, and it waits for one of them to save or run. */
  declareSoon(path: string, document: PipelineDocument): void {
    if (!actingMay('operate')) return;
    this.#declaring.get(path)?.();
    const stop = this.#clock.after(declareAfterMs, () => {
      this.#declaring.delete(path);
      this.declare(path, document).catch((error: unknown) => this.#host.noteUnexpected(error));
    });
    this.#declaring.set(path, stop);
  }

  /** Firings of an automation that wait. */
  waiting(id: string): number {
    return this.#host.store.automation.open(id).length;
  }

  async listChannels(): Promise<ListedChannel[]> {
    const channels = await this.channels.list();
    return Promise.all(
      channels.map(async (channel) => {
        const reference = channel.kind === 'desktop' || (channel.kind === 'webhook' && !channel.signed) || (channel.kind === 'email' && channel.user === '') ? null : channelSecret(channel);
        return { channel, secret: reference === null ? null : await this.secrets.source(reference), variable: secretVariable(`notify-${channel.name}`), problem: this.notifier.problem(channel.name) ?? null };
      }),
    );
  }

  /** @param secret null keeps what is stored. */
  async saveChannel(channel: Channel, secret: string | null, previous?: string): Promise<void> {
    this.#host.assertWritable();
    if (secret !== null && channel.kind !== 'desktop') await this.secrets.set(channelSecret(channel), secret);
    await this.channels.save(channel, previous);
    this.#host.audit({ action: 'channel.saved', subject: `channel:${channel.name}`, details: { kind: channel.kind } });
    this.changes.send({ automationId: '' });
  }

  async removeChannel(name: string): Promise<void> {
    this.#host.assertWritable();
    const channel = await this.channels.find(name);
    if (channel !== null && channel.kind !== 'desktop') await this.secrets.remove(channelSecret(channel));
    await this.channels.remove(name);
    this.#host.audit({ action: 'channel.removed', subject: `channel:${name}` });
    this.changes.send({ automationId: '' });
  }

  /** @throws PenstockError `unknown-channel`, and why a message does not arrive. */
  async testChannel(name: string): Promise<void> {
    const channel = await this.channels.find(name);
    if (channel === null) throw new PenstockError('unknown-channel', `There is no notification channel “${name}”.`, { remedy: 'Look at the list of channels.' });
    await this.notifier.test(channel);
  }

  /** When nothing is due now and nothing runs: for `penstock work --once`. */
  async idle(): Promise<void> {
    await this.#host.events.settled();
    await this.scheduler.settled();
  }

  /** Next due times of an automation. */
  nextDue(record: AutomationRecord): number | null {
    return record.enabled ? this.scheduler.nextDue(record, this.#clock.now()) : null;
  }

  async #check(spec: AutomationSpec): Promise<void> {
    const { trigger } = spec;
    if (trigger.kind === 'cron') cronTimes(trigger.cron, trigger.timezone);
    if (trigger.kind === 'run' && trigger.pipeline === spec.pipeline) throw new PenstockError('trigger-circle', 'A pipeline cannot be started by its own end.', { remedy: 'Name another pipeline.' });
    const document = await this.#document(spec.pipeline);
    // What the trigger will give is not known yet; that the params are there and take no code is.
    const names = spec.overrides.flatMap(({ value }) => templateNames(value));
    const plain = spec.overrides.filter(({ value }) => templateNames(value).length === 0);
    withOverrides(document, this.#host.catalogue, plain, {});
    if (names.length > 0) this.#checkTemplates(document, spec);
    const known = new Set((await this.channels.list()).map(({ name }) => name));
    const missing = spec.notify.channels.find((name) => !known.has(name));
    if (missing !== undefined) throw new PenstockError('unknown-channel', `There is no notification channel “${missing}”.`, { remedy: known.size === 0 ? 'Add one first.' : `There are: ${[...known].join(', ')}.` });
  }

  #checkTemplates(document: PipelineDocument, spec: AutomationSpec): void {
    for (const override of spec.overrides) {
      try {
        withOverrides(document, this.#host.catalogue, [override], {});
      } catch (error) {
        if (error instanceof PenstockError && ['override-is-code', 'unknown-node', 'unknown-param'].includes(error.code)) throw error;
      }
    }
  }

  /** The pipeline as it is now, with edits that are on their way to its file. @throws PenstockError `unknown-pipeline`. */
  async #document(pipeline: string): Promise<PipelineDocument> {
    await this.#host.pipelines.flush();
    try {
      return (await this.#host.pipelines.open(pipeline, { readOnly: true })).document;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      throw new PenstockError('unknown-pipeline', `There is no pipeline ${pipeline} in this project.`, { remedy: 'Choose another pipeline for the schedule, or remove it.' });
    }
  }

  async #startRun(record: AutomationRecord, firing: Firing) {
    const { spec } = record;
    const document = withOverrides(await this.#document(spec.pipeline), this.#host.catalogue, spec.overrides, firing.given);
    const run = await this.#host.startRun({ document, path: spec.pipeline, trigger: `automation:${record.id}`, ...(spec.to.length === 0 ? {} : { to: spec.to }) });
    const chain = firing.given['chain'];
    this.#chains.set(run.runId, [...(Array.isArray(chain) ? chain.map(String) : []), record.id]);
    return run;
  }

  #hear(event: ProjectEvent): void {
    if (event.type === 'run-started' && event.pipelinePath !== null) this.#running.set(event.runId, event.pipelinePath);
    if (event.type === 'run-ended') this.#running.delete(event.runId);
    const { store } = this.#host;
    const context: EventContext = {
      now: this.#clock.now(),
      chainOf: (runId) => this.#chains.get(runId) ?? [],
      version: (name, version) => store.models.get(name, version),
    };
    const tell: string[] = [];
    for (const record of this.list()) {
      const firing = firingFor(record, event, context);
      if (firing !== null) {
        const made = store.automation.add(firing, context.now);
        if (made !== null) this.#changed(record, made);
      }
      if (event.type === 'alarm-raised' && record.spec.notify.on.includes('alarm') && record.spec.trigger.kind === 'alarm' && firing !== null) tell.push(...record.spec.notify.channels);
    }
    if (event.type === 'run-ended') setTimeout(() => this.#chains.delete(event.runId), 60_000).unref();
    if (event.type === 'alarm-raised') void this.notifier.alarm({ title: event.title, message: event.message, automationId: null, runId: null }, tell).catch((error: unknown) => this.#host.noteUnexpected(error));
    this.scheduler.tick();
  }

  /** Upstream runs that ended while nothing listened: by a command, or just before the engine was killed. */
  #catchUpRuns(): void {
    const { store } = this.#host;
    const now = this.#clock.now();
    for (const record of this.list()) {
      if (record.spec.trigger.kind !== 'run' || !record.enabled || record.spec.misfire.policy === 'skip') continue;
      const ended = store.records
        .list({ limit: 200 })
        .filter(({ startedAt, ms }) => ms !== null && startedAt + ms > record.seenUntil)
        .flatMap(({ runId, pipelineId, pipelinePath, title, status, ms }) => firingFor(record, { type: 'run-ended', runId, pipelineId, pipelinePath, title, status, trigger: null, ms: ms ?? 0 }, { now, chainOf: () => [], version: () => null }) ?? [])
        .toReversed();
      const kept = record.spec.misfire.policy === 'once' ? ended.slice(-1) : ended.slice(-record.spec.misfire.limit);
      store.together(() => {
        for (const firing of kept) store.automation.add(firing, now);
        store.automation.seen(record.id, now);
      });
    }
  }

  #changed(record: AutomationRecord, firing: Firing): void {
    const before = firing.state === 'succeeded' ? this.#host.store.automation.lastEnded(record.id, firing.id) : null;
    const notice = noticeOf(record, firing, before);
    if (notice !== null && record.spec.notify.on.includes(notice.event)) this.notifier.notify(record.spec.notify.channels, notice);
    this.changes.send({ automationId: record.id });
  }

  #touched(automationId: string): void {
    this.changes.send({ automationId });
    this.scheduler.tick();
  }
}

/** A webhook without a token gets one; the store keeps its hash only. @throws PenstockError `automation-invalid`. */
function withToken(given: unknown, before?: AutomationSpec): { spec: AutomationSpec; token: string | null } {
  const parsed = automationSpecSchema.safeParse(given);
  if (!parsed.success) {
    throw new PenstockError('automation-invalid', `That is not a schedule or trigger: ${issueAt(parsed.error)}.`, { remedy: 'Correct it and try again.', cause: parsed.error });
  }
  const spec = parsed.data;
  if (spec.trigger.kind !== 'webhook' || spec.trigger.tokenHash !== '') return { spec, token: null };
  if (before?.trigger.kind === 'webhook') return { spec: { ...spec, trigger: { ...spec.trigger, tokenHash: before.trigger.tokenHash } }, token: null };
  const token = randomBytes(24).toString('base64url');
  return { spec: { ...spec, trigger: { ...spec.trigger, tokenHash: hashToken(token) } }, token };
}

export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

function audited({ spec, enabled }: AutomationRecord): Record<string, unknown> {
  const { tokenHash: _hidden, ...trigger } = spec.trigger as AutomationSpec['trigger'] & { tokenHash?: string };
  return { name: spec.name, pipeline: spec.pipeline, trigger, enabled };
}

function failureOf(nodes: readonly { readonly status: string; readonly title: string; readonly reason: string }[]): string {
  const failed = nodes.find(({ status }) => status === 'failed');
  return failed === undefined ? 'The run did not finish.' : `“${failed.title}”: ${failed.reason}`;
}
