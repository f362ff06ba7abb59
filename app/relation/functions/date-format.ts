import { dateOfEpochDay, epochDay, isoWeek, isoWeekday, momentOf, type Moment } from './calendar.ts';
import { daysInMonth } from './iso-text.ts';

/** Formats of dates in the codes of strftime, the same part of them in every backend; names are English. */

export const monthNames = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
export const dayNames = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

const two = (value: number): string => String(value).padStart(2, '0');
const dayOfYear = (moment: Moment): number => epochDay(moment) - epochDay({ year: moment.year, month: 1, day: 1 }) + 1;
const hour12 = (hour: number): number => hour % 12 || 12;

/** Year of the ISO week: that of the week's Thursday. */
export const isoYear = (moment: Moment): number => momentOf(dateOfEpochDay(epochDay(moment) - isoWeekday(moment) + 4)).year;

const writers: Readonly<Record<string, (moment: Moment) => string>> = {
  Y: ({ year }) => String(year).padStart(4, '0'),
  y: ({ year }) => two(year % 100),
  m: ({ month }) => two(month),
  B: ({ month }) => monthNames[month - 1] ?? '',
  b: ({ month }) => (monthNames[month - 1] ?? '').slice(0, 3),
  d: ({ day }) => two(day),
  j: (moment) => String(dayOfYear(moment)).padStart(3, '0'),
  A: (moment) => dayNames[isoWeekday(moment) - 1] ?? '',
  a: (moment) => (dayNames[isoWeekday(moment) - 1] ?? '').slice(0, 3),
  u: (moment) => String(isoWeekday(moment)),
  V: (moment) => two(isoWeek(moment)),
  G: (moment) => String(isoYear(moment)).padStart(4, '0'),
  H: ({ hour }) => two(hour),
  I: ({ hour }) => two(hour12(hour)),
  M: ({ minute }) => two(minute),
  S: ({ second }) => two(second),
  f: ({ fraction }) => fraction.slice(1).padEnd(6, '0'),
  p: ({ hour }) => (hour < 12 ? 'AM' : 'PM'),
  '%': () => '%',
};

/** Codes without leading zeros. */
const bare = new Set(['m', 'd', 'H', 'I', 'M', 'S']);
const readable = 'YymBbdjAaHIMSfp%';

/** Pieces of a format: a code, or letters that stand for themselves. */
export type FormatPiece = { readonly code: string; readonly bare: boolean } | { readonly text: string };

/** Pieces of a format, or in words what is wrong with it. */
export function formatPieces(format: string, use: 'write' | 'read'): readonly FormatPiece[] | string {
  const pieces: FormatPiece[] = [];
  for (let i = 0; i < format.length; i++) {
    if (format[i] !== '%') {
      pieces.push({ text: format[i] ?? '' });
      continue;
    }
    const minus = format[i + 1] === '-';
    const code = format[i + (minus ? 2 : 1)] ?? '';
    if (!(code in writers) || (use === 'read' && !readable.includes(code)) || (minus && !bare.has(code))) return `“%${minus ? '-' : ''}${code}” is not a code of a date format here.`;
    pieces.push({ code, bare: minus });
    i += minus ? 2 : 1;
  }
  return pieces;
}

export const codesOf = (pieces: readonly FormatPiece[]): Set<string> => new Set(pieces.flatMap((piece) => ('code' in piece ? [piece.code] : [])));

export function formatMoment(moment: Moment, format: string): string {
  const pieces = formatPieces(format, 'write');
  if (typeof pieces === 'string') return '';
  return pieces.map((piece) => ('text' in piece ? piece.text : piece.bare ? (writers[piece.code]?.(moment) ?? '').replace(/^0(?=\d)/, '') : (writers[piece.code]?.(moment) ?? ''))).join('');
}

const digitsOf: Readonly<Record<string, number>> = { Y: 4, y: 2, m: 2, d: 2, j: 3, H: 2, I: 2, M: 2, S: 2, f: 6 };
const named: Readonly<Record<string, readonly string[]>> = { B: monthNames, b: monthNames.map((name) => name.slice(0, 3)), A: dayNames, a: dayNames.map((name) => name.slice(0, 3)), p: ['AM', 'PM'] };

/** Reads as many digits as there are, up to the most a code takes; blanks around the whole and before pieces do not matter. */
export function parseMoment(text: string, format: string): Moment | null {
  const pieces = formatPieces(format, 'read');
  if (typeof pieces === 'string') return null;
  let rest = text.trim();
  const found: Record<string, number> = {};
  for (const piece of pieces) {
    if ('text' in piece) {
      if (/\s/.test(piece.text)) {
        rest = rest.trimStart();
        continue;
      }
      if (!rest.startsWith(piece.text)) return null;
      rest = rest.slice(piece.text.length);
      continue;
    }
    const { code } = piece;
    if (code === '%') {
      if (!rest.startsWith('%')) return null;
      rest = rest.slice(1);
    } else if (named[code]) {
      const name = named[code].findIndex((each) => rest.toLowerCase().startsWith(each.toLowerCase()));
      if (name < 0) return null;
      found[code] = name;
      rest = rest.slice(named[code][name]?.length ?? 0);
    } else {
      const digits = new RegExp(`^\\d{1,${digitsOf[code] ?? 2}}`).exec(rest)?.[0];
      if (digits === undefined) return null;
      found[code] = code === 'f' ? Number(digits.padEnd(6, '0')) : Number(digits);
      rest = rest.slice(digits.length);
    }
  }
  return rest === '' ? assembled(found) : null;
}

function assembled(found: Readonly<Record<string, number>>): Moment | null {
  const { y, B, b, j, I, p } = found;
  const year = found['Y'] ?? (y === undefined ? 1900 : y < 69 ? 2000 + y : 1900 + y);
  const name = B ?? b;
  let month = found['m'] ?? (name === undefined ? 1 : name + 1);
  let day = found['d'] ?? 1;
  if (I !== undefined && (I < 1 || I > 12)) return null;
  const hour = I === undefined ? (found['H'] ?? 0) : p === undefined ? I : (I % 12) + p * 12;
  const [minute, second] = [found['M'] ?? 0, found['S'] ?? 0];
  if (hour > 23 || minute > 59 || second > 59 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null;
  if (j !== undefined) {
    if (j < 1 || j > (daysInMonth(year, 2) === 29 ? 366 : 365)) return null;
    ({ month, day } = momentOf(dateOfEpochDay(epochDay({ year, month: 1, day: 1 }) + j - 1)));
  }
  const fraction = String(found['f'] ?? 0).padStart(6, '0').replace(/0+$/, '');
  return { year, month, day, hour, minute, second, fraction: fraction === '' ? '' : `.${fraction}` };
}
