import { daysInMonth } from './iso-text.ts';

/** Calendar arithmetic on ISO text (`YYYY-MM-DD[ HH:MM:SS[.f]]`), for the interpreter; years 1 to 9999. */

export interface Moment {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** `.25`, with its point, or empty. */
  readonly fraction: string;
}

export function momentOf(text: string): Moment {
  const timeOnly = text.charAt(2) === ':';
  const [date = '1970-01-01', time = '00:00:00'] = timeOnly ? ['1970-01-01', text] : text.split(' ');
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  const [clock = '', part = ''] = time.split('.');
  const [hour = 0, minute = 0, second = 0] = clock.split(':').map(Number);
  return { year, month, day, hour, minute, second, fraction: part === '' ? '' : `.${part}` };
}

const pad = (value: number, width = 2): string => String(value).padStart(width, '0');

export const dateText = (moment: Pick<Moment, 'year' | 'month' | 'day'>): string => `${pad(moment.year, 4)}-${pad(moment.month)}-${pad(moment.day)}`;
export const timeText = (moment: Pick<Moment, 'hour' | 'minute' | 'second' | 'fraction'>): string =>
  `${pad(moment.hour)}:${pad(moment.minute)}:${pad(moment.second)}${moment.fraction}`;

/** Days since 1970-01-01. */
export function epochDay(moment: Pick<Moment, 'year' | 'month' | 'day'>): number {
  const date = new Date(0);
  date.setUTCFullYear(moment.year, moment.month - 1, moment.day);
  return Math.round(date.getTime() / 86_400_000);
}

export function dateOfEpochDay(day: number): string {
  const date = new Date(day * 86_400_000);
  return dateText({ year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() });
}

export const addDays = (date: string, days: number): string => dateOfEpochDay(epochDay(momentOf(date)) + days);
export const daysBetween = (from: string, to: string): number => epochDay(momentOf(to)) - epochDay(momentOf(from));

/** Monday 1 … Sunday 7 (ISO 8601). 1970-01-01 was a Thursday. */
export const isoWeekday = (moment: Moment): number => ((((epochDay(moment) + 3) % 7) + 7) % 7) + 1;

/** Months later, the day cut to the month's last. */
export function addMonths(moment: Moment, months: number): Moment {
  const total = moment.year * 12 + moment.month - 1 + months;
  const year = Math.floor(total / 12);
  const month = total - year * 12 + 1;
  return { ...moment, year, month, day: Math.min(moment.day, daysInMonth(year, month)) };
}

/** ISO 8601 week: the week that holds the year's first Thursday is week 1. */
export function isoWeek(moment: Moment): number {
  const thursday = epochDay(moment) - isoWeekday(moment) + 4;
  const year = momentOf(dateOfEpochDay(thursday)).year;
  return Math.floor((thursday - epochDay({ year, month: 1, day: 1 })) / 7) + 1;
}
