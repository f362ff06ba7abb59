import fc from 'fast-check';
import { expect, it } from 'vitest';
import { betaBinomialUpper } from './beta-binomial.ts';

/** Park–Miller: the same numbers everywhere. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

it('is passed by values beyond a reference’s range no more often than was promised', () => {
  const next = numbers(7);
  const [reference, batch, alpha, rounds] = [200, 80, 0.05, 4000];
  const limit = betaBinomialUpper(batch, 2, reference - 1, alpha);
  let passed = 0;
  for (let round = 0; round < rounds; round += 1) {
    const values = Array.from({ length: reference }, next);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const beyond = Array.from({ length: batch }, next).filter((value) => value < low || value > high).length;
    if (beyond > limit) passed += 1;
  }
  // The count is whole, so the rate is at most alpha; one less would pass it.
  expect(passed / rounds).toBeLessThan(alpha + 3 * Math.sqrt((alpha * (1 - alpha)) / rounds));
  expect(passed / rounds).toBeGreaterThan(alpha / 4);
});

it('grows with rows and with rarer alarms, and stays within the batch', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3000 }), fc.double({ min: 0.5, max: 500, noNaN: true }), fc.double({ min: 0.5, max: 5000, noNaN: true }), fc.double({ min: 1e-6, max: 0.4, noNaN: true }), (n, a, b, alpha) => {
      const limit = betaBinomialUpper(n, a, b, alpha);
      expect(limit).toBeGreaterThanOrEqual(0);
      expect(limit).toBeLessThanOrEqual(n);
      expect(betaBinomialUpper(n, a, b, alpha / 10)).toBeGreaterThanOrEqual(limit);
    }),
    { numRuns: 200 },
  );
});
