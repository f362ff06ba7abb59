import type { DateOutput } from './node.ts';

export const kinds = ['part', 'start', 'difference', 'shift', 'format'] as const;
export const kindTitles = { part: 'A part', start: 'The start of its period', difference: 'The difference to another date', shift: 'A date so much later', format: 'Text' } as const;

export const units = ['year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', 'second'] as const;
export const unitTitles = { year: 'Years', quarter: 'Quarters', month: 'Months', week: 'Weeks', day: 'Days', hour: 'Hours', minute: 'Minutes', second: 'Seconds' } as const;

/** Parts and the functions of the expression language that give them. */
const partFunctions = {
  year: ['Year', 'year'],
  iso_year: ['Year of the ISO week', 'iso_year'],
  quarter: ['Quarter', 'quarter'],
  month: ['Month', 'month'],
  month_name: ['Month, by name', 'month_name'],
  week: ['ISO week', 'week'],
  day: ['Day of the month', 'day'],
  day_of_year: ['Day of the year', 'day_of_year'],
  weekday: ['Day of the week, Monday 1', 'weekday'],
  day_name: ['Day of the week, by name', 'day_name'],
  is_weekend: ['Whether it is a weekend', 'is_weekend'],
  hour: ['Hour', 'hour'],
  minute: ['Minute', 'minute'],
  second: ['Second', 'second'],
  date: ['Date without time', null],
  time: ['Time of day', null],
  epoch: ['Seconds since 1970', 'epoch'],
} as const;

type Part = keyof typeof partFunctions;
export const parts = Object.keys(partFunctions) as [Part, ...Part[]];
export const partTitles = Object.fromEntries(parts.map((part) => [part, partFunctions[part][0]])) as Readonly<Record<Part, string>>;
/** Null for date and time, which are casts. */
export const functionOf = (part: Part): string | null => partFunctions[part][1];

/** What automatic reading tries, in this order; none of two forms fits the same text with another meaning. */
export const automaticFormats: readonly { readonly format: string; readonly example: string }[] = [
  { format: '%Y-%m-%dT%H:%M:%S.%fZ', example: '2024-05-31T08:30:00.250Z' },
  { format: '%Y-%m-%dT%H:%M:%S.%f', example: '2024-05-31T08:30:00.250' },
  { format: '%Y-%m-%dT%H:%M:%SZ', example: '2024-05-31T08:30:00Z' },
  { format: '%Y-%m-%dT%H:%M:%S', example: '2024-05-31T08:30:00' },
  { format: '%Y-%m-%d %H:%M:%S.%f', example: '2024-05-31 08:30:00.250' },
  { format: '%Y-%m-%d %H:%M:%S', example: '2024-05-31 08:30:00' },
  { format: '%Y-%m-%d %H:%M', example: '2024-05-31 08:30' },
  { format: '%Y-%m-%d', example: '2024-05-31' },
  { format: '%Y/%m/%d', example: '2024/05/31' },
  { format: '%d.%m.%Y %H:%M:%S', example: '31.05.2024 08:30:00' },
  { format: '%d.%m.%Y %H:%M', example: '31.05.2024 08:30' },
  { format: '%d.%m.%Y', example: '31.05.2024' },
  { format: '%d %B %Y', example: '31 May 2024' },
  { format: '%d %b %Y', example: '31 Jan 2024' },
  { format: '%B %d, %Y', example: 'May 31, 2024' },
  { format: '%b %d, %Y', example: 'Jan 31, 2024' },
];

/** Name of a new column: the one given, else made of column and output. */
export function outputName({ kind, part, unit, to, amount, name }: DateOutput, column: string): string {
  if (name.trim() !== '') return name.trim();
  switch (kind) {
    case 'part':
      return `${column}_${part}`;
    case 'start':
      return `${column}_${unit}_start`;
    case 'difference':
      return `${column}_to_${to === '' ? 'date' : to}_${unit}s`;
    case 'shift':
      return `${column}_${amount < 0 ? 'minus' : 'plus'}_${Math.abs(amount)}_${unit}${Math.abs(amount) === 1 ? '' : 's'}`;
    case 'format':
      return `${column}_text`;
  }
}
