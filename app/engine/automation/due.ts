import type { AutomationSpec } from '#app/core/automation.ts';
import { cronTimes, timesBetween } from '#app/core/cron.ts';
import { formatCount } from '#app/core/units.ts';
import type { AutomationRecord, NewFiring } from '#app/store/index.ts';

/** A firing that is no later than this is on time, whatever the policy. */
export const graceMs = 60_000;

export interface Due {
  readonly firings: readonly NewFiring[];
  /** Due times up to here are dealt with; null: nothing is new. */
  readonly seenUntil: number | null;
}

/**
 * What a schedule owes at a moment: firings for the due times since the last look that are on time, and for missed ones what its policy
 * says. Each due time is in exactly one firing; those left out are in one that is skipped, with their number.
 */
export function dueFirings(record: Pick<AutomationRecord, 'id' | 'spec' | 'enabled' | 'seenUntil'>, now: number): Due {
  const { spec, seenUntil } = record;
  if (!record.enabled || spec.trigger.kind !== 'cron') return { firings: [], seenUntil: null };
  // The clock was set back. Due times come again, and those that fired have their key already.
  if (now < seenUntil) return { firings: [], seenUntil: now };
  const { policy, limit } = spec.misfire;
  const { count, first, last } = timesBetween(cronTimes(spec.trigger.cron, spec.trigger.timezone), seenUntil, now, Math.max(limit, 1) + 3);
  const newest = last.at(-1);
  if (newest === undefined) return { firings: [], seenUntil: null };
  const onTime = last.filter((at) => now - at <= graceMs);
  const missed = last.slice(0, last.length - onTime.length);
  const madeUp = policy === 'all' ? missed.slice(-limit) : policy === 'once' && onTime.length === 0 ? missed.slice(-1) : [];
  const left = count - onTime.length - madeUp.length;
  const lastLeft = missed.at(-1 - madeUp.length);
  const skipped: NewFiring[] =
    left > 0 && first !== null
      ? [{ automationId: record.id, dueKey: `missed:${iso(lastLeft ?? first)}`, dueAt: lastLeft ?? first, state: 'skipped', missed: left, reason: skippedBecause(spec, left, madeUp.length + onTime.length) }]
      : [];
  return { firings: [...skipped, ...[...madeUp, ...onTime].map((at) => timeFiring(record.id, spec, at))], seenUntil: newest };
}

function timeFiring(automationId: string, spec: AutomationSpec, at: number): NewFiring {
  const timezone = spec.trigger.kind === 'cron' ? spec.trigger.timezone : 'UTC';
  const date = new Intl.DateTimeFormat('sv-SE', { timeZone: timezone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(at);
  return { automationId, dueKey: `time:${iso(at)}`, dueAt: at, given: { due: iso(at), date } };
}

function skippedBecause(spec: AutomationSpec, count: number, run: number): string {
  const times = count === 1 ? 'One due time' : `${formatCount(count)} due times`;
  const why = `${times} passed while nothing could run (Penstock was closed, the machine slept, or its clock was set forth)`;
  if (spec.misfire.policy === 'skip') return `${why}; missed times are left out.`;
  if (spec.misfire.policy === 'once') return `${why}; one run stands for all of them.`;
  return `${why}; only the last ${formatCount(Math.max(run, spec.misfire.limit))} are made up for.`;
}

const iso = (at: number): string => new Date(at).toISOString();
