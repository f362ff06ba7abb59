import { expect, it } from 'vitest';
import { normal, uniform } from '../random.ts';
import { conformalWidths, coverageOf } from './intervals.ts';

it('takes the right error of each step, never a narrower one', () => {
  const nine = [5, 1, 9, 3, 7, 2, 8, 4, 6];
  // Rank ⌈10 · 0.8⌉ = 8 of nine.
  expect(conformalWidths([nine, nine.map((error) => error / 2), nine.map((error) => 2 * error)], 0.8)).toEqual({ widths: [8, 8, 16], enough: true });
  expect(conformalWidths([nine], 0.95)).toEqual({ widths: [9], enough: false });
});

it('holds about the promised share of new errors', () => {
  const next = uniform(1);
  const errors = Array.from({ length: 4 }, (_, step) => Array.from({ length: 400 }, () => Math.abs(normal(next)) * (step + 1)));
  const found = coverageOf(errors, 0.9) ?? 0;
  expect(found).toBeGreaterThan(0.86);
  expect(found).toBeLessThan(0.95);
  expect(coverageOf([[1, 2, 3]], 0.9)).toBeNull();
});
