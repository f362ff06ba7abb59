import { lnGamma, normalTwoSided, studentTwoSided } from '../association/distributions.ts';

/** Errors of some rows, summed up: variance is the population's. */
export interface Errors {
  readonly rows: number;
  readonly mean: number;
  readonly variance: number;
}

/** Errors of the rows of a whole that are not in a part. */
export function without(whole: Errors, part: Errors): Errors {
  const rows = whole.rows - part.rows;
  if (rows <= 0) return { rows: 0, mean: Number.NaN, variance: Number.NaN };
  const mean = (whole.rows * whole.mean - part.rows * part.mean) / rows;
  const squares = whole.rows * (whole.variance + whole.mean ** 2) - part.rows * (part.variance + part.mean ** 2);
  return { rows, mean, variance: Math.max(0, squares / rows - mean ** 2) };
}

/** With more rows than this in a part, the exact sum is long and the normal distribution as good. */
const EXACT_ROWS = 5000;

/** One-sided p-value that a part has the larger error than the rest: Fisher's exact test for shares of mistakes, Welch's for mean errors. */
export function worseThan(part: Errors, rest: Errors, shares: boolean): number {
  if (part.rows === 0 || rest.rows === 0 || !(part.mean > rest.mean)) return 1;
  if (shares) {
    const [hits, others] = [Math.round(part.mean * part.rows), Math.round(rest.mean * rest.rows)];
    if (part.rows <= EXACT_ROWS) return fisherGreater(hits, part.rows, others, rest.rows);
    const share = (hits + others) / (part.rows + rest.rows);
    return upper((part.mean - rest.mean) / Math.sqrt(share * (1 - share) * (1 / part.rows + 1 / rest.rows)));
  }
  if (part.rows < 2 || rest.rows < 2) return 1;
  const [a, b] = [part.variance / (part.rows - 1), rest.variance / (rest.rows - 1)];
  if (a + b === 0) return 0;
  const freedom = (a + b) ** 2 / (a ** 2 / (part.rows - 1) + b ** 2 / (rest.rows - 1));
  return studentTwoSided((part.mean - rest.mean) / Math.sqrt(a + b), freedom) / 2;
}

const upper = (z: number): number => normalTwoSided(z) / 2;

/** Chance of at least so many hits among `rows`, all hits being dealt out over both parts (hypergeometric). */
export function fisherGreater(hits: number, rows: number, otherHits: number, otherRows: number): number {
  const [all, marked] = [rows + otherRows, hits + otherHits];
  const choose = (n: number, k: number): number => lnGamma(n + 1) - lnGamma(k + 1) - lnGamma(n - k + 1);
  const base = choose(all, rows);
  let total = 0;
  for (let k = hits; k <= Math.min(rows, marked); k += 1) {
    const term = Math.exp(choose(marked, k) + choose(all - marked, rows - k) - base);
    total += term;
    if (term < 1e-18 * total) break;
  }
  return Math.min(1, total);
}
