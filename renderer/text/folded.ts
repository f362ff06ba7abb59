/** A text as searches compare it: small letters, without accents, so that "ausreisser" and "uber" find "Ausreißer" and "über". */
export function folded(text: string): string {
  return text.toLowerCase().normalize('NFD').replace(/\p{Mn}/gu, '').replaceAll('ß', 'ss');
}
