import type { Moments } from '../../matrix/moments.ts';
import type { PivotedCholesky } from '../cholesky.ts';
import type { LinearParams, Strength } from './params.ts';

/** Least squares in columns of mean 0 and spread 1, all divided by the sum of weights: ½ βᵀ gram β − right β. */
export interface Standard {
  readonly size: number;
  /** Correlations, [size × size]. */
  readonly gram: Float64Array;
  readonly right: Float64Array;
  /** Mean squared deviation of the target. */
  readonly square: number;
  readonly spreads: Float64Array;
  /** 1 / spread; 0 for columns that do not vary: they vanish from every product. */
  readonly inverse: Float64Array;
  readonly weight: number;
}

/** Spread over mean at and under which a float32 column does not vary. */
const constantBelow = 1e-7;

export function standardise({ weight, means, gram, cross, square }: Moments): Standard {
  const size = means.length;
  const spreads = means.map((mean, j) => {
    const spread = Math.sqrt(Math.max(0, gram[j * size + j] as number) / weight);
    return spread > Math.abs(mean) * constantBelow ? spread : 0;
  });
  const inverse = spreads.map((spread) => (spread > 0 ? 1 / spread : 0));
  const scaled = new Float64Array(size * size);
  for (let j = 0; j < size; j++) {
    for (let k = 0; k < size; k++) scaled[j * size + k] = ((gram[j * size + k] as number) / weight) * (inverse[j] as number) * (inverse[k] as number);
  }
  return { size, gram: scaled, right: cross.map((value, j) => (value / weight) * (inverse[j] as number)), square: square / weight, spreads, inverse, weight };
}

/** Penalty of each standardised coefficient: Σ l1 |β| + ½ Σ l2 β². */
export interface Penalty {
  readonly l1: Float64Array;
  readonly l2: Float64Array;
}

/** The penalty on coefficients in the columns' own units, in standardised ones. */
export function penaltyOf({ inverse, weight }: Pick<Standard, 'inverse' | 'weight'>, penalty: LinearParams['penalty'], { alpha, l1Ratio }: Strength): Penalty {
  const ratio = { none: 0, ridge: 0, lasso: 1, 'elastic-net': l1Ratio }[penalty];
  const strength = { none: 0, ridge: alpha / weight, lasso: alpha, 'elastic-net': alpha }[penalty];
  return { l1: inverse.map((value) => strength * ratio * value), l2: inverse.map((value) => strength * (1 - ratio) * value * value) };
}

/** `gram` with a penalty on its diagonal. */
export function withDiagonal({ gram, size }: Pick<Standard, 'gram' | 'size'>, l2: Float64Array): Float64Array {
  const sum = Float64Array.from(gram);
  for (let j = 0; j < size; j++) sum[j * size + j] = (sum[j * size + j] as number) + (l2[j] as number);
  return sum;
}

/**
 * How much of a column the others leave unexplained at the least, 0…1 (1 − R², the inverse of its variance inflation): among those that
 * stand in the factor, and among all, where combinations of others have 0. Columns that do not vary are left out.
 */
export function weakestShares({ factor, pivots, rank }: PivotedCholesky, matrix: Float64Array): { readonly kept: number; readonly all: number } {
  const size = pivots.length;
  const varying = pivots.reduce((count, column) => count + ((matrix[column * size + column] as number) > 0 ? 1 : 0), 0);
  let kept = 1;
  for (let k = 0; k < rank; k++) {
    const column = pivots[k] as number;
    kept = Math.min(kept, (factor[k * size + k] as number) ** 2 / (matrix[column * size + column] as number));
  }
  return { kept, all: rank < varying ? 0 : kept };
}

/** Mean squared residual at `solution`, from the moments alone: good to about 1e-7 (float) or 1e-15 (double) of `square`. */
export function meanSquare({ size, gram, right, square }: Standard, solution: Float64Array): number {
  let sum = square;
  for (let j = 0; j < size; j++) {
    const value = solution[j] as number;
    if (value === 0) continue;
    let row = 0;
    for (let k = 0; k < size; k++) row += (gram[j * size + k] as number) * (solution[k] as number);
    sum += value * (row - 2 * (right[j] as number));
  }
  return Math.max(0, sum);
}
