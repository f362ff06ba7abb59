import { describe, expect, it } from 'vitest';
// @ts-expect-error plain JavaScript, run by Node as it is
import { untranslated } from './untranslated.mjs';

/**
 * How many sentences of a folder may still lack a translation, at most: for a part whose words are not settled yet. It is a debt with a name;
 * whoever settles it takes the line out.
 */
const allowed: Readonly<Record<string, number>> = {};

const { open, sentences } = untranslated() as { open: { text: string; file: string }[]; sentences: number };
const isAllowed = (file: string): boolean => Object.keys(allowed).some((folder) => file.startsWith(`${folder}/`));

describe('the sentences of the engine', () => {
  it('are found in its sources', () => {
    expect(sentences).toBeGreaterThan(1000);
  });

  it('all have a German template in renderer/text/engine-de: “node scripts/untranslated.mjs --list” names those that have none', () => {
    expect(open.filter(({ file }) => !isAllowed(file)).map(({ text, file }) => `${file}: ${text}`)).toEqual([]);
  });

  it('lack no more than the list of debts allows', () => {
    const owed = Object.keys(allowed).map((folder) => [folder, open.filter(({ file }) => file.startsWith(`${folder}/`)).length] as const);
    expect(owed.filter(([folder, count]) => count > (allowed[folder] ?? 0))).toEqual([]);
  });
});
