import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { TableStatistics } from '#app/data/index.ts';
import { asc, call, col, filter, limit, lit, named, project, scanParquet } from '#app/relation/build.ts';
import type { Expr, Relation } from '#app/relation/types.ts';
import { Estimator } from './estimate.ts';
import type { Range } from './range.ts';

const schema = [
  { name: 'id', type: 'integer' },
  { name: 'x', type: 'float' },
  { name: 's', type: 'string' },
  { name: 'day', type: 'date' },
] as const;
const scan = (name: string): Relation => scanParquet([name], schema, name);

const statistics = (rows: number): TableStatistics => ({
  rows,
  bytes: rows * 20,
  columns: new Map([
    ['id', { bytes: rows * 8, missing: 0, min: 1, max: Math.max(1, rows), distinct: null }],
    ['x', { bytes: rows * 8, missing: rows * 0.25, min: 0, max: 100, distinct: null }],
    ['s', { bytes: rows * 0.5, missing: 0, min: null, max: null, distinct: null }],
    ['day', { bytes: rows * 4, missing: null, min: Date.UTC(2020, 0, 1), max: Date.UTC(2020, 11, 31), distinct: null }],
  ]),
});
const estimator = (rows: number): Estimator => new Estimator({ statistics: () => statistics(rows) });
const rowsOf = (relation: Relation, rows = 1_000_000): Range => estimator(rows).of(relation).rows;

const t = scan('t');
const predicate = fc.letrec<{ any: Expr }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    fc.tuple(fc.constantFrom('less_than', 'greater_than', 'equals', 'not_equals', 'less_than_or_equal'), fc.double({ min: -200, max: 300, noNaN: true })).map(([fn, value]) => call(fn, col('x'), lit(value, 'float'))),
    fc.constantFrom(call('is_null', col('x')), call('is_not_null', col('id')), call('contains', col('s'), lit('a')), call('in', col('s'), lit('a'), lit('b')), call('greater_than', lit('2020-06-01', 'date'), col('day'))),
    fc.tuple(tie('any'), tie('any'), fc.constantFrom('and', 'or')).map(([a, b, fn]) => call(fn, a, b)),
    tie('any').map((arg) => call('not', arg)),
  ),
})).any;

/** Relations that keep the four columns, so that they can be stacked in any order. */
const relation = fc.letrec<{ any: Relation }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'medium' },
    fc.constant(t),
    fc.tuple(tie('any'), predicate).map(([input, one]) => filter(input, one)),
    tie('any').map((input): Relation => ({ op: 'sort', input, keys: [asc(col('x'))] })),
    fc.tuple(tie('any'), fc.nat(1000), fc.nat(10)).map(([input, count, offset]) => limit(input, count, offset)),
    fc.tuple(tie('any'), fc.double({ min: 0, max: 1, noNaN: true })).map(([input, fraction]): Relation => ({ op: 'sample', input, fraction, seed: 1 })),
    tie('any').map((input): Relation => ({ op: 'distinct', input })),
    tie('any').map((input): Relation => ({ op: 'distinct', input, on: ['s', 'id'] })),
    fc.tuple(tie('any'), tie('any')).map(([a, b]): Relation => ({ op: 'union', inputs: [a, b], by: 'name' })),
    fc.tuple(tie('any'), tie('any'), fc.constantFrom('semi', 'anti')).map(([left, right, kind]): Relation => ({ op: 'join', kind, left, right, on: [{ left: 'id', right: 'id' }], rightSuffix: '_r' })),
    fc
      .tuple(tie('any'), tie('any'), fc.constantFrom('inner', 'left', 'right', 'full'))
      .map(([left, right, kind]) => project({ op: 'join', kind, left, right, on: [{ left: 'id', right: 'id' }], rightSuffix: '_r' }, schema.map(({ name }) => named(name, col(name))))),
    tie('any').map((input) =>
      project({ op: 'aggregate', input, keys: [named('id', col('id')), named('s', col('s'))], measures: [{ name: 'x', fn: 'median', arg: col('x') }, { name: 'day', fn: 'max', arg: col('day') }] }, schema.map(({ name }) => named(name, col(name)))),
    ),
  ),
})).any;

