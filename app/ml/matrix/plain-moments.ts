import type { TaskHooks } from '../worker/tasks.ts';
import type { Moments, Rows } from './moments.ts';

/** Rows between two looks at the cancel flag. */
const checkEvery = 8192;
/** Mean over spread under which a column is not shifted, so that its zeros stay zeros. */
const nearZero = 2;

/**
 * Moments in float64 without any library, in three passes. Zeros are skipped, which makes one-hot columns cheap: time goes with the
 * square of what is filled in a row.
 */
export function plainMoments({ matrix, rows, columns, target, weights }: Rows, hooks: Pick<TaskHooks, 'check'>): Moments {
  const means = new Float64Array(columns);
  let [weight, targetMean] = [0, 0];
  for (let row = 0, at = 0; row < rows; row++) {
    if (row % checkEvery === 0) hooks.check();
    const w = weights === undefined ? 1 : (weights[row] as number);
    weight += w;
    if (target !== undefined) targetMean += w * (target[row] as number);
    for (let j = 0; j < columns; j++, at++) means[j] = (means[j] as number) + w * (matrix[at] as number);
  }
  for (let j = 0; j < columns; j++) means[j] = (means[j] as number) / weight;
  targetMean /= weight;

  // Deviations are taken from the mean, so that a column like the year 2000 ± 5 keeps its digits.
  const variances = new Float64Array(columns);
  let square = 0;
  for (let row = 0, at = 0; row < rows; row++) {
    if (row % checkEvery === 0) hooks.check();
    const w = weights === undefined ? 1 : (weights[row] as number);
    for (let j = 0; j < columns; j++, at++) {
      const deviation = (matrix[at] as number) - (means[j] as number);
      variances[j] = (variances[j] as number) + w * deviation * deviation;
    }
    const deviation = target === undefined ? 0 : (target[row] as number) - targetMean;
    square += w * deviation * deviation;
  }

  const shifts = means.map((mean, j) => (mean * mean * weight > nearZero * nearZero * (variances[j] as number) ? mean : 0));
  const gram = new Float64Array(columns * columns);
  const cross = new Float64Array(columns);
  const values = new Float64Array(columns);
  const filled = new Int32Array(columns);
  for (let row = 0, at = 0; row < rows; row++) {
    if (row % checkEvery === 0) hooks.check();
    const w = weights === undefined ? 1 : (weights[row] as number);
    const deviation = target === undefined ? 0 : (target[row] as number) - targetMean;
    let count = 0;
    for (let j = 0; j < columns; j++, at++) {
      const value = (matrix[at] as number) - (shifts[j] as number);
      if (value === 0) continue;
      values[j] = value;
      filled[count++] = j;
    }
    for (let a = 0; a < count; a++) {
      const j = filled[a] as number;
      const scaled = w * (values[j] as number);
      cross[j] = (cross[j] as number) + scaled * deviation;
      const base = j * columns;
      for (let b = 0; b <= a; b++) {
        const k = filled[b] as number;
        gram[base + k] = (gram[base + k] as number) + scaled * (values[k] as number);
      }
    }
  }
  for (let j = 0; j < columns; j++) {
    const rest = (means[j] as number) - (shifts[j] as number);
    for (let k = 0; k <= j; k++) {
      const value = j === k ? (variances[j] as number) : (gram[j * columns + k] as number) - weight * rest * ((means[k] as number) - (shifts[k] as number));
      gram[j * columns + k] = value;
      gram[k * columns + j] = value;
    }
  }
  return { weight, means, gram, targetMean, cross, square };
}
