import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { studentTwoSided } from '../association/distributions.ts';
import { resampledInterval, resampledTest, studentCritical } from './resampled.ts';

describe('studentCritical', () => {
  it('gives SciPy’s quantiles', () => {
    // scipy.stats.t.ppf(1 - p / 2, freedom)
    const known = [
      [0.05, 1, 12.706204736174694],
      [0.05, 9, 2.262157162798205],
      [0.01, 4, 4.604094871349992],
      [0.5, 30, 0.6827556933212927],
      [0.001, 99, 3.391528833363685],
    ] as const;
    for (const [p, freedom, value] of known) expect(studentCritical(p, freedom) / value).toBeCloseTo(1, 10);
  });

  it('is the inverse of the two-sided tail', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 0.999, noNaN: true }), fc.integer({ min: 1, max: 200 }), (p, freedom) => {
        expect(studentTwoSided(studentCritical(p, freedom), freedom) / p).toBeCloseTo(1, 8);
      }),
    );
  });
});

describe('the corrected resampled variance', () => {
  it('widens the plain interval by the ratio of tested to training rows', () => {
    const values = [0.8, 0.9, 0.85, 0.7, 0.75];
    const plain = resampledInterval(values, 0, 0.95);
    const corrected = resampledInterval(values, 0.25, 0.95);
    // mean 0.8, s = 0.0790569415; 2.7764451052 × s ÷ √5 = 0.0981621583
    expect(plain.high - plain.mean).toBeCloseTo(0.0981621583, 9);
    expect((corrected.high - corrected.mean) / (plain.high - plain.mean)).toBeCloseTo(Math.sqrt((1 / 5 + 0.25) * 5), 12);
  });

  it('leaves out what is not defined, and knows nothing from one value', () => {
    expect(resampledInterval([0.5, Number.NaN, 0.7], 0.25, 0.95)).toMatchObject({ count: 2, mean: 0.6 });
    const one = resampledTest([0.5], 0.25, 0.95);
    expect([one.count, one.mean]).toEqual([1, 0.5]);
    expect([one.low, one.high, one.t, one.p].every(Number.isNaN)).toBe(true);
  });

  it('takes equal differences for certain, and none for no difference', () => {
    expect(resampledTest([0.1, 0.1, 0.1], 0.25, 0.95)).toMatchObject({ deviation: 0, p: 0, low: 0.1, high: 0.1 });
    expect(resampledTest([0, 0, 0], 0.25, 0.95)).toMatchObject({ t: 0, p: 1 });
  });
});
