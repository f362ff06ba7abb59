import { dateOfEpochDay, dateText, epochDay, isoWeekday, momentOf, timeText, type Moment } from './calendar.ts';
import { isoYear } from './date-format.ts';
import { shifted, temporalType, unitOf, units, unitText } from './dates.ts';
import { daysInMonth } from './iso-text.ts';
import { arityMessage, overloads, TypeMismatch, type FunctionSpec } from './spec.ts';

const dated = { category: 'date and time', kind: 'function', nulls: 'propagate' } as const;

/** Microseconds since 1970-01-01 00:00. */
function micros(moment: Moment): bigint {
  const seconds = ((epochDay(moment) * 24 + moment.hour) * 60 + moment.minute) * 60 + moment.second;
  return BigInt(seconds) * 1_000_000n + BigInt((moment.fraction.slice(1) || '0').padEnd(6, '0'));
}

/** Years 1 to 9999, which is what dates can be written in. */
const earliest = -62_135_596_800_000_000n;
const latest = 253_402_300_799_999_999n;

function timestampOf(value: bigint): string | null {
  if (value < earliest || value > latest) return null;
  const day = value / 86_400_000_000n - (value % 86_400_000_000n < 0n ? 1n : 0n);
  const rest = value - day * 86_400_000_000n;
  const seconds = Number(rest / 1_000_000n);
  const fraction = String(rest % 1_000_000n).padStart(6, '0').replace(/0+$/, '');
  return `${dateOfEpochDay(Number(day))} ${timeText({ hour: Math.floor(seconds / 3600), minute: Math.floor(seconds / 60) % 60, second: seconds % 60, fraction: fraction === '' ? '' : `.${fraction}` })}`;
}

const unitMicros: Readonly<Record<string, bigint>> = { week: 604_800_000_000n, day: 86_400_000_000n, hour: 3_600_000_000n, minute: 60_000_000n, second: 1_000_000n };

/** Complete units from one moment to another; negative where the second is earlier. */
function complete(from: Moment, to: Moment, unit: string): bigint {
  if (micros(from) > micros(to)) return -complete(to, from, unit);
  const size = unitMicros[unit];
  if (size !== undefined) return (micros(to) - micros(from)) / size;
  const months = { year: 12, quarter: 3, month: 1 }[unit] ?? 1;
  let count = (to.year - from.year) * 12 + to.month - from.month;
  if (micros(shifted(from, count, 'month')) > micros(to)) count--;
  return BigInt(Math.trunc(count / months));
}

