import { betaI } from '../association/distributions.ts';

/**
 * The most events in `rows` rows that chance gives in all but a share of `level` cases, where each row is one with probability `p`: what
 * the reference never shows, or hardly, cannot be learnt by drawing its rows again.
 */
export function mostByChance(rows: number, p: number, level: number): number {
  if (rows === 0 || p >= 1) return rows;
  // P(X > k) = I_p(k + 1, n − k).
  const above = (k: number): number => (k >= rows ? 0 : betaI(k + 1, rows - k, p));
  let [low, high] = [0, 1];
  while (high < rows && above(high) > level) high *= 2;
  high = Math.min(high, rows);
  if (above(0) <= level) return 0;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (above(middle) > level) low = middle;
    else high = middle;
  }
  return high;
}

/** A cautious probability for what was seen `seen` times in `rows` rows: the rule of three (Hanley and Lippman-Hand 1983) where it never was. */
export const cautiousRate = (seen: number, rows: number): number => Math.min(1, (seen + 3) / Math.max(1, rows));
