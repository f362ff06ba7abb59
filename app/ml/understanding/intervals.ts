import { studentTwoSided } from '../association/distributions.ts';

/** 97.5 % point of the normal distribution: 95 % lie within. */
export const NORMAL_95 = 1.959963984540054;

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** 95 % interval of a share of `hits` in `rows` (Wilson 1927): sound for few rows, never outside 0…1. NaN without rows. */
export function wilson(hits: number, rows: number, z = NORMAL_95): Interval {
  if (!(rows > 0)) return { low: Number.NaN, high: Number.NaN };
  const share = hits / rows;
  const scale = 1 + (z * z) / rows;
  const centre = (share + (z * z) / (2 * rows)) / scale;
  const half = (z / scale) * Math.sqrt((share * (1 - share)) / rows + (z * z) / (4 * rows * rows));
  // Rounding must not put a share of exactly 0 or 1 outside of its own interval.
  return { low: hits === 0 ? 0 : Math.max(0, centre - half), high: hits === rows ? 1 : Math.min(1, centre + half) };
}

/** 95 % interval of the difference of two shares, a − b, from their Wilson intervals (Newcombe 1998, method 10). */
export function differenceInterval(a: { readonly hits: number; readonly rows: number }, b: { readonly hits: number; readonly rows: number }): Interval {
  const [pa, pb] = [a.hits / a.rows, b.hits / b.rows];
  const [ia, ib] = [wilson(a.hits, a.rows), wilson(b.hits, b.rows)];
  return { low: pa - pb - Math.hypot(pa - ia.low, ib.high - pb), high: pa - pb + Math.hypot(ia.high - pa, pb - ib.low) };
}

/** The t for which a share of `inside` of Student's distribution lies within ±t, by bisection. */
export function studentQuantile(freedom: number, inside = 0.95): number {
  let [low, high] = [0, 1];
  while (studentTwoSided(high, freedom) > 1 - inside) high *= 2;
  for (let round = 0; round < 60; round += 1) {
    const middle = (low + high) / 2;
    if (studentTwoSided(middle, freedom) > 1 - inside) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Mean with its 95 % interval (Student); a single value has no width that could be told. */
export function meanInterval(values: readonly number[]): Interval & { readonly mean: number; readonly deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length < 2) return { mean, low: Number.NaN, high: Number.NaN, deviation: Number.NaN };
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
  const half = (studentQuantile(values.length - 1) * deviation) / Math.sqrt(values.length);
  return { mean, low: mean - half, high: mean + half, deviation };
}
