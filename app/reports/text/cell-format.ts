import { decimalMark } from '#app/core/units.ts';
import type { ColumnType } from '#app/relation/types.ts';

/** A cell as the grid holds it: ISO text for dates and times, numbers beyond 2⁵³ as text of their digits. */
export type Cell = null | boolean | number | string;

const THIN_SPACE = '\u202f';
const MINUS = '\u2212';

export const isNumeric = (type: ColumnType): boolean => type === 'integer' || type === 'float';

/**
 * Decimals that all values of a float column share, so that their points line up: as many as the values have,
 * at most what six significant digits of the largest leave room for. null: use exponents.
 */
export function decimalsFor(values: readonly Cell[]): number | null {
  let largest = 0;
  let most = 0;
  for (const value of values) {
    if (typeof value !== 'number' || !Number.isFinite(value)) continue;
    largest = Math.max(largest, Math.abs(value));
    most = Math.max(most, decimalsOf(value));
  }
  if (largest !== 0 && (largest < 1e-4 || largest >= 1e15)) return null;
  const whole = largest < 1 ? 1 : Math.floor(Math.log10(largest)) + 1;
  return Math.min(most, Math.max(0, 6 - whole), 6);
}

function decimalsOf(value: number): number {
  const text = String(value);
  const exponent = text.indexOf('e-');
  if (exponent >= 0) return 6;
  const point = text.indexOf('.');
  return point < 0 ? 0 : text.length - point - 1;
}

/** Text of a cell for people; `decimals` as from `decimalsFor`. Null is for the caller to draw. */
export function formatCell(value: Exclude<Cell, null>, type: ColumnType, decimals: number | null): string {
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (type === 'integer') return groupDigits(String(value).replace('-', MINUS));
  if (typeof value === 'number') {
    if (Number.isNaN(value)) return 'NaN';
    if (!Number.isFinite(value)) return value > 0 ? '∞' : `${MINUS}∞`;
    if (decimals === null) return decimalMark(value.toExponential(3)).replaceAll('-', MINUS);
    const fixed = value.toFixed(decimals);
    // A value too small for the column's decimals must not read as zero.
    if (value !== 0 && Number(fixed) === 0) return decimalMark(value.toExponential(1)).replaceAll('-', MINUS);
    return decimalMark(groupDigits(fixed.replace('-', MINUS)));
  }
  return type === 'timestamp' ? value.replace('T', ' ') : value;
}

/** Groups the digits before the point by three from five digits on: 1234 stays (a year, an id), 12345 → "12 345". */
export function groupDigits(text: string): string {
  const point = text.indexOf('.');
  const whole = point < 0 ? text : text.slice(0, point);
  if (whole.replace(MINUS, '').length < 5) return text;
  return whole.replace(/\B(?=(\d{3})+(?!\d))/g, THIN_SPACE) + (point < 0 ? '' : text.slice(point));
}

/** Tab-separated text as spreadsheets paste it: plain numbers, empty for missing, quotes where a cell needs them. */
export function toTsv(header: readonly string[] | null, rows: readonly (readonly Cell[])[]): string {
  const lines = rows.map((row) => row.map((cell) => escapeTsv(cell === null ? '' : String(cell))).join('\t'));
  return (header === null ? lines : [header.map(escapeTsv).join('\t'), ...lines]).join('\n');
}

function escapeTsv(text: string): string {
  return /[\t\n\r"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
