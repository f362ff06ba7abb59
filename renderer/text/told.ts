import { fieldTitleIn, titleIn } from '../state/catalogue.ts';
import { language } from './language.ts';
import { matcherOf } from './templates.ts';

/** Sentences kept with what the engine said; more than are on a page at once. */
const kept = 20_000;
const originals = new Map<string, string>();

const german = language === 'de' ? await import('./engine-de.ts') : null;
const titles = { ofNode: titleIn, ofField: fieldTitleIn };
const say = german === null ? null : matcherOf(german.germanSentences, titles);
const sayInReport = german === null ? null : matcherOf(german.germanReports, titles);

/**
 * The engine speaks English: diagnostics, reasons, words of the history. This says such a sentence in the page's language where the
 * catalogue has it (`renderer/text/engine-de`), and leaves it as it is elsewhere.
 */
export function told(sentence: string): string {
  if (say === null) return sentence;
  const said = say(sentence);
  if (said !== sentence && !originals.has(said)) {
    const [oldest] = originals.keys();
    if (originals.size >= kept && oldest !== undefined) originals.delete(oldest);
    originals.set(said, sentence);
  }
  return said;
}

/** A title, note or explanation of a report in the page's language. */
export const toldInReport = (text: string): string => sayInReport?.(text) ?? text;

/** What the engine said where `told` gave this; for code that reads names out of its sentences. */
export const original = (said: string): string => originals.get(said) ?? said;
