import type { ColumnScales } from '../columns.ts';
import { inverseSpreads } from '../columns.ts';
import { openCrossProduct } from '../cross-product.ts';
import type { TrainHooks, TrainInput } from '../types.ts';

export interface NormalEquations {
  /** Z'WZ of the standardised columns over the sum of weights, [size × size], lower triangle: correlations. */
  readonly gram: Float64Array;
  /** Weighted mean of the target. */
  readonly targetMean: number;
}

/** Rows between two looks at the cancel flag. */
export const checkEvery = 8192;

/** Correlation matrix of the columns in float64, one pass. Zeros are skipped, which makes one-hot columns cheap. */
export async function normalEquations(input: TrainInput, scales: ColumnScales, hooks: TrainHooks): Promise<NormalEquations> {
  const { matrix, rows, features, weights, target } = input;
  const size = features.length;
  const { means, spreads, weight } = scales;
  const inverse = inverseSpreads(scales);
  // Columns near zero (in their own spread) are not shifted: zeros stay zeros. The shift is made good below.
  const shifts = means.map((mean, j) => (Math.abs(mean) > 2 * (spreads[j] as number) ? mean : 0));
  const product = await openCrossProduct(input, size, shifts);
  const z = new Float64Array(size);
  const filled = new Int32Array(size);
  let targetSum = 0;
  let gram: Float64Array;
  try {
    for (let row = 0; row < rows; row++) {
      if (row % checkEvery === 0) hooks.check();
      const w = weights === undefined ? 1 : (weights[row] as number);
      targetSum += w * (target[row] as number);
      let count = 0;
      for (let j = 0, at = row * size; j < size; j++, at++) {
        const value = ((matrix[at] as number) - (shifts[j] as number)) * (inverse[j] as number);
        z[j] = value;
        if (value !== 0) filled[count++] = j;
      }
      if (product.add(z, filled, count, w)) await product.flush();
    }
    await product.flush();
    gram = product.take();
  } finally {
    await product.close();
  }
  const rest = means.map((mean, j) => (mean - (shifts[j] as number)) * (inverse[j] as number));
  for (let j = 0; j < size; j++) {
    for (let k = 0; k <= j; k++) {
      gram[j * size + k] = (gram[j * size + k] as number) / weight - (rest[j] as number) * (rest[k] as number);
    }
  }
  return { gram, targetMean: targetSum / weight };
}
