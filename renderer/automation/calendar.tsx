import { useEffect, useRef, useState } from 'react';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import type { ListedAutomation } from '#app/protocol/sections/automation.ts';
import { Notice } from '../results/notice.tsx';
import { useQuery } from '../results/use-query.ts';
import { client } from '../rpc/client.ts';
import { locale } from '../text/locale.ts';
import { texts } from '../text/texts.ts';
import { told } from '../text/told.ts';
import { Button, cx, IconButton, Segmented } from '../ui/index.ts';
import { FiringDot, FiringStateMark, type ShownState } from './firing-state.tsx';
import { dayKey, timeOfDay } from './words.ts';

interface Entry {
  readonly key: string;
  readonly at: number;
  readonly name: string;
  readonly state: ShownState;
  readonly reason: string;
  readonly runId: string | null;
}

const shownInCell = { month: 3, week: 14 } as const;

/** Monday of the week of a day, at noon: days are counted on from noon, which every change of clocks leaves on its day. */
function monday(at: number): Date {
  const date = new Date(at);
  date.setHours(12, 0, 0, 0);
  date.setDate(date.getDate() - ((date.getDay() + 6) % 7));
  return date;
}

function daysFrom(start: Date, count: number): Date[] {
  return Array.from({ length: count }, (_, index) => new Date(start.getFullYear(), start.getMonth(), start.getDate() + index, 12));
}

