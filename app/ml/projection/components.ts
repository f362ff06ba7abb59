import { EigenvalueDecomposition } from 'ml-matrix';

/** Directions of greatest variance, the greatest first. */
export interface Components {
  /** Variances along them; never negative. */
  readonly variances: readonly number[];
  /** Unit vectors: directions[component][column]. The entry that is largest in size is positive, so that signs are the same each time. */
  readonly directions: readonly (readonly number[])[];
}

/** Principal components of a symmetric covariance (or correlation) matrix. */
export function componentsOf(covariance: readonly (readonly number[])[]): Components {
  if (covariance.length === 0) return { variances: [], directions: [] };
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(covariance.map((row) => [...row]), { assumeSymmetric: true });
  const order = realEigenvalues.map((_, i) => i).sort((a, b) => (realEigenvalues[b] ?? 0) - (realEigenvalues[a] ?? 0));
  return {
    variances: order.map((i) => Math.max(0, realEigenvalues[i] ?? 0)),
    directions: order.map((i) => withSign(covariance.map((_, row) => eigenvectorMatrix.get(row, i)))),
  };
}

function withSign(vector: readonly number[]): number[] {
  const largest = vector.reduce((best, value) => (Math.abs(value) > Math.abs(best) + 1e-12 ? value : best), 0);
  return vector.map((value) => (largest < 0 ? -value : value) + 0);
}

/** How many components reach a share of the variance; at least one where there is any. */
export function componentsForShare(variances: readonly number[], share: number): number {
  const all = variances.reduce((sum, value) => sum + value, 0);
  let sum = 0;
  for (const [i, value] of variances.entries()) {
    sum += value;
    if (sum >= share * all * (1 - 1e-12)) return i + 1;
  }
  return variances.length;
}

/** Inverse of a covariance, for Mahalanobis distances; directions with next to no variance are left out (Moore–Penrose). */
export function pseudoInverse(covariance: readonly (readonly number[])[]): { readonly inverse: number[][]; readonly rank: number } {
  const { variances, directions } = componentsOf(covariance);
  const floor = (variances[0] ?? 0) * covariance.length * 1e-12;
  const kept = variances.flatMap((value, i) => (value > floor ? [i] : []));
  const inverse = covariance.map((_, a) => covariance.map((_unused, b) => kept.reduce((sum, i) => sum + ((directions[i]?.[a] ?? 0) * (directions[i]?.[b] ?? 0)) / (variances[i] ?? 1), 0)));
  return { inverse, rank: kept.length };
}
