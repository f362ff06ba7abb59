import { dataWords } from './words/data.ts';
import { evaluateWords } from './words/evaluate.ts';
import { exploreWords } from './words/explore.ts';
import { trainWords } from './words/train.ts';
import { transformWords } from './words/transform.ts';
import { inSentence } from './phrases.ts';
import type { Params } from './params.ts';

/** What a node does, after its name: “keeps the rows where `income > 30000`”. `line` is that of its card. */
export type StepWords = (params: Params, line: string) => string;

const byType: Readonly<Record<string, StepWords>> = { ...dataWords, ...transformWords, ...exploreWords, ...trainWords, ...evaluateWords };

/**
 * The predicate of a node's sentence, without a full stop. A type without words of its own is told by its summary and its card, so
 * that a new node needs no entry here.
 */
export function stepPredicate(type: string, params: Params, line: string, summary: string): string {
  const words = Object.hasOwn(byType, type) ? byType[type] : undefined;
  if (words !== undefined) return words(params, line);
  const what = inSentence(summary.trim().replace(/[.:;].*$/s, ''));
  const does = /^[a-z]+s\s/.test(what) ? what : what === '' ? 'is a step of its own' : `is this step: ${what}`;
  return line === '' ? does : `${does} (${inSentence(line)})`;
}
