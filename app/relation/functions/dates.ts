import { didYouMean } from '../near-miss.ts';
import type { ColumnType } from '../types.ts';
import { addMonths, dateOfEpochDay, dateText, epochDay, isoWeek, isoWeekday, momentOf, timeText, type Moment } from './calendar.ts';
import { fits, overloads, TypeMismatch, argumentMismatch, arityMessage, type Argument, type FunctionSpec, type Overload } from './spec.ts';

function part(name: string, words: string, types: readonly ColumnType[], sql: string, read: (moment: Moment) => number): FunctionSpec {
  const table: readonly Overload[] = types.map((type) => [[type], 'integer']);
  return {
    name,
    summary: words,
    signature: `${name}(${types.includes('date') ? 'date' : 'time'}) → whole number`,
    example: `${name}(${types.includes('date') ? 'order_date' : 'created_at'})`,
    category: 'date and time',
    kind: 'function',
    nulls: 'propagate',
    resolve: overloads(name, table),
    duckdb: ([a]) => `${sql}(${a})`,
    evaluate: ([a]) => BigInt(read(momentOf(String(a)))),
  };
}

const dated: readonly ColumnType[] = ['date', 'timestamp'];
const timed: readonly ColumnType[] = ['timestamp', 'time'];
const dateUnits = ['year', 'quarter', 'month', 'week', 'day'] as const;
export const units = [...dateUnits, 'hour', 'minute', 'second'] as const;
type Unit = (typeof units)[number];

/** Accepts DuckDB's plural spellings. @throws TypeMismatch */
export function unitOf(name: string, argument: Argument | undefined, allowed: readonly Unit[], index: number): Unit {
  const text = typeof argument?.constant === 'string' ? argument.constant.toLowerCase().replace(/s$/, '') : null;
  const unit = allowed.find((candidate) => candidate === text);
  if (unit) return unit;
  const guess = text === null ? '' : didYouMean(text, allowed);
  throw new TypeMismatch(`${name} needs as its unit one of ${allowed.map((each) => `'${each}'`).join(', ')}.${guess}`, index);
}

export const unitText = (constant: unknown): Unit => units.find((unit) => unit === String(constant).toLowerCase().replace(/s$/, '')) ?? 'day';

/** Number of a unit since the epoch; differences of it count boundaries crossed. Weeks begin on Monday. */
function unitsSinceEpoch(moment: Moment, unit: Unit): number {
  switch (unit) {
    case 'year':
      return moment.year;
    case 'quarter':
      return moment.year * 4 + Math.floor((moment.month - 1) / 3);
    case 'month':
      return moment.year * 12 + moment.month - 1;
    case 'week':
      return Math.floor((epochDay(moment) + 3) / 7);
    case 'day':
      return epochDay(moment);
    case 'hour':
      return epochDay(moment) * 24 + moment.hour;
    case 'minute':
      return (epochDay(moment) * 24 + moment.hour) * 60 + moment.minute;
    case 'second':
      return ((epochDay(moment) * 24 + moment.hour) * 60 + moment.minute) * 60 + moment.second;
  }
}

const midnight = { hour: 0, minute: 0, second: 0, fraction: '' };

function truncated(moment: Moment, unit: Unit): Moment {
  switch (unit) {
    case 'year':
      return { ...moment, ...midnight, month: 1, day: 1 };
    case 'quarter':
      return { ...moment, ...midnight, month: Math.floor((moment.month - 1) / 3) * 3 + 1, day: 1 };
    case 'month':
      return { ...moment, ...midnight, day: 1 };
    case 'week':
      return momentOf(dateOfEpochDay(epochDay(moment) - isoWeekday(moment) + 1));
    case 'day':
      return { ...moment, ...midnight };
    case 'hour':
      return { ...moment, ...midnight, hour: moment.hour };
    case 'minute':
      return { ...moment, second: 0, fraction: '' };
    case 'second':
      return { ...moment, fraction: '' };
  }
}

export function shifted(moment: Moment, amount: number, unit: Unit): Moment {
  const months = { year: 12, quarter: 3, month: 1 }[unit as string];
  if (months !== undefined) return addMonths(moment, amount * months);
  const seconds = { week: 604_800, day: 86_400, hour: 3600, minute: 60, second: 1 }[unit as string] ?? 0;
  const total = epochDay(moment) * 86_400 + moment.hour * 3600 + moment.minute * 60 + moment.second + amount * seconds;
  const day = Math.floor(total / 86_400);
  const rest = total - day * 86_400;
  return { ...momentOf(dateOfEpochDay(day)), hour: Math.floor(rest / 3600), minute: Math.floor(rest / 60) % 60, second: rest % 60, fraction: moment.fraction };
}

const textOf = (moment: Moment, type: ColumnType | undefined): string => (type === 'date' ? dateText(moment) : `${dateText(moment)} ${timeText(moment)}`);

