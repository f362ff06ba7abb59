import { Ban, CircleAlert, CircleCheck, CircleDashed, CircleDot, Hourglass, LoaderCircle, TimerOff } from 'lucide-react';
import type { FiringState } from '#app/core/automation.ts';
import type { RunStatus } from '#app/protocol/schema.ts';
import { cx } from '../ui/index.ts';
import { texts } from '../text/texts.ts';

export type ShownState = FiringState | 'coming';

const looks = {
  waiting: { icon: Hourglass, tone: 'text-muted', fill: 'border-line-control bg-active' },
  running: { icon: LoaderCircle, tone: 'text-accent-ink', fill: 'border-accent bg-accent' },
  succeeded: { icon: CircleCheck, tone: 'text-good-ink', fill: 'border-good bg-good' },
  failed: { icon: CircleAlert, tone: 'text-bad-ink', fill: 'border-bad bg-bad' },
  'timed-out': { icon: TimerOff, tone: 'text-bad-ink', fill: 'border-bad bg-bad' },
  cancelled: { icon: Ban, tone: 'text-muted', fill: 'border-line-control bg-line-control' },
  skipped: { icon: CircleDashed, tone: 'text-warn-ink', fill: 'border-warn bg-warn' },
  coming: { icon: CircleDot, tone: 'text-muted', fill: 'border-line-control bg-transparent' },
} as const satisfies Record<ShownState, unknown>;

/** How a firing came out, by colour, shape and word. */
export function FiringStateMark({ state, className }: { readonly state: ShownState; readonly className?: string }) {
  const { icon: Icon, tone } = looks[state];
  return (
    <span className={cx('inline-flex items-center gap-1.5 whitespace-nowrap', tone, className)}>
      <Icon size={14} aria-hidden className={state === 'running' ? 'animate-spin' : undefined} />
      {texts.automation.states[state]}
    </span>
  );
}

/** A small shape in a state's colour; hollow for what is to come. */
export function FiringDot({ state }: { readonly state: ShownState }) {
  const { icon: Icon, tone } = looks[state];
  return <Icon size={12} aria-hidden className={cx('shrink-0', tone)} />;
}

export const fillOf = (state: ShownState): string => looks[state].fill;

export function stateOfRun(status: RunStatus): FiringState {
  return status === 'interrupted' ? 'cancelled' : status;
}
