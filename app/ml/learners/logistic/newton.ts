import { pivotedCholesky, solveCholesky } from '../cholesky.ts';
import type { Minimum } from '../lbfgs.ts';
import { descend } from '../linear/descent.ts';
import { centre } from './centre.ts';
import type { Look, Loss, Point } from './loss.ts';

/** Penalty of each column; the intercept, which comes after them, has none. */
export interface Pulls {
  readonly l1: Float64Array;
  readonly l2: Float64Array;
}

/** Part of a minimisation: how the loss is looked at, and the slope that ends it. */
export interface Stage {
  readonly precision: Look['precision'];
  readonly sample: boolean;
  readonly until: number;
  readonly most: number;
  /** Whether the curvature of the step before will do while it brings the minimum near quickly. */
  readonly thrifty: boolean;
}

export interface NewtonOptions {
  readonly stages: readonly Stage[];
  readonly check: () => void;
  readonly onIteration: (iteration: number, value: number) => void;
}

/** Relative to the largest diagonal: keeps steps finite where the data do not determine a direction or the classes separate. */
const damping = 1e-10;
const halvings = 30;
/** Mean loss under which the classes count as told apart; more iterations would only blow the coefficients up. */
const separated = 1e-8;
/** Coordinate descent on the quadratic model of a step. */
const sweeps = 2000;
/** A thrifty stage takes the curvature again where a step leaves more of the slope than this. */
const slow = 0.3;
/** Slope at which steps no longer change a float64 loss: its square is the loss times the rounding. */
const slopeOfRounding = 5e-8;
/** A first step that bends the mean loss less than this: logits move by some 0.5, and the curvature stays what it was, but for a few hundredths. */
const smallMove = 0.06;
/** Rounding of the loss, relative: a step is not refused for a rise within it. */
const rounding = { float: 1e-6, double: 1e-14 } as const;

function penaltyAt(at: Float64Array, { l1, l2 }: Pulls): number {
  const width = l1.length + 1;
  let sum = 0;
  for (let i = 0; i < at.length; i++) {
    const j = i % width;
    if (j === l1.length) continue;
    const value = at[i] as number;
    sum += (l1[j] as number) * Math.abs(value) + 0.5 * (l2[j] as number) * value * value;
  }
  return sum;
}

/** The largest entry of the smallest subgradient: 0 at the minimum. */
function steepness(at: Float64Array, gradient: Float64Array, { l1, l2 }: Pulls): number {
  const width = l1.length + 1;
  let most = 0;
  for (let i = 0; i < at.length; i++) {
    const j = i % width;
    const value = at[i] as number;
    const slope = (gradient[i] as number) + (l2[j] ?? 0) * value;
    const limit = l1[j] ?? 0;
    most = Math.max(most, value === 0 ? Math.abs(slope) - limit : Math.abs(slope + Math.sign(value) * limit));
  }
  return most;
}

function bendAlong(curvature: Float64Array, step: Float64Array): number {
  const size = step.length;
  let sum = 0;
  for (let j = 0; j < size; j++) for (let k = 0; k < size; k++) sum += (curvature[j * size + k] as number) * (step[j] as number) * (step[k] as number);
  return sum;
}

/** Where the quadratic model of the loss with a curvature, plus the penalty, is least; of as many parameters as the matrix has rows. */
function target(at: Float64Array, gradient: Float64Array, curvature: Float64Array, pulls: Pulls, check: () => void): Float64Array {
  const width = at.length;
  const matrix = Float64Array.from(curvature);
  let top = 0;
  for (let j = 0; j < width; j++) top = Math.max(top, matrix[j * width + j] as number);
  for (let j = 0; j < width; j++) if ((matrix[j * width + j] as number) > 0) matrix[j * width + j] = (matrix[j * width + j] as number) + damping * top;
  const repeated = (pull: Float64Array): Float64Array => Float64Array.from({ length: width }, (_, j) => pull[j % (pull.length + 1)] ?? 0);
  const [l1, l2] = [repeated(pulls.l1), repeated(pulls.l2)];
  if (l1.every((limit) => limit === 0)) {
    const slope = gradient.map((entry, j) => entry + (l2[j] as number) * (at[j] as number));
    for (let j = 0; j < width; j++) matrix[j * width + j] = (matrix[j * width + j] as number) + (l2[j] as number);
    const step = solveCholesky(pivotedCholesky(matrix, width, 1e-13), slope);
    return at.map((value, j) => value - (step[j] as number));
  }
  const right = new Float64Array(width);
  for (let j = 0; j < width; j++) {
    let sum = -(gradient[j] as number);
    for (let k = 0; k < width; k++) sum += (matrix[j * width + k] as number) * (at[k] as number);
    right[j] = sum;
  }
  return descend({ size: width, gram: matrix, right, square: null }, { l1, l2 }, { positive: false, maxSweeps: sweeps, start: at, check }).solution;
}

/**
 * The curvature after a step of the parameters that changed the slope (Broyden, Fletcher, Goldfarb and Shanno 1970): it then is that of all
 * rows along the step, whatever rows it was taken from.
 */