/** The type of a date argument: its own, or for ISO text the narrowest that reads it. */
export function temporalType(name: string, args: readonly Argument[], index: number): 'date' | 'timestamp' {
  const arg = args[index];
  // A bare null has no type of its own; every unit fits a timestamp.
  if (arg?.isNull) return arg.type === 'date' ? 'date' : 'timestamp';
  if (arg && fits(arg, 'date')) return 'date';
  if (arg && fits(arg, 'timestamp')) return 'timestamp';
  throw argumentMismatch(name, index, ['date', 'timestamp'], args);
}

export const dateFunctions: readonly FunctionSpec[] = [
  part('year', 'The year.', dated, 'year', (moment) => moment.year),
  part('quarter', 'The quarter of the year, 1 to 4.', dated, 'quarter', (moment) => Math.floor((moment.month - 1) / 3) + 1),
  part('month', 'The month, 1 to 12.', dated, 'month', (moment) => moment.month),
  part('week', 'The ISO week of the year, 1 to 53.', dated, 'week', isoWeek),
  part('day', 'The day of the month, 1 to 31.', dated, 'day', (moment) => moment.day),
  part('day_of_year', 'The day of the year, 1 to 366.', dated, 'dayofyear', (moment) => epochDay(moment) - epochDay({ year: moment.year, month: 1, day: 1 }) + 1),
  part('weekday', 'The day of the week, Monday 1 to Sunday 7.', dated, 'isodow', isoWeekday),
  part('hour', 'The hour, 0 to 23.', timed, 'hour', (moment) => moment.hour),
  part('minute', 'The minute, 0 to 59.', timed, 'minute', (moment) => moment.minute),
  part('second', 'The full second, 0 to 59.', timed, 'second', (moment) => moment.second),
  {
    name: 'date_diff',
    summary: 'How many starts of a unit (years, months, Mondays, days, hours …) lie between two dates; negative where the second is earlier.',
    signature: "date_diff('unit', from, to) → whole number",
    example: "date_diff('day', order_date, delivery_date)",
    category: 'date and time',
    kind: 'function',
    nulls: 'propagate',
    resolve: (args) => {
      if (args.length !== 3) throw new TypeMismatch(arityMessage('date_diff', [3], args.length));
      unitOf('date_diff', args[0], units, 0);
      const both = temporalType('date_diff', args, 1) === 'date' && temporalType('date_diff', args, 2) === 'date' ? 'date' : 'timestamp';
      return { type: 'integer', params: ['string', both, both] };
    },
    duckdb: ([, from, to], _types, [constant]) => {
      const unit = unitText(constant);
      // DuckDB counts weeks as sevenths of days; here weeks begin on Monday.
      if (unit === 'week') return `(date_diff('day', date_trunc('week', ${from}), date_trunc('week', ${to})) // 7)`;
      return `date_diff('${unit}', ${from}, ${to})`;
    },
    evaluate: ([unit, from, to]) => BigInt(unitsSinceEpoch(momentOf(String(to)), unitText(unit)) - unitsSinceEpoch(momentOf(String(from)), unitText(unit))),
  },
  {
    name: 'date_trunc',
    summary: 'The start of the year, quarter, month, week (Monday), day, hour, minute or second that a date is in.',
    signature: "date_trunc('unit', date) → date",
    example: "date_trunc('month', order_date)",
    category: 'date and time',
    kind: 'function',
    nulls: 'propagate',
    resolve: (args) => {
      if (args.length !== 2) throw new TypeMismatch(arityMessage('date_trunc', [2], args.length));
      const type = temporalType('date_trunc', args, 1);
      unitOf('date_trunc', args[0], type === 'date' ? dateUnits : units, 0);
      return { type, params: ['string', type] };
    },
    duckdb: ([, date], types, [constant]) => `date_trunc('${unitText(constant)}', ${date})::${types[1] === 'date' ? 'date' : 'timestamp'}`,
    evaluate: ([unit, date], types) => textOf(truncated(momentOf(String(date)), unitText(unit)), types[1]),
  },
  {
    name: 'date_add',
    summary: 'A date moved by a number of years, months, weeks, days, hours …; the day is cut to the last of a shorter month.',
    signature: "date_add('unit', amount, date) → date",
    example: "date_add('month', 3, start_date)",
    category: 'date and time',
    kind: 'function',
    nulls: 'propagate',
    resolve: (args) => {
      if (args.length !== 3) throw new TypeMismatch(arityMessage('date_add', [3], args.length));
      const amount = args[1];
      if (amount && !fits(amount, 'integer')) throw argumentMismatch('date_add', 1, ['integer'], args);
      const type = temporalType('date_add', args, 2);
      unitOf('date_add', args[0], type === 'date' ? dateUnits : units, 0);
      return { type, params: ['string', 'integer', type] };
    },
    duckdb: ([, amount, date], types, [constant]) => `(${date} + (${amount})::integer * interval 1 ${unitText(constant)})::${types[2] === 'date' ? 'date' : 'timestamp'}`,
    evaluate: ([unit, amount, date], types) => textOf(shifted(momentOf(String(date)), Number(amount), unitText(unit)), types[2]),
  },
];
