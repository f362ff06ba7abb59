import { wilson, type Interval } from './intervals.ts';

export const binStrategies = ['quantile', 'uniform'] as const;
export type BinStrategy = (typeof binStrategies)[number];

export interface ReliabilityBin {
  readonly rows: number;
  /** Mean probability that was given. */
  readonly given: number;
  /** Share of rows that were of the class, with its 95 % interval. */
  readonly observed: number;
  readonly interval: Interval;
}

export interface Reliability {
  readonly bins: readonly ReliabilityBin[];
  readonly rows: number;
  readonly positives: number;
  /** Mean squared distance of the probability from 0 or 1. */
  readonly brier: number;
  /** brier = reliability − resolution + uncertainty, exactly. */
  readonly reliability: number;
  readonly resolution: number;
  readonly uncertainty: number;
  /** Mean distance of given and observed over the bins, by rows; and the largest. */
  readonly expectedError: number;
  readonly largestError: number;
}

/**
 * One class against the rest. Edges are those of scikit-learn's calibration_curve: equal widths of 0…1, or quantiles of the
 * probabilities; a value on an edge belongs below, empty bins are left out. The Brier score is split as by Murphy (1973), with the spread
 * inside bins counted to the resolution (Stephenson, Coelho & Jolliffe 2008), so that the parts sum to it whatever the bins.
 * @param positive nonzero for rows of the class.
 */
export function reliabilityOf(probabilities: ArrayLike<number>, positive: ArrayLike<number>, bins: number, strategy: BinStrategy): Reliability {
  const rows = probabilities.length;
  const edges = edgesOf(probabilities, bins, strategy);
  const counts = new Float64Array(bins);
  const given = new Float64Array(bins);
  const hits = new Float64Array(bins);
  const places = new Int32Array(rows);
  let positives = 0;
  let squares = 0;
  for (let row = 0; row < rows; row += 1) {
    const p = probabilities[row] ?? 0;
    const hit = positive[row] === 0 ? 0 : 1;
    const bin = edgesBelow(edges, p);
    places[row] = bin;
    counts[bin] = (counts[bin] ?? 0) + 1;
    given[bin] = (given[bin] ?? 0) + p;
    hits[bin] = (hits[bin] ?? 0) + hit;
    positives += hit;
    squares += (p - hit) ** 2;
  }
  const base = positives / rows;
  let [reliability, between, expectedError, largestError] = [0, 0, 0, 0];
  const found: ReliabilityBin[] = [];
  for (let bin = 0; bin < bins; bin += 1) {
    const count = counts[bin] ?? 0;
    if (count === 0) continue;
    const mean = (given[bin] ?? 0) / count;
    const observed = (hits[bin] ?? 0) / count;
    reliability += (count / rows) * (mean - observed) ** 2;
    between += (count / rows) * (observed - base) ** 2;
    expectedError += (count / rows) * Math.abs(mean - observed);
    largestError = Math.max(largestError, Math.abs(mean - observed));
    found.push({ rows: count, given: mean, observed, interval: wilson(hits[bin] ?? 0, count) });
  }
  let within = 0;
  for (let row = 0; row < rows; row += 1) {
    const bin = places[row] ?? 0;
    const count = counts[bin] ?? 1;
    const off = (probabilities[row] ?? 0) - (given[bin] ?? 0) / count;
    within += 2 * off * ((positive[row] === 0 ? 0 : 1) - (hits[bin] ?? 0) / count) - off * off;
  }
  return { bins: found, rows, positives, brier: squares / rows, reliability, resolution: between + within / rows, uncertainty: base * (1 - base), expectedError, largestError };
}

/** Inner edges, smallest first. */
function edgesOf(probabilities: ArrayLike<number>, bins: number, strategy: BinStrategy): number[] {
  const inner = Array.from({ length: bins - 1 }, (_unused, i) => (i + 1) / bins);
  if (strategy === 'uniform') return inner;
  const sorted = Float64Array.from(probabilities).sort();
  return inner.map((fraction) => {
    const at = fraction * (sorted.length - 1);
    const low = sorted[Math.floor(at)] ?? 0;
    return low + (at - Math.floor(at)) * ((sorted[Math.ceil(at)] ?? low) - low);
  });
}

/** How many edges are below a value. */
function edgesBelow(edges: readonly number[], value: number): number {
  let [low, high] = [0, edges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((edges[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
