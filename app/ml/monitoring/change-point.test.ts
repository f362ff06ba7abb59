import { expect, it } from 'vitest';
import { normal, uniform } from '../learners/random.ts';
import { changePoint } from './change-point.ts';

it('finds where a series changes, and by how much', () => {
  const next = uniform(3);
  const values = Array.from({ length: 24 }, (_, i) => (i < 15 ? 0.9 : 0.8) + 0.01 * normal(next));
  const found = changePoint(values, values.map(() => 100), 1);
  expect(found?.at).toBe(15);
  expect(found?.p).toBeLessThan(0.005);
  expect(found?.before).toBeCloseTo(0.9, 1);
  expect(found?.after).toBeCloseTo(0.8, 1);
});

it('is seldom sure of a change where there is none', () => {
  let sure = 0;
  for (let series = 0; series < 100; series++) {
    const next = uniform(Math.imul(series + 1, 2654435761));
    const values = Array.from({ length: 12 }, () => normal(next));
    if ((changePoint(values, values.map(() => 10), series)?.p ?? 1) < 0.05) sure += 1;
  }
  expect(sure).toBeLessThanOrEqual(12);
});

it('says nothing of few windows, and leaves out empty ones', () => {
  expect(changePoint([1, 2, 3, 4], [1, 1, 1, 1], 1)).toBeNull();
  expect(changePoint([1, Number.NaN, 1, 1, 2, 2, 2], [1, 1, 1, 1, 1, 1, 1], 1)?.at).toBe(4);
});
