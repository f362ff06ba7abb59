import { wordSeparators } from '#app/relation/emitters/onnx/words.ts';

const separator = new RegExp(wordSeparators, 'u');
/** Spellings of one word that are looked for, besides its lower, title and upper case. */
const mostSpellings = 12;

/** A text's words as the model file's Tokenizer cuts them. */
export const wordsIn = (text: string): string[] => text.split(separator).filter((word) => word !== '');

export interface Vocabulary {
  /** By word, most frequent first: how it is spelled. A spelling belongs to one word. */
  readonly spellings: readonly (readonly string[])[];
}

const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * The words (in lower case) of the given rows that occur in at least `minRows` of them, the `size` most frequent by rows; ties by the
 * word. Nothing lower-cases while texts are read later, because what lower case is differs between runtimes: a word is found by any
 * spelling that was seen, and by its lower, title and upper case.
 */
export function fitVocabulary(texts: readonly (string | null)[], rows: Int32Array, { size, minRows }: { readonly size: number; readonly minRows: number }, check: () => void): Vocabulary {
  const counts = new Map<string, { rows: number; last: number; spellings: Map<string, number> }>();
  for (const [at, row] of rows.entries()) {
    if (at % 1024 === 0) check();
    for (const spelling of wordsIn(texts[row] ?? '')) {
      const word = spelling.toLowerCase();
      const count = counts.get(word) ?? { rows: 0, last: -1, spellings: new Map<string, number>() };
      if (count.last !== row) count.rows++;
      count.last = row;
      count.spellings.set(spelling, (count.spellings.get(spelling) ?? 0) + 1);
      counts.set(word, count);
    }
  }
  const kept = [...counts].filter(([, count]) => count.rows >= minRows).sort(([a, p], [b, q]) => q.rows - p.rows || byCodeUnit(a, b)).slice(0, size);
  const seen = kept.map(([, { spellings }]) => [...spellings].sort(([a, p], [b, q]) => q - p || byCodeUnit(a, b)).slice(0, mostSpellings).map(([spelling]) => spelling));
  const taken = new Set(seen.flat());
  return {
    spellings: kept.map(([word], i) => {
      const [first = ''] = word;
      const further = [word, first.toUpperCase() + word.slice(first.length), word.toUpperCase()].filter((spelling) => !taken.has(spelling));
      for (const spelling of further) taken.add(spelling);
      return [...(seen[i] ?? []), ...new Set(further)];
    }),
  };
}

/** Places of the words of each text, from 1 (0: a word that is not in the vocabulary), the first `length` of them. */
export function readWords(texts: readonly (string | null)[], { spellings }: Vocabulary, length: number, check: () => void): Int32Array[] {
  const places = new Map(spellings.flatMap((all, i) => all.map((spelling) => [spelling, i + 1] as const)));
  return texts.map((text, row) => {
    if (row % 1024 === 0) check();
    return Int32Array.from(wordsIn(text ?? '').slice(0, length), (word) => places.get(word) ?? 0);
  });
}

/** Texts of different lengths as one matrix [rows × longest], filled up with 0; at least one column. */
export function padWords(places: readonly Int32Array[], rows: Int32Array): { readonly data: Int32Array; readonly width: number } {
  let width = 1;
  for (const row of rows) width = Math.max(width, places[row]?.length ?? 0);
  const data = new Int32Array(rows.length * width);
  for (const [i, row] of rows.entries()) data.set(places[row] ?? [], i * width);
  return { data, width };
}
