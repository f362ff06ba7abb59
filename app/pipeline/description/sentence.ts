import type { Sentence, Span } from './types.ts';

/** Text with code between backticks as spans. */
export function spans(marked: string): Span[] {
  const found: Span[] = [];
  let at = 0;
  for (const match of marked.matchAll(/`` (.+?) ``|`([^`]+)`/g)) {
    if (match.index > at) found.push(marked.slice(at, match.index));
    found.push({ code: match[1] ?? match[2] ?? '' });
    at = match.index + match[0].length;
  }
  if (at < marked.length) found.push(marked.slice(at));
  return found;
}

/** A sentence from texts with backticks, nodes and other sentences. */
export const say = (...parts: readonly (string | Span | Sentence)[]): Sentence => parts.flatMap((part) => (typeof part === 'string' ? spans(part) : Array.isArray(part) ? (part as Sentence) : [part as Span]));

/** Items with commas and a last “and”, or the word for it. */
export function listing(items: readonly (Span | Sentence)[], and = 'and'): Sentence {
  return items.flatMap((item, index): Span[] => [...(index === 0 ? [] : [index === items.length - 1 ? ` ${and} ` : ', ']), ...(Array.isArray(item) ? (item as Sentence) : [item as Span])]);
}
