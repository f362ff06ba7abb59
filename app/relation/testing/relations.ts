import fc from 'fast-check';
import type { Value } from '../functions/spec.ts';
import { aggregateType } from '../measures.ts';
import { schemaOf } from '../schema.ts';
import type { AggregateFn, Column, Expr, JoinKind, Measure, NamedExpr, Relation, Schema, SortKey } from '../types.ts';
import { exprArbitrary, valueArbitrary, type TestType } from './expressions.ts';
import { asofOver, explodeOver, pivotOver, setOver, unpivotOver } from './reshaping.ts';
import { windowOver } from './windows.ts';

/** Random chains of relations for property tests. */

export const leftSchema: Schema = [
  { name: 'n', type: 'integer' },
  { name: 'x', type: 'float' },
  { name: 'S s', type: 'string' },
  { name: 'flag', type: 'boolean' },
  { name: 'd', type: 'date' },
  { name: 'at', type: 'timestamp' },
];
export const rightSchema: Schema = [
  { name: 'N', type: 'float' },
  { name: 'S s', type: 'string' },
  { name: 'm', type: 'integer' },
  { name: 'At', type: 'timestamp' },
];

export const leftScan: Relation = { op: 'scan', source: { kind: 'named', name: 'left rows' }, schema: leftSchema, label: 'left' };
export const rightScan: Relation = { op: 'scan', source: { kind: 'named', name: 'right rows' }, schema: rightSchema, label: 'right' };

/** Rows of a schema with dates and times that lie near one another, so that distances between them matter. */
export function rowsArbitrary(schema: Schema, maxLength: number): fc.Arbitrary<Value[][]> {
  const cell = ({ type }: Column): fc.Arbitrary<Value> => {
    if (type === 'date') return fc.constantFrom('2024-02-27', '2024-02-28', '2024-02-29', '2024-03-01', '2024-03-04');
    if (type === 'timestamp') return fc.constantFrom('2024-02-28 23:59:59', '2024-02-28 23:59:59.5', '2024-02-29 00:00:00', '2024-02-29 00:00:01', '2024-02-29 00:00:03.25', '2024-03-01 00:00:00');
    return valueArbitrary(type, false);
  };
  return fc.array(fc.tuple(...schema.map((column) => fc.option(cell(column), { freq: 4 }))), { maxLength }).map((rows) => rows.map((row) => [...row]));
}

/** Inexact arithmetic would let sums in another order decide comparisons further on; text of numbers would tell -0 from 0. */
const inexact = /"fn":"(divide|sqrt|round|hash_fraction|concat|concat_operator|multiply|format_number)"|"to":"string"/;
export const exact = (type: TestType, schema: Schema): fc.Arbitrary<Expr> => exprArbitrary(type, schema, 1, false).filter((expr) => !inexact.test(JSON.stringify(expr)));

export const col = (name: string): Expr => ({ op: 'col', name });
const anyType = fc.constantFrom<TestType>('boolean', 'integer', 'float', 'string', 'date');
export const someColumns = (schema: Schema, min: number, max: number): fc.Arbitrary<Column[]> => fc.subarray([...schema], { minLength: Math.min(min, schema.length), maxLength: Math.min(max, schema.length) });

export function sortKeys(columns: readonly Column[]): fc.Arbitrary<SortKey[]> {
  return fc.tuple(...columns.map(({ name }) => fc.record({ descending: fc.boolean(), nulls: fc.constantFrom('first' as const, 'last' as const) }).map((rest): SortKey => ({ expr: col(name), ...rest })))).map((keys) => [...keys]);
}

let counter = 0;
/** Names are new, and need quoting. */
export const freshName = (): string => `c "${counter++}" é`;

export const safeMeasures: readonly AggregateFn[] = ['count', 'count_distinct', 'sum', 'min', 'max', 'mode', 'median', 'string_agg'];
const allMeasures: readonly AggregateFn[] = [...safeMeasures, 'avg', 'stddev', 'variance', 'quantile'];

export function measures(schema: Schema, functions: readonly AggregateFn[]): fc.Arbitrary<Measure[]> {
  const one = fc.tuple(fc.constantFrom(...functions), fc.constantFrom(...schema), fc.constantFrom(0, 0.25, 0.9)).map(([fn, column, fraction]): Measure => {
    const fits = aggregateType(fn, column.type) !== null && !(fn === 'string_agg' && column.type === 'float');
    return fits ? { name: freshName(), fn, arg: col(column.name), ...(fn === 'quantile' ? { fraction } : {}) } : { name: freshName(), fn: 'count' };
  });
  return fc.array(one, { minLength: 1, maxLength: 3 });
}

export const aggregateOver = (input: Relation, functions: readonly AggregateFn[] = allMeasures): fc.Arbitrary<Relation> =>
  fc.tuple(someColumns(schemaOf(input), 0, 2), measures(schemaOf(input), functions)).map(([keys, list]): Relation => ({ op: 'aggregate', input, keys: keys.map(({ name }) => ({ name, expr: col(name) })), measures: list }));

