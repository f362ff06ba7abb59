import { Ban, CircleAlert, CircleCheck, CircleDashed, CirclePause, FileWarning, LoaderCircle, Recycle } from 'lucide-react';
import type { NodeRunStatus, RunStatus } from '#app/protocol/schema.ts';
import { cx } from '../ui/index.ts';
import { texts } from '../text/texts.ts';

/** What can be said of a run or a node in one; `damaged`: of its record, which cannot be read. */
type ShownStatus = RunStatus | NodeRunStatus | 'damaged';

const looks = {
  queued: { icon: CircleDashed, tone: 'text-faint', word: texts.runs.statuses.queued },
  running: { icon: LoaderCircle, tone: 'text-accent-ink', word: texts.runs.statuses.running },
  succeeded: { icon: CircleCheck, tone: 'text-good-ink', word: texts.runs.statuses.succeeded },
  cached: { icon: Recycle, tone: 'text-good-ink', word: texts.runs.statuses.cached },
  failed: { icon: CircleAlert, tone: 'text-bad-ink', word: texts.runs.statuses.failed },
  cancelled: { icon: Ban, tone: 'text-muted', word: texts.runs.statuses.cancelled },
  skipped: { icon: CircleDashed, tone: 'text-muted', word: texts.runs.statuses.skipped },
  interrupted: { icon: CirclePause, tone: 'text-warn-ink', word: texts.runs.statuses.interrupted },
  damaged: { icon: FileWarning, tone: 'text-bad-ink', word: texts.runs.statuses.damaged },
} as const satisfies Record<ShownStatus, unknown>;

/** A status by colour, shape and word. */
export function RunStatusMark({ status }: { readonly status: ShownStatus }) {
  const { icon: Icon, tone, word } = looks[status];
  return (
    <span className={cx('inline-flex items-center gap-1.5 whitespace-nowrap', tone)}>
      <Icon size={14} aria-hidden className={status === 'running' ? 'animate-spin' : undefined} />
      {word}
    </span>
  );
}
