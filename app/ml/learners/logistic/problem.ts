import { columnScales, inverseSpreads } from '../columns.ts';
import type { TrainHooks, TrainInput } from '../types.ts';

/**
 * A logistic problem in coordinates that suit the optimiser: u = (x − shift) · inverse, where inverse is about 1 / spread. Columns whose mean is small against
 * their spread are not shifted, so that zeros stay zeros. Parameters of a class: one a column, then the intercept.
 */
export interface LogisticProblem {
  readonly input: TrainInput;
  readonly shifts: Float64Array;
  readonly inverse: Float64Array;
  /** Row weights, summing to one. */
  readonly shares: Float64Array;
  /** Penalty of each column: F has ½ penalty u². */
  readonly penalty: Float64Array;
  readonly hooks: TrainHooks;
}

/** `l2` as scikit-learn's 1/C: the objective is Σ wᵢ lossᵢ + ½ l2 |coefficients|², here divided by the sum of weights. */
export function logisticProblem(input: TrainInput, weights: Float64Array | undefined, l2: number, hooks: TrainHooks): LogisticProblem {
  const scales = columnScales({ ...input, ...(weights === undefined ? {} : { weights }) });
  // A column of tiny spread meets an enormous penalty in its own units; shrinking it evens the curvature out for L-BFGS. The
  // data's share of the curvature is taken as 0.2, about p (1 − p).
  const inverse = inverseSpreads(scales).map((value) => value / Math.sqrt(1 + (l2 / scales.weight / 0.2) * value * value));
  return {
    input,
    shifts: scales.means.map((mean, j) => (Math.abs(mean) > (scales.spreads[j] as number) ? mean : 0)),
    inverse,
    shares: Float64Array.from({ length: input.rows }, (_, row) => (weights === undefined ? 1 : (weights[row] as number)) / scales.weight),
    penalty: inverse.map((value) => (l2 / scales.weight) * value * value),
    hooks,
  };
}

/** Parameters of one class back in the columns' own units. */
export function unscale({ shifts, inverse }: LogisticProblem, parameters: Float64Array): { coefficients: Float64Array; intercept: number } {
  const size = inverse.length;
  const coefficients = new Float64Array(size);
  let intercept = parameters[size] as number;
  for (let j = 0; j < size; j++) {
    const coefficient = (parameters[j] as number) * (inverse[j] as number);
    coefficients[j] = coefficient;
    intercept -= coefficient * (shifts[j] as number);
  }
  return { coefficients, intercept };
}

/** ln(1 + eˣ) without overflow. */
export function softplus(x: number): number {
  return x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x));
}
