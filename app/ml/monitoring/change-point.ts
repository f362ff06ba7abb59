import { shuffle, uniform } from '../learners/random.ts';

export interface ChangePoint {
  /** The first window after the change. */
  readonly at: number;
  readonly before: number;
  readonly after: number;
  /** How often windows in a random order would look as changed as this, or more. */
  readonly p: number;
}

/**
 * Where the mean of a series changes most: the cut with the largest weighted difference of both sides, and its p-value by random orders
 * (a permutation test of the largest CUSUM statistic). Weights are rows. Null with fewer than five windows.
 */
export function changePoint(values: readonly number[], weights: readonly number[], seed: number): ChangePoint | null {
  const kept = values.flatMap((value, i) => (Number.isFinite(value) && (weights[i] ?? 0) > 0 ? [i] : []));
  if (kept.length < 5) return null;
  const order = Int32Array.from(kept);
  const found = largest(order, values, weights);
  const next = uniform(seed);
  const rounds = 999;
  let asMuch = 1;
  const random = Int32Array.from(kept);
  for (let round = 0; round < rounds; round++) {
    shuffle(random, next);
    if (largest(random, values, weights).gain >= found.gain) asMuch += 1;
  }
  return { at: kept[found.cut] ?? 0, before: found.before, after: found.after, p: asMuch / (rounds + 1) };
}

function largest(order: Int32Array, values: readonly number[], weights: readonly number[]): { cut: number; gain: number; before: number; after: number } {
  let [all, mass] = [0, 0];
  for (const i of order) {
    all += (values[i] as number) * (weights[i] as number);
    mass += weights[i] as number;
  }
  let [left, leftMass] = [0, 0];
  let best = { cut: 1, gain: -1, before: Number.NaN, after: Number.NaN };
  for (let k = 0; k < order.length - 1; k++) {
    const i = order[k] as number;
    left += (values[i] as number) * (weights[i] as number);
    leftMass += weights[i] as number;
    const [before, after] = [left / leftMass, (all - left) / (mass - leftMass)];
    const gain = ((leftMass * (mass - leftMass)) / mass) * (before - after) ** 2;
    if (gain > best.gain) best = { cut: k + 1, gain, before, after };
  }
  return best;
}
