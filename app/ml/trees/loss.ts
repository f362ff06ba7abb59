import type { TrainInput } from '../learners/types.ts';
import type { BoostingParams } from './boosting-params.ts';
import { losses } from './layout.ts';

/** What boosting minimises, seen from outside the kernels: its start, its value on rows, and what leaves hold. */
export interface Loss {
  readonly code: (typeof losses)[keyof typeof losses];
  /** Trees a round, and raw outputs of the model. */
  readonly outputs: number;
  /** Where scores start: the best constants. */
  readonly base: Float64Array;
  /** For quantiles, floats[0] of the gradients. */
  readonly level: number;
  /** Mean over rows [from, to). `scores` [outputs][stride] without the base is in them already. */
  mean(scores: Float32Array, stride: number, targets: Float32Array, weights: Float32Array | null, from: number, to: number): number;
}

export function lossOf(input: Pick<TrainInput, 'task' | 'classes'>, targets: Float64Array, weights: Float64Array | undefined, params: Pick<BoostingParams, 'objective' | 'quantile'>): Loss {
  const weightOf = (row: number): number => (weights === undefined ? 1 : (weights[row] as number));
  if (input.task === 'regression') {
    if (params.objective === 'mean') return squared(weightedMean(targets, weightOf));
    const level = params.objective === 'median' ? 0.5 : params.quantile;
    return pinball(level, weightedQuantile(targets, weightOf, level));
  }
  const shares = new Float64Array(input.classes);
  let total = 0;
  for (let row = 0; row < targets.length; row += 1) {
    shares[targets[row] as number] = (shares[targets[row] as number] as number) + weightOf(row);
    total += weightOf(row);
  }
  // A class that is not among the rows to train on keeps a tiny chance rather than none.
  const share = (cls: number): number => Math.max((shares[cls] as number) / total, 1e-12);
  return input.classes === 2 ? logistic(Math.log(share(1) / share(0))) : softmax(Float64Array.from({ length: input.classes }, (_, cls) => Math.log(share(cls))));
}

function weightedMean(values: Float64Array, weightOf: (row: number) => number): number {
  let sum = 0;
  let total = 0;
  for (let row = 0; row < values.length; row += 1) {
    sum += (values[row] as number) * weightOf(row);
    total += weightOf(row);
  }
  return sum / total;
}

/** Smallest value with at least `level` of the weight up to it. */
export function weightedQuantile(values: Float64Array, weightOf: (row: number) => number, level: number): number {
  const order = Uint32Array.from(values, (_, row) => row).sort((a, b) => (values[a] as number) - (values[b] as number));
  const total = order.reduce((sum, row) => sum + weightOf(row), 0);
  let below = 0;
  for (const row of order) {
    below += weightOf(row);
    if (below >= level * total * (1 - 1e-12)) return values[row] as number;
  }
  return values[order[order.length - 1] as number] as number;
}

type Terms = (row: number) => number;

function meanOf(from: number, to: number, weights: Float32Array | null, term: Terms): number {
  let sum = 0;
  let total = 0;
  for (let row = from; row < to; row += 1) {
    const weight = weights === null ? 1 : (weights[row] as number);
    sum += weight * term(row);
    total += weight;
  }
  return total > 0 ? sum / total : 0;
}

const logistic = (base: number): Loss => ({
  code: losses.logistic,
  outputs: 1,
  base: Float64Array.of(base),
  level: 0,
  mean: (scores, _stride, targets, weights, from, to) =>
    meanOf(from, to, weights, (row) => {
      const score = scores[row] as number;
      const margin = targets[row] === 1 ? -score : score;
      return margin > 0 ? margin + Math.log1p(Math.exp(-margin)) : Math.log1p(Math.exp(margin));
    }),
});

const softmax = (base: Float64Array): Loss => ({
  code: losses.softmax,
  outputs: base.length,
  base,
  level: 0,
  mean: (scores, stride, targets, weights, from, to) =>
    meanOf(from, to, weights, (row) => {
      let most = -Infinity;
      for (let cls = 0; cls < base.length; cls += 1) most = Math.max(most, scores[cls * stride + row] as number);
      let sum = 0;
      for (let cls = 0; cls < base.length; cls += 1) sum += Math.exp((scores[cls * stride + row] as number) - most);
      return most + Math.log(sum) - (scores[(targets[row] as number) * stride + row] as number);
    }),
});

const squared = (base: number): Loss => ({
  code: losses.squared,
  outputs: 1,
  base: Float64Array.of(base),
  level: 0,
  mean: (scores, _stride, targets, weights, from, to) => meanOf(from, to, weights, (row) => ((scores[row] as number) - (targets[row] as number)) ** 2),
});

const pinball = (level: number, base: number): Loss => ({
  code: losses.quantile,
  outputs: 1,
  base: Float64Array.of(base),
  level,
  mean: (scores, _stride, targets, weights, from, to) =>
    meanOf(from, to, weights, (row) => {
      const residual = (targets[row] as number) - (scores[row] as number);
      return residual >= 0 ? level * residual : (level - 1) * residual;
    }),
});
