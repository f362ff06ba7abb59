import type { ColumnType } from '../types.ts';

const datePattern = /^(\d{4})-(\d{2})-(\d{2})$/;
const timePattern = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,6}))?)?$/;

/** Whether text is an ISO date, time or timestamp (years 0001 to 9999, no zone), so that it can stand for a value of `type`. */
export function isIsoText(text: string, type: ColumnType): boolean {
  return canonicalIso(text, type) !== null;
}

/** The one spelling used for equal values: `YYYY-MM-DD`, `HH:MM:SS[.f…]`, joined by one blank; null when the text is neither. */
export function canonicalIso(text: string, type: ColumnType): string | null {
  const trimmed = text.trim();
  switch (type) {
    case 'date':
      return isDate(trimmed) ? trimmed : null;
    case 'time':
      return canonicalTime(trimmed);
    case 'timestamp': {
      const [date, time, ...more] = trimmed.split(/[ T]/);
      if (date === undefined || !isDate(date) || more.length > 0) return null;
      const canonical = time === undefined ? '00:00:00' : canonicalTime(time);
      return canonical === null ? null : `${date} ${canonical}`;
    }
    default:
      return null;
  }
}

function isDate(text: string): boolean {
  const match = datePattern.exec(text);
  if (!match) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

function canonicalTime(text: string): string | null {
  const match = timePattern.exec(text);
  if (!match) return null;
  const fraction = (match[4] ?? '').replace(/0+$/, '');
  return `${match[1]}:${match[2]}:${match[3] ?? '00'}${fraction === '' ? '' : `.${fraction}`}`;
}
