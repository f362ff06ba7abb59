import type { Kernel } from './kernel.ts';

/**
 * min ½ αᵀQα + pᵀα with Σ yα = 0 and 0 ≤ α ≤ c, where Q(s, t) = y(s) y(t) K(s mod rows, t mod rows). A classifier has a variable for each
 * row, a regression two.
 */
export interface DualProblem {
  readonly kernel: Kernel;
  /** [variables]: −1 or 1. */
  readonly y: Int8Array;
  readonly p: Float64Array;
  readonly c: Float64Array;
}

export interface DualSolution {
  readonly alpha: Float64Array;
  /** The decision is Σ y α K − rho. */
  readonly rho: number;
  readonly iterations: number;
  readonly converged: boolean;
}

/** What an unfinished solution goes on from: plain data. */
export interface SolvingState {
  readonly alpha: Float64Array;
  readonly gradient: Float64Array;
  readonly iterations: number;
}

/** Where a solution goes on, and a place for its states. */
export interface SolvingStates {
  readonly from: SolvingState | null;
  save(make: () => SolvingState): void;
}

/** Stands for curvature that is not positive (equal rows). */
const flat = 1e-12;
const checkEvery = 256;

/**
 * Sequential minimal optimisation (Platt 1998) with working sets by second-order information (Fan, Chen and Lin 2005), as in libsvm,
 * without its shrinking.
 * @param check called now and then, for cancel. @param states a solution that goes on ends as an unbroken one does.
 */
export function solveDual({ kernel, y, p, c }: DualProblem, tolerance: number, mostIterations: number, check: () => void, states?: SolvingStates): DualSolution {
  const { rows, diagonal } = kernel;
  const size = y.length;
  const alpha = states?.from?.alpha ?? new Float64Array(size);
  const gradient = states?.from?.gradient ?? Float64Array.from(p);
  let iterations = states?.from?.iterations ?? 0;
  let converged = false;
  for (; iterations < mostIterations; iterations++) {
    if (iterations % checkEvery === 0) {
      check();
      states?.save(() => ({ alpha, gradient, iterations }));
    }
    // The variable that violates most from above …
    let i = -1;
    let high = Number.NEGATIVE_INFINITY;
    for (let t = 0; t < size; t++) {
      const canRise = (y[t] as number) > 0 ? (alpha[t] as number) < (c[t] as number) : (alpha[t] as number) > 0;
      if (!canRise) continue;
      const value = -(y[t] as number) * (gradient[t] as number);
      if (value < high) continue;
      high = value;
      i = t;
    }
    if (i < 0) {
      converged = true;
      break;
    }
    // … and the one whose step with it lowers the objective most.
    const own = kernel.row(i % rows);
    const ownDiagonal = diagonal[i % rows] as number;
    let j = -1;
    let low = Number.NEGATIVE_INFINITY;
    let best = Number.POSITIVE_INFINITY;
    for (let t = 0, k = 0; t < size; t++, k++) {
      if (k === rows) k = 0;
      const canFall = (y[t] as number) > 0 ? (alpha[t] as number) > 0 : (alpha[t] as number) < (c[t] as number);
      if (!canFall) continue;
      const value = (y[t] as number) * (gradient[t] as number);
      if (value > low) low = value;
      const gap = high + value;
      if (gap <= 0) continue;
      const curvature = ownDiagonal + (diagonal[k] as number) - 2 * (own[k] as number);
      const fall = -(gap * gap) / (curvature > 0 ? curvature : flat);
      if (fall > best) continue;
      best = fall;
      j = t;
    }
    if (j < 0 || high + low < tolerance) {
      converged = true;
      break;
    }
    step(i, j);
  }
  return { alpha, rho: rhoOf(alpha, gradient, y, c), iterations, converged };

  /** Moves α(i) and α(j) along their constraint to the least value within the box. */
  function step(i: number, j: number): void {
    const [a, b] = [i % rows, j % rows];
    const [yi, yj] = [y[i] as number, y[j] as number];
    const [ci, cj] = [c[i] as number, c[j] as number];
    const [oldI, oldJ] = [alpha[i] as number, alpha[j] as number];
    const rowI = kernel.row(a);
    const rowJ = kernel.row(b);
    const curvature = Math.max(flat, (diagonal[a] as number) + (diagonal[b] as number) - 2 * (rowI[b] as number));
    let [ai, aj] = [oldI, oldJ];
    if (yi !== yj) {
      const delta = (-(gradient[i] as number) - (gradient[j] as number)) / curvature;
      const difference = oldI - oldJ;
      ai += delta;
      aj += delta;
      if (difference > 0 && aj < 0) [ai, aj] = [difference, 0];
      else if (difference <= 0 && ai < 0) [ai, aj] = [0, -difference];
      if (difference > ci - cj && ai > ci) [ai, aj] = [ci, ci - difference];
      else if (difference <= ci - cj && aj > cj) [ai, aj] = [cj + difference, cj];
    } else {
      const delta = ((gradient[i] as number) - (gradient[j] as number)) / curvature;
      const sum = oldI + oldJ;
      ai -= delta;
      aj += delta;
      if (sum > ci && ai > ci) [ai, aj] = [ci, sum - ci];
      else if (sum <= ci && aj < 0) [ai, aj] = [sum, 0];
      if (sum > cj && aj > cj) [ai, aj] = [sum - cj, cj];
      else if (sum <= cj && ai < 0) [ai, aj] = [0, sum];
    }
    alpha[i] = ai;
    alpha[j] = aj;
    const [di, dj] = [yi * (ai - oldI), yj * (aj - oldJ)];
    for (let t = 0, k = 0; t < size; t++, k++) {
      if (k === rows) k = 0;
      gradient[t] = (gradient[t] as number) + (y[t] as number) * ((rowI[k] as number) * di + (rowJ[k] as number) * dj);
    }
  }
}

/** From the free variables, which lie on the margin; without any, the middle of what the others allow. */
function rhoOf(alpha: Float64Array, gradient: Float64Array, y: Int8Array, c: Float64Array): number {
  let upper = Number.POSITIVE_INFINITY;
  let lower = Number.NEGATIVE_INFINITY;
  let sum = 0;
  let free = 0;
  for (let t = 0; t < alpha.length; t++) {
    const value = (y[t] as number) * (gradient[t] as number);
    const [isLow, isHigh] = [(alpha[t] as number) <= 0, (alpha[t] as number) >= (c[t] as number)];
    if (!isLow && !isHigh) {
      free++;
      sum += value;
    } else if (isLow === (y[t] as number) > 0) {
      upper = Math.min(upper, value);
    } else {
      lower = Math.max(lower, value);
    }
  }
  if (free > 0) return sum / free;
  if (upper === Number.POSITIVE_INFINITY) return lower === Number.NEGATIVE_INFINITY ? 0 : lower;
  return lower === Number.NEGATIVE_INFINITY ? upper : (upper + lower) / 2;
}
