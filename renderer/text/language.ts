export type Language = 'en' | 'de';

/** Where the choice made in Settings is remembered: a language, or nothing for the system's. */
export const languageKey = 'penstock.language';

/** The system's language where the page speaks it, else English. */
export function systemLanguage(): Language {
  return /^de\b/i.test(navigator.language) ? 'de' : 'en';
}

function resolve(): Language {
  // Without a page (tests, scripts) there is nobody who chose.
  if (typeof document === 'undefined') return 'en';
  const chosen = typeof localStorage === 'undefined' ? null : localStorage.getItem(languageKey);
  if (chosen === 'en' || chosen === 'de') return chosen;
  return systemLanguage();
}

/** The language of every text of the page, resolved once at start; another choice reloads the page. */
export const language: Language = resolve();
