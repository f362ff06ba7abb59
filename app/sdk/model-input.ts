import type { Column } from '#app/relation/types.ts';

/** How dates reach a model: as text in JSON, as a number in the tensor. docs/decisions/dates-enter-models-as-numbers.md */

const isoText = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?Z?)?$/;

export const isDated = (column: Column): boolean => column.type === 'date' || column.type === 'timestamp';

/** What a column has to be for a model to take it; null for types that no model takes. Whole numbers, true/false and numbers are one. */
export function inputKind(type: Column['type']): 'text' | 'a number' | 'a date' | 'a timestamp' | null {
  switch (type) {
    case 'string':
      return 'text';
    case 'date':
      return 'a date';
    case 'timestamp':
      return 'a timestamp';
    case 'boolean':
    case 'integer':
    case 'float':
      return 'a number';
    default:
      return null;
  }
}

/**
 * A date or moment as the number that stands for it in the model's tensor: whole days since 1970-01-01 for a `date`, whole seconds
 * since 1970-01-01 00:00:00 for a `timestamp`, fractions of a second cut off. Null for text that is no ISO date of the years 0001 to
 * 9999 (`2024-05-31`, `2024-05-31 08:30:00`, `2024-05-31T08:30:00Z`); a date may be given with a time of day, which is left out, and a
 * timestamp without one. There are no time zones: `Z` is read over, an offset is refused.
 */
export function datedNumber(type: Column['type'], text: string): number | null {
  const [, year, month, day, hour = '0', minute = '0', second = '0'] = isoText.exec(text) ?? [];
  if (year === undefined || year === '0000') return null;
  const moment = new Date(0);
  moment.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  const isReal = moment.getUTCMonth() === Number(month) - 1 && moment.getUTCDate() === Number(day) && Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60;
  if (!isReal) return null;
  const days = moment.getTime() / 86_400_000;
  return type === 'date' ? days : days * 86_400 + Number(hour) * 3600 + Number(minute) * 60 + Number(second);
}

/** What a person has to send for a column, completing “must be …”. */
export function inputWords(column: Column): string {
  switch (column.type) {
    case 'string':
      return 'text';
    case 'boolean':
      return 'true or false';
    case 'integer':
      return 'a whole number of at most 64 bits';
    case 'date':
      return 'a date such as "2024-05-31"';
    case 'timestamp':
      return 'a date and time without zone such as "2024-05-31T08:30:00"';
    default:
      return 'a number';
  }
}
