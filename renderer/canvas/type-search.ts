import type { NodeType } from '#app/pipeline/types.ts';
import { catalogue, categoryOf, categoryTitles, namesOf, searchWords } from '../state/catalogue.ts';
import { folded } from '../text/folded.ts';

/** Every word of the query must be in the title or the keywords (of any language), the category or the summary; titles that begin with it come first. */
export function searchTypes(types: readonly NodeType[], query: string): readonly NodeType[] {
  const words = folded(query).split(/\s+/).filter(Boolean);
  if (words.length === 0) return types;
  return types
    .map((type, index) => ({ type, index, score: score(type, words) }))
    .filter((entry) => entry.score > 0)
    .sort((a, b) => b.score - a.score || a.index - b.index)
    .map((entry) => entry.type);
}

function score(type: NodeType, words: readonly string[]): number {
  const { summary, title, type: id } = type.definition;
  // A component is known by its own title only.
  const names = (catalogue.has(id) ? namesOf(id) : [title]).map(folded);
  const keywords = searchWords(id).map(folded);
  const initials = names.map((name) => name.split(/[\s/]+/).map((word) => word.charAt(0)).join(''));
  const category = folded(categoryTitles[categoryOf(id) as keyof typeof categoryTitles] ?? '');
  let total = 0;
  for (const word of words) {
    const points = names.some((name) => name.startsWith(word))
      ? 12
      : names.some((name) => name.split(/\s+/).some((part) => part.startsWith(word)))
        ? 9
        : keywords.some((keyword) => keyword.startsWith(word))
          ? 6
          : names.some((name) => name.includes(word))
            ? 5
            : initials.some((letters) => letters.startsWith(word))
              ? 4
              : category.startsWith(word)
                ? 3
                : word.length > 2 && folded(summary).includes(word)
                  ? 1
                  : 0;
    if (points === 0) return 0;
    total += points;
  }
  return total;
}
