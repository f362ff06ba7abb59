import { pivotedCholesky, solveCholesky } from '../cholesky.ts';
import type { Minimum } from '../lbfgs.ts';
import { checkEvery } from '../linear/gram.ts';
import { type LogisticProblem, softplus } from './problem.ts';

interface Point {
  readonly value: number;
  readonly gradient: Float64Array;
  /** Lower triangle of the Hessian, [size + 1 × size + 1]; null where not asked for. */
  readonly hessian: Float64Array | null;
}

/** Objective, gradient and Hessian at `at` in one pass over the rows. */
function evaluate(problem: LogisticProblem, at: Float64Array): Point {
  const { matrix, rows, target } = problem.input;
  const { shifts, inverse, shares, penalty, hooks } = problem;
  const size = inverse.length;
  const width = size + 1;
  const gradient = new Float64Array(width);
  const hessian = new Float64Array(width * width);
  const u = new Float64Array(width);
  u[size] = 1;
  const filled = new Int32Array(width);
  let value = 0;
  for (let row = 0; row < rows; row++) {
    if (row % checkEvery === 0) hooks.check();
    const share = shares[row] as number;
    if (share === 0) continue;
    let count = 0;
    let logit = at[size] as number;
    for (let j = 0, i = row * size; j < size; j++, i++) {
      const entry = ((matrix[i] as number) - (shifts[j] as number)) * (inverse[j] as number);
      u[j] = entry;
      if (entry === 0) continue;
      filled[count++] = j;
      logit += entry * (at[j] as number);
    }
    filled[count++] = size;
    const isSecond = (target[row] as number) === 1;
    value += share * softplus(isSecond ? -logit : logit);
    const p = 1 / (1 + Math.exp(-logit));
    const slope = share * (p - (isSecond ? 1 : 0));
    const bend = share * p * (1 - p);
    for (let a = 0; a < count; a++) {
      const j = filled[a] as number;
      const entry = u[j] as number;
      gradient[j] = (gradient[j] as number) + slope * entry;
      const bent = bend * entry;
      const base = j * width;
      for (let b = 0; b <= a; b++) {
        const k = filled[b] as number;
        hessian[base + k] = (hessian[base + k] as number) + bent * (u[k] as number);
      }
    }
  }
  for (let j = 0; j < size; j++) {
    const pull = (penalty[j] as number) * (at[j] as number);
    value += 0.5 * pull * (at[j] as number);
    gradient[j] = (gradient[j] as number) + pull;
    hessian[j * width + j] = (hessian[j * width + j] as number) + (penalty[j] as number);
  }
  return { value, gradient, hessian };
}

/** Relative to the largest diagonal: keeps steps finite where the data do not determine a direction or the classes separate. */
const damping = 1e-10;
const halvings = 30;
/** Mean loss under which the classes count as told apart; more iterations would only blow the coefficients up. */
const separated = 1e-8;

/**
 * Two classes by Newton's method (iteratively re-weighted least squares) with step halving.
 * Parameters: one a column, then the intercept.
 */
export function minimiseBinary(
  problem: LogisticProblem,
  options: { readonly maxIterations: number; readonly tolerance: number; readonly onIteration: (iteration: number, value: number) => void },
): Minimum {
  const width = problem.inverse.length + 1;
  let at = new Float64Array(width);
  let point = evaluate(problem, at);
  let iteration = 0;
  const steep = (): number => point.gradient.reduce((most, entry) => Math.max(most, Math.abs(entry)), 0);
  while (steep() > options.tolerance && iteration < options.maxIterations && point.value > separated) {
    const hessian = point.hessian ?? new Float64Array(width * width);
    let top = 0;
    for (let j = 0; j < width; j++) top = Math.max(top, hessian[j * width + j] as number);
    for (let j = 0; j < width; j++) hessian[j * width + j] = (hessian[j * width + j] as number) + damping * top;
    const step = solveCholesky(pivotedCholesky(hessian, width, 1e-13), point.gradient);
    let next: Point | null = null;
    let length = 1;
    let where = at;
    for (let trial = 0; trial < halvings; trial++, length /= 2) {
      where = at.map((entry, j) => entry - length * (step[j] as number));
      const candidate = evaluate(problem, where);
      if (candidate.value <= point.value) {
        next = candidate;
        break;
      }
    }
    // No lower point along a direction of descent: as low as rounding lets us get.
    if (next === null) break;
    const gain = point.value - next.value;
    at = where;
    point = next;
    iteration++;
    options.onIteration(iteration, point.value);
    if (gain <= 1e-15 * Math.abs(point.value)) break;
  }
  return { at, value: point.value, iterations: iteration, converged: steep() <= Math.max(options.tolerance, 1e-9) || point.value <= separated };
}
