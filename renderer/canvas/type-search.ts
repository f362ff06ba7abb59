import type { NodeType } from '#app/pipeline/types.ts';
import { categoryOf, categoryTitles } from '../state/catalogue.ts';

/** Every word of the query must be in the title, the keywords, the category or the summary; titles that begin with it come first. */
export function searchTypes(types: readonly NodeType[], query: string): readonly NodeType[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return types;
  return types
    .map((type, index) => ({ type, index, score: score(type, words) }))
    .filter((entry) => entry.score > 0)
    .sort((a, b) => b.score - a.score || a.index - b.index)
    .map((entry) => entry.type);
}

function score(type: NodeType, words: readonly string[]): number {
  const { title, keywords, summary, type: id } = type.definition;
  const lower = title.toLowerCase();
  const initials = lower.split(/[\s/]+/).map((word) => word.charAt(0)).join('');
  const category = categoryTitles[categoryOf(id) as keyof typeof categoryTitles]?.toLowerCase() ?? '';
  let total = 0;
  for (const word of words) {
    const points = lower.startsWith(word)
      ? 12
      : lower.split(/\s+/).some((part) => part.startsWith(word))
        ? 9
        : keywords.some((keyword) => keyword.toLowerCase().startsWith(word))
          ? 6
          : lower.includes(word)
            ? 5
            : initials.startsWith(word)
              ? 4
              : category.startsWith(word)
                ? 3
                : word.length > 2 && summary.toLowerCase().includes(word)
                  ? 1
                  : 0;
    if (points === 0) return 0;
    total += points;
  }
  return total;
}
