import type { Penalty, Standard } from './standard.ts';

export interface Descent {
  readonly solution: Float64Array;
  readonly sweeps: number;
  readonly converged: boolean;
}

export interface DescentOptions {
  readonly positive: boolean;
  readonly maxSweeps: number;
  readonly start?: Float64Array;
  /** Duality gap that ends the descent, relative to the target; absent: 1e-13. */
  readonly gap?: number;
  /** Called once in a while; throws to stop. */
  readonly check?: () => void;
}

/** ½ βᵀ gram β − right β. `square`: of the target, where this is a sum of squares less that; null: there is no duality gap to stop at. */
export interface Quadratic extends Pick<Standard, 'size' | 'gram' | 'right'> {
  readonly square: number | null;
}

/** Duality gap, and violation of the conditions of a minimum where there is no gap, that end the descent; relative to the target. */
const gapTolerance = 1e-13;
const slopeTolerance = 1e-11;
const checkEvery = 64;

/**
 * Minimises ½ βᵀ gram β − right β + Σ l1 |β| + ½ Σ l2 β² by cyclic coordinate descent on the covariance (Friedman, Hastie and
 * Tibshirani 2010): a sweep costs what changes, whatever the number of rows. Stops at a duality gap (Massias, Gramfort and Salmon
 * 2018, with the l2 part as rows of data), or where the conditions of a minimum hold to rounding: columns of very different scales
 * have penalties so different that the gap cannot show it.
 */
export function descend({ size, gram, right, square }: Quadratic, { l1, l2 }: Penalty, options: DescentOptions): Descent {
  const solution = options.start === undefined ? new Float64Array(size) : Float64Array.from(options.start);
  // right − gram β, kept up to date.
  const left = Float64Array.from(right);
  for (let j = 0; j < size; j++) {
    const value = solution[j] as number;
    if (value !== 0) for (let k = 0; k < size; k++) left[k] = (left[k] as number) - value * (gram[j * size + k] as number);
  }
  const hasGap = l1.some((value) => value > 0);
  const steepest = right.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  let sweeps = 0;
  let converged = size === 0;
  while (!converged && sweeps < options.maxSweeps) {
    if (sweeps % checkEvery === 0) options.check?.();
    sweeps++;
    for (let j = 0; j < size; j++) {
      const before = solution[j] as number;
      const own = gram[j * size + j] as number;
      if (own === 0) continue;
      const pull = (left[j] as number) + own * before;
      const limit = l1[j] as number;
      const size2 = Math.abs(pull) - limit;
      const after = size2 <= 0 || (options.positive && pull < 0) ? 0 : (Math.sign(pull) * size2) / (own + (l2[j] as number));
      if (after === before) continue;
      solution[j] = after;
      const change = after - before;
      const base = j * size;
      for (let k = 0; k < size; k++) left[k] = (left[k] as number) - change * (gram[base + k] as number);
    }
    converged = (square !== null && hasGap && gap(solution, left, { right, square, l1, l2 }, options.positive) <= (options.gap ?? gapTolerance) * square) || violation(solution, left, { l1, l2 }, options.positive) <= slopeTolerance * steepest;
  }
  return { solution, sweeps, converged };
}

/** Objective less that of a dual point made from the residuals; ≥ 0 up to rounding, 0 at the minimum. */
function gap(solution: Float64Array, left: Float64Array, { right, square, l1, l2 }: Penalty & Pick<Standard, 'right' | 'square'>, positive: boolean): number {
  let [fit, pulled, ridge, absolute, most] = [0, 0, 0, 0, 0];
  for (let j = 0; j < solution.length; j++) {
    const value = solution[j] as number;
    const slope = (left[j] as number) - (l2[j] as number) * value;
    fit += value * (right[j] as number);
    pulled += value * (left[j] as number);
    ridge += (l2[j] as number) * value * value;
    absolute += (l1[j] as number) * Math.abs(value);
    const limit = l1[j] as number;
    if (limit > 0) most = Math.max(most, (positive ? slope : Math.abs(slope)) / limit);
  }
  const residual = square - fit - pulled;
  const scale = most > 1 ? 1 / most : 1;
  return 0.5 * (residual + ridge) * (1 + scale * scale) + absolute - scale * (square - fit);
}

/** The largest slope that a coordinate could still follow down. */
function violation(solution: Float64Array, left: Float64Array, { l1, l2 }: Penalty, positive: boolean): number {
  let most = 0;
  for (let j = 0; j < solution.length; j++) {
    const value = solution[j] as number;
    const slope = (left[j] as number) - (l2[j] as number) * value;
    const limit = l1[j] as number;
    const excess = value === 0 ? (positive ? slope : Math.abs(slope)) - limit : Math.abs(slope - Math.sign(value) * limit);
    most = Math.max(most, excess);
  }
  return most;
}
