import { nextTimes } from '#app/core/cron.ts';
import type { TimelineRun } from '#app/protocol/sections/automation.ts';
import type { Engine } from '../engine.ts';

const mostRuns = 2000;
const mostComing = 1000;
const mostComingEach = 200;

/** What ran, fired and will fire in `[from, until)`, for a calendar and a Gantt. */
export function timeline(engine: Engine, from: number, until: number) {
  const now = Date.now();
  const firings = engine.store.automation.firings({ from, until, limit: 2000 });
  const attempts = new Map(firings.flatMap((firing) => firing.attempts.flatMap(({ runId, attempt }) => (runId === null ? [] : [[runId, { automationId: firing.automationId, attempt }] as const]))));
  const runs: TimelineRun[] = engine.store.records
    .list({ limit: mostRuns })
    .filter(({ startedAt, ms, status }) => startedAt < until && (status === 'running' || startedAt + (ms ?? 0) >= from))
    .map(({ runId, pipelineId, pipelinePath, title, status, startedAt, ms }) => ({ runId, pipelineId, pipelinePath, title, status, startedAt, ms, automationId: attempts.get(runId)?.automationId ?? null, attempt: attempts.get(runId)?.attempt ?? null }));
  const coming: { automationId: string; at: number }[] = [];
  for (const { id, spec, enabled, seenUntil } of engine.automation.list()) {
    if (!enabled || spec.trigger.kind !== 'cron') continue;
    try {
      for (const at of nextTimes(spec.trigger.cron, spec.trigger.timezone, Math.max(now, from - 1, seenUntil), mostComingEach)) if (at < until) coming.push({ automationId: id, at });
    } catch {
      // A time zone that this machine does not know: the list of automations says so.
    }
  }
  return { now, firings, runs, coming: coming.toSorted((a, b) => a.at - b.at).slice(0, mostComing) };
}
