import type { Trigger } from '#app/core/automation.ts';
import type { NewFiring } from '#app/store/index.ts';
import type { AutomationRecord } from '#app/store/index.ts';
import type { ProjectEvent } from '../events.ts';

export interface EventContext {
  readonly now: number;
  /** Automations that led to a run, the first one first. */
  chainOf(runId: string): readonly string[];
  /** Stage and aliases of a version now. */
  version(name: string, version: number): { readonly stage: string; readonly aliases: readonly string[] } | null;
}

/** What an event makes of an automation that waits for such: a firing, or nothing. */
export function firingFor(record: AutomationRecord, event: ProjectEvent, context: EventContext): NewFiring | null {
  if (!record.enabled) return null;
  const { trigger } = record.spec;
  const found = trigger.kind === 'run' ? runFiring(record, trigger, event, context) : trigger.kind === 'alarm' ? alarmFiring(trigger, event) : trigger.kind === 'model' ? modelFiring(trigger, event, context) : null;
  return found === null ? null : { automationId: record.id, dueAt: context.now, ...found };
}

type Made = Omit<NewFiring, 'automationId' | 'dueAt'> | null;

function runFiring(record: AutomationRecord, trigger: Extract<Trigger, { kind: 'run' }>, event: ProjectEvent, { chainOf }: EventContext): Made {
  if (event.type !== 'run-ended' || event.pipelinePath === null || !samePath(event.pipelinePath, trigger.pipeline)) return null;
  if (event.status !== 'succeeded' && event.status !== 'failed') return null;
  if (trigger.status !== 'any' && trigger.status !== event.status) return null;
  const dueKey = `run:${event.runId}`;
  const chain = chainOf(event.runId);
  const given = { run: event.runId, pipeline: trigger.pipeline, status: event.status, chain };
  if (chain.includes(record.id)) return { dueKey, state: 'skipped', given, reason: 'Skipped because it would run in a circle: this schedule itself led to that run.' };
  return { dueKey, given };
}

/** Paths in the project, with or without a leading `./`; a run from the command line may have an absolute one. */
function samePath(one: string, other: string): boolean {
  const plain = (text: string): string => text.replaceAll('\\', '/').replace(/^\.\//, '');
  return plain(one) === plain(other) || plain(one).endsWith(`/${plain(other)}`);
}

function alarmFiring(trigger: Extract<Trigger, { kind: 'alarm' }>, event: ProjectEvent): Made {
  if (event.type !== 'alarm-raised') return null;
  if (trigger.monitor !== '' && trigger.monitor !== event.monitor) return null;
  if (trigger.severity === 'critical' && event.severity !== 'critical') return null;
  return { dueKey: `alarm:${event.alarmId}`, given: { alarm: event.alarmId, monitor: event.monitor, title: event.title, message: event.message, severity: event.severity } };
}

function modelFiring(trigger: Extract<Trigger, { kind: 'model' }>, event: ProjectEvent, { version, now }: EventContext): Made {
  if ((event.type !== 'model-registered' && event.type !== 'model-changed') || event.name !== trigger.model) return null;
  const change = event.type === 'model-registered' ? 'registered' : event.change;
  if (change !== trigger.change) return null;
  const facts = version(event.name, event.version);
  if (trigger.is !== '' && change === 'stage' && facts?.stage !== trigger.is) return null;
  if (trigger.is !== '' && change === 'alias' && facts?.aliases.includes(trigger.is) !== true) return null;
  return { dueKey: `model:${event.name}@${event.version}:${change}${change === 'registered' ? '' : `:${now}`}`, given: { model: event.name, version: event.version, stage: facts?.stage ?? '', reference: `${event.name}@${event.version}` } };
}
