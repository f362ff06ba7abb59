import { formatCount, formatDuration } from '#app/core/units.ts';
import type { HistoryItem } from './group-moments.ts';
import { locale } from '../text/locale.ts';
import { texts } from '../text/texts.ts';

const statuses: Readonly<Record<string, string>> = { running: texts.history.statuses.running, succeeded: texts.history.statuses.succeeded, failed: texts.history.statuses.failed, cancelled: texts.history.statuses.cancelled, interrupted: texts.history.statuses.interrupted };
const starts = { start: '', edit: '', undo: `${texts.history.starts.undo} `, redo: `${texts.history.starts.redo} `, outside: `${texts.history.starts.outside} ` } as const;

/** What happened, in one line. */
export function itemSentence(item: HistoryItem): string {
  if (item.kind === 'run') {
    const { nodes, ms, status } = item.run;
    return texts.history.run(formatCount(nodes), nodes === 1, ms === null ? '' : `, ${formatDuration(ms)}`, statuses[status] ?? status);
  }
  if (item.kind === 'commit') return `Commit: ${item.commit.message.split('\n')[0] ?? ''}`;
  const { kind, words } = item.moment;
  const [first, ...more] = words;
  if (first === undefined) return kind === 'outside' ? texts.history.changedOutside : texts.history.marks.changed;
  return `${starts[kind]}${first}${more.length === 0 ? '' : texts.history.andMore(String(more.length))}`;
}

export const timeOf = (at: number): string => new Date(at).toLocaleTimeString(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

export function dayOf(at: number, now = Date.now()): string {
  const midnight = (time: number): number => new Date(time).setHours(0, 0, 0, 0);
  const days = Math.round((midnight(now) - midnight(at)) / 86_400_000);
  if (days === 0) return texts.history.today;
  if (days === 1) return texts.history.yesterday;
  return new Date(at).toLocaleDateString(locale, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
}

/** “today, 14:02”: how a moment is called inside a sentence. */
export function momentName(at: number): string {
  const day = dayOf(at);
  const isNear = day === texts.history.today || day === texts.history.yesterday;
  return `${isNear ? day.toLowerCase() : day}, ${timeOf(at)}`;
}
