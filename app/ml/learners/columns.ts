import type { TrainInput } from './types.ts';

/** Weighted mean and spread of each column, float64. */
export interface ColumnScales {
  readonly means: Float64Array;
  /** Square root of the weighted mean of squared deviations; 0 for a column that does not vary. */
  readonly spreads: Float64Array;
  /** Sum of the weights. */
  readonly weight: number;
}

/**
 * Two passes: deviations are taken from the mean, so that a column like the year 2000 ± 5 keeps its digits.
 * A column whose spread is within float32 rounding of its mean does not vary.
 */
export function columnScales({ matrix, rows, features, weights }: Pick<TrainInput, 'matrix' | 'rows' | 'features' | 'weights'>): ColumnScales {
  const size = features.length;
  const means = new Float64Array(size);
  const spreads = new Float64Array(size);
  let weight = 0;
  for (let row = 0, at = 0; row < rows; row++) {
    const w = weights === undefined ? 1 : (weights[row] as number);
    weight += w;
    for (let j = 0; j < size; j++, at++) means[j] = (means[j] as number) + w * (matrix[at] as number);
  }
  for (let j = 0; j < size; j++) means[j] = (means[j] as number) / weight;
  for (let row = 0, at = 0; row < rows; row++) {
    const w = weights === undefined ? 1 : (weights[row] as number);
    for (let j = 0; j < size; j++, at++) {
      const deviation = (matrix[at] as number) - (means[j] as number);
      spreads[j] = (spreads[j] as number) + w * deviation * deviation;
    }
  }
  for (let j = 0; j < size; j++) {
    const spread = Math.sqrt((spreads[j] as number) / weight);
    spreads[j] = spread > Math.abs(means[j] as number) * 1e-7 ? spread : 0;
  }
  return { means, spreads, weight };
}

/** 1 / spread, and 0 for columns that do not vary: they then vanish from every product. */
export function inverseSpreads({ spreads }: ColumnScales): Float64Array {
  return spreads.map((spread) => (spread > 0 ? 1 / spread : 0));
}
