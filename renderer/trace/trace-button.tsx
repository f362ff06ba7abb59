import { Waypoints } from 'lucide-react';
import type { TraceDetail } from '#app/protocol/sections/trace.ts';
import { texts } from '../text/texts.ts';
import { Tooltip, cx } from '../ui/index.ts';
import { showTrace } from './trace-store.ts';

interface TraceButtonProps {
  /** `metric:RUN/NODE/NAME`, `model:NAME@VERSION`, `run:ID`, `dataset:PATH`, `request:ID`. */
  readonly of: string;
  /** What it is, for people who hear the page. */
  readonly name: string;
  readonly detail?: TraceDetail;
  readonly className?: string;
}

/** “Why this number?”: leads from anything on a screen to what it comes from. */
export function TraceButton({ of, name, detail = 'steps', className }: TraceButtonProps) {
  return (
    <Tooltip text={texts.trace.whereFrom} side="top">
      <button type="button" aria-label={texts.trace.whereFromOf(name)} data-testid="trace-button" onClick={() => showTrace(of, detail)} className={cx('inline-flex size-5 shrink-0 items-center justify-center rounded-sm text-faint hover:bg-hover hover:text-ink', className)}>
        <Waypoints size={13} strokeWidth={1.75} aria-hidden />
      </button>
    </Tooltip>
  );
}
