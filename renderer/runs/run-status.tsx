import { Ban, CircleAlert, CircleCheck, CircleDashed, CirclePause, LoaderCircle, Recycle } from 'lucide-react';
import type { NodeRunStatus, RunStatus } from '#app/protocol/schema.ts';
import { cx } from '../ui/index.ts';

const looks = {
  queued: { icon: CircleDashed, tone: 'text-faint', word: 'Waiting' },
  running: { icon: LoaderCircle, tone: 'text-accent-ink', word: 'Running' },
  succeeded: { icon: CircleCheck, tone: 'text-good-ink', word: 'Succeeded' },
  cached: { icon: Recycle, tone: 'text-good-ink', word: 'Reused' },
  failed: { icon: CircleAlert, tone: 'text-bad-ink', word: 'Failed' },
  cancelled: { icon: Ban, tone: 'text-muted', word: 'Cancelled' },
  skipped: { icon: CircleDashed, tone: 'text-muted', word: 'Skipped' },
  interrupted: { icon: CirclePause, tone: 'text-warn-ink', word: 'Interrupted' },
} as const satisfies Record<RunStatus | NodeRunStatus, unknown>;

/** A status by colour, shape and word. */
export function RunStatusMark({ status }: { readonly status: RunStatus | NodeRunStatus }) {
  const { icon: Icon, tone, word } = looks[status];
  return (
    <span className={cx('inline-flex items-center gap-1.5 whitespace-nowrap', tone)}>
      <Icon size={14} aria-hidden className={status === 'running' ? 'animate-spin' : undefined} />
      {word}
    </span>
  );
}