function learn(curvature: Float64Array, step: Float64Array, change: Float64Array): Float64Array {
  const size = step.length;
  const bent = new Float64Array(size);
  let [own, found] = [0, 0];
  for (let j = 0; j < size; j++) {
    let sum = 0;
    for (let k = 0; k < size; k++) sum += (curvature[j * size + k] as number) * (step[k] as number);
    bent[j] = sum;
    own += sum * (step[j] as number);
    found += (change[j] as number) * (step[j] as number);
  }
  // Rounding, where the step was tiny.
  if (!(own > 0) || !(found > 0)) return curvature;
  return curvature.map((value, i) => {
    const [j, k] = [Math.floor(i / size), i % size];
    return value - ((bent[j] as number) * (bent[k] as number)) / own + ((change[j] as number) * (change[k] as number)) / found;
  });
}

/**
 * Minimises a logistic loss plus l1 and l2 penalties by Newton's method on the smooth part (re-weighted least squares; proximal
 * Newton where l1 > 0: Lee, Sun and Saunders 2014) with step halving. Many parameters of three classes or more move at once, each
 * class by its own curvature, which bounds the Hessian; what the bound takes too much of, the direction that all classes share, is
 * made good by `centre`.
 * Parameters: class by class, one a column, then the intercept.
 */
export async function minimiseNewton(loss: Loss, pulls: Pulls, options: NewtonOptions): Promise<Minimum & { readonly accuracy: number }> {
  const width = pulls.l1.length + 1;
  const start = new Float64Array(loss.classes * width);
  let at: Float64Array = start;
  let [iteration, converged, value, accuracy] = [0, false, 0, 0];
  let curvature: readonly Float64Array[] | null = null;
  let reached = Number.POSITIVE_INFINITY;
  for (const stage of options.stages) {
    const { precision, sample } = stage;
    // The stage before has come so far already.
    if (reached <= stage.until) continue;
    const look = async (where: Float64Array, curved: boolean): Promise<Point> => loss.evaluate(where, { precision, sample, curvature: curved });
    let point = await look(at, curvature === null || !stage.thrifty);
    if (!sample && at !== start && iteration === 0 && !(point.value + penaltyAt(at, pulls) <= Math.log(Math.max(2, loss.classes)))) {
      // The sample has led astray: nothing at all predicts better.
      at = start;
      point = await look(at, true);
    }
    let total = point.value + penaltyAt(at, pulls);
    let steep = steepness(at, point.gradient, pulls);
    for (let step = 0; step < stage.most && steep > stage.until && point.value > separated; step++) {
      const fresh: boolean = point.curvature !== null;
      curvature = point.curvature ?? curvature;
      if (curvature === null) break;
      const goal = new Float64Array(at.length);
      const each = at.length / curvature.length;
      for (const [i, matrix] of curvature.entries()) {
        const from = i * each;
        goal.set(target(at.slice(from, from + each), point.gradient.subarray(from, from + each), matrix, pulls, options.check), from);
      }
      if (loss.classes > 1) centre(goal, loss.classes, pulls);
      const [whole] = curvature;
      if (sample && at === start && whole !== undefined && curvature.length === 1 && bendAlong(whole, goal) < smallMove) {
        // The sample would say little of the rest of the way that all rows do not say better.
        at = goal;
        break;
      }
      let next: { at: Float64Array; point: Point; total: number } | null = null;
      let length = 1;
      for (let trial = 0; trial < halvings; trial++, length /= 2) {
        const where = length === 1 ? goal : at.map((entry, i) => entry + length * ((goal[i] as number) - entry));
        const found = await look(where, !stage.thrifty);
        const sum = found.value + penaltyAt(where, pulls);
        if (sum <= total + rounding[precision] * Math.abs(total)) {
          next = { at: where, point: found, total: sum };
          break;
        }
        // An old curvature may point the wrong way.
        if (!fresh) break;
      }
      if (next === null) {
        // No lower point along a direction of descent: as low as rounding lets us get.
        if (fresh) break;
        point = await look(at, true);
        continue;
      }
      const gain = total - next.total;
      const before = steep;
      const [only] = curvature;
      if (next.point.curvature === null && only !== undefined && curvature.length === 1) {
        const [from, to] = [{ at, ...point }, { at: next.at, ...next.point }];
        curvature = [learn(only, to.at.map((entry, i) => entry - (from.at[i] as number)), to.gradient.map((entry, i) => entry - (from.gradient[i] as number)))];
      }
      ({ at, point, total } = next);
      steep = steepness(at, point.gradient, pulls);
      if (!sample) {
        iteration++;
        options.onIteration(iteration, total);
      }
      if (steep > stage.until && steep > slow * before) {
        if (point.curvature === null) point = await look(at, true);
        else if (gain <= 1e-15 * Math.abs(total) || (precision === 'float' && steep >= before)) break;
      }
    }
    converged = steep <= Math.max(stage.until, slopeOfRounding) || point.value <= separated;
    ({ value, accuracy } = point);
    if (!sample) reached = steep;
    curvature = point.curvature ?? curvature;
  }
  return { at, value, iterations: iteration, converged, accuracy };
}
