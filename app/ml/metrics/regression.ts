export interface RegressionMetrics {
  readonly rows: number;
  /** 1 − Σ(y − ŷ)² ÷ Σ(y − ȳ)². NaN where the true values are all equal (nothing to explain) or there is one row. */
  readonly r2: number;
  /** √ of the mean squared error, in units of the target. */
  readonly rmse: number;
  /** Mean absolute error, in units of the target. */
  readonly mae: number;
  /** Mean of |y − ŷ| ÷ |y| over rows with y ≠ 0; NaN where there is none. */
  readonly mape: number;
  /** Rows with y = 0, which MAPE leaves out. */
  readonly zeroRows: number;
  /** Mean of ŷ − y: positive where predictions are too high. */
  readonly bias: number;
}

/** What the metrics are made of; each can come from an aggregate query. */
export interface RegressionSums {
  readonly rows: number;
  /** Σ(y − ŷ)² */
  readonly squaredError: number;
  /** Σ|y − ŷ| */
  readonly absoluteError: number;
  /** Σ(ŷ − y) */
  readonly error: number;
  /** Σ(y − ȳ)² */
  readonly variation: number;
  /** Σ|y − ŷ| ÷ |y| over y ≠ 0 */
  readonly relativeError: number;
  readonly nonZeroRows: number;
}

export function regressionFromSums(sums: RegressionSums): RegressionMetrics {
  const { rows } = sums;
  return {
    rows,
    r2: rows > 1 && sums.variation > 0 ? 1 - sums.squaredError / sums.variation : Number.NaN,
    rmse: Math.sqrt(sums.squaredError / rows),
    mae: sums.absoluteError / rows,
    mape: sums.nonZeroRows > 0 ? sums.relativeError / sums.nonZeroRows : Number.NaN,
    zeroRows: rows - sums.nonZeroRows,
    bias: sums.error / rows,
  };
}

/** Rows where the truth or the prediction is NaN are left out. */
export function regressionMetrics(truth: ArrayLike<number>, predicted: ArrayLike<number>): RegressionMetrics {
  const sums = { rows: 0, squaredError: 0, absoluteError: 0, error: 0, variation: 0, relativeError: 0, nonZeroRows: 0 };
  let mean = 0;
  for (let row = 0; row < truth.length; row += 1) {
    const y = truth[row] ?? Number.NaN;
    const error = (predicted[row] ?? Number.NaN) - y;
    if (Number.isNaN(error)) continue;
    sums.rows += 1;
    sums.squaredError += error * error;
    sums.absoluteError += Math.abs(error);
    sums.error += error;
    // Welford 1962: a one-pass sum of squares about the mean without cancellation.
    const before = y - mean;
    mean += before / sums.rows;
    sums.variation += before * (y - mean);
    if (y !== 0) {
      sums.nonZeroRows += 1;
      sums.relativeError += Math.abs(error / y);
    }
  }
  return regressionFromSums(sums);
}
