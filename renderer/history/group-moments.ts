import type { FileCommit, HistoryMoment, RunMoment } from '#app/protocol/sections/history.ts';

/** One line of the history: an edit, a run, or a commit of the file to git. */
export type HistoryItem =
  | { readonly kind: 'edit'; readonly id: string; readonly at: number; readonly moment: HistoryMoment }
  | { readonly kind: 'run'; readonly id: string; readonly at: number; readonly run: RunMoment }
  | { readonly kind: 'commit'; readonly id: string; readonly at: number; readonly commit: FileCommit };

export interface HistorySession {
  readonly key: string;
  readonly from: number;
  readonly to: number;
  /** Newest first. */
  readonly items: readonly HistoryItem[];
}

export interface HistoryDay {
  /** Local midnight. */
  readonly day: number;
  readonly sessions: readonly HistorySession[];
}

/** A pause longer than this is a new session, also where the app stayed open. */
const sessionPause = 60 * 60_000;

export const runItemId = (runId: string): string => `run:${runId}`;

/** Edits, runs and commits in the order they happened. */
export function historyItems(moments: readonly HistoryMoment[], runs: readonly RunMoment[], commits: readonly FileCommit[] = []): HistoryItem[] {
  const items: HistoryItem[] = [
    ...moments.map((moment): HistoryItem => ({ kind: 'edit', id: moment.id, at: moment.at, moment })),
    ...runs.map((run): HistoryItem => ({ kind: 'run', id: runItemId(run.runId), at: run.at, run })),
    ...commits.map((commit): HistoryItem => ({ kind: 'commit', id: `commit:${commit.oid}`, at: commit.at, commit })),
  ];
  return items.toSorted((a, b) => a.at - b.at);
}

/** By day and session, newest first. A run and a commit belong to the session around them. */
export function groupItems(items: readonly HistoryItem[]): HistoryDay[] {
  const days: { day: number; sessions: { key: string; items: HistoryItem[] }[] }[] = [];
  let session: string | null = null;
  let last = Number.NEGATIVE_INFINITY;
  for (const item of items) {
    const day = new Date(item.at).setHours(0, 0, 0, 0);
    let present = days.at(-1);
    if (present?.day !== day) {
      present = { day, sessions: [] };
      days.push(present);
    }
    const own: string | null = item.kind === 'edit' ? item.moment.session : session;
    if (present.sessions.length === 0 || own !== session || item.at - last > sessionPause) present.sessions.push({ key: item.id, items: [] });
    present.sessions.at(-1)?.items.unshift(item);
    session = own;
    last = item.at;
  }
  return days.toReversed().map(({ day, sessions }) => ({
    day,
    sessions: sessions.toReversed().map(({ key, items: own }) => ({ key, items: own, from: own.at(-1)?.at ?? day, to: own[0]?.at ?? day })),
  }));
}

/** The item of the same kind before. Null at the beginning. */
export function itemBefore(items: readonly HistoryItem[], id: string): HistoryItem | null {
  const at = items.findIndex((item) => item.id === id);
  const item = items[at];
  if (item === undefined) return null;
  return items.slice(0, at).findLast((other) => other.kind === item.kind) ?? null;
}
