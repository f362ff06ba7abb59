import { inInt64 } from '../functions/arithmetic.ts';
import { textOfValue } from '../functions/conversion.ts';
import { compareValues } from '../functions/order.ts';
import type { Value } from '../functions/spec.ts';
import type { AggregateFn, ColumnType } from '../types.ts';

/**
 * An aggregate over the values of its argument, missing ones included (they are passed over); `values` is null for a count of rows.
 * `type` is the argument's.
 */
export function aggregateValue(fn: AggregateFn, values: readonly Value[] | null, rows: number, type: ColumnType, fraction = 0.5): Value {
  if (values === null) return BigInt(rows);
  const present = values.filter((value) => value !== null);
  if (fn === 'count') return BigInt(present.length);
  const distinct = groupsOf(present);
  if (fn === 'count_distinct') return BigInt(distinct.length);
  if (present.length === 0) return null;
  const sorted = [...present].sort(compareValues);
  const numbers = sorted.map(Number);
  switch (fn) {
    case 'sum':
      return type === 'float' ? total(numbers) : inInt64(present.reduce((sum: bigint, value) => sum + BigInt(value), 0n));
    case 'avg':
      return total(numbers) / numbers.length;
    case 'min':
      return sorted[0] ?? null;
    case 'max':
      return sorted.at(-1) ?? null;
    case 'median':
      return quantile(numbers, 0.5);
    case 'quantile':
      return quantile(numbers, fraction);
    case 'stddev':
    case 'variance': {
      if (numbers.length < 2) return null;
      const mean = total(numbers) / numbers.length;
      const variance = total(numbers.map((value) => (value - mean) ** 2)) / (numbers.length - 1);
      return fn === 'variance' ? variance : Math.sqrt(variance);
    }
    case 'mode': {
      const most = Math.max(...distinct.map((group) => group.length));
      return distinct.filter((group) => group.length === most).map((group) => group[0] ?? null).sort(compareValues)[0] ?? null;
    }
    case 'first':
      return present[0] ?? null;
    case 'string_agg':
      return sorted.map((value) => textOfValue(value, type)).join(', ');
  }
}

const total = (numbers: readonly number[]): number => numbers.reduce((sum, value) => sum + value, 0);

/** Linear between the two nearest ranks; `sorted` ascending. */
function quantile(sorted: readonly number[], fraction: number): number {
  const at = (sorted.length - 1) * fraction;
  const low = sorted[Math.floor(at)] ?? NaN;
  const high = sorted[Math.ceil(at)] ?? NaN;
  return low === high ? low : low + (high - low) * (at - Math.floor(at));
}

function groupsOf(values: readonly Value[]): Value[][] {
  const groups: Value[][] = [];
  for (const value of values) {
    const group = groups.find(([first]) => compareValues(first ?? null, value) === 0);
    if (group) group.push(value);
    else groups.push([value]);
  }
  return groups;
}
