import { blockMoments, type Moments, type Rows } from '../../matrix/moments.ts';
import { quickPrecision, suitsBlocks } from '../../matrix/choose.ts';
import { plainMoments } from '../../matrix/plain-moments.ts';
import { checkMatrix } from '../check-input.ts';
import { pivotedCholesky } from '../cholesky.ts';
import { HeadBuilder, headInput } from '../heads.ts';
import type { TrainHooks, TrainInput, TrainedLearner } from '../types.ts';
import { refuseWide } from '../wide.ts';
import { dependent, needsDescent, solveLeastSquares } from './least-squares.ts';
import { linearNotes } from './notes.ts';
import type { LinearParams, Strength } from './params.ts';
import { type Chosen, chooseStrength, foldWeights } from './path.ts';
import { refine } from './refine.ts';
import { meanSquare, penaltyOf, type Standard, standardise, weakestShares, withDiagonal } from './standard.ts';

/**
 * Where columns leave less than this share of each other unexplained, or the target less than `clearEnough` of itself, the seven
 * digits of float32 products are too few and everything is computed in float64.
 */
const roomEnough = 1e-3;
const clearEnough = 1e-5;
/** Under this share the moments themselves are too coarse, and residuals are taken from the data to refine the solution. */
const refineBelow = 1e-4;
/** Values of the matrix up to which refining costs next to nothing. */
const cheap = 4e6;
/** Products that take some tens of milliseconds: before, nobody sees a bar move. */
const worthWatching = 3e8;
/** Spreads whose squares float32 holds. */
const floatRange = { least: 1e-15, most: 1e15 };

function inFloatRange({ means, gram, cross, square, weight }: Moments): boolean {
  const size = means.length;
  const spread = Math.sqrt(square / weight);
  if (spread > floatRange.most || (spread > 0 && spread < floatRange.least) || !cross.every(Number.isFinite)) return false;
  return means.every((mean, j) => {
    const own = Math.sqrt((gram[j * size + j] as number) / weight);
    return Math.abs(mean) < floatRange.most && (own === 0 || (own > floatRange.least && own < floatRange.most));
  });
}

interface Fit {
  readonly moments: Moments;
  readonly standard: Standard;
  /** Features that are combinations of others. */
  readonly left: readonly string[];
  readonly weakest: { readonly kept: number; readonly all: number };
}

/** What the moments say about how well the fit is determined, with the penalty given by hand. */
function look(moments: Moments, features: readonly string[], params: LinearParams): Fit {
  const standard = standardise(moments);
  const { l2 } = penaltyOf(standard, params.penalty, params.choose === 'by-hand' ? params : { alpha: 0, l1Ratio: 0 });
  const matrix = withDiagonal(standard, l2);
  const factor = pivotedCholesky(matrix, standard.size, dependent);
  const left = Array.from(factor.pivots.subarray(factor.rank)).filter((j) => (standard.inverse[j] as number) > 0);
  return { moments, standard, left: left.map((j) => features[j] ?? ''), weakest: weakestShares(factor, matrix) };
}

/**
 * Linear least squares with the penalties of `LinearParams` and sample weights where given; the intercept is not penalised. Without
 * a corner in the penalty: normal equations of the standardised columns by pivoted Cholesky, refined against residuals of the data
 * where columns nearly repeat each other. Otherwise coordinate descent on the covariance. Columns that are combinations of others
 * get the coefficient 0 where there is no penalty, as in R's lm.
 * @throws PenstockError `training-data`, `too-many-features`; CancelledError.
 */
