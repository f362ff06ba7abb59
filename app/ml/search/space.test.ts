import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { algorithms } from '../learners/registry.ts';
import { parseSpace, splitValues, suggestedSpace, type Dimension } from '#app/sdk/search-space.ts';
import { refusedDimensions } from './check-space.ts';
import { gridPoints, paramsAt, placeOf, randomPoint, valueAt } from './space.ts';
import { uniform } from '../learners/random.ts';

const range = (low: number, high: number, log: boolean, integer: boolean): Dimension => ({ kind: 'range', param: 'a', low, high, log, integer });
const choice = (...values: unknown[]): Dimension => ({ kind: 'choice', param: 'b', values });

describe('a space', () => {
  it('gives four digits of a range, and nothing outside', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1, noNaN: true }), fc.double({ min: 1.5, max: 1e6, noNaN: true }), fc.boolean(), fc.double({ min: 0, max: 1, noNaN: true }), (low, high, log, at) => {
        const dimension = range(low, high, log, false);
        const value = valueAt(dimension, at) as number;
        expect(value).toBeGreaterThanOrEqual(low);
        expect(value).toBeLessThanOrEqual(high);
        expect(Math.abs((valueAt(dimension, 0) as number) / low - 1)).toBeLessThan(5.1e-4);
        expect(Math.abs((valueAt(dimension, 1) as number) / high - 1)).toBeLessThan(5.1e-4);
        expect(value === low || value === high || String(value) === String(Number(value.toPrecision(4)))).toBe(true);
        const place = placeOf(dimension, value);
        expect(Math.abs((valueAt(dimension, place ?? Number.NaN) as number) / value - 1)).toBeLessThan(1e-3);
      }),
    );
  });

  it('draws a logarithmic range evenly by orders of magnitude', () => {
    const next = uniform(1);
    const draws = Array.from({ length: 4000 }, () => paramsAt([range(0.001, 10, true, false)], randomPoint([range(0.001, 10, true, false)], next))['a'] as number);
    for (const [low, high] of [[0.001, 0.01], [0.01, 0.1], [0.1, 1], [1, 10]] as const) expect(draws.filter((value) => value >= low && value < high).length / 4000).toBeCloseTo(0.25, 1);
  });

  it('makes a grid of every combination, whole numbers once each', () => {
    const { points, all } = gridPoints([choice('x', 'y', 'z'), range(1, 3, false, true)], 12);
    expect(all).toBe(9);
    expect(points.map((point) => paramsAt([choice('x', 'y', 'z'), range(1, 3, false, true)], point))).toEqual(['x', 'y', 'z'].flatMap((b) => [1, 2, 3].map((a) => ({ a, b }))));
  });

  it('takes different points, evenly spread, of a grid that is too large', () => {
    const space = [choice(...Array.from({ length: 30 }, (_, i) => i)), { ...choice('p', 'q'), param: 'c' }];
    const { points, all } = gridPoints(space, 20);
    expect(all).toBe(60);
    expect(new Set(points.map((point) => JSON.stringify(point))).size).toBe(20);
    expect(new Set(points.map(([first]) => first)).size).toBe(20);
  });
});

describe('rows of a space', () => {
  it('read lists of numbers, words and lists', () => {
    expect(splitValues('0.1, 2,sqrt , [64, 32], "a, b", true')).toEqual([0.1, 2, 'sqrt', [64, 32], 'a, b', true]);
  });

  it('say what is wrong with each', () => {
    const row = { param: 'a', values: '', low: null, high: null, scale: 'linear', integer: false } as const;
    const { space, problems } = parseSpace([{ ...row, param: ' ' }, row, { ...row, values: '1' }, { ...row, param: 'b', low: 2, high: 1 }, { ...row, param: 'c', low: 0, high: 1, scale: 'log' }, { ...row, param: 'd', low: 0.2, high: 1.4, integer: true }]);
    expect(problems.map(({ row: index, field }) => [index, field])).toEqual([[0, 'param'], [1, 'low'], [2, 'param'], [3, 'high'], [4, 'low'], [5, 'high']]);
    expect(space).toEqual([]);
  });

  it('are suggested as the learners take them', () => {
    for (const { name, tasks } of algorithms.values()) {
      for (const task of tasks) {
        const { space, problems } = parseSpace(suggestedSpace(name, task));
        expect(problems).toEqual([]);
        expect(refusedDimensions(name, space), name).toEqual([]);
      }
    }
  });

  it('are refused where the learner does not have the param or the value', () => {
    expect(refusedDimensions('gradient-boosting', [{ ...choice(1), param: 'depth' }])[0]?.message).toContain('no param “depth”');
    expect(refusedDimensions('gradient-boosting', [{ ...range(0, 1, false, false), param: 'learningRate' }])[0]?.message).toContain('cannot be 0');
    expect(refusedDimensions('gradient-boosting', [{ ...range(2, 50, false, false), param: 'maxLeaves' }])).toHaveLength(1);
    expect(refusedDimensions('gradient-boosting', [{ ...range(2, 50, false, true), param: 'maxLeaves' }])).toEqual([]);
  });
});
