import { PenstockError } from '#app/core/errors.ts';

/** How times stand: whole numbers, whole days since 1970-01-01, or whole seconds since 1970-01-01 00:00:00. */
export type TimeKind = 'integer' | 'date' | 'timestamp';

/** Regular places in time. Index 0 is the first time of the table. */
export interface Grid {
  readonly kind: TimeKind;
  /** Calendar months have different lengths: their steps are counted in months. */
  readonly unit: 'fixed' | 'months';
  /** Days, seconds or units; or months. */
  readonly step: number;
  /** Place of a time; null where it lies between places. */
  indexOf(time: number): number | null;
  timeOf(index: number): number;
}

const day = 86_400;
const toDate = (kind: TimeKind, time: number): Date => new Date((kind === 'date' ? time * day : time) * 1000);
const fromDate = (kind: TimeKind, date: Date): number => Math.round(date.getTime() / 1000 / (kind === 'date' ? day : 1));
const monthOf = (date: Date): number => date.getUTCFullYear() * 12 + date.getUTCMonth();
const daysIn = (month: number): number => new Date(Date.UTC(Math.floor(month / 12), (month % 12) + 1, 0)).getUTCDate();

function mostFrequent(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([a, p], [b, q]) => q - p || a - b)[0]?.[0] ?? 1;
}

/** Months from a fixed day (or always from the last day) on; null where the times are not so. */
function monthGrid(kind: TimeKind, times: readonly number[]): Grid | null {
  if (kind === 'integer') return null;
  const dates = times.map((time) => toDate(kind, time));
  const months = dates.map(monthOf);
  const seconds = dates.map((date) => (date.getTime() / 1000) % day);
  const [firstMonth = 0] = months;
  const wanted = Math.max(...dates.map((date) => date.getUTCDate()));
  // The 31st is the last day of shorter months.
  const fits = dates.every((date, i) => date.getUTCDate() === Math.min(wanted, daysIn(months[i] ?? 0)) && seconds[i] === seconds[0] && (i === 0 || (months[i] ?? 0) > (months[i - 1] ?? 0)));
  if (!fits) return null;
  const step = mostFrequent(months.slice(1).map((month, i) => month - (months[i] ?? 0)));
  const timeOf = (index: number): number => {
    const month = firstMonth + index * step;
    return fromDate(kind, new Date(Date.UTC(Math.floor(month / 12), month % 12, Math.min(wanted, daysIn(month))) + (seconds[0] ?? 0) * 1000));
  };
  const indexOf = (time: number): number | null => {
    const index = (monthOf(toDate(kind, time)) - firstMonth) / step;
    return Number.isInteger(index) && timeOf(index) === time ? index : null;
  };
  return { kind, unit: 'months', step, indexOf, timeOf };
}

/**
 * The regular step of the given times, each once and rising: months where they fall on one day of the month, else the most frequent
 * distance. @throws PenstockError `irregular-times`, `too-few-rows`.
 */
export function findGrid(kind: TimeKind, times: readonly number[]): Grid {
  const [first] = times;
  if (first === undefined || times.length < 3) throw new PenstockError('too-few-rows', 'There are fewer than three different times, which is too few to see a rhythm in.', { remedy: 'Give the node a longer history.' });
  const months = monthGrid(kind, times);
  const found = months ?? fixedGrid(kind, times, first);
  const off = times.find((time) => found.indexOf(time) === null);
  if (off === undefined) return found;
  throw new PenstockError('irregular-times', `The times do not follow a regular step: most are ${stepWords(found)} apart, but ${timeText(kind, off)} lies between.`, {
    remedy: 'Bring the rows to a regular step first: Date and Time to cut times to days or months, then Group By.',
    place: { param: ['time'] },
  });
}

function fixedGrid(kind: TimeKind, times: readonly number[], first: number): Grid {
  const step = mostFrequent(times.slice(1).map((time, i) => time - (times[i] ?? 0)));
  const indexOf = (time: number): number | null => (Number.isInteger((time - first) / step) ? (time - first) / step : null);
  return { kind, unit: 'fixed', step, indexOf, timeOf: (index) => first + index * step };
}

export function stepWords({ kind, unit, step }: Grid): string {
  const times = (count: number, one: string): string => (count === 1 ? `one ${one}` : `${count} ${one}s`);
  if (unit === 'months') return step % 12 === 0 ? times(step / 12, 'year') : times(step, 'month');
  if (kind === 'integer') return times(step, 'unit');
  const seconds = kind === 'date' ? step * day : step;
  for (const [size, name] of [[7 * day, 'week'], [day, 'day'], [3600, 'hour'], [60, 'minute']] as const) if (seconds % size === 0) return times(seconds / size, name);
  return times(seconds, 'second');
}

/** Steps in the season that such times usually have: a year of months or weeks, a week of days, a day of hours; 1: none. */
export function usualSeason({ kind, unit, step }: Grid): number {
  if (unit === 'months') return 12 % step === 0 ? 12 / step : 1;
  if (kind === 'integer') return 1;
  const seconds = kind === 'date' ? step * day : step;
  if (seconds === 7 * day) return 52;
  if (seconds === day) return 7;
  return seconds < day && day % seconds === 0 ? day / seconds : 1;
}

/** A time as ISO text; whole numbers as they are. */
export function timeText(kind: TimeKind, time: number): string {
  if (kind === 'integer') return String(time);
  const text = toDate(kind, time).toISOString();
  return kind === 'date' ? text.slice(0, 10) : text.slice(0, 19).replace('T', ' ');
}
