import { pivotedCholesky, solveCholesky } from '../cholesky.ts';
import { descend } from './descent.ts';
import type { LinearParams, Strength } from './params.ts';
import { penaltyOf, type Standard, withDiagonal } from './standard.ts';

/** A column of which less than this share is not explained by the others is taken as a combination of them. */
export const dependent = 1e-11;

export interface Solution {
  /** Of the standardised columns. */
  readonly solution: Float64Array;
  readonly converged: boolean;
  /** Sweeps of coordinate descent; absent where the system was solved at once. */
  readonly sweeps?: number;
}

/** Whether the fit has corners: an absolute value in the penalty, or a bound. Otherwise one linear system is all there is. */
export function needsDescent({ penalty, positive }: Pick<LinearParams, 'penalty' | 'positive'>, { alpha, l1Ratio }: Strength): boolean {
  return positive || (alpha > 0 && (penalty === 'lasso' || (penalty === 'elastic-net' && l1Ratio > 0)));
}

/** A step of a path: from the solution at the strength before, to a duality gap that will do for comparing errors. */
export interface PathStep {
  readonly start?: Float64Array | undefined;
  readonly gap: number;
}

/** Least squares from moments alone, with whatever penalty. */
export function solveLeastSquares(standard: Standard, params: LinearParams, strength: Strength, check: () => void, step?: PathStep): Solution {
  const penalty = penaltyOf(standard, params.penalty, strength);
  if (!needsDescent(params, strength)) {
    return { solution: solveCholesky(pivotedCholesky(withDiagonal(standard, penalty.l2), standard.size, dependent), standard.right), converged: true };
  }
  return descend(standard, penalty, { positive: params.positive, maxSweeps: params.maxIterations, check, ...(step === undefined ? {} : { gap: step.gap, ...(step.start === undefined ? {} : { start: step.start }) }) });
}
