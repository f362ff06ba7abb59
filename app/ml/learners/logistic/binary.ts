import { pivotedCholesky, solveCholesky } from '../cholesky.ts';
import { type CrossProduct, openCrossProduct } from '../cross-product.ts';
import type { Minimum } from '../lbfgs.ts';
const checkEvery = 8192;
import { type LogisticProblem, softplus } from './problem.ts';

interface Point {
  readonly value: number;
  readonly gradient: Float64Array;
  /** Lower triangle of the Hessian, [size + 1 × size + 1]. */
  readonly hessian: Float64Array;
}

/** Objective, gradient and Hessian at `at` in one pass over the rows. */
async function evaluate(problem: LogisticProblem, product: CrossProduct, at: Float64Array): Promise<Point> {
  const { matrix, rows, target } = problem.input;
  const { shifts, inverse, shares, penalty, hooks } = problem;
  const size = inverse.length;
  const width = size + 1;
  const gradient = new Float64Array(width);
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
      gradient[j] = (gradient[j] as number) + slope * (u[j] as number);
    }
    if (product.add(u, filled, count, bend)) await product.flush();
  }
  await product.flush();
  const hessian = product.take();
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

interface NewtonOptions {
  readonly maxIterations: number;
  readonly tolerance: number;
  readonly onIteration: (iteration: number, value: number) => void;
}

/**
 * Two classes by Newton's method (iteratively re-weighted least squares) with step halving.
 * Parameters: one a column, then the intercept.
 */
export async function minimiseBinary(problem: LogisticProblem, options: NewtonOptions): Promise<Minimum> {
  const product = await openCrossProduct(problem.input, problem.inverse.length + 1, problem.shifts);
  try {
    return await newton(problem, product, options);
  } finally {
    await product.close();
  }
}

async function newton(problem: LogisticProblem, product: CrossProduct, options: NewtonOptions): Promise<Minimum> {
  const width = problem.inverse.length + 1;
  let at = new Float64Array(width);
  let point = await evaluate(problem, product, at);
  let iteration = 0;
  const steep = (): number => point.gradient.reduce((most, entry) => Math.max(most, Math.abs(entry)), 0);
  while (steep() > options.tolerance && iteration < options.maxIterations && point.value > separated) {
    const { hessian } = point;
    let top = 0;
    for (let j = 0; j < width; j++) top = Math.max(top, hessian[j * width + j] as number);
    for (let j = 0; j < width; j++) hessian[j * width + j] = (hessian[j * width + j] as number) + damping * top;
    const step = solveCholesky(pivotedCholesky(hessian, width, 1e-13), point.gradient);
    let next: Point | null = null;
    let length = 1;
    let where = at;
    for (let trial = 0; trial < halvings; trial++, length /= 2) {
      where = at.map((entry, j) => entry - length * (step[j] as number));
      const candidate = await evaluate(problem, product, where);
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
