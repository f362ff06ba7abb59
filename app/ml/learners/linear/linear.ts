import { z } from 'zod';
import { pivotedCholesky, solveCholesky } from '../cholesky.ts';
import { columnScales, inverseSpreads } from '../columns.ts';
import { HeadBuilder, headInput } from '../heads.ts';
import type { TrainHooks, TrainInput, TrainedLearner } from '../types.ts';
import { checkEvery, normalEquations } from './gram.ts';

export const linearParams = z.object({
  /** Strength of the ridge penalty on the unscaled coefficients, as scikit-learn's Ridge alpha; 0 is plain least squares. */
  l2: z.number().min(0).default(0),
});
export type LinearParams = z.output<typeof linearParams>;

/** A column of which less than this share is not explained by the others is taken as a combination of them. */
const dependent = 1e-11;
const refinements = 3;

/**
 * Linear least squares, with a ridge penalty where `l2` > 0 and sample weights where given; the intercept is not penalised.
 * Normal equations of the standardised columns by pivoted Cholesky, then refined against residuals taken from the data
 * (Björck 1996, corrected seminormal equations), which gives the accuracy of QR without a float64 copy of the matrix.
 * Columns that are combinations of others get the coefficient 0 where there is no penalty, as in R's lm.
 */
export async function trainLinear(input: TrainInput, params: LinearParams, hooks: TrainHooks): Promise<TrainedLearner> {
  const { matrix, rows, features, target, weights } = input;
  const size = features.length;
  const scales = columnScales(input);
  const inverse = inverseSpreads(scales);
  hooks.progress(0.1, 'Solving');
  const { gram, targetMean } = await normalEquations(input, scales, hooks);
  const penalty = inverse.map((value) => (params.l2 / scales.weight) * value * value);
  for (let j = 0; j < size; j++) gram[j * size + j] = (gram[j * size + j] as number) + (penalty[j] as number);
  const factor = pivotedCholesky(gram, size, dependent);

  const solution = new Float64Array(size);
  const residuals = { square: 0, total: 0 };
  // The first pass starts from zero and is the solution of the normal equations; the others refine it.
  for (let pass = 0; pass <= refinements; pass++) {
    const gradient = new Float64Array(size);
    let drift = 0;
    residuals.square = 0;
    residuals.total = 0;
    for (let row = 0; row < rows; row++) {
      if (row % checkEvery === 0) hooks.check();
      const w = weights === undefined ? 1 : (weights[row] as number);
      const deviation = (target[row] as number) - targetMean;
      let residual = deviation;
      const start = row * size;
      for (let j = 0; j < size; j++) {
        residual -= ((matrix[start + j] as number) - (scales.means[j] as number)) * (inverse[j] as number) * (solution[j] as number);
      }
      residuals.square += w * residual * residual;
      residuals.total += w * deviation * deviation;
      drift += w * residual;
      const share = (w * residual) / scales.weight;
      if (share === 0) continue;
      for (let j = 0; j < size; j++) {
        gradient[j] = (gradient[j] as number) + share * ((matrix[start + j] as number) - (scales.means[j] as number)) * (inverse[j] as number);
      }
    }
    if (pass === refinements) break;
    for (let j = 0; j < size; j++) gradient[j] = (gradient[j] as number) - (penalty[j] as number) * (solution[j] as number);
    const step = solveCholesky(factor, gradient);
    for (let j = 0; j < size; j++) solution[j] = (solution[j] as number) + (step[j] as number);
    hooks.progress(0.4 + 0.2 * pass);
    if (!Number.isFinite(drift)) break;
  }

  const coefficients = solution.map((value, j) => value * (inverse[j] as number));
  let intercept = targetMean;
  for (let j = 0; j < size; j++) intercept -= (coefficients[j] as number) * (scales.means[j] as number);

  const constant = features.filter((_, j) => scales.spreads[j] === 0);
  const left = Array.from(factor.pivots.subarray(factor.rank), (j) => features[j] ?? '').filter((name) => !constant.includes(name));
  const notes: string[] = [];
  if (constant.length > 0) notes.push(`These features have the same value in every row and were given the coefficient 0: ${listed(constant)}.`);
  if (left.length > 0) {
    notes.push(`These features can be computed exactly from the others and were given the coefficient 0: ${listed(left)}. Predictions do not suffer; coefficients are only comparable without them.`);
  }

  const builder = new HeadBuilder();
  const value = builder.affine(headInput, coefficients, Float64Array.of(intercept));
  return {
    head: builder.regression(builder.cast(value, 'float')),
    metrics: {
      trainingRmse: Math.sqrt(residuals.square / scales.weight),
      ...(residuals.total > 0 ? { trainingR2: 1 - residuals.square / residuals.total } : {}),
    },
    details: {
      coefficients: [
        ...features.map((feature, j) => ({ feature, coefficient: coefficients[j] as number })),
        { feature: '(intercept)', coefficient: intercept },
      ],
      converged: true,
      notes,
    },
  };
}

/** At most eight names, then how many more. */
function listed(names: readonly string[]): string {
  const shown = names.slice(0, 8).map((name) => `'${name}'`);
  return names.length > 8 ? `${shown.join(', ')} and ${names.length - 8} more` : shown.join(', ');
}