describe('estimates', () => {
  it('are ranges of finite numbers of at least 0, whatever the pipeline', () => {
    fc.assert(
      fc.property(relation, fc.nat(10_000_000), (one, rows) => {
        const all = estimator(rows);
        const { bytes, needs } = all.memory(one);
        for (const found of [all.of(one).rows, all.bytes(one), bytes, ...needs.map((need) => need.bytes)]) {
          expect(Number.isFinite(found.high)).toBe(true);
          expect(found.low).toBeGreaterThanOrEqual(0);
          expect(found.likely).toBeGreaterThanOrEqual(found.low);
          expect(found.high).toBeGreaterThanOrEqual(found.likely);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('never fall when the input grows, its values being as they were', () => {
    const estimated = (one: Relation, rows: number): Range => {
      const exact = { low: rows, likely: rows, high: rows };
      return new Estimator({ statistics: () => statistics(1_000_000), learned: (of) => (of === t ? exact : null) }).of(one).rows;
    };
    const close = (more: number, less: number): void => expect(more).toBeGreaterThanOrEqual(less * (1 - 1e-9) - 1e-6);
    fc.assert(
      fc.property(relation, fc.nat(1_000_000), fc.nat(1_000_000), (one, rows, more) => {
        const small = estimated(one, rows);
        const large = estimated(one, rows + more);
        close(large.likely, small.likely);
        close(large.high, small.high);
      }),
      { numRuns: 1000 },
    );
  });

  it('know a table by its footer', () => {
    expect(rowsOf(t)).toEqual({ low: 1e6, likely: 1e6, high: 1e6 });
  });

  it.each([
    ['a tenth of evenly spread values', call('less_than', col('x'), lit(10)), 75_000],
    ['none below the smallest', call('less_than', col('x'), lit(-1)), 0],
    ['all but the missing ones above the smallest', call('greater_than', col('x'), lit(-1)), 750_000],
    ['half a year', call('greater_than_or_equal', lit('2020-07-01', 'date'), col('day')), 498_630],
    ['missing values as counted', call('is_null', col('x')), 250_000],
    ['one of a million ids', call('equals', col('id'), lit(5)), 1],
    ['no id outside the bounds', call('equals', col('id'), lit(-5)), 0],
  ])('of a filter: %s', (_, condition, expected) => {
    const found = rowsOf(filter(t, condition));
    expect(Math.round(found.likely)).toBe(expected);
  });

  it('count groups by what their keys can be', () => {
    const group = (name: string): Relation => ({ op: 'aggregate', input: t, keys: [named(name, col(name))], measures: [{ name: 'n', fn: 'count' }] });
    expect(rowsOf(group('day')).likely).toBe(366);
    expect(rowsOf(group('s')).likely).toBe(16);
    expect(rowsOf(group('id')).likely).toBe(1e6);
    expect(rowsOf({ op: 'aggregate', input: t, keys: [], measures: [{ name: 'n', fn: 'count' }] })).toEqual({ low: 1, likely: 1, high: 1 });
  });

  it('take a join by a unique key as a look-up, and a cross join as what it is', () => {
    const join = (kind: 'inner' | 'cross'): Relation => ({ op: 'join', kind, left: t, right: scan('u'), on: kind === 'cross' ? [] : [{ left: 'id', right: 'id' }], rightSuffix: '_r' });
    expect(rowsOf(join('inner')).likely).toBe(1e6);
    expect(rowsOf(join('cross')).likely).toBe(1e12);
  });

  it('say which operators cannot spill', () => {
    const median: Relation = { op: 'aggregate', input: t, keys: [named('s', col('s'))], measures: [{ name: 'm', fn: 'median', arg: col('x') }] };
    const { needs } = estimator(1e6).memory(median);
    expect(needs.map(({ spills }) => spills)).toEqual([true, false]);
    expect(needs[1]?.bytes.likely).toBe(12e6);
  });

  it('believe what was learned over what is guessed', () => {
    const kept = filter(t, call('contains', col('s'), lit('a')));
    const learned = new Estimator({ statistics: () => statistics(1000), learned: (one) => (one === kept ? { low: 7, likely: 7, high: 7 } : null) });
    expect(learned.of({ op: 'sort', input: kept, keys: [asc(col('x'))] }).rows.likely).toBe(7);
  });
});
