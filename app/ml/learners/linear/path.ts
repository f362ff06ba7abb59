import type { Moments } from '../../matrix/moments.ts';
import { solveLeastSquares } from './least-squares.ts';
import type { LinearParams, Strength } from './params.ts';
import { meanSquare, standardise } from './standard.ts';

/** Strengths tried from the first that leaves no feature to a thousandth of it, as scikit-learn's LassoCV does. */
const steps = 100;
const reach = 1e-3;
/** Ridge: strengths over the mean of the columns' sums of squared deviations, as powers of ten. */
const ridgePowers = { least: -6, most: 2, steps: 25 };
/** Mixtures tried for the elastic net: more of them near the lasso, where they differ most (scikit-learn's advice). */
const ratios = [0.1, 0.5, 0.7, 0.9, 0.95, 0.99, 1];

/** Strengths to try, strongest first. */
export function strengthsOf(moments: Moments, penalty: LinearParams['penalty'], l1Ratio: number): number[] {
  const size = moments.means.length;
  if (penalty === 'ridge') {
    const squares = moments.means.reduce((sum, _, j) => sum + (moments.gram[j * size + j] as number), 0) / Math.max(1, size);
    const { least, most, steps: count } = ridgePowers;
    return squares > 0 ? Array.from({ length: count }, (_, i) => squares * 10 ** (most + ((least - most) * i) / (count - 1))) : [];
  }
  const top = moments.cross.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / (moments.weight * (penalty === 'lasso' ? 1 : l1Ratio));
  return top > 0 ? Array.from({ length: steps }, (_, i) => top * reach ** (i / (steps - 1))) : [];
}

/** Moments of the rows that are in `total` and not in `part` (Chan, Golub and LeVeque 1983, backwards). */
export function without(total: Moments, part: Moments): Moments {
  const size = total.means.length;
  const weight = total.weight - part.weight;
  const rest = (all: number, some: number): number => (total.weight * all - part.weight * some) / weight;
  const means = total.means.map((mean, j) => rest(mean, part.means[j] as number));
  const targetMean = rest(total.targetMean, part.targetMean);
  const between = (part.weight * weight) / total.weight;
  const apart = means.map((mean, j) => mean - (part.means[j] as number));
  const targetApart = targetMean - part.targetMean;
  const gram = total.gram.map((value, i) => value - (part.gram[i] as number) - between * (apart[Math.floor(i / size)] as number) * (apart[i % size] as number));
  for (let j = 0; j < size; j++) gram[j * size + j] = Math.max(0, gram[j * size + j] as number);
  return {
    weight,
    means,
    gram,
    targetMean,
    cross: total.cross.map((value, j) => value - (part.cross[j] as number) - between * (apart[j] as number) * targetApart),
    square: Math.max(0, total.square - part.square - between * targetApart * targetApart),
  };
}

/** Mean squared error of y = intercept + x coefficients over the rows that `moments` are of. */
export function errorOver(moments: Moments, coefficients: Float64Array, intercept: number): number {
  const { means, gram, cross, square, weight, targetMean } = moments;
  const size = means.length;
  let [bias, sum] = [targetMean - intercept, square];
  for (let j = 0; j < size; j++) {
    const value = coefficients[j] as number;
    if (value === 0) continue;
    bias -= value * (means[j] as number);
    let row = 0;
    for (let k = 0; k < size; k++) row += (gram[j * size + k] as number) * (coefficients[k] as number);
    sum += value * (row - 2 * (cross[j] as number));
  }
  return bias * bias + Math.max(0, sum) / weight;
}

/** Duality gap and sweeps of a step along the path: errors on held-out rows are compared, which vary by far more. */
const gap = 1e-9;
const pathSweeps = 500;
/**
 * With half as many columns as rows or more, weaker penalties than one that leaves less than this share of the training rows' variation
 * are not solved anew (as in glmnet): they only come nearer to repeating the rows, ever more slowly.
 */
const explained = 1e-3;

export interface Chosen extends Strength {
  /** Mean over the folds of the mean squared error on rows held out. */
  readonly error: number;
  /** Errors along the path of the chosen mixture, strongest penalty first, and the strengths they are of. */
  readonly errors: readonly number[];
  readonly strengths: readonly number[];
}

/**
 * The strength (and, for an elastic net, the mixture) with the least error on held-out rows. `folds`: moments of the rows of each
 * fold; everything else follows from them, so a fold costs no pass over the data. Null where no strength can be tried: nothing
 * varies. `rows`: of the table. Equal errors: the stronger penalty.
 */
export function chooseStrength(total: Moments, folds: readonly Moments[], params: LinearParams, rows: number, hooks: { check(): void; progress(fraction: number): void }): Chosen | null {
  const wide = total.means.length >= rows / 2;
  const tried = params.penalty === 'elastic-net' ? ratios : [params.l1Ratio];
  const quick = { ...params, maxIterations: Math.min(params.maxIterations, pathSweeps) };
  const parts = folds.map((held) => {
    const moments = without(total, held);
    return { held, moments, standard: standardise(moments) };
  });
  let best: Chosen | null = null;
  for (const [at, l1Ratio] of tried.entries()) {
    const strengths = strengthsOf(total, params.penalty, l1Ratio);
    const errors = strengths.map(() => 0);
    for (const [f, { held, moments, standard }] of parts.entries()) {
      let start: Float64Array | undefined;
      let left = Number.POSITIVE_INFINITY;
      for (const [i, alpha] of strengths.entries()) {
        hooks.check();
        if (start === undefined || !wide || left > explained * standard.square) {
          start = solveLeastSquares(standard, quick, { alpha, l1Ratio }, hooks.check, { start, gap }).solution;
          left = meanSquare(standard, start);
        }
        const solution = start;
        const coefficients = solution.map((value, j) => value * (standard.inverse[j] as number));
        const intercept = coefficients.reduce((sum, value, j) => sum - value * (moments.means[j] as number), moments.targetMean);
        errors[i] = (errors[i] ?? 0) + errorOver(held, coefficients, intercept) / parts.length;
      }
      hooks.progress((at + (f + 1) / parts.length) / tried.length);
    }
    for (const [i, error] of errors.entries()) {
      if (best !== null && !(error < best.error)) continue;
      best = { alpha: strengths[i] ?? 0, l1Ratio, error, errors, strengths };
    }
  }
  return best;
}

/** Weights that leave the rows of one fold: rows take turns, the first of every `folds` in fold 0. */
export function foldWeights(rows: number, folds: number, fold: number, weights: Float64Array | undefined): Float64Array {
  const kept = new Float64Array(rows);
  for (let row = fold; row < rows; row += folds) kept[row] = weights === undefined ? 1 : (weights[row] as number);
  return kept;
}
