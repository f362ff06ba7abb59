import { PenstockError } from '#app/core/errors.ts';

/** A way to write dates, from a text such as `dd.mm.yyyy`, `m/d/yy`, `d mmm yyyy` or `dd.mm.yyyy hh:mm:ss`. */
export interface DateFormat {
  /** For DuckDB's strptime. */
  readonly strptime: string;
  /** Regular expression (RE2 and JS) that the whole text must match, letters in any case. */
  readonly pattern: string;
  readonly hasTime: boolean;
}

interface Token {
  readonly strptime: string;
  readonly pattern: string;
}

const tokens: Readonly<Record<string, Token>> = {
  yyyy: { strptime: '%Y', pattern: '[0-9]{4}' },
  yy: { strptime: '%y', pattern: '[0-9]{2}' },
  mmmm: { strptime: '%B', pattern: '[A-Za-z]{3,9}' },
  mmm: { strptime: '%b', pattern: '[A-Za-z]{3}' },
  mm: { strptime: '%m', pattern: '[0-9]{1,2}' },
  m: { strptime: '%m', pattern: '[0-9]{1,2}' },
  dd: { strptime: '%d', pattern: '[0-9]{1,2}' },
  d: { strptime: '%d', pattern: '[0-9]{1,2}' },
  hh: { strptime: '%H', pattern: '[0-9]{1,2}' },
  h: { strptime: '%H', pattern: '[0-9]{1,2}' },
  ss: { strptime: '%S', pattern: '[0-9]{1,2}' },
  s: { strptime: '%S', pattern: '[0-9]{1,2}' },
  tt: { strptime: '%p', pattern: '[AaPp][Mm]' },
};
const minutes: Token = { strptime: '%M', pattern: '[0-9]{1,2}' };

/**
 * `yyyy`, `yy` (69–99 are 1969–1999, 00–68 are 2000–2068), `mm` month, `mmm` Jan, `mmmm` January, `dd`, `hh`, `mm` after `hh` minutes,
 * `ss`, `tt` AM/PM (the hour is then of twelve). Day, month and hour may be written with one digit.
 * @throws PenstockError `csv-date-format` in words, for a format without day, month or year, or with other letters.
 */
export function parseDateFormat(text: string): DateFormat {
  const parts = text.trim().match(/[a-z]+|[^a-z]/gi) ?? [];
  const halfDay = /tt/i.test(text);
  let strptime = '';
  let pattern = '';
  let hasTime = false;
  const seen = new Set<string>();
  for (const part of parts) {
    // “ddmmyyyy” has no separators: runs of one letter are tokens.
    for (const run of /^[a-z]+$/i.test(part) ? (part.toLowerCase().match(/(.)\1*/g) ?? []) : [part]) {
      if (!/^[a-z]+$/.test(run)) {
        if (run === '%') throw unknown(text);
        strptime += run;
        pattern += run.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
        continue;
      }
      const isMinutes = hasTime && (run === 'mm' || run === 'm');
      const token = isMinutes ? minutes : tokens[run];
      const kind = isMinutes ? 'minute' : (run[0] ?? '');
      if (token === undefined || seen.has(kind)) throw unknown(text);
      seen.add(kind);
      if (kind === 'h') hasTime = true;
      strptime += kind === 'h' && halfDay ? '%I' : token.strptime;
      // Without separators each part has all its digits.
      pattern += run.length > 1 && token.pattern === '[0-9]{1,2}' && /[a-z]{6}/i.test(text) ? '[0-9]{2}' : token.pattern;
    }
  }
  if (!seen.has('y') || !seen.has('m') || !seen.has('d')) throw unknown(text);
  return { strptime, pattern, hasTime };
}

function unknown(text: string): PenstockError {
  return new PenstockError('csv-date-format', `“${text}” is not a date format.`, {
    remedy: 'Write it like dd.mm.yyyy, mm/dd/yyyy, d mmm yyyy or dd.mm.yyyy hh:mm:ss.',
  });
}

export type KnownOrder = 'dmy' | 'mdy' | 'ymd';

const shapes = /^\s*(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})(?:[ T](\d{1,2}:\d{2})(:\d{2})?)?\s*$/;

export interface DateShape {
  /** Orders of day, month and year that this value allows. */
  readonly orders: readonly KnownOrder[];
  /** Separator and kind of time, the same for all values of a column that can be read by one format. */
  readonly separator: string;
  readonly time: '' | ' hh:mm' | ' hh:mm:ss';
}

/** The orders in which a text is a date that is not ISO (`31.01.2024`, `1/31/2024 10:00`, `2024/01/31`); null when in none. Four-digit years only. */
export function dateShape(value: string): DateShape | null {
  const match = shapes.exec(value);
  if (match === null) return null;
  const [, first = '', separator = '', middle = '', last = '', clock, seconds] = match;
  const orders: KnownOrder[] = [];
  if (first.length === 4 && last.length <= 2 && separator !== '-') {
    if (exists(first, middle, last)) orders.push('ymd');
  } else if (last.length === 4 && first.length <= 2) {
    if (exists(last, middle, first)) orders.push('dmy');
    if (exists(last, first, middle)) orders.push('mdy');
  }
  if (orders.length === 0) return null;
  const time = clock === undefined ? '' : seconds === undefined ? ' hh:mm' : ' hh:mm:ss';
  if (clock !== undefined && !validTime(`${clock}${seconds ?? ''}`)) return null;
  return value.includes('T') ? null : { orders, separator, time };
}

function validTime(text: string): boolean {
  const [hours = 0, mins = 0, seconds = 0] = text.split(':').map(Number);
  return hours < 24 && mins < 60 && seconds < 60;
}

function exists(year: string, month: string, day: string): boolean {
  const at = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return at.getUTCMonth() === Number(month) - 1 && at.getUTCDate() === Number(day) && Number(month) >= 1;
}

/** `dmy`, `.` and no time → `dd.mm.yyyy`. */
export function formatOf(order: KnownOrder, separator: string, time: string): string {
  const parts = { dmy: ['dd', 'mm', 'yyyy'], mdy: ['mm', 'dd', 'yyyy'], ymd: ['yyyy', 'mm', 'dd'] }[order];
  return `${parts.join(separator)}${time}`;
}
