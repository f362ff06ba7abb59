import { formatCount, formatDuration } from '#app/core/units.ts';
import type { HistoryItem } from './group-moments.ts';
import { locale } from '../text/locale.ts';

const statuses: Readonly<Record<string, string>> = { running: 'running', succeeded: 'succeeded', failed: 'failed', cancelled: 'cancelled', interrupted: 'interrupted' };
const starts = { start: '', edit: '', undo: 'By undo: ', redo: 'By redo: ', outside: 'Changed outside: ' } as const;

/** What happened, in one line. */
export function itemSentence(item: HistoryItem): string {
  if (item.kind === 'run') {
    const { nodes, ms, status } = item.run;
    return `Run: ${formatCount(nodes)} ${nodes === 1 ? 'node' : 'nodes'}${ms === null ? '' : `, ${formatDuration(ms)}`}, ${statuses[status] ?? status}`;
  }
  if (item.kind === 'commit') return `Commit: ${item.commit.message.split('\n')[0] ?? ''}`;
  const { kind, words } = item.moment;
  const [first, ...more] = words;
  if (first === undefined) return kind === 'outside' ? 'Changed outside' : 'Changed';
  return `${starts[kind]}${first}${more.length === 0 ? '' : ` and ${more.length} more`}`;
}

export const timeOf = (at: number): string => new Date(at).toLocaleTimeString(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

export function dayOf(at: number, now = Date.now()): string {
  const midnight = (time: number): number => new Date(time).setHours(0, 0, 0, 0);
  const days = Math.round((midnight(now) - midnight(at)) / 86_400_000);
  if (days === 0) return 'Today';
  if (days === 1) return 'Yesterday';
  return new Date(at).toLocaleDateString(locale, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
}

/** “today, 14:02”: how a moment is called inside a sentence. */
export function momentName(at: number): string {
  const day = dayOf(at);
  return `${/^(Today|Yesterday)$/.test(day) ? day.toLowerCase() : day}, ${timeOf(at)}`;
}
