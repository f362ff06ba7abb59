import { lnGamma, normalTwoSided } from '../association/distributions.ts';
import { normalUpper } from './windows.ts';

const lnBeta = (a: number, b: number): number => lnGamma(a) + lnGamma(b) - lnGamma(a + b);

/** Sums of so many terms at most; beyond, the normal curve is as good. */
const mostTerms = 20_000;

/**
 * The least count that at most a share `alpha` of batches of `n` rows surpass, where each row counts with a share that is itself only known as
 * Beta(a, b): the upper quantile of the beta-binomial distribution.
 */
export function betaBinomialUpper(n: number, a: number, b: number, alpha: number): number {
  const mean = (n * a) / (a + b);
  const deviation = Math.sqrt((mean * b * (a + b + n)) / ((a + b) * (a + b + 1)));
  const first = lnBeta(a, b + n) - lnBeta(a, b);
  if (mean + 12 * deviation > mostTerms || first < -700) {
    const z = normalUpper(alpha, (at) => (at > 0 ? normalTwoSided(at) / 2 : 1 - normalTwoSided(-at) / 2));
    return Math.min(n, Math.ceil(mean + z * deviation));
  }
  let term = Math.exp(first);
  let below = term;
  let count = 0;
  while (count < n && 1 - below > alpha) {
    term *= ((n - count) / (count + 1)) * ((count + a) / (b + n - count - 1));
    below += term;
    count += 1;
  }
  return count;
}
