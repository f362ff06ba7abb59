import { PenstockError } from '#app/core/errors.ts';
import { canonicalJson } from '#app/core/hash.ts';
import { newRecordId } from '#app/core/ids.ts';
import type { AlarmRequest, AlarmServices } from '#app/sdk/monitoring.ts';
import type { AlarmRecord, AlarmState, StoredBatch } from '#app/store/index.ts';
import type { ProjectEvents } from '../events.ts';
import type { ProjectStore } from '../project/project-store.ts';

/** What `Alarms` needs of the engine. */
export interface AlarmsOptions {
  readonly store: ProjectStore;
  readonly events: ProjectEvents;
  readonly actor: string;
  audit(event: { readonly action: string; readonly subject: string; readonly details?: Readonly<Record<string, unknown>>; readonly actor?: string }): void;
  assertWritable(): void;
}

/** Where a node that raises alarms stands. */
export interface AlarmOrigin {
  readonly runId: string | null;
  readonly nodeId: string;
  readonly pipeline: { readonly id: string; readonly title: string };
  titleOf(nodeId: string): string;
}

/** Places that an alarm made outside of a pipeline has: a server, a schedule. */
export interface OutsideAlarm extends Omit<AlarmRequest, 'nodeId'> {
  /** `server:NAME`, `schedule:ID` … */
  readonly monitor: string;
  readonly runId?: string | null;
}

/** Alarms of a project: raised once a topic, acknowledged by people, cleared when all is well; each change is in the audit log and is an event. */
export class Alarms {
  readonly #options: AlarmsOptions;

  constructor(options: AlarmsOptions) {
    this.#options = options;
  }

  /** Open ones first. */
  list(options: { readonly states?: readonly AlarmState[]; readonly limit?: number } = {}): AlarmRecord[] {
    return this.#options.store.alarms.list(options);
  }

  /** @throws PenstockError `unknown-alarm`. */
  get(id: string): AlarmRecord {
    const found = this.#options.store.alarms.get(id);
    if (found !== null) return found;
    throw new PenstockError('unknown-alarm', `There is no alarm “${id}” in this project.`, { remedy: 'Look at the list of alarms.' });
  }

  /** Monitoring nodes that have seen a batch, the one that did so last first. */
  monitors(): (StoredBatch & { readonly count: number })[] {
    return this.#options.store.alarms.monitors();
  }

  /** What a monitor saw, newest first. */
  batches(monitor: string, limit = 100): StoredBatch[] {
    return this.#options.store.alarms.batches(monitor, limit);
  }

  /** A person has seen it. It stays until all is well. @throws PenstockError `unknown-alarm`, `alarm-cleared`, `read-only`. */
  acknowledge(id: string, note: string): AlarmRecord {
    const { store, actor } = this.#options;
    this.#options.assertWritable();
    const alarm = this.get(id);
    if (alarm.state === 'cleared') throw new PenstockError('alarm-cleared', `The alarm “${alarm.title}” is cleared already.`, { remedy: 'There is nothing left to do.' });
    return store.together(() => {
      const changed = store.alarms.acknowledge(id, actor, note, Date.now());
      this.#options.audit({ action: 'alarm.acknowledged', subject: `monitor:${alarm.monitor}`, details: { alarm: id, title: alarm.title, note } });
      return changed;
    });
  }

  /** Takes an alarm back by hand. @throws PenstockError `unknown-alarm`, `read-only`. */
  clear(id: string): AlarmRecord {
    this.#options.assertWritable();
    return this.#cleared(this.get(id), this.#options.actor);
  }

  /** Raises an alarm from outside of a pipeline, or brings the one of its topic up to date. */
  raise(alarm: OutsideAlarm): AlarmRecord {
    const { monitor, runId = null, ...request } = alarm;
    return this.#raised({ ...request, nodeId: '' }, { monitor, runId, pipelineId: '', pipelinePath: null, pipelineTitle: '' });
  }

