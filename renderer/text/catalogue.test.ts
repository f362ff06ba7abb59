import { describe, expect, it } from 'vitest';
import { de } from './de.ts';
import { en } from './en.ts';
import { sameInBoth } from './same-in-both.ts';

type Tree = { readonly [key: string]: unknown };

/** Every text with its path; functions as themselves. */
function leaves(tree: Tree, path = ''): [string, unknown][] {
  return Object.entries(tree).flatMap(([key, value]) => {
    const at = path === '' ? key : `${path}.${key}`;
    return typeof value === 'object' && value !== null ? leaves(value as Tree, at) : [[at, value] as [string, unknown]];
  });
}

/** Values that functions choose their words by; names and numbers go in as `«0»`, which no text holds by itself. */
const trials: readonly unknown[] = [null, '', 0, 1, 5, 0.001, true, 'in', 'In'];

/** All that a text says, whatever is put in. */
function said(value: unknown): string {
  if (typeof value !== 'function') return String(value);
  const say = value as (...args: unknown[]) => unknown;
  return trials.map((trial) => {
    try {
      return String(say(...Array.from({ length: value.length }, (_, i) => trial ?? `«${i}»`)));
    } catch {
      // A number where the text wants a name, or the other way round.
      return '';
    }
  }).join('\n');
}

const english = new Map(leaves(en));
const german = new Map(leaves(de));

describe('the catalogue of texts', () => {
  it('has every text in both languages, and nothing beside', () => {
    expect([...german.keys()].sort()).toEqual([...english.keys()].sort());
    expect([...english].filter(([, value]) => typeof value !== 'string' && typeof value !== 'function')).toEqual([]);
    expect([...english, ...german].filter(([, value]) => typeof value === 'string' && (value.trim() === '' || value !== value.trim())).map(([key]) => key)).toEqual([]);
  });

  it('is translated: German differs from English, save for words that are the same', () => {
    const same = [...english].filter(([key, value]) => said(value) === said(german.get(key))).map(([, value]) => said(value));
    expect(same.filter((text) => !sameInBoth.has(text))).toEqual([]);
    // A word that no text uses any more leaves the list.
    expect([...sameInBoth].filter((text) => !same.includes(text))).toEqual([]);
  });

  it('uses the same numbers and names in both', () => {
    const broken = [...english].filter(([key, value]) => {
      if (typeof value !== 'function') return false;
      const mentioned = (text: string): string => [...new Set(text.match(/«\d»/g))].sort().join();
      return mentioned(said(value)) !== mentioned(said(german.get(key)));
    });
    expect(broken.map(([key]) => key)).toEqual([]);
  });

  it('says nobody “Sie”, quotes as German does, and leaves a space before …', () => {
    const wrong = [...german].map(([key, value]) => [key, said(value)] as const).filter(([, text]) => /\b(Sie|Ihre?[mnrs]?)\b/.test(text) || /“[^“„]*”/.test(text) || /\w…/.test(text) || text.includes('"'));
    expect(wrong).toEqual([]);
  });
});