function joinOver(input: Relation): fc.Arbitrary<Relation> {
  const schema = schemaOf(input);
  const pairs = schema.flatMap((a) => rightSchema.filter((b) => a.type === b.type || (a.type === 'integer' && b.type === 'float') || (a.type === 'float' && b.type === 'integer')).map((b) => ({ left: a.name, right: b.name })));
  const kinds: JoinKind[] = ['inner', 'left', 'right', 'full', 'semi', 'anti'];
  const cross: Relation = { op: 'join', kind: 'cross', left: input, right: rightScan, on: [], rightSuffix: '_right' };
  if (pairs.length === 0) return fc.constant(cross);
  return fc.tuple(fc.constantFrom(...kinds, 'cross' as const), fc.subarray(pairs, { minLength: 1, maxLength: Math.min(2, pairs.length) })).map(([kind, on]): Relation => (kind === 'cross' ? cross : { op: 'join', kind, left: input, right: rightScan, on, rightSuffix: '_right' }));
}

function unionOver(input: Relation): fc.Arbitrary<Relation> {
  return fc.constantFrom<Relation[]>([input, input], [input, rightScan], [leftScan, input]).chain((inputs) =>
    fc.constantFrom('name' as const, 'position' as const).map((by): Relation => {
      const union: Relation = { op: 'union', inputs, by };
      try {
        schemaOf(union);
        return union;
      } catch {
        return { op: 'union', inputs: [input, input], by };
      }
    }),
  );
}

/** The new rows stay few: joins and unions only come where `grow` allows. */
function step(input: Relation, grow: boolean): fc.Arbitrary<Relation> {
  const schema = schemaOf(input);
  const added = fc.array(anyType.chain((type) => exact(type, schema)), { minLength: 1, maxLength: 2 });
  const kept = someColumns(schema, 1, schema.length);
  const choices: fc.Arbitrary<Relation>[] = [
    // Replaces a column, too: an expression that reads the name it writes.
    fc.tuple(kept, added, fc.boolean()).map(([columns, exprs, replace]): Relation => {
      const plain = columns.map(({ name }): NamedExpr => ({ name, expr: col(name) }));
      const computed = exprs.map((expr, i): NamedExpr => ({ name: (replace && i === 0 ? schema.find(({ name }) => !columns.some((each) => each.name === name))?.name : undefined) ?? freshName(), expr }));
      return { op: 'project', input, columns: [...plain, ...computed] };
    }),
    exact('boolean', schema).map((predicate): Relation => ({ op: 'filter', input, predicate })),
    sortKeys(schema).map((keys): Relation => ({ op: 'sort', input, keys })),
    fc.tuple(sortKeys(schema), fc.nat(4), fc.nat(2)).map(([keys, count, offset]): Relation => ({ op: 'limit', input: { op: 'sort', input, keys }, count, offset })),
    fc.constant<Relation>({ op: 'distinct', input }),
    someColumns(schema, 1, 2).map((columns): Relation => ({ op: 'distinct', input, on: columns.map(({ name }) => name) })),
    fc.tuple(someColumns(schema, 1, 2), sortKeys(schema)).map(([columns, keys]): Relation => ({ op: 'distinct', input: { op: 'sort', input, keys }, on: columns.map(({ name }) => name) })),
    fc.tuple(fc.constantFrom(0, 0.3, 0.7, 1), fc.nat(5)).map(([fraction, seed]): Relation => ({ op: 'sample', input, fraction, seed })),
    fc.tuple(sortKeys(schema), kept, exact('boolean', schema), fc.nat(3), fc.boolean()).map(([keys, columns, predicate, count, early]): Relation => {
      // The order reaches the limit through a filter and through a projection that drops its columns.
      const sorted: Relation = { op: 'filter', input: { op: 'sort', input, keys }, predicate };
      const some: Relation = { op: 'project', input: sorted, columns: columns.map(({ name }) => ({ name, expr: col(name) })) };
      return { op: 'limit', input: early ? sorted : some, count, offset: 0 };
    }),
    windowOver(input),
    windowOver(input),
    // Numbers in the order of the table.
    sortKeys(schema).map((keys): Relation => ({ op: 'window', input: { op: 'sort', input, keys }, columns: [{ name: freshName(), fn: 'row_number', partitionBy: [], orderBy: [] }] })),
    aggregateOver(input, safeMeasures),
    pivotOver(input),
    unpivotOver(input),
    asofOver(input, leftScan),
    asofOver(input, rightScan),
    setOver(input),
  ];
  if (grow) choices.push(joinOver(input), unionOver(input), joinOver(input), explodeOver(input));
  return fc.oneof(...choices);
}

const growing: ReadonlySet<Relation['op']> = new Set(['join', 'union', 'explode']);

/** A chain of `length` steps over `left rows`, with at most two that multiply rows. */
export function relationArbitrary(length: number): fc.Arbitrary<Relation> {
  const grow = (relation: Relation, left: number, growths: number): fc.Arbitrary<Relation> =>
    left === 0
      ? fc.constant(relation)
      : step(relation, growths > 0).chain((next) => grow(next, left - 1, growths - (growing.has(next.op) ? 1 : 0)));
  return grow(leftScan, length, 2);
}
