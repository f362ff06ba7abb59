export interface Minimum {
  readonly at: Float64Array;
  readonly value: number;
  readonly iterations: number;
  /** The largest entry of the gradient came under the tolerance. */
  readonly converged: boolean;
}

/** Value at `at`; writes the gradient into `gradient`. */
export type Objective = (at: Float64Array, gradient: Float64Array) => number;

export interface LbfgsOptions {
  readonly maxIterations: number;
  /** On the largest absolute entry of the gradient. */
  readonly tolerance: number;
  readonly onIteration?: (iteration: number, value: number) => void;
}

/** Pairs of steps remembered (Nocedal & Wright 2006, §7.2, advise 3 to 20). */
const memory = 12;
/** Weak Wolfe conditions. */
const decrease = 1e-4;
const curvature = 0.9;
const lineSteps = 40;

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

function largest(a: Float64Array): number {
  let most = 0;
  for (const value of a) most = Math.max(most, Math.abs(value));
  return most;
}

/** −H g by the two-loop recursion. */
function direction(gradient: Float64Array, steps: readonly Float64Array[], changes: readonly Float64Array[]): Float64Array {
  const q = gradient.map((value) => -value);
  const alphas: number[] = [];
  for (let i = steps.length - 1; i >= 0; i--) {
    const s = steps[i] as Float64Array;
    const y = changes[i] as Float64Array;
    const alpha = dot(s, q) / dot(s, y);
    alphas[i] = alpha;
    for (let j = 0; j < q.length; j++) q[j] = (q[j] as number) - alpha * (y[j] as number);
  }
  const s = steps[steps.length - 1];
  const y = changes[changes.length - 1];
  if (s !== undefined && y !== undefined) {
    const scale = dot(s, y) / dot(y, y);
    for (let j = 0; j < q.length; j++) q[j] = (q[j] as number) * scale;
  }
  for (let i = 0; i < steps.length; i++) {
    const si = steps[i] as Float64Array;
    const yi = changes[i] as Float64Array;
    const beta = (alphas[i] as number) - dot(yi, q) / dot(si, yi);
    for (let j = 0; j < q.length; j++) q[j] = (q[j] as number) + beta * (si[j] as number);
  }
  return q;
}

/**
 * Minimises a smooth function by limited-memory BFGS with a bisecting line search for the weak Wolfe conditions
 * (Lewis & Overton 2013). `start` is not changed.
 */
export function minimiseLbfgs(objective: Objective, start: Float64Array, { maxIterations, tolerance, onIteration }: LbfgsOptions): Minimum {
  let at = Float64Array.from(start);
  let gradient: Float64Array = new Float64Array(at.length);
  let value = objective(at, gradient);
  const steps: Float64Array[] = [];
  const changes: Float64Array[] = [];
  let iteration = 0;
  while (largest(gradient) > tolerance && iteration < maxIterations) {
    let search = direction(gradient, steps, changes);
    let slope = dot(search, gradient);
    if (!(slope < 0)) {
      steps.length = 0;
      changes.length = 0;
      search = gradient.map((entry) => -entry);
      slope = -dot(gradient, gradient);
    }
    let low = 0;
    let high = Number.POSITIVE_INFINITY;
    // The very first direction has no scale yet.
    let length = steps.length === 0 ? Math.min(1, 1 / largest(gradient)) : 1;
    let found: { at: Float64Array<ArrayBuffer>; gradient: Float64Array; value: number } | null = null;
    for (let trial = 0; trial < lineSteps; trial++) {
      const next = at.map((entry, j) => entry + length * (search[j] as number));
      const nextGradient = new Float64Array(at.length);
      const nextValue = objective(next, nextGradient);
      if (!(nextValue <= value + decrease * length * slope)) {
        high = length;
      } else {
        found = { at: next, gradient: nextGradient, value: nextValue };
        if (dot(nextGradient, search) >= curvature * slope) break;
        low = length;
      }
      length = high === Number.POSITIVE_INFINITY ? 2 * length : (low + high) / 2;
    }
    // No lower point along a direction of descent: as low as rounding lets us get.
    if (found === null) break;
    const step = found.at.map((entry, j) => entry - (at[j] as number));
    const change = found.gradient.map((entry, j) => entry - (gradient[j] as number));
    if (dot(step, change) > 1e-12 * dot(change, change)) {
      steps.push(step);
      changes.push(change);
      if (steps.length > memory) {
        steps.shift();
        changes.shift();
      }
    }
    ({ at, gradient, value } = found);
    iteration++;
    onIteration?.(iteration, value);
  }
  return { at, value, iterations: iteration, converged: largest(gradient) <= tolerance };
}
