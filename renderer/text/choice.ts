import { languageKey, systemLanguage, type Language } from './language.ts';

export type ChosenLanguage = 'system' | Language;

/** What the person chose in Settings. */
export function chosenLanguage(): ChosenLanguage {
  const value = localStorage.getItem(languageKey);
  return value === 'en' || value === 'de' ? value : 'system';
}

/** Remembers a choice; gives the language that the page will have once it is loaded again. */
export function keepLanguage(choice: ChosenLanguage): Language {
  if (choice === 'system') localStorage.removeItem(languageKey);
  else localStorage.setItem(languageKey, choice);
  return choice === 'system' ? systemLanguage() : choice;
}
