import { expect, it } from 'vitest';
import type { ColumnProfile } from '#app/protocol/schema.ts';
import { distinctWords, profileWords } from './profile-text.ts';

const profile: ColumnProfile = { name: 'city', type: 'string', count: 900_000, missing: 100_000, distinct: 1204, min: null, max: null, mean: null, stddev: null, histogram: null, top: [{ value: 'Oslo', count: 40 }] };

it('says what is of a sample, and how far it goes', () => {
  expect(distinctWords(profile)).toBe('1\u202f204 distinct');
  expect(profileWords(profile)).not.toContain('sample');
  const sampled = { ...profile, looked: 100_000 };
  expect(distinctWords(sampled)).toBe('about 1\u202f204 distinct');
  // Charts of a column take the last line for their note.
  expect(profileWords(sampled).split('\n').slice(-2)).toEqual(['Bars, distinct and most frequent values are of a sample of 100\u202f000 rows', '100\u202f000 missing (10 %)']);
  expect(distinctWords({ ...profile, distinct: null })).toBe('');
});
