import { expect, it } from 'vitest';
import { inEnglish, sayBy } from './say.ts';

const german: Readonly<Record<string, string>> = { '{0} trees of {1}': '{1} mit {0} Bäumen', 'Most frequent value': 'Häufigster Wert' };
const inGerman = sayBy(
  (english) => german[english] ?? english,
  (label) => label,
);

it('looks templates up by their places and fills in the values as they are', () => {
  const [trees, species] = [200, '{0} of species'];
  expect(inEnglish`${trees} trees of ${species}`).toBe('200 trees of {0} of species');
  expect(inGerman`${trees} trees of ${species}`).toBe('{0} of species mit 200 Bäumen');
  expect(inGerman`${trees} leaves`).toBe('200 leaves');
  expect(inEnglish`no target yet`).toBe('no target yet');
});

it('says labels whole, and within a line without their capital where the language has none there', () => {
  expect(inEnglish.text('Most frequent value')).toBe('Most frequent value');
  expect(inEnglish.within('Most frequent value')).toBe('most frequent value');
  expect(inGerman.within('Most frequent value')).toBe('Häufigster Wert');
});
