import { folded } from '../text/folded.ts';

/**
 * How well an entry of the palette fits what is typed, 0 to 1; 0 leaves it out. Every word must begin a word of the entry or of its
 * keywords, or stand within its name: letters scattered over a line are no match, or half of all nodes would come with every search.
 */
export function paletteScore(value: string, search: string, keywords: readonly string[] = []): number {
  const words = wordsOf(search);
  if (words.length === 0) return 1;
  const name = folded(value);
  const inName = wordsOf(value);
  const inKeywords = keywords.flatMap(wordsOf);
  let total = 0;
  for (const word of words) {
    const points = inName.includes(word) ? 1 : inName.some((one) => one.startsWith(word)) ? 0.85 : inKeywords.some((one) => one.startsWith(word)) ? 0.6 : word.length > 2 && name.includes(word) ? 0.4 : 0;
    if (points === 0) return 0;
    total += points;
  }
  return total / words.length;
}

const wordsOf = (text: string): string[] => folded(text).split(/[^\p{L}\p{N}]+/u).filter(Boolean);
