import { language } from './language.ts';

/** For dates and times: the system's own where it speaks the language of the page (en-GB, de-AT), else the language. */
export const locale: string = typeof navigator !== 'undefined' && navigator.language.startsWith(language) ? navigator.language : language;
