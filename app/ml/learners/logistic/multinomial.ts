import { type Minimum, minimiseLbfgs } from '../lbfgs.ts';
import type { LogisticProblem } from './problem.ts';

/** Rows between two looks at the cancel flag. */
const checkEvery = 8192;

/**
 * Classes by L-BFGS on the softmax loss, all with parameters of their own (their mean stays zero by the penalty and the start); for
 * more columns than can be multiplied with each other. Parameters: class by class, one a column, then the intercept; of two classes
 * only the second's less the first's. Two classes share a penalty between them, so each has twice as much of it.
 */
export function minimiseMultinomial(
  problem: LogisticProblem,
  options: { readonly maxIterations: number; readonly tolerance: number; readonly onIteration: (iteration: number, value: number) => void },
): Minimum {
  const { matrix, rows, target, classes } = problem.input;
  const { shifts, inverse, weights, weight, hooks } = problem;
  const l2 = classes === 2 ? problem.l2.map((pull) => 2 * pull) : problem.l2;
  const size = inverse.length;
  const width = size + 1;
  const u = new Float64Array(width);
  u[size] = 1;
  const filled = new Int32Array(width);
  const logits = new Float64Array(classes);

  const objective = (at: Float64Array, gradient: Float64Array): number => {
    let value = 0;
    gradient.fill(0);
    for (let row = 0; row < rows; row++) {
      if (row % checkEvery === 0) hooks.check();
      const share = (weights === undefined ? 1 : (weights[row] as number)) / weight;
      if (share === 0) continue;
      let count = 0;
      for (let j = 0, i = row * size; j < size; j++, i++) {
        const entry = ((matrix[i] as number) - (shifts[j] as number)) * (inverse[j] as number);
        if (entry === 0) continue;
        u[j] = entry;
        filled[count++] = j;
      }
      filled[count++] = size;
      let most = Number.NEGATIVE_INFINITY;
      for (let cls = 0; cls < classes; cls++) {
        let logit = 0;
        const base = cls * width;
        for (let a = 0; a < count; a++) logit += (u[filled[a] as number] as number) * (at[base + (filled[a] as number)] as number);
        logits[cls] = logit;
        if (logit > most) most = logit;
      }
      let total = 0;
      for (let cls = 0; cls < classes; cls++) total += Math.exp((logits[cls] as number) - most);
      const norm = most + Math.log(total);
      const actual = target[row] as number;
      value += share * (norm - (logits[actual] as number));
      for (let cls = 0; cls < classes; cls++) {
        const slope = share * (Math.exp((logits[cls] as number) - norm) - (cls === actual ? 1 : 0));
        const base = cls * width;
        for (let a = 0; a < count; a++) {
          const j = filled[a] as number;
          gradient[base + j] = (gradient[base + j] as number) + slope * (u[j] as number);
        }
      }
    }
    for (let cls = 0; cls < classes; cls++) {
      for (let j = 0, i = cls * width; j < size; j++, i++) {
        const pull = (l2[j] as number) * (at[i] as number);
        value += 0.5 * pull * (at[i] as number);
        gradient[i] = (gradient[i] as number) + pull;
      }
    }
    return value;
  };
  const minimum = minimiseLbfgs(objective, new Float64Array(classes * width), options);
  return classes === 2 ? { ...minimum, at: minimum.at.slice(width).map((value, j) => value - (minimum.at[j] as number)) } : minimum;
}
