import { decimalMark } from '#app/core/units.ts';

/** Pieces of sentences. Names of columns and code stand between backticks, as in Markdown. */

/** a, b and c; after `most` of them “and 3 more”. */
export function listed(items: readonly string[], most = 6): string {
  if (items.length > most + 1) return `${items.slice(0, most).join(', ')} and ${items.length - most} more`;
  return items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

/** As code. Backticks inside take a longer fence; line ends become blanks, and long code is cut. */
export function code(content: string, most = 120): string {
  const line = content.replaceAll(/\s+/g, ' ').trim();
  const cut = line.length <= most ? line : `${line.slice(0, most - 1)}…`;
  if (cut === '') return '“”';
  return cut.includes('`') ? `\`\` ${cut} \`\`` : `\`${cut}\``;
}

export const columns = (names: readonly string[], most = 6): string => listed(names.map((name) => code(name)), most);

/** “3 columns”, “1 column”. */
export const counted = (count: number, word: string, several = `${word}s`): string => `${String(count).replaceAll(/\B(?=(\d{3})+(?!\d))/g, '\u202f')} ${count === 1 ? word : several}`;

export const percent = (share: number): string => `${decimalMark(String(Math.round(share * 1000) / 10))} %`;

/** The line of a card inside a sentence: its first letter small unless it begins a name or an abbreviation. */
export const inSentence = (line: string): string => (/^[A-Z][a-z]/.test(line) ? line.charAt(0).toLowerCase() + line.slice(1) : line);
