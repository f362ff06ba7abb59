import { describe, expect, it } from 'vitest';
import type { HistoryMoment, RunMoment } from '#app/protocol/sections/history.ts';
import { groupItems, historyItems, itemBefore } from './group-moments.ts';
import { dayOf, itemSentence } from './item-words.ts';

const at = (day: number, hour: number, minute = 0): number => new Date(2026, 4, day, hour, minute).getTime();
const edit = (id: string, time: number, session = 's1', words = ['Added a']): HistoryMoment => ({ id, at: time, session, kind: 'edit', words, document: id, name: null });
const run = (runId: string, time: number): RunMoment => ({ runId, at: time, status: 'succeeded', ms: 3200, nodes: 12 });

describe('the history as a list', () => {
  const items = historyItems(
    [edit('e1', at(1, 9)), edit('e2', at(1, 9, 30)), edit('e3', at(1, 14)), edit('e4', at(2, 9), 's2'), edit('e5', at(2, 9, 5), 's3')],
    [run('r1', at(1, 9, 10)), run('r2', at(2, 9, 1))],
  );

  it('groups by day, life of the engine and pauses, newest first; runs belong to the session around them', () => {
    expect(groupItems(items).map(({ sessions }) => sessions.map((session) => session.items.map(({ id }) => id)))).toEqual([
      [['e5'], ['run:r2', 'e4']],
      [['e3'], ['e2', 'run:r1', 'e1']],
    ]);
    expect(groupItems([])).toEqual([]);
    const [session] = groupItems(items)[1]?.sessions.slice(1) ?? [];
    expect([session?.from, session?.to]).toEqual([at(1, 9), at(1, 9, 30)]);
  });

  it('compares an edit with the edit before it and a run with the run before it', () => {
    expect(itemBefore(items, 'e2')?.id).toBe('e1');
    expect(itemBefore(items, 'run:r2')?.id).toBe('run:r1');
    expect([itemBefore(items, 'e1'), itemBefore(items, 'run:r1'), itemBefore(items, 'gone')]).toEqual([null, null, null]);
  });

  it('is told in words', () => {
    const sentence = (moment: Partial<HistoryMoment>): string => itemSentence({ kind: 'edit', id: 'x', at: 0, moment: { ...edit('x', 0), ...moment } });
    expect(sentence({ words: ['Changed “Trees” of Random Forest from 100 to 200'] })).toBe('Changed “Trees” of Random Forest from 100 to 200');
    expect(sentence({ kind: 'undo', words: ['Added a', 'Added b', 'Added c'] })).toBe('By undo: Added a and 2 more');
    expect(sentence({ kind: 'outside', words: [] })).toBe('Changed outside');
    expect(items.filter(({ kind }) => kind === 'run').map(itemSentence)[0]).toBe('Run: 12 nodes, 3.2 s, succeeded');
    expect([dayOf(at(2, 1), at(2, 23)), dayOf(at(1, 23), at(2, 1))]).toEqual(['Today', 'Yesterday']);
  });
});
