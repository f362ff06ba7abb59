import { expect, it } from 'vitest';
import { nextSort } from './sort-keys.ts';

const up = (column: string) => ({ column, descending: false });
const down = (column: string) => ({ column, descending: true });

it('goes ascending, descending, none; a plain click forgets other keys', () => {
  expect(nextSort([], 'a', false)).toEqual([up('a')]);
  expect(nextSort([up('a')], 'a', false)).toEqual([down('a')]);
  expect(nextSort([down('a')], 'a', false)).toEqual([]);
  expect(nextSort([down('a')], 'b', false)).toEqual([up('b')]);
});

it('adds, turns and drops one of several keys, in place, at most five', () => {
  expect(nextSort([up('a')], 'b', true)).toEqual([up('a'), up('b')]);
  expect(nextSort([up('a'), up('b')], 'a', true)).toEqual([down('a'), up('b')]);
  expect(nextSort([down('a'), up('b')], 'a', true)).toEqual([up('b')]);
  expect(nextSort(['a', 'b', 'c', 'd', 'e'].map(up), 'f', true).map((key) => key.column)).toEqual(['b', 'c', 'd', 'e', 'f']);
});
