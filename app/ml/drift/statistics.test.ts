import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { chiSquareOf, jensenShannon, kolmogorovSmirnov, kolmogorovSmirnovP, kolmogorovUpper, stabilityIndex, wasserstein } from './statistics.ts';

// Answers of SciPy 1.17.1: spatial.distance.jensenshannon, stats.chi2_contingency, stats.ks_2samp, stats.wasserstein_distance, special.kolmogorov; the index by NumPy.
const reference = [120, 340, 500, 310, 90, 0, 12];
const current = [80, 200, 450, 330, 140, 9, 11];
const near = (found: number, wanted: number, tolerance = 1e-12): void => expect(Math.abs(found - wanted)).toBeLessThanOrEqual(tolerance * Math.abs(wanted));

describe('distances of two binned distributions', () => {
  it('Jensen–Shannon', () => near(jensenShannon(reference, current), 0.131820269000519));
  it('stability index', () => near(stabilityIndex(reference, current), 0.09876195174048961));
  it('chi-square', () => {
    const { statistic, freedom, p } = chiSquareOf(reference, current);
    near(statistic, 58.75438783876939);
    expect(freedom).toBe(6);
    near(p, 8.057169200379832e-11, 1e-9);
  });
  it('Kolmogorov–Smirnov', () => {
    const distance = kolmogorovSmirnov(reference, current);
    near(distance, 0.10576877120871767);
    near(kolmogorovSmirnovP(distance, 1372, 1220), 1.0619653301678076e-6, 1e-9);
  });
  it.each([[0.3, 0.9999906941986655], [0.5, 0.9639452436648751], [0.8, 0.5441424115741981], [1, 0.26999967167735456], [1.36, 0.049485876755377876], [2, 0.0006709252557796953], [3.5, 4.579469691291106e-11]])('Kolmogorov’s limit at %d', (x, p) => near(kolmogorovUpper(x), p, 1e-9));
  it('Wasserstein of values on the edges', () => {
    near(wasserstein(reference, current, [-1, 0, 1, 2, 3, 4, 5, 6], true), 0.29372699899631993);
    near(wasserstein(reference, current, [-1, 0, 1, 1.5, 4, 5, 9, 20], true), 0.4185059503895241);
  });
  it('Wasserstein of evenly spread values is the shift', () => near(wasserstein([10, 10, 0], [0, 10, 10], [0, 1, 2, 3], false), 1));

  it('are nothing for equal shares, symmetric where they should be, and never below 0', () => {
    const counts = fc.array(fc.tuple(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 0, max: 500 })), { minLength: 2, maxLength: 12 }).filter((pairs) => pairs.some(([a]) => a > 0) && pairs.some(([, b]) => b > 0));
    fc.assert(
      fc.property(counts, (pairs) => {
        const [a, b] = [pairs.map(([one]) => one), pairs.map(([, other]) => other)];
        const places = Array.from({ length: a.length + 1 }, (_, i) => i);
        for (const distance of [jensenShannon, stabilityIndex, kolmogorovSmirnov]) {
          expect(distance(a, b)).toBeGreaterThanOrEqual(0);
          expect(distance(a, b)).toBeCloseTo(distance(b, a), 9);
        }
        for (const distance of [jensenShannon, kolmogorovSmirnov]) expect(distance(a, a.map((count) => 3 * count))).toBeCloseTo(0, 7);
        // With bins of width 1 a shift of the whole is no more than the largest distance times the width.
        expect(wasserstein(a, b, places, true)).toBeLessThanOrEqual(kolmogorovSmirnov(a, b) * a.length + 1e-9);
      }),
    );
  });
});