/** Past firings coloured by how they came out, coming ones hollow; a month or a week. */
export function Calendar({ automations, turn, onOpenRun }: { readonly automations: readonly ListedAutomation[]; readonly turn: number; readonly onOpenRun: (runId: string) => void }) {
  const words = texts.automation.calendar;
  const [view, setView] = useState<'month' | 'week'>('month');
  const [day, setDay] = useState(() => new Date().setHours(12, 0, 0, 0));
  const grid = useRef<HTMLDivElement>(null);
  const focusDay = useRef(false);
  const shown = new Date(day);
  const start = monday(view === 'month' ? new Date(shown.getFullYear(), shown.getMonth(), 1, 12).getTime() : day);
  const days = daysFrom(start, view === 'month' ? 42 : 7);
  const from = new Date(start).setHours(0, 0, 0, 0);
  const until = new Date(days.at(-1) ?? start).setHours(24, 0, 0, 0);
  const timeline = useQuery(`calendar ${from} ${until}`, (signal) => client.automation.timeline({ from, until }, { signal }));
  const { reload } = timeline;
  useEffect(() => {
    if (turn > 0) reload();
  }, [turn, reload]);
  useEffect(() => {
    if (!focusDay.current) return;
    focusDay.current = false;
    grid.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
  }, [day]);

  const names = new Map(automations.map(({ id, spec }) => [id, spec.name]));
  const byDay = new Map<string, Entry[]>();
  const put = (entry: Entry): void => {
    const key = dayKey(entry.at);
    byDay.set(key, [...(byDay.get(key) ?? []), entry]);
  };
  for (const firing of timeline.data?.firings ?? []) put({ key: firing.id, at: firing.dueAt, name: names.get(firing.automationId) ?? '', state: firing.state, reason: firing.reason, runId: firing.attempts.at(-1)?.runId ?? null });
  for (const { automationId, at, many } of timeline.data?.coming ?? []) put({ key: `${automationId} ${at}`, at, name: many ? words.many(names.get(automationId) ?? '') : (names.get(automationId) ?? ''), state: 'coming', reason: '', runId: null });
  for (const entries of byDay.values()) entries.sort((a, b) => a.at - b.at);

  const move = (by: number): void => {
    const next = new Date(day);
    if (view === 'month') next.setMonth(next.getMonth() + by, 1);
    else next.setDate(next.getDate() + 7 * by);
    setDay(next.getTime());
  };
  const step = (event: React.KeyboardEvent): void => {
    const moves: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
    const by = moves[event.key];
    if (by === undefined && event.key !== 'PageUp' && event.key !== 'PageDown') return;
    event.preventDefault();
    focusDay.current = true;
    if (by === undefined) move(event.key === 'PageUp' ? -1 : 1);
    else {
      const next = new Date(day);
      next.setDate(next.getDate() + by);
      setDay(next.getTime());
    }
  };
  const today = dayKey(Date.now());
  const chosen = byDay.get(dayKey(day)) ?? [];
  const title = view === 'month' ? shown.toLocaleDateString(locale, { month: 'long', year: 'numeric' }) : `${days[0]?.toLocaleDateString(locale, { day: 'numeric', month: 'short' }) ?? ''} – ${days.at(-1)?.toLocaleDateString(locale, { day: 'numeric', month: 'short', year: 'numeric' }) ?? ''}`;
  if (timeline.error) return <Notice diagnostic={timeline.error} />;

  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <h2 className="min-w-44 text-base font-semibold" aria-live="polite">{title}</h2>
        <IconButton label={words.previous} onClick={() => move(-1)}>
          <ChevronLeft size={16} />
        </IconButton>
        <IconButton label={words.nextSpan} onClick={() => move(1)}>
          <ChevronRight size={16} />
        </IconButton>
        <Button onClick={() => setDay(new Date().setHours(12, 0, 0, 0))}>{words.today}</Button>
        <span className="flex-1" />
        <Segmented label={words.view} value={view} onChange={(next) => setView(next === 'week' ? 'week' : 'month')} items={[{ value: 'month', label: words.month }, { value: 'week', label: words.week }]} className="!w-44" />
      </div>
      <div ref={grid} role="grid" aria-label={words.label} onKeyDown={step} className="overflow-hidden rounded-md border border-line bg-surface">
        <div role="row" className="grid grid-cols-7 border-b border-line-strong bg-chrome">
          {days.slice(0, 7).map((one) => (
            <div key={one.getDay()} role="columnheader" className="px-2 py-1.5 text-xs font-semibold text-muted">
              {one.toLocaleDateString(locale, { weekday: 'short' })}
            </div>
          ))}
        </div>
        {Array.from({ length: days.length / 7 }, (_, week) => (
          <div key={week} role="row" className="grid grid-cols-7 border-b border-line last:border-b-0">
            {days.slice(week * 7, week * 7 + 7).map((one) => {
              const key = dayKey(one.getTime());
              const entries = byDay.get(key) ?? [];
              const isChosen = key === dayKey(day);
              const coming = entries.filter(({ state }) => state === 'coming').length;
              const most = shownInCell[view];
              return (
                <div
                  key={key}
                  role="gridcell"
                  tabIndex={isChosen ? 0 : -1}
                  aria-selected={isChosen}
                  aria-label={words.cell(one.toLocaleDateString(locale, { weekday: 'long', day: 'numeric', month: 'long' }), entries.length - coming, coming)}
                  onClick={() => setDay(one.getTime())}
                  className={cx('min-w-0 border-r border-line p-1.5 text-xs last:border-r-0 -outline-offset-2', view === 'month' ? 'h-[92px]' : 'min-h-72', isChosen ? 'bg-accent-soft' : 'hover:bg-hover')}
                >
                  <span className={cx('mb-1 inline-flex h-5 min-w-5 items-center justify-center rounded-full px-1 tabular-nums', key === today ? 'bg-accent font-semibold text-on-accent' : view === 'month' && one.getMonth() !== shown.getMonth() ? 'text-faint' : 'text-ink')}>{one.getDate()}</span>
                  {entries.slice(0, entries.length > most ? most - 1 : most).map((entry) => (
                    <span key={entry.key} className="flex min-w-0 items-center gap-1 leading-5">
                      <FiringDot state={entry.state} />
                      <span className="tabular-nums text-muted">{timeOfDay(entry.at)}</span>
                      <span className="truncate">{entry.name}</span>
                    </span>
                  ))}
                  {entries.length > most ? <span className="block leading-5 text-muted">{words.more(entries.length - most + 1)}</span> : null}
                </div>
              );
            })}
          </div>
        ))}
      </div>
      <section aria-label={shown.toLocaleDateString(locale, { dateStyle: 'full' })}>
        <h3 className="mb-1.5 text-sm font-semibold">{shown.toLocaleDateString(locale, { dateStyle: 'full' })}</h3>
        {chosen.length === 0 ? <p className="text-sm text-muted">{words.nothing}</p> : null}
        <ul className="flex flex-col gap-0.5">
          {chosen.slice(0, 100).map((entry) => (
            <li key={entry.key} className="flex items-baseline gap-3 text-sm">
              <span className="w-12 shrink-0 tabular-nums text-muted">{timeOfDay(entry.at)}</span>
              <span className="w-36 shrink-0">
                <FiringStateMark state={entry.state} />
              </span>
              <span className="shrink-0 font-medium">{entry.name}</span>
              <span className="min-w-0 truncate text-muted" title={entry.reason}>{told(entry.reason)}</span>
              {entry.runId === null ? null : (
                <Button size="sm" variant="quiet" onClick={() => onOpenRun(entry.runId ?? '')}>{texts.automation.openRun}</Button>
              )}
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}