export async function trainLinear(input: TrainInput, params: LinearParams, hooks: TrainHooks): Promise<TrainedLearner> {
  const { features, target, weights } = input;
  refuseWide(features.length, 'A linear model', 'Keep fewer categories in the one-hot step, choose fewer features, or use Gradient Boosting.');
  const rows: Rows = { matrix: input.matrix, rows: input.rows, columns: features.length, target, ...(weights === undefined ? {} : { weights }) };
  // Each message wakes the receiver on a core that has work.
  const watched = input.matrix.length * features.length > worthWatching;
  if (watched) hooks.progress(0.05, 'Summing up');
  const blocks = suitsBlocks(rows);
  const take = (precision: 'float' | 'double', of: Rows): Moments | Promise<Moments> => (blocks ? blockMoments(of, precision, hooks) : plainMoments(of, hooks));
  let exact = !blocks || quickPrecision(rows) === 'double';
  let moments = await take(exact ? 'double' : 'float', rows);
  if (!exact && !inFloatRange(moments)) {
    exact = true;
    moments = await take('double', rows);
  }
  if (!moments.means.every(Number.isFinite)) checkMatrix(input);
  let fit = look(moments, features, params);
  if (!exact && fit.weakest.all < roomEnough) {
    exact = true;
    fit = look(await take('double', rows), features, params);
  }

  let chosen: Chosen | null = null;
  if (params.choose === 'cross-validation' && params.penalty !== 'none') {
    const count = Math.min(params.folds, input.rows);
    const held: Moments[] = [];
    for (let fold = 0; fold < count; fold++) {
      const kept = foldWeights(input.rows, count, fold, weights);
      // A fold whose rows all weigh nothing tests nothing.
      if (kept.some((weight) => weight > 0)) held.push(await take(exact ? 'double' : 'float', { ...rows, weights: kept }));
      hooks.progress(0.1 + (0.3 * (fold + 1)) / count, 'Folds');
    }
    if (held.length > 1) chosen = chooseStrength(fit.moments, held, params, input.rows, { check: hooks.check, progress: (fraction) => hooks.progress(0.4 + 0.4 * fraction, 'Trying strengths') });
    for (const [i, value] of (chosen?.errors ?? []).entries()) hooks.send({ name: 'heldOutLoss', value, step: i + 1 });
  }
  const strength: Strength = chosen ?? params;

  if (watched) hooks.progress(0.8, 'Solving');
  let solved = solveLeastSquares(fit.standard, params, strength, hooks.check);
  let square = meanSquare(fit.standard, solved.solution);
  if (!exact && square < clearEnough * fit.standard.square) {
    exact = true;
    fit = look(await take('double', rows), features, params);
    solved = solveLeastSquares(fit.standard, params, strength, hooks.check);
    square = meanSquare(fit.standard, solved.solution);
  }
  let { solution } = solved;
  const { standard } = fit;
  if (exact && (input.matrix.length <= cheap || fit.weakest.kept < refineBelow || square < clearEnough * standard.square)) {
    const smooth = !needsDescent(params, strength);
    const refined = refine(input, fit.moments, standard, smooth ? penaltyOf(standard, params.penalty, strength).l2 : null, solution, hooks);
    ({ solution, square } = refined);
  }

  const coefficients = solution.map((value, j) => value * (standard.inverse[j] as number));
  const intercept = coefficients.reduce((sum, value, j) => sum - value * (fit.moments.means[j] as number), fit.moments.targetMean);
  const builder = new HeadBuilder();
  const value = builder.affine(headInput, coefficients, Float64Array.of(intercept));
  return {
    head: builder.regression(builder.cast(value, 'float')),
    metrics: {
      trainingRmse: Math.sqrt(square),
      ...(standard.square > 0 ? { trainingR2: 1 - square / standard.square } : {}),
      ...(chosen === null ? {} : { heldOutRmse: Math.sqrt(chosen.error), alpha: chosen.alpha, ...(params.penalty === 'elastic-net' ? { l1Ratio: chosen.l1Ratio } : {}) }),
    },
    details: {
      coefficients: [...features.map((feature, j) => ({ feature, coefficient: coefficients[j] as number })), { feature: '(intercept)', coefficient: intercept }],
      converged: solved.converged,
      ...(solved.sweeps === undefined ? {} : { iterations: solved.sweeps }),
      notes: linearNotes({ rows: input.rows, features, standard, params, strength, chosen, coefficients, left: fit.left, converged: solved.converged }),
    },
  };
}
