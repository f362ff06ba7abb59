import fc from 'fast-check';
import { aggregateType } from '../measures.ts';
import { schemaOf } from '../schema.ts';
import type { Column, ColumnType, Relation, WindowColumn, WindowFn, WindowFrame } from '../types.ts';
import { col, freshName, someColumns, sortKeys } from './relations.ts';

/** Random windows for property tests. */

const exactFunctions: readonly WindowFn[] = ['row_number', 'rank', 'dense_rank', 'percent_rank', 'ntile', 'count', 'sum', 'min', 'max', 'median', 'first_value', 'last_value', 'lag', 'lead'];
export const inexactFunctions: readonly WindowFn[] = ['avg', 'stddev', 'median', 'percent_rank'];

/** They go by the place of a row, so they are only defined where the order is total; the others are tested with ties. */
const byPlace: ReadonlySet<WindowFn> = new Set(['row_number', 'lag', 'lead', 'ntile', 'first_value', 'last_value']);
const withoutArgument: ReadonlySet<WindowFn> = new Set(['row_number', 'rank', 'dense_rank', 'percent_rank', 'ntile']);
const framed: ReadonlySet<WindowFn> = new Set(['count', 'sum', 'avg', 'min', 'max', 'median', 'stddev', 'first_value', 'last_value']);

const distances: Readonly<Partial<Record<ColumnType, readonly number[]>>> = { integer: [0, 1, 3, -1], float: [0, 0.5, 2, -0.5], date: [0, 1, 2, -1], timestamp: [0, 1, 0.5, 86_400, -1] };

function frames(by: WindowFrame['by'], sides: readonly number[]): fc.Arbitrary<WindowFrame> {
  const side = fc.option(fc.constantFrom(...sides), { freq: 4 });
  return fc.record({ by: fc.constant(by), preceding: side, following: side }).filter(({ preceding, following }) => preceding === null || following === null || -preceding <= following);
}

export function windowOver(input: Relation, functions: readonly WindowFn[] = exactFunctions): fc.Arbitrary<Relation> {
  const schema = schemaOf(input);
  const measurable = schema.filter(({ type }) => distances[type] !== undefined);
  return fc.tuple(fc.constantFrom(...functions), fc.constantFrom(...schema), someColumns(schema, 0, 1), sortKeys(schema), fc.integer({ min: 1, max: schema.length }), fc.constantFrom(1, 2, 3), fc.constantFrom('none', 'rows', 'range')).chain(([wanted, column, partition, keys, used, offset, kind]) => {
    const fn = fits(wanted, column) ? wanted : 'count';
    const base: WindowColumn = {
      name: freshName(),
      fn,
      ...(withoutArgument.has(fn) ? {} : { arg: col(column.name) }),
      ...(fn === 'lag' || fn === 'lead' || fn === 'ntile' ? { offset } : {}),
      partitionBy: partition.map(({ name }) => col(name)),
      orderBy: byPlace.has(fn) ? keys : keys.slice(0, used),
    };
    const over = (window: WindowColumn): Relation => ({ op: 'window', input, columns: [window] });
    if (!framed.has(fn) || kind === 'none') return fc.constant(over(base));
    const key = measurable[used % Math.max(1, measurable.length)];
    if (kind === 'rows' || byPlace.has(fn) || !key) return frames('rows', [0, 1, 2, -1]).map((frame) => over({ ...base, orderBy: keys, frame }));
    return frames('range', distances[key.type] ?? [0]).map((frame) => over({ ...base, orderBy: [{ expr: col(key.name), descending: offset === 1, nulls: used % 2 === 0 ? 'first' : 'last' }], frame }));
  });
}

/** Whether a function means something over a column; those of the place and of neighbours take any. */
function fits(fn: WindowFn, column: Column): boolean {
  switch (fn) {
    case 'count':
    case 'sum':
    case 'avg':
    case 'min':
    case 'max':
    case 'median':
    case 'stddev':
      return aggregateType(fn, column.type) !== null;
    default:
      return true;
  }
}
