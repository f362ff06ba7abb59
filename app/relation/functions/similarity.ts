import { md5 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { overloads, type FunctionSpec, type Value } from './spec.ts';

/** Distances count UTF-8 bytes, as the database does: a letter beyond ASCII counts as two to four. */
const bytes = (value: Value | undefined): Uint8Array => utf8ToBytes(String(value ?? ''));

function levenshtein(a: Uint8Array, b: Uint8Array): number {
  let before = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (before[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, (before[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    before = row;
  }
  return before[b.length] ?? 0;
}

/** Matches within a window, and half the number of matches out of order (Jaro 1989). */
function jaro(a: Uint8Array, b: Uint8Array): number {
  if (a.length === 0 || b.length === 0) return 0;
  const reach = Math.max(0, Math.floor(Math.max(a.length, b.length) / 2) - 1);
  const taken = new Set<number>();
  const matched: number[] = [];
  a.forEach((byte, i) => {
    for (let j = Math.max(0, i - reach); j <= Math.min(b.length - 1, i + reach); j++) {
      if (b[j] !== byte || taken.has(j)) continue;
      taken.add(j);
      matched.push(byte);
      return;
    }
  });
  if (matched.length === 0) return 0;
  const other = [...taken].sort((x, y) => x - y).map((j) => b[j]);
  const swapped = Math.floor(matched.filter((byte, i) => byte !== other[i]).length / 2);
  const m = matched.length;
  return (m / a.length + m / b.length + (m - swapped) / m) / 3;
}

/** Winkler 1990: similar texts that begin alike (up to four letters) come nearer to 1. */
function jaroWinkler(a: Uint8Array, b: Uint8Array): number {
  const similarity = jaro(a, b);
  if (similarity <= 0.7) return similarity;
  let common = 0;
  while (common < Math.min(4, a.length, b.length) && a[common] === b[common]) common++;
  return similarity + common * 0.1 * (1 - similarity);
}

const digest = (name: 'md5' | 'sha256', title: string, size: number, hash: (bytes: Uint8Array) => Uint8Array): FunctionSpec => ({
  name,
  summary: `The ${title} of a text’s UTF-8 bytes, as ${size} hexadecimal digits; equal texts give equal digests.`,
  signature: `${name}(text) → text`,
  example: `${name}(email)`,
  category: 'text',
  kind: 'function',
  nulls: 'propagate',
  resolve: overloads(name, [[['string'], 'string']]),
  duckdb: ([a]) => `${name}(${a})`,
  evaluate: ([a]) => bytesToHex(hash(bytes(a))),
});

export const similarityFunctions: readonly FunctionSpec[] = [
  {
    name: 'levenshtein',
    summary: 'How many letters must be added, removed or changed to make one text the other; letters beyond ASCII count as two to four.',
    signature: 'levenshtein(a, b) → whole number',
    example: 'levenshtein(name, other_name) <= 2',
    category: 'text',
    kind: 'function',
    nulls: 'propagate',
    resolve: overloads('levenshtein', [[['string', 'string'], 'integer']]),
    duckdb: ([a, b]) => `levenshtein(${a}, ${b})`,
    evaluate: ([a, b]) => BigInt(levenshtein(bytes(a), bytes(b))),
  },
  {
    name: 'jaro_winkler',
    summary: 'How alike two texts are, from 0 (nothing in common) to 1 (equal); an equal beginning counts more. Good for names.',
    signature: 'jaro_winkler(a, b) → number',
    example: 'jaro_winkler(name, other_name) > 0.9',
    category: 'text',
    kind: 'function',
    nulls: 'propagate',
    resolve: overloads('jaro_winkler', [[['string', 'string'], 'float']]),
    duckdb: ([a, b]) => `jaro_winkler_similarity(${a}, ${b})`,
    evaluate: ([a, b]) => jaroWinkler(bytes(a), bytes(b)),
  },
  digest('md5', 'MD5 digest', 32, md5),
  digest('sha256', 'SHA-256 digest', 64, sha256),
];
