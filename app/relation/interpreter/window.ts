import type { Value } from '../functions/spec.ts';
import { typed } from '../typing.ts';
import type { Schema, WindowColumn } from '../types.ts';
import { aggregateValue } from './aggregate.ts';
import { evaluate, type Row } from './expression.ts';
import { byKeys, grouped } from './interpret.ts';

/** Values of a window column, in the order of `rows`. With an order, aggregates run up to the current row and its equals. */
export function windowValues(window: WindowColumn, schema: Schema, rows: readonly Row[]): Value[] {
  const partition = window.partitionBy.map((expr) => typed(expr, schema));
  const arg = window.arg ? typed(window.arg, schema) : null;
  const compare = byKeys(window.orderBy, schema);
  const result = new Map<Row, Value>();
  const argOf = (row: Row | undefined): Value => (row && arg ? evaluate(arg, row) : null);
  for (const { rows: members } of grouped(rows, (row) => partition.map((expr) => evaluate(expr, row)))) {
    const sorted = [...members].sort(compare);
    sorted.forEach((row, i) => {
      const before = sorted.filter((other) => compare(other, row) < 0);
      const frame = sorted.filter((other) => compare(other, row) <= 0);
      switch (window.fn) {
        case 'row_number':
          result.set(row, BigInt(i + 1));
          break;
        case 'rank':
          result.set(row, BigInt(before.length + 1));
          break;
        case 'dense_rank':
          result.set(row, BigInt(before.filter((other, j) => j === 0 || compare(before[j - 1] ?? other, other) !== 0).length + 1));
          break;
        case 'lag':
          result.set(row, argOf(sorted[i - (window.offset ?? 1)]));
          break;
        case 'lead':
          result.set(row, argOf(sorted[i + (window.offset ?? 1)]));
          break;
        case 'first_value':
        case 'last_value':
        case 'percent_rank':
        case 'ntile':
          throw new TypeError(`The interpreter does not know ${window.fn} yet.`);
        default:
          result.set(row, aggregateValue(window.fn, arg ? frame.map(argOf) : null, frame.length, arg?.type ?? 'integer'));
      }
    });
  }
  return rows.map((row) => result.get(row) ?? null);
}
