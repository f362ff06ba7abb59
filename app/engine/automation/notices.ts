import type { Firing, NotifyEvent } from '#app/core/automation.ts';
import { formatDuration } from '#app/core/units.ts';
import type { AutomationRecord } from '#app/store/index.ts';

/** What people are told of a firing that has ended; null: nothing. `before`: the one that ended before it. */
export function noticeOf(record: AutomationRecord, firing: Firing, before: Firing | null): { event: NotifyEvent; title: string; message: string; automationId: string; runId: string | null } | null {
  const about = { automationId: record.id, runId: firing.attempts.at(-1)?.runId ?? null };
  const { name } = record.spec;
  if (firing.state === 'failed' || firing.state === 'timed-out') {
    const tries = firing.attempts.length;
    return { ...about, event: 'failure', title: `“${name}” failed`, message: `${firing.reason}${tries > 1 ? ` (after ${tries} attempts)` : ''}` };
  }
  if (firing.state !== 'succeeded') return null;
  const took = firing.endedAt === null || firing.firedAt === null ? '' : ` in ${formatDuration(firing.endedAt - firing.firedAt)}`;
  if (before?.state === 'failed' || before?.state === 'timed-out') return { ...about, event: 'recovery', title: `“${name}” works again`, message: `It ran${took}, after failing before: ${before.reason}` };
  return { ...about, event: 'success', title: `“${name}” ran`, message: `It ran${took}.` };
}
