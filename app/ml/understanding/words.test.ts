import { expect, it } from 'vitest';
import { hundredths, percentText, pointsText, quotedList } from './words.ts';

it('says shares with one decimal at most', () => {
  expect([0.5561, 0.59, 0, -0.0004, -0.135, 1, Number.NaN].map(hundredths)).toEqual(['55.6', '59', '0', '0', '−13.5', '100', '—']);
  expect([percentText(0.125), pointsText(0.01), pointsText(0.029)]).toEqual(['12.5 %', '1 percentage point', '2.9 percentage points']);
});

it('lists names, and how many more there are', () => {
  expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map((names) => quotedList(names))).toEqual(['', '“a”', '“a” and “b”', '“a”, “b” and “c”']);
  expect(quotedList(['a', 'b', 'c', 'd'], 2)).toBe('“a”, “b” and 2 more');
});
