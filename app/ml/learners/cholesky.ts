/**
 * Dense symmetric positive (semi-)definite systems in float64. Matrices are row-major [size × size]; only the lower triangle of
 * an input is read.
 */

export interface PivotedCholesky {
  /** Lower factor of the rows and columns in pivot order, [size × size] row-major; only the first `rank` columns hold numbers. */
  readonly factor: Float64Array;
  /** pivots[k]: which row of the input stands at k. */
  readonly pivots: Int32Array;
  /** Number of independent columns. */
  readonly rank: number;
}

/**
 * Cholesky with diagonal pivoting (Higham 2002, §10.3), stopped where the largest remaining diagonal falls under `tolerance`
 * times its own first value: those columns are linear combinations of the ones before. Equal diagonals keep their order.
 */
export function pivotedCholesky(matrix: Float64Array, size: number, tolerance: number): PivotedCholesky {
  const a = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      a[i * size + j] = matrix[i * size + j] as number;
      a[j * size + i] = matrix[i * size + j] as number;
    }
  }
  const pivots = Int32Array.from({ length: size }, (_, i) => i);
  const first = Float64Array.from({ length: size }, (_, i) => a[i * size + i] as number);
  const factor = new Float64Array(size * size);
  const left = Float64Array.from(first);
  let rank = 0;
  for (; rank < size; rank++) {
    let best = -1;
    let bestShare = tolerance;
    for (let i = rank; i < size; i++) {
      const column = pivots[i] as number;
      const start = first[column] as number;
      const share = start > 0 ? (left[column] as number) / start : 0;
      // A hair of slack, so that rounding does not reorder columns that are equally good.
      if (share > bestShare * (best < 0 ? 1 : 1 + 1e-9)) {
        best = i;
        bestShare = share;
      }
    }
    if (best < 0) break;
    const column = pivots[best] as number;
    // Rotate rather than swap: the others keep their order.
    pivots.copyWithin(rank + 1, rank, best);
    pivots[rank] = column;
    const row = factor.slice(best * size, best * size + rank);
    factor.copyWithin((rank + 1) * size, rank * size, best * size);
    factor.set(row, rank * size);
    const diagonal = Math.sqrt(left[column] as number);
    factor[rank * size + rank] = diagonal;
    for (let i = rank + 1; i < size; i++) {
      let sum = a[(pivots[i] as number) * size + column] as number;
      const at = i * size;
      for (let k = 0; k < rank; k++) sum -= (factor[at + k] as number) * (row[k] as number);
      const value = sum / diagonal;
      factor[at + rank] = value;
      left[pivots[i] as number] = (left[pivots[i] as number] as number) - value * value;
    }
  }
  return { factor, pivots, rank };
}

/** Solves A x = b; entries of x for columns beyond the rank are 0. */
export function solveCholesky({ factor, pivots, rank }: PivotedCholesky, b: Float64Array): Float64Array {
  const size = b.length;
  const y = new Float64Array(rank);
  for (let i = 0; i < rank; i++) {
    let sum = b[pivots[i] as number] as number;
    for (let k = 0; k < i; k++) sum -= (factor[i * size + k] as number) * (y[k] as number);
    y[i] = sum / (factor[i * size + i] as number);
  }
  const x = new Float64Array(size);
  for (let i = rank - 1; i >= 0; i--) {
    let sum = y[i] as number;
    for (let k = i + 1; k < rank; k++) sum -= (factor[k * size + i] as number) * (x[pivots[k] as number] as number);
    x[pivots[i] as number] = sum / (factor[i * size + i] as number);
  }
  return x;
}
