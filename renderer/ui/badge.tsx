import type { ReactNode } from 'react';
import type { ColumnType } from '#app/relation/types.ts';
import { Binary, Calendar, CalendarClock, Clock, Hash, ToggleLeft, Type } from 'lucide-react';
import { cx } from './class-names.ts';

export type Tone = 'neutral' | 'accent' | 'good' | 'warn' | 'bad';

const tones: Record<Tone, string> = {
  neutral: 'bg-active text-muted',
  accent: 'bg-accent-soft text-accent-ink',
  good: 'bg-good-soft text-good-ink',
  warn: 'bg-warn-soft text-warn-ink',
  bad: 'bg-bad-soft text-bad-ink',
};

export function Badge({ tone = 'neutral', className, children }: { readonly tone?: Tone; readonly className?: string; readonly children: ReactNode }) {
  return <span className={cx('inline-flex h-[18px] items-center gap-1 rounded-sm px-1.5 text-xs leading-none tabular-nums', tones[tone], className)}>{children}</span>;
}

const typeIcons = { boolean: ToggleLeft, integer: Hash, float: Hash, string: Type, date: Calendar, time: Clock, timestamp: CalendarClock, binary: Binary } as const;
const typeShort: Record<ColumnType, string> = { boolean: 'bool', integer: 'int', float: 'float', string: 'text', date: 'date', time: 'time', timestamp: 'datetime', binary: 'bytes' };

/** A column's logical type: icon and short word, never colour alone. */
export function TypeBadge({ type, iconOnly = false, className }: { readonly type: ColumnType; readonly iconOnly?: boolean; readonly className?: string }) {
  const Icon = typeIcons[type];
  return (
    <span className={cx('inline-flex shrink-0 items-center gap-1 font-mono text-xs text-faint', className)} title={iconOnly ? typeShort[type] : undefined}>
      <Icon size={12} strokeWidth={2} aria-hidden />
      <span className={iconOnly ? 'sr-only' : undefined}>{typeShort[type]}</span>
    </span>
  );
}
