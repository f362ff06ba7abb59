import type { Moments } from '../../matrix/moments.ts';
import { pivotedCholesky, solveCholesky } from '../cholesky.ts';
import type { TrainHooks, TrainInput } from '../types.ts';
import { dependent } from './least-squares.ts';
import { type Standard, withDiagonal } from './standard.ts';

const refinements = 3;
/** Rows between two looks at the cancel flag. */
const checkEvery = 8192;

/**
 * Corrects a solution of the normal equations by residuals taken from the data in float64 (Björck 1996, corrected seminormal
 * equations), which gives the accuracy of QR without a float64 copy of the matrix. `l2`: penalty of each standardised coefficient;
 * null: the solution is kept. Also gives the mean squared residual.
 */
export function refine({ matrix, rows, target, weights }: TrainInput, moments: Moments, standard: Standard, l2: Float64Array | null, start: Float64Array, hooks: TrainHooks): { solution: Float64Array; square: number } {
  const { size, inverse } = standard;
  const { means, targetMean, weight } = moments;
  const factor = l2 === null ? null : pivotedCholesky(withDiagonal(standard, l2), size, dependent);
  const solution = Float64Array.from(start);
  for (let pass = factor === null ? refinements : 0; ; pass++) {
    const gradient = new Float64Array(size);
    let square = 0;
    for (let row = 0; row < rows; row++) {
      if (row % checkEvery === 0) hooks.check();
      const w = weights === undefined ? 1 : (weights[row] as number);
      let residual = (target[row] as number) - targetMean;
      const from = row * size;
      for (let j = 0; j < size; j++) residual -= ((matrix[from + j] as number) - (means[j] as number)) * (inverse[j] as number) * (solution[j] as number);
      square += w * residual * residual;
      const share = (w * residual) / weight;
      if (share === 0 || pass === refinements) continue;
      for (let j = 0; j < size; j++) gradient[j] = (gradient[j] as number) + share * ((matrix[from + j] as number) - (means[j] as number)) * (inverse[j] as number);
    }
    if (factor === null || l2 === null || pass === refinements) return { solution, square: square / weight };
    for (let j = 0; j < size; j++) gradient[j] = (gradient[j] as number) - (l2[j] as number) * (solution[j] as number);
    const step = solveCholesky(factor, gradient);
    for (let j = 0; j < size; j++) solution[j] = (solution[j] as number) + (step[j] as number);
    hooks.progress(0.85 + 0.04 * pass);
  }
}
