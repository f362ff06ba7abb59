import { epochDay, momentOf } from '../functions/calendar.ts';
import type { Value } from '../functions/spec.ts';
import type { ColumnType } from '../types.ts';

/** A number, date or timestamp on a number line: floats as they are, whole numbers, days and microseconds exactly. */
export function onLine(value: Exclude<Value, null>, type: ColumnType): number | bigint {
  if (type === 'float') return Number(value);
  if (type === 'integer') return BigInt(value);
  const moment = momentOf(String(value));
  const day = BigInt(epochDay(moment));
  if (type === 'date') return day;
  const seconds = day * 86_400n + BigInt(moment.hour * 3600 + moment.minute * 60 + moment.second);
  return seconds * 1_000_000n + BigInt(moment.fraction.slice(1).padEnd(6, '0'));
}

/** The place at `amount` (the type's unit: days, seconds) from a place on the line. Of days only whole ones can be reached. */
export function placeAt(from: number | bigint, amount: number, type: ColumnType): number | bigint {
  if (typeof from === 'number') return from + amount;
  return from + BigInt(type === 'timestamp' ? Math.round(amount * 1_000_000) : Math.floor(amount));
}
