import type { ColumnType, Expr } from '../../types.ts';
import type { FragmentBuilder } from './builder.ts';

/**
 * Parts of dates by arithmetic on float64 tensors, exact because every number in it is whole and below 2⁵³. A date is days since
 * 1970-01-01, a timestamp seconds since then; NaN stays NaN. Calendar: H. Hinnant, “chrono-Compatible Low-Level Date Algorithms” (2013).
 */

const SECONDS = 86_400;
/** Days from 0000-03-01 to 1970-01-01. */
const EPOCH = 719_468;

export const datePartFunctions: ReadonlySet<string> = new Set(['year', 'month', 'day', 'weekday', 'hour']);

/** Whether `date_diff` counts days from a constant, which is all that it does here. */
export function isDayCount(args: readonly Expr[]): boolean {
  const [unit, from] = args;
  return unit?.op === 'lit' && unit.value === 'day' && from?.op === 'lit' && from.type === 'date' && typeof from.value === 'string';
}

/** Days since 1970-01-01 of an ISO date. */
export const epochDays = (date: string): number => Date.parse(`${date.slice(0, 10)}T00:00:00Z`) / 86_400_000;

/** Float64, the shape of `tensor`, whose values are of a column of this type. */
export function emitDatePart(part: string, tensor: string, type: ColumnType, builder: FragmentBuilder): string {
  const calculate = arithmetic(builder);
  const { sub, div, mod } = calculate;
  if (part === 'hour') return div(mod(tensor, SECONDS), 3600);
  const days = emitDays(tensor, type, builder);
  // 1970-01-01 was a Thursday, the fourth day.
  if (part === 'weekday') return sub(mod(sub(days, -3), 7), -1);
  return calendarPart(part, days, calculate, builder);
}

/** Whole days since 1970-01-01. */
export function emitDays(tensor: string, type: ColumnType, builder: FragmentBuilder): string {
  return arithmetic(builder).div(tensor, type === 'timestamp' ? SECONDS : 1);
}

type Arithmetic = ReturnType<typeof arithmetic>;

function arithmetic(builder: FragmentBuilder) {
  const constant = (value: string | number): string => (typeof value === 'number' ? builder.doubles([value]) : value);
  const sub = (a: string, b: string | number): string => builder.node('Sub', [a, constant(b)]);
  const mul = (a: string, by: number): string => builder.node('Mul', [a, constant(by)]);
  const div = (a: string, by: number): string => builder.node('Floor', [by === 1 ? a : builder.node('Div', [a, constant(by)])]);
  const mod = (a: string, by: number): string => sub(a, mul(div(a, by), by));
  return { sub, mul, div, mod };
}

/** Years begin in March here, so that the leap day is a year's last. */
function calendarPart(part: string, days: string, { sub, mul, div }: Arithmetic, builder: FragmentBuilder): string {
  const add = (a: string, b: string): string => builder.node('Add', [a, b]);
  const shifted = sub(days, -EPOCH);
  const era = div(shifted, 146_097);
  const dayOfEra = sub(shifted, mul(era, 146_097));
  const yearOfEra = div(sub(add(sub(dayOfEra, div(dayOfEra, 1460)), div(dayOfEra, 36_524)), div(dayOfEra, 146_096)), 365);
  const dayOfYear = sub(dayOfEra, sub(add(mul(yearOfEra, 365), div(yearOfEra, 4)), div(yearOfEra, 100)));
  const shiftedMonth = div(sub(mul(dayOfYear, 5), -2), 153);
  if (part === 'day') return sub(sub(dayOfYear, div(sub(mul(shiftedMonth, 153), -2), 5)), -1);
  const nextYear = builder.node('GreaterOrEqual', [shiftedMonth, builder.doubles([10])]);
  const month = builder.node('Where', [nextYear, sub(shiftedMonth, 9), sub(shiftedMonth, -3)]);
  if (part === 'month') return month;
  return add(add(yearOfEra, mul(era, 400)), builder.cast(nextYear, 'double'));
}
