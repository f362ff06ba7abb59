import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pivotedCholesky, solveCholesky } from './cholesky.ts';
import { minimiseLbfgs } from './lbfgs.ts';

const number = fc.integer({ min: -100, max: 100 }).map((value) => value / 10);

/** A = B Bᵀ of the given rank. */
function product(b: readonly (readonly number[])[]): Float64Array {
  return Float64Array.from(b.flatMap((row) => b.map((other) => row.reduce((sum, value, k) => sum + value * (other[k] ?? 0), 0))));
}

describe('pivotedCholesky', () => {
  it('solves regular systems', () => {
    fc.assert(
      fc.property(fc.array(fc.array(number, { minLength: 4, maxLength: 4 }), { minLength: 4, maxLength: 4 }), fc.array(number, { minLength: 4, maxLength: 4 }), (b, x) => {
        const a = product(b).map((value, i) => value + (i % 5 === 0 ? 1 : 0));
        const right = Float64Array.from({ length: 4 }, (_, i) => x.reduce((sum, value, j) => sum + (a[i * 4 + j] ?? 0) * value, 0));
        const found = solveCholesky(pivotedCholesky(a, 4, 1e-14), right);
        for (const [j, value] of x.entries()) expect(Math.abs((found[j] ?? Number.NaN) - value)).toBeLessThan(1e-6);
      }),
    );
  });

  it('finds the rank, drops later columns first, and still solves what can be solved', () => {
    const a = product([[1, 0], [0, 1], [1, 1]]);
    const factor = pivotedCholesky(a, 3, 1e-11);
    expect(factor.rank).toBe(2);
    const right = Float64Array.of(2, 3, 5);
    const x = solveCholesky(factor, right);
    expect(x.filter((value) => value === 0)).toHaveLength(1);
    for (let i = 0; i < 3; i++) expect(x.reduce((sum, value, j) => sum + (a[i * 3 + j] ?? 0) * value, 0)).toBeCloseTo(right[i] ?? Number.NaN, 10);
    expect(pivotedCholesky(new Float64Array(9), 3, 1e-11).rank).toBe(0);
  });
});

describe('minimiseLbfgs', () => {
  it('finds the bottom of the Rosenbrock valley', () => {
    const valley = (at: Float64Array, gradient: Float64Array): number => {
      const [x = 0, y = 0] = at;
      gradient[0] = -400 * x * (y - x * x) - 2 * (1 - x);
      gradient[1] = 200 * (y - x * x);
      return 100 * (y - x * x) ** 2 + (1 - x) ** 2;
    };
    const { at, converged, iterations } = minimiseLbfgs(valley, Float64Array.of(-1.2, 1), { maxIterations: 200, tolerance: 1e-8 });
    expect(converged).toBe(true);
    expect(iterations).toBeLessThan(100);
    expect(at[0]).toBeCloseTo(1, 6);
    expect(at[1]).toBeCloseTo(1, 6);
  });

  it('stops at the limit and says so', () => {
    const bowl = (at: Float64Array, gradient: Float64Array): number => {
      at.forEach((value, j) => {
        gradient[j] = 10 ** j * value;
      });
      return at.reduce((sum, value, j) => sum + 0.5 * 10 ** j * value * value, 0);
    };
    expect(minimiseLbfgs(bowl, Float64Array.of(1, 1, 1, 1), { maxIterations: 2, tolerance: 1e-9 })).toMatchObject({ converged: false, iterations: 2 });
  });
});
