import { describe, expect, it } from 'vitest';
import type { Dimension } from '#app/sdk/search-space.ts';
import { uniform } from '../learners/random.ts';
import { halvingRungs } from './halving.ts';
import { randomPoint, type Point } from './space.ts';
import { Tpe } from './tpe.ts';

const space: readonly Dimension[] = [
  { kind: 'range', param: 'x', low: 0, high: 1, log: false, integer: false },
  { kind: 'range', param: 'y', low: 0, high: 1, log: false, integer: false },
  { kind: 'choice', param: 'z', values: ['a', 'b', 'c', 'd'] },
];
/** Least, 0, at x = 0.2, y = 0.7, z = c. */
const loss = ([x = 0, y = 0, z = 0]: Point): number => (x - 0.2) ** 2 + (y - 0.7) ** 2 + (z === 2 ? 0 : 0.3);

function bestOf(trials: number, propose: () => Point, observe: (point: Point, found: number) => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let trial = 0; trial < trials; trial += 1) {
    const point = propose();
    const found = loss(point);
    observe(point, found);
    best = Math.min(best, found);
  }
  return best;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

describe('Tpe', () => {
  it('finds a far better place than chance in as many trials', () => {
    const seeds = Array.from({ length: 15 }, (_, seed) => seed);
    const modelled = seeds.map((seed) => {
      const tpe = new Tpe(space, uniform(seed));
      return bestOf(60, () => tpe.propose(), (point, found) => tpe.observe(point, found));
    });
    const drawn = seeds.map((seed) => {
      const next = uniform(seed);
      return bestOf(60, () => randomPoint(space, next), () => undefined);
    });
    expect(median(modelled)).toBeLessThan(0.5 * median(drawn));
    expect(median(modelled)).toBeLessThan(0.01);
  });

  it('proposes the same for the same observations, and only what the space has', () => {
    const propose = (): Point[] => {
      const tpe = new Tpe(space, uniform(3));
      return Array.from({ length: 40 }, () => {
        const point = tpe.propose();
        tpe.observe(point, loss(point));
        return point;
      });
    };
    expect(propose()).toEqual(propose());
    for (const [x = -1, y = -1, z = -1] of propose()) {
      expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
      expect(Math.max(x, y)).toBeLessThanOrEqual(1);
      expect([0, 1, 2, 3]).toContain(z);
    }
  });

  it('believes the largest budget that has enough observations', () => {
    const next = uniform(9);
    const tpe = new Tpe(space, uniform(4));
    // On little, the right place seems bad.
    for (let i = 0; i < 60; i += 1) {
      const point = randomPoint(space, next);
      tpe.observe(point, -loss(point), 0.1);
    }
    for (let i = 0; i < 30; i += 1) {
      const point = randomPoint(space, next);
      tpe.observe(point, loss(point), 1);
    }
    const proposals = Array.from({ length: 200 }, () => tpe.propose());
    expect(proposals.filter(([, , z]) => z === 2).length).toBeGreaterThan(100);
  });

  it('takes failures for no observation', () => {
    const tpe = new Tpe(space, uniform(5));
    for (let i = 0; i < 30; i += 1) tpe.observe([0.5, 0.5, 0], Number.POSITIVE_INFINITY);
    const zs = new Set(Array.from({ length: 60 }, () => tpe.propose()[2]));
    expect(zs.size).toBe(4);
  });
});

describe('halvingRungs', () => {
  it('multiplies the budget by as much as it divides the candidates', () => {
    // The brackets of Hyperband's paper, table 1: 81 configurations at 1/81, …, one at all.
    expect(halvingRungs(81, 3, 1 / 81).map(({ candidates, share }) => [candidates, Math.round(81 * share)])).toEqual([[81, 1], [27, 3], [9, 9], [3, 27], [1, 81]]);
    expect(halvingRungs(34, 3, 1 / 27).map(({ candidates, share }) => [candidates, Math.round(27 * share)])).toEqual([[34, 1], [11, 3], [3, 9], [1, 27]]);
  });

  it('begins no lower than what tells anything', () => {
    expect(halvingRungs(81, 3, 0.2)).toEqual([{ candidates: 81, share: 1 / 3 }, { candidates: 27, share: 1 }]);
    expect(halvingRungs(2, 3, 0)).toEqual([{ candidates: 2, share: 1 }]);
  });
});
