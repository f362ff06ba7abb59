import type { Value } from '../functions/spec.ts';
import { compareValues } from '../functions/order.ts';
import { typed } from '../typing.ts';
import type { Schema, WindowColumn } from '../types.ts';
import { frameKey } from '../windows.ts';
import { aggregateValue } from './aggregate.ts';
import { onLine, placeAt } from './distance.ts';
import { evaluate, type Row } from './expression.ts';
import { byKeys, grouped } from './interpret.ts';

/** Values of a window column, in the order of `rows`. */
export function windowValues(window: WindowColumn, schema: Schema, rows: readonly Row[]): Value[] {
  const partition = window.partitionBy.map((expr) => typed(expr, schema));
  const arg = window.arg ? typed(window.arg, schema) : null;
  const compare = byKeys(window.orderBy, schema);
  const result = new Map<Row, Value>();
  const argOf = (row: Row | undefined): Value => (row && arg ? evaluate(arg, row) : null);
  for (const { rows: members } of grouped(rows, (row) => partition.map((expr) => evaluate(expr, row)))) {
    const sorted = [...members].sort(compare);
    sorted.forEach((row, i) => result.set(row, valueAt(sorted, row, i)));
  }
  return rows.map((row) => result.get(row) ?? null);

  function valueAt(sorted: readonly Row[], row: Row, i: number): Value {
    const before = sorted.filter((other) => compare(other, row) < 0);
    switch (window.fn) {
      case 'row_number':
        return BigInt(i + 1);
      case 'rank':
        return BigInt(before.length + 1);
      case 'dense_rank':
        return BigInt(before.filter((other, j) => j === 0 || compare(before[j - 1] ?? other, other) !== 0).length + 1);
      case 'percent_rank':
        return sorted.length === 1 ? 0 : before.length / (sorted.length - 1);
      case 'ntile':
        return tileOf(i, sorted.length, window.offset ?? 1);
      case 'lag':
        return argOf(sorted[i - (window.offset ?? 1)]);
      case 'lead':
        return argOf(sorted[i + (window.offset ?? 1)]);
      case 'first_value':
        return argOf(frameOf(window, schema, sorted, i)[0]);
      case 'last_value':
        return argOf(frameOf(window, schema, sorted, i).at(-1));
      default: {
        const frame = frameOf(window, schema, sorted, i);
        return aggregateValue(window.fn, arg ? frame.map(argOf) : null, frame.length, arg?.type ?? 'integer');
      }
    }
  }
}

/** Tiles differ by one row at most, the larger ones first. */
function tileOf(index: number, rows: number, tiles: number): bigint {
  const [small, larger] = [Math.floor(rows / tiles), rows % tiles];
  const inLarger = larger * (small + 1);
  return BigInt(1 + (index < inLarger ? Math.floor(index / (small + 1)) : larger + Math.floor((index - inLarger) / small)));
}

/** Rows of the sorted partition that the row at `i` looks at. */
function frameOf(window: WindowColumn, schema: Schema, sorted: readonly Row[], i: number): readonly Row[] {
  const { preceding, following, by } = window.frame ?? { preceding: null, following: window.orderBy.length === 0 ? null : 0, by: 'range' as const };
  if (by === 'rows') return sorted.slice(preceding === null ? 0 : Math.max(0, i - preceding), following === null ? sorted.length : Math.max(0, i + following + 1));
  const row = sorted[i];
  if (!row) return [];
  const compare = byKeys(window.orderBy, schema);
  const inReach = (j: number, bound: 'start' | 'end'): boolean => {
    const side = bound === 'start' ? preceding : following;
    const other = sorted[j];
    if (side === null || !other) return side === null;
    // A side of 0 reaches to the equals of the row, whatever the order is by.
    if (side === 0) return bound === 'start' ? compare(other, row) >= 0 : compare(other, row) <= 0;
    return near(window, schema, row, other, side, bound);
  };
  return sorted.filter((_, j) => inReach(j, 'start') && inReach(j, 'end'));
}

/** Whether `other` is not before the start, or not after the end, of a side so far from the row. */
function near(window: WindowColumn, schema: Schema, row: Row, other: Row, side: number, bound: 'start' | 'end'): boolean {
  const [key] = window.orderBy;
  const type = frameKey(window, schema);
  if (!key || type === null) return true;
  const expr = typed(key.expr, schema);
  const [here, there] = [evaluate(expr, row), evaluate(expr, other)];
  const order = byKeys(window.orderBy, schema)(other, row);
  // What is missing is at no distance: it is before or after all others, and among its own.
  if (here === null || there === null) return order === 0 || (bound === 'start' ? order > 0 : order < 0);
  const ahead = (bound === 'start' ? -side : side) * (key.descending ? -1 : 1);
  const distance = compareValues(onLine(there, type), placeAt(onLine(here, type), ahead, type)) * (key.descending ? -1 : 1);
  return bound === 'start' ? distance >= 0 : distance <= 0;
}
