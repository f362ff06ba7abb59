import { de } from './de.ts';
import { en, type Texts } from './en.ts';
import { language } from './language.ts';

/** Every text of the page, in its language. */
export const texts: Texts = language === 'de' ? de : en;
