import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { call, col, named } from './build.ts';
import { interpret } from './interpreter/interpret.ts';
import { mergeAggregates } from './merge-aggregates.ts';
import { schemaOf } from './schema.ts';
import { rowText } from './testing/duckdb.ts';
import { leftScan, leftSchema, measures, relationArbitrary, rightSchema, rowsArbitrary } from './testing/relations.ts';
import type { AggregateFn, Measure, Relation } from './types.ts';

const inner: Relation & { op: 'aggregate' } = {
  op: 'aggregate',
  input: leftScan,
  keys: [named('n', col('n')), named('day', col('d'))],
  measures: [
    { name: 'total', fn: 'sum', arg: col('n') },
    { name: 'least', fn: 'min', arg: col('S s') },
    { name: 'rows', fn: 'count' },
    { name: 'known', fn: 'count', arg: col('x') },
    { name: 'mean', fn: 'avg', arg: col('x') },
  ],
};
const measure = (name: string, fn: AggregateFn, of: string): Measure => ({ name, fn, arg: col(of) });
const over = (measured: readonly Measure[], keys = ['n']): Relation => ({ op: 'aggregate', input: inner, keys: keys.map((name) => named(name, col(name))), measures: measured });
const pivot = (measured: readonly Measure[]): Relation => ({ op: 'pivot', input: inner, keys: ['day'], column: 'n', values: [{ value: 1, name: 'one' }, { value: null, name: 'none' }], measures: measured, naming: 'value_measure' });

const aggregates = (relation: Relation): number => JSON.stringify(relation).split('"op":"aggregate"').length - 1;
const tables = fc.tuple(rowsArbitrary(leftSchema, 8), rowsArbitrary(rightSchema, 4)).map(([left, right]) => new Map([['left rows', left], ['right rows', right]]));

describe('groups of groups', () => {
  it.each<[name: string, relation: Relation]>([
    ['sums, extremes and counts', over([measure('a', 'sum', 'total'), measure('b', 'min', 'least'), measure('c', 'sum', 'rows'), measure('d', 'sum', 'known'), measure('e', 'max', 'day')])],
    ['without measures', over([], ['day', 'n'])],
    ['without keys', over([measure('a', 'sum', 'total'), measure('e', 'max', 'day')], [])],
    ['that become columns', pivot([measure('a', 'sum', 'total'), measure('b', 'min', 'least')])],
  ])('%s are grouped once, with the same rows', (_name, relation) => {
    const stands = new Map<Relation, Relation>();
    const merged = mergeAggregates(relation, (made, original) => stands.set(made, original));
    expect([...stands]).toEqual([[merged, relation]]);
    expect(aggregates(merged)).toBe(aggregates(relation) - 1);
    expect(schemaOf(merged)).toEqual(schemaOf(relation));
    fc.assert(
      fc.property(tables, (given) => {
        expect(interpret(merged, given).map(rowText).sort()).toEqual(interpret(relation, given).map(rowText).sort());
      }),
      { numRuns: 200 },
    );
  });

  it.each<[name: string, relation: Relation]>([
    ['means', over([measure('a', 'avg', 'mean')])],
    ['sums of extremes', over([measure('a', 'sum', 'n')])],
    ['the least sum', over([measure('a', 'min', 'total')])],
    ['counts of groups', over([{ name: 'a', fn: 'count' }])],
    ['counts in columns, which are missing where there are no groups', pivot([measure('a', 'sum', 'rows')])],
    ['counts without keys', over([measure('a', 'sum', 'rows')], [])],
    ['keys that are computed', { op: 'aggregate', input: inner, keys: [named('k', call('add', col('n'), col('n')))], measures: [] }],
    ['keys that are measures', over([], ['total'])],
  ])('%s stay', (_name, relation) => expect(mergeAggregates(relation)).toBe(relation));

  it('whatever they are, with whatever around them, have the same rows', () => {
    const grouped = (relation: Relation): fc.Arbitrary<Relation> =>
      fc
        .record({ keys: fc.subarray([...schemaOf(relation)], { minLength: 0, maxLength: Math.min(3, schemaOf(relation).length) }), measured: measures(schemaOf(relation), ['min', 'max', 'count']) })
        .map(({ keys, measured }): Relation => ({ op: 'aggregate', input: relation, keys: keys.map(({ name }) => named(name, col(name))), measures: measured.filter(({ name }) => !keys.some((key) => key.name === name)) }))
        .filter((made) => schemaOf(made).length > 0);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 }).chain(relationArbitrary).chain(grouped).chain(grouped).chain(grouped), tables, (relation, given) => {
        expect(interpret(mergeAggregates(relation), given).map(rowText).sort()).toEqual(interpret(relation, given).map(rowText).sort());
      }),
      { numRuns: 300 },
    );
  });
});
