import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeFixtures } from '#app/engine/testing.ts';
import { interpret } from '#app/relation/interpreter/interpret.ts';
import type { Relation } from '#app/relation/types.ts';
import { edgesIn } from './lists.ts';
import { definition } from './node.ts';
import { relation } from './relation.ts';

describeFixtures(import.meta.url);

const services = { parse: () => expect.unreachable(), resolvePath: (path: string) => path, describeSql: () => expect.unreachable(), values: () => expect.unreachable() };

function binned(values: readonly (number | null)[], params: object): unknown[][] {
  const input: Relation = { op: 'scan', source: { kind: 'values', rows: values.map((value) => [value]) }, schema: [{ name: 'x', type: 'float' }], label: 'values' };
  return interpret(relation({ table: [input] }, definition.params.parse({ columns: ['x'], ...params }), null, services) as Relation, new Map());
}

describe('bins', () => {
  const values = fc.array(fc.option(fc.constantFrom(0, 0, 0, 1, 2.5, 5, 5, 10, -3), { freq: 6 }), { maxLength: 12 });

  it('never fall while the numbers rise, and only missing numbers have none', () => {
    fc.assert(
      fc.property(values, fc.constantFrom('width', 'quantiles', 'deviations', 'edges'), fc.constantFrom('left', 'right'), fc.integer({ min: 2, max: 5 }), (numbers, method, closed, count) => {
        const rows = binned(numbers, { method, closed, count, edges: '0 2.5 5', labels: 'number' });
        expect(rows).toHaveLength(numbers.length);
        const known = rows.filter(([x]) => x !== null).sort(([a], [b]) => Number(a) - Number(b));
        expect(rows.filter(([x, bin]) => (x === null) !== (bin === null))).toEqual([]);
        known.forEach(([, bin], i) => expect(Number(bin)).toBeGreaterThanOrEqual(Number(known[i - 1]?.[1] ?? 1)));
      }),
      { numRuns: 200 },
    );
  });

  it('of one number hold it', () => {
    expect(binned([5, 5], { method: 'quantiles' })).toEqual([[5, '[5, 5]'], [5, '[5, 5]']]);
    expect(binned([5, 5], { method: 'width', labels: 'number' })).toEqual([[5, 1n], [5, 1n]]);
  });
});

it('reads lists of edges', () => {
  expect(edgesIn('18, 30;65 1e3')).toEqual([18, 30, 65, 1000]);
  expect(edgesIn('18, x')).toBe('“x” is not a number.');
  expect(edgesIn('18, 18')).toBe('18 comes after 18, but is not larger.');
});