  /** What a node that runs can do. Without a run (a look at a source) nothing is kept. */
  servicesFor(origin: AlarmOrigin): AlarmServices {
    const { store } = this.#options;
    const { runId, pipeline } = origin;
    const pipelinePath = runId === null ? null : store.alarms.pathOfRun(runId);
    const monitorOf = (nodeId: string = origin.nodeId): string => `${pipeline.id}/${nodeId}`;
    return {
      record: (batch, nodeId = origin.nodeId) => {
        const [last] = store.alarms.batches(monitorOf(nodeId), 1);
        if (runId === null || (last !== undefined && canonicalJson(last.batch) === canonicalJson(batch))) return;
        store.alarms.saveBatch({ monitor: monitorOf(nodeId), runId, at: Date.now(), pipelineId: pipeline.id, pipelinePath, pipelineTitle: pipeline.title, nodeId, nodeTitle: origin.titleOf(nodeId), batch });
      },
      batches: (limit, nodeId) => store.alarms.batches(monitorOf(nodeId), limit),
      raise: (alarm, cooldownMs = 0) => {
        const monitor = monitorOf(alarm.nodeId);
        const alive = store.alarms.alive(monitor, alarm.topic);
        const last = store.alarms.lastAt(monitor, alarm.topic);
        if (alive === null && last !== null && Date.now() - last < cooldownMs) return 'cooling';
        this.#raised({ ...alarm, nodeId: alarm.nodeId ?? origin.nodeId }, { monitor, runId, pipelineId: pipeline.id, pipelinePath, pipelineTitle: pipeline.title });
        return alive === null ? 'raised' : 'renewed';
      },
      clear: (topic, nodeId) => {
        const alive = store.alarms.alive(monitorOf(nodeId), topic);
        if (alive === null) return false;
        this.#cleared(alive, runId === null ? this.#options.actor : `run:${runId}`);
        return true;
      },
      isRaised: (topic, nodeId) => store.alarms.alive(monitorOf(nodeId), topic) !== null,
    };
  }

  #raised(alarm: AlarmRequest & { readonly nodeId: string }, place: { monitor: string; runId: string | null; pipelineId: string; pipelinePath: string | null; pipelineTitle: string }): AlarmRecord {
    const { store, events } = this.#options;
    const { topic, title, message, severity, nodeId } = alarm;
    const metrics = Object.fromEntries(Object.entries(alarm.metrics).map(([name, value]) => [name, Number.isFinite(value) ? value : null]));
    const now = { runId: place.runId, input: alarm.input ?? null, column: alarm.column ?? null, slice: alarm.slice ?? null, title, message, severity, metrics };
    return store.together(() => {
      const at = Date.now();
      const alive = store.alarms.alive(place.monitor, topic);
      if (alive !== null) {
        const renewed = store.alarms.renew(alive.id, now, at);
        // Worse than a person had acknowledged: it is heard again.
        if (alive.severity === 'warning' && severity === 'critical') events.emit({ type: 'alarm-raised', alarmId: renewed.id, monitor: place.monitor, title, message, severity });
        return renewed;
      }
      const made = store.alarms.insert({ ...now, ...place, id: newRecordId(), topic, nodeId, raisedAt: at });
      this.#options.audit({ action: 'alarm.raised', subject: `monitor:${place.monitor}`, details: { alarm: made.id, title, severity, column: now.column, run: place.runId }, ...(place.runId === null ? {} : { actor: `run:${place.runId}` }) });
      events.emit({ type: 'alarm-raised', alarmId: made.id, monitor: place.monitor, title, message, severity });
      return made;
    });
  }

  #cleared(alarm: AlarmRecord, by: string): AlarmRecord {
    const { store, events } = this.#options;
    if (alarm.state === 'cleared') return alarm;
    return store.together(() => {
      const changed = store.alarms.clear(alarm.id, by, Date.now());
      this.#options.audit({ action: 'alarm.cleared', subject: `monitor:${alarm.monitor}`, details: { alarm: alarm.id, title: alarm.title }, actor: by });
      events.emit({ type: 'alarm-cleared', alarmId: alarm.id, monitor: alarm.monitor, title: alarm.title });
      return changed;
    });
  }
}
