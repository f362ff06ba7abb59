import { titleIn } from '../state/catalogue.ts';
import { language } from './language.ts';
import { matcherOf } from './templates.ts';

const same = (sentence: string): string => sentence;

/**
 * The engine speaks English: diagnostics, reasons, words of the history. This says such a sentence in the page's language where the
 * catalogue has it (`renderer/text/engine-de`), and leaves it as it is elsewhere.
 */
export const told: (sentence: string) => string = language === 'de' ? matcherOf((await import('./engine-de.ts')).germanSentences, titleIn) : same;