export const moreDateFunctions: readonly FunctionSpec[] = [
  {
    ...dated,
    name: 'full_units',
    summary: 'How many complete years, quarters, months, weeks, days, hours, minutes or seconds lie between two dates (an age in years); negative where the second is earlier.',
    signature: "full_units('unit', from, to) → whole number",
    example: "full_units('year', born, visited)",
    resolve: (args) => {
      if (args.length !== 3) throw new TypeMismatch(arityMessage('full_units', [3], args.length));
      unitOf('full_units', args[0], units, 0);
      const both = temporalType('full_units', args, 1) === 'date' && temporalType('full_units', args, 2) === 'date' ? 'date' : 'timestamp';
      return { type: 'integer', params: ['string', both, both] };
    },
    duckdb: ([, from, to], _types, [constant]) => `date_sub('${unitText(constant)}', ${from}, ${to})`,
    evaluate: ([unit, from, to]) => complete(momentOf(String(from)), momentOf(String(to)), unitText(unit)),
  },
  {
    ...dated,
    name: 'iso_year',
    summary: 'The year that the ISO week of a date belongs to; 2024-12-30 is in week 1 of 2025.',
    signature: 'iso_year(date) → whole number',
    example: 'iso_year(order_date)',
    resolve: overloads('iso_year', [[['date'], 'integer'], [['timestamp'], 'integer']]),
    duckdb: ([a]) => `isoyear(${a})`,
    evaluate: ([a]) => BigInt(isoYear(momentOf(String(a)))),
  },
  {
    ...dated,
    name: 'is_weekend',
    summary: 'Whether a date is a Saturday or a Sunday.',
    signature: 'is_weekend(date) → true/false',
    example: 'is_weekend(order_date)',
    resolve: overloads('is_weekend', [[['date'], 'boolean'], [['timestamp'], 'boolean']]),
    duckdb: ([a]) => `(isodow(${a}) >= 6)`,
    evaluate: ([a]) => isoWeekday(momentOf(String(a))) >= 6,
  },
  {
    ...dated,
    name: 'last_day',
    summary: 'The last day of the month that a date is in.',
    signature: 'last_day(date) → date',
    example: 'last_day(order_date)',
    resolve: overloads('last_day', [[['date'], 'date'], [['timestamp'], 'date']]),
    duckdb: ([a]) => `last_day(${a})`,
    evaluate: ([a]) => {
      const moment = momentOf(String(a));
      return dateText({ ...moment, day: daysInMonth(moment.year, moment.month) });
    },
  },
  {
    ...dated,
    name: 'make_date',
    summary: 'A date from year (1 to 9999), month and day; missing where there is no such day.',
    signature: 'make_date(year, month, day) → date',
    example: 'make_date(year, month, 1)',
    resolve: overloads('make_date', [[['integer', 'integer', 'integer'], 'date']]),
    duckdb: ([y, m, d]) => `(case when ${y} between 1 and 9999 then try(make_date(${y}, ${m}, ${d})) end)`,
    evaluate: ([y, m, d]) => {
      const [year, month, day] = [Number(y), Number(m), Number(d)];
      const there = year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
      return there ? dateText({ year, month, day }) : null;
    },
  },
  {
    ...dated,
    name: 'epoch',
    summary: 'Seconds since 1970-01-01 00:00 (Unix time), with their fraction.',
    signature: 'epoch(timestamp) → number',
    example: 'epoch(created_at)',
    resolve: overloads('epoch', [[['timestamp'], 'float']]),
    duckdb: ([a]) => `(epoch_us(${a})::double / 1000000e0)`,
    evaluate: ([a]) => Number(micros(momentOf(String(a)))) / 1_000_000,
  },
  {
    ...dated,
    name: 'from_epoch',
    summary: 'The date and time a number of seconds after 1970-01-01 00:00; missing beyond the years 1 to 9999.',
    signature: 'from_epoch(seconds) → date and time',
    example: 'from_epoch(unix_time)',
    resolve: overloads('from_epoch', [[['integer'], 'timestamp'], [['float'], 'timestamp']]),
    duckdb: ([a], [type]) =>
      type === 'integer'
        ? `(case when ${a} between ${earliest / 1_000_000n} and ${latest / 1_000_000n} then make_timestamp(${a} * 1000000) end)`
        : `(case when ${a} between ${earliest / 1_000_000n}e0 and ${latest / 1_000_000n}e0 then make_timestamp(round(${a} * 1000000e0)::bigint) end)`,
    evaluate: ([a = null]) => {
      if (typeof a === 'bigint') return timestampOf(a * 1_000_000n);
      const seconds = Number(a);
      if (!(seconds >= Number(earliest / 1_000_000n) && seconds <= Number(latest / 1_000_000n))) return null;
      const scaled = seconds * 1_000_000;
      return timestampOf(BigInt(scaled < 0 ? -Math.round(-scaled) : Math.round(scaled)));
    },
  },
  {
    ...dated,
    name: 'from_epoch_ms',
    summary: 'The date and time a whole number of milliseconds after 1970-01-01 00:00; missing beyond the years 1 to 9999.',
    signature: 'from_epoch_ms(milliseconds) → date and time',
    example: 'from_epoch_ms(event_time)',
    resolve: overloads('from_epoch_ms', [[['integer'], 'timestamp']]),
    duckdb: ([a]) => `(case when ${a} between ${earliest / 1000n} and ${latest / 1000n} then make_timestamp(${a} * 1000) end)`,
    evaluate: ([a]) => timestampOf(BigInt(String(a)) * 1000n),
  },
];
