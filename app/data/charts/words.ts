import { formatCount } from '#app/core/units.ts';

export const rowWords = (rows: number): string => `${formatCount(rows)} ${rows === 1 ? 'row' : 'rows'}`;

/** “344 rows.”, “342 of 344 rows; 2 without a value are left out.” */
export function rowsNote(rows: number, left: number, why = 'without a value'): string {
  return left === 0 ? `${rowWords(rows)}.` : `${formatCount(rows - left)} of ${rowWords(rows)}; ${formatCount(left)} ${why} ${left === 1 ? 'is' : 'are'} left out.`;
}

/** Half-width of the 95 % interval of a share read off a random sample, in the worst case of one half: “± 1.4 %”. */
export const sampleError = (size: number): string => `± ${(98 / Math.sqrt(Math.max(1, size))).toFixed(1)} %`;

export const sentences = (...parts: readonly (string | false | null)[]): string => parts.filter((part): part is string => typeof part === 'string' && part !== '').join(' ');
