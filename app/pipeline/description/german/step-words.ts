import type { Params } from '../params.ts';
import type { StepWords } from '../step-words.ts';
import { dataWords } from './data.ts';
import { evaluateWords } from './evaluate.ts';
import { exploreWords } from './explore.ts';
import { trainWords } from './train.ts';
import { transformWords } from './transform.ts';

const byType: Readonly<Record<string, StepWords>> = { ...dataWords, ...transformWords, ...exploreWords, ...trainWords, ...evaluateWords };

/** As `stepPredicate` in English: a type without words of its own is told by its summary and its card, which are German already. */
export function stepPredicate(type: string, params: Params, line: string, summary: string): string {
  const words = Object.hasOwn(byType, type) ? byType[type] : undefined;
  if (words !== undefined) return words(params, line);
  // Summaries begin with a verb: “Vergleicht …”.
  const what = summary.trim().replace(/(?<!\bz\. ?B|\bd\. ?h)[.:;](?!\s?[Bh]\.).*$/s, '');
  const does = what === '' ? 'ist ein Schritt für sich' : /^[A-ZÄÖÜ][a-zäöüß]+t[\s,]/.test(what) ? what.charAt(0).toLowerCase() + what.slice(1) : `ist dieser Schritt: ${what}`;
  return line === '' ? does : `${does} (${line})`;
}
