import { cronTimes } from '#app/core/cron.ts';
import type { TimelineRun } from '#app/protocol/sections/automation.ts';
import type { Engine } from '../engine.ts';

const mostRuns = 2000;
const dayMs = 86_400_000;
const mostComing = 2000;
/** Of one schedule, on a day; where there are more, the first stands for all of them. */
const mostOnDay = 24;
const mostInSpan = 300;

/** What ran, fired and will fire in `[from, until)`, for a calendar and a Gantt. */
export function timeline(engine: Engine, from: number, until: number) {
  const now = Date.now();
  const firings = engine.store.automation.firings({ from, until, limit: 2000 });
  const attempts = new Map(firings.flatMap((firing) => firing.attempts.flatMap(({ runId, attempt }) => (runId === null ? [] : [[runId, { automationId: firing.automationId, attempt }] as const]))));
  const runs: TimelineRun[] = engine.store.records
    .list({ limit: mostRuns })
    .filter(({ startedAt, ms, status }) => startedAt < until && (status === 'running' || startedAt + (ms ?? 0) >= from))
    .map(({ runId, pipelineId, pipelinePath, title, status, startedAt, ms }) => ({ runId, pipelineId, pipelinePath, title, status, startedAt, ms, automationId: attempts.get(runId)?.automationId ?? null, attempt: attempts.get(runId)?.attempt ?? null }));
  const coming: { automationId: string; at: number; many: boolean }[] = [];
  for (const { id, spec, enabled, seenUntil } of engine.automation.list()) {
    if (!enabled || spec.trigger.kind !== 'cron') continue;
    try {
      const { after } = cronTimes(spec.trigger.cron, spec.trigger.timezone);
      coming.push(...comingOf(after, Math.max(now, from - 1, seenUntil), until).map((one) => ({ automationId: id, ...one })));
    } catch {
      // A time zone that this machine does not know: the list of automations says so.
    }
  }
  return { now, firings, runs, coming: coming.toSorted((a, b) => a.at - b.at).slice(0, mostComing) };
}

/** Due times after a moment: in up to a day each, in more than that with busy days as one. */
function comingOf(after: (at: number) => number | null, from: number, until: number): { at: number; many: boolean }[] {
  const found: { at: number; many: boolean }[] = [];
  const whole = until - from <= 1.5 * dayMs;
  for (let at = after(from); at !== null && at < until && found.length < mostInSpan; ) {
    if (whole) {
      found.push({ at, many: false });
      at = after(at);
      continue;
    }
    const midnight = new Date(at).setHours(24, 0, 0, 0);
    const day: number[] = [];
    while (at !== null && at < midnight && at < until && day.length <= mostOnDay) {
      day.push(at);
      at = after(at);
    }
    const isBusy = day.length > mostOnDay;
    found.push(...(isBusy ? day.slice(0, 1) : day).map((one) => ({ at: one, many: isBusy })));
    if (isBusy) at = after(midnight - 1);
  }
  return found;
}
