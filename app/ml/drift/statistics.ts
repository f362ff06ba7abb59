import { chiSquareUpper } from '../association/distributions.ts';

/** Distances between two distributions that were counted in the same bins. Counts are rows; missing values are not among them. */

export const statisticNames = ['ks', 'chi-square', 'psi', 'jensen-shannon', 'wasserstein'] as const;
export type StatisticName = (typeof statisticNames)[number];

type Counts = ArrayLike<number>;

export const total = (counts: Counts): number => {
  let sum = 0;
  for (let i = 0; i < counts.length; i++) sum += counts[i] as number;
  return sum;
};

/**
 * Population stability index (Siddiqi 2006), Σ (q − p) ln(q / p). Half a row is added to each bin (Jeffreys' prior), so that an empty one
 * gives a large number instead of none. By a rule of thumb 0.1 is worth a look and 0.2 a change; by chance alone it is about
 * (bins − 1) · (1 / reference rows + 1 / rows).
 */
export function stabilityIndex(reference: Counts, current: Counts): number {
  const bins = reference.length;
  const [n, m] = [total(reference) + 0.5 * bins, total(current) + 0.5 * bins];
  let sum = 0;
  for (let i = 0; i < bins; i++) {
    const p = ((reference[i] as number) + 0.5) / n;
    const q = ((current[i] as number) + 0.5) / m;
    sum += (q - p) * Math.log(q / p);
  }
  return sum;
}

/** Jensen–Shannon distance, base 2 (Lin 1991; Endres and Schindelin 2003): 0 equal, 1 nothing in common. NaN without rows. */
export function jensenShannon(reference: Counts, current: Counts): number {
  const [n, m] = [total(reference), total(current)];
  if (n === 0 || m === 0) return Number.NaN;
  let sum = 0;
  for (let i = 0; i < reference.length; i++) {
    const p = (reference[i] as number) / n;
    const q = (current[i] as number) / m;
    const middle = (p + q) / 2;
    if (p > 0) sum += (p * Math.log2(p / middle)) / 2;
    if (q > 0) sum += (q * Math.log2(q / middle)) / 2;
  }
  return Math.sqrt(Math.max(0, sum));
}

/**
 * Largest distance of the two cumulative distributions at the edges of the bins (Kolmogorov 1933, Smirnov 1948). Exact where values
 * stand on edges; else too small by at most the share of the fullest bin: see `largestShare`.
 */
export function kolmogorovSmirnov(reference: Counts, current: Counts): number {
  const [n, m] = [total(reference), total(current)];
  if (n === 0 || m === 0) return Number.NaN;
  let [a, b, most] = [0, 0, 0];
  for (let i = 0; i < reference.length; i++) {
    a += reference[i] as number;
    b += current[i] as number;
    most = Math.max(most, Math.abs(a / n - b / m));
  }
  return most;
}

/** What a Kolmogorov–Smirnov distance on bins may be too small by: the fullest bin's share, whichever of both is smaller. */
export function largestShare(reference: Counts, current: Counts): number {
  const [n, m] = [Math.max(1, total(reference)), Math.max(1, total(current))];
  let most = 0;
  for (let i = 0; i < reference.length; i++) most = Math.max(most, Math.min((reference[i] as number) / n, (current[i] as number) / m));
  return most;
}

/** P(K > x) of Kolmogorov's limit; the theta form where the alternating sum is slow (Marsaglia, Tsang and Wang 2003). */
export function kolmogorovUpper(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x <= 0) return 1;
  if (x < 1) {
    let sum = 0;
    for (let k = 1; k <= 20; k++) sum += Math.exp((-((2 * k - 1) ** 2) * Math.PI ** 2) / (8 * x * x));
    return Math.min(1, Math.max(0, 1 - (Math.sqrt(2 * Math.PI) / x) * sum));
  }
  let sum = 0;
  for (let k = 1; k <= 100; k++) {
    const term = Math.exp(-2 * k * k * x * x);
    sum += k % 2 === 1 ? term : -term;
    if (term < 1e-300) break;
  }
  return Math.min(1, 2 * sum);
}

/** Two-sided p-value of a two-sample distance by the limit distribution; cautious (too large) where values tie. */
export const kolmogorovSmirnovP = (distance: number, n: number, m: number): number => kolmogorovUpper(distance * Math.sqrt((n * m) / (n + m)));

export interface Homogeneity {
  readonly statistic: number;
  readonly freedom: number;
  readonly p: number;
}

/** Pearson's chi-square test that both have one distribution; bins that are empty in both are left out. NaN where fewer than two are left. */
export function chiSquareOf(reference: Counts, current: Counts): Homogeneity {
  const [n, m] = [total(reference), total(current)];
  let [sum, bins] = [0, 0];
  for (let i = 0; i < reference.length; i++) {
    const [r, c] = [reference[i] as number, current[i] as number];
    if (r + c === 0) continue;
    bins += 1;
    sum += (c * n - r * m) ** 2 / (r + c);
  }
  if (bins < 2 || n === 0 || m === 0) return { statistic: Number.NaN, freedom: 0, p: Number.NaN };
  const statistic = sum / n / m;
  return { statistic, freedom: bins - 1, p: chiSquareUpper(statistic, bins - 1) };
}

/**
 * Wasserstein-1 distance ∫ |F − G| dx, in the column's unit. `places` [bins + 1]: where the bins begin and end. `discrete`: all values of a
 * bin stand at its end; else they are taken to be spread evenly in it.
 */
export function wasserstein(reference: Counts, current: Counts, places: ArrayLike<number>, discrete: boolean): number {
  const [n, m] = [total(reference), total(current)];
  if (n === 0 || m === 0) return Number.NaN;
  let [sum, before] = [0, 0];
  for (let i = 0; i < reference.length; i++) {
    const width = (places[i + 1] as number) - (places[i] as number);
    const after = before + (reference[i] as number) / n - (current[i] as number) / m;
    if (discrete) sum += Math.abs(before) * width;
    else sum += before * after >= 0 ? ((Math.abs(before) + Math.abs(after)) / 2) * width : ((before * before + after * after) / (2 * Math.abs(after - before))) * width;
    before = after;
  }
  return sum;
}

/** The scale on which a statistic is compared with its own chance: those that grow with the square of a shift are rooted. */
export const onEvenScale = (name: StatisticName, value: number): number => (name === 'psi' || name === 'chi-square' ? Math.sqrt(Math.max(0, value)) : value);
export const fromEvenScale = (name: StatisticName, value: number): number => (name === 'psi' || name === 'chi-square' ? Math.max(0, value) ** 2 : value);

/** Counts of fine bins added up to coarse ones. */
export function coarsened(counts: Counts, to: ArrayLike<number>, bins: number): Float64Array {
  const answer = new Float64Array(bins);
  for (let i = 0; i < counts.length; i++) answer[to[i] as number] = (answer[to[i] as number] as number) + (counts[i] as number);
  return answer;
}
