import { hasWholeCurvature, type Loss, type Point } from './loss.ts';
import { type LogisticProblem, softplus } from './problem.ts';

/** Rows between two looks at the cancel flag. */
const checkEvery = 8192;

/** Adds share · u uᵀ to the lower triangle of the block at (`row`, `column`) of `sum`; `filled` are the places where u is not zero. */
function addProduct(sum: Float64Array, width: number, row: number, column: number, u: Float64Array, filled: Int32Array, count: number, share: number): void {
  for (let a = 0; a < count; a++) {
    const j = filled[a] as number;
    const base = (row + j) * width + column;
    const scaled = share * (u[j] as number);
    const end = row === column ? a + 1 : count;
    for (let b = 0; b < end; b++) {
      const k = filled[b] as number;
      sum[base + k] = (sum[base + k] as number) + scaled * (u[k] as number);
    }
  }
}

function mirror(lower: Float64Array, width: number): Float64Array {
  for (let j = 0; j < width; j++) for (let k = 0; k < j; k++) lower[k * width + j] = lower[j * width + k] as number;
  return lower;
}

/** The loss in float64, value by value; zeros are skipped, which makes one-hot columns cheap. */
export function plainLoss(problem: LogisticProblem): Loss {
  const { input, shifts, inverse, weights, weight, hooks } = problem;
  const { matrix, rows, target } = input;
  const size = inverse.length;
  const width = size + 1;
  const binary = input.classes === 2;
  const classes = binary ? 1 : input.classes;
  const whole = hasWholeCurvature(classes, size);
  const all = whole ? classes * width : width;
  const u = new Float64Array(width);
  u[size] = 1;
  const filled = new Int32Array(width);
  const logits = new Float64Array(classes);
  const shares = new Float64Array(classes);

  const evaluate = (at: Float64Array, curved: boolean): Point => {
    const gradient = new Float64Array(classes * width);
    const curvature = curved ? Array.from({ length: whole ? 1 : classes }, () => new Float64Array(all * all)) : null;
    let [value, right] = [0, 0];
    for (let row = 0; row < rows; row++) {
      if (row % checkEvery === 0) hooks.check();
      const share = (weights === undefined ? 1 : (weights[row] as number)) / weight;
      if (share === 0) continue;
      let count = 0;
      for (let j = 0, i = row * size; j < size; j++, i++) {
        const entry = ((matrix[i] as number) - (shifts[j] as number)) * (inverse[j] as number);
        u[j] = entry;
        if (entry !== 0) filled[count++] = j;
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
      const actual = target[row] as number;
      let norm = 0;
      if (binary) {
        value += share * softplus(actual === 1 ? -most : most);
        if ((most > 0 ? 1 : 0) === actual) right += share;
      } else {
        for (let cls = 0; cls < classes; cls++) norm += Math.exp((logits[cls] as number) - most);
        norm = most + Math.log(norm);
        value += share * (norm - (logits[actual] as number));
        if (logits.indexOf(most) === actual) right += share;
      }
      for (let cls = 0; cls < classes; cls++) {
        const p = binary ? 1 / (1 + Math.exp(-most)) : Math.exp((logits[cls] as number) - norm);
        const slope = share * (p - (actual === (binary ? 1 : cls) ? 1 : 0));
        const base = cls * width;
        for (let a = 0; a < count; a++) {
          const j = filled[a] as number;
          gradient[base + j] = (gradient[base + j] as number) + slope * (u[j] as number);
        }
        shares[cls] = p;
      }
      if (curvature === null) continue;
      for (let cls = 0; cls < classes; cls++) {
        const p = shares[cls] as number;
        const sum = curvature[whole ? 0 : cls] as Float64Array;
        const at = whole ? cls * width : 0;
        addProduct(sum, all, at, at, u, filled, count, share * p * (whole ? 1 - p : 1));
        const others = whole ? cls : 0;
        for (let other = 0; other < others; other++) addProduct(sum, all, at, other * width, u, filled, count, -share * p * (shares[other] as number));
      }
    }
    return { value, gradient, curvature: curvature === null ? null : curvature.map((sum) => mirror(sum, all)), accuracy: right };
  };
  return { classes, evaluate: (at, { curvature }) => evaluate(at, curvature) };
}
