import { PROBABILITY_FLOOR } from '../metrics/probability.ts';
import { EndBuilder, type EndNames, type ModelEnd } from './edit-model.ts';

export const calibrationMethods = ['platt', 'isotonic'] as const;
export type CalibrationMethod = (typeof calibrationMethods)[number];

/** What a probability becomes: 1 ÷ (1 + exp(−(slope · logit + offset))), or the value of a rising line through points. */
export type Calibrator =
  | { readonly method: 'platt'; readonly slope: number; readonly offset: number }
  | { readonly method: 'isotonic'; readonly x: readonly number[]; readonly y: readonly number[] };

const logit = (p: number): number => {
  const inside = Math.min(1 - PROBABILITY_FLOOR, Math.max(PROBABILITY_FLOOR, p));
  return Math.log(inside / (1 - inside));
};

const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));
/** ln(1 + eᶻ) without overflow. */
const softplus = (z: number): number => (z > 0 ? z + Math.log1p(Math.exp(-z)) : Math.log1p(Math.exp(z)));

/**
 * Platt's scaling over the logit of the probability, by Newton's method with backtracking (Platt 1999; Lin, Lin & Weng 2007). Targets are
 * drawn in from 0 and 1 as Platt's prior says. @param positive nonzero for rows of the class; both kinds occur.
 */
export function fitPlatt(probabilities: ArrayLike<number>, positive: ArrayLike<number>): Calibrator {
  const rows = probabilities.length;
  const scores = Float64Array.from(probabilities, logit);
  let positives = 0;
  for (let row = 0; row < rows; row += 1) positives += positive[row] === 0 ? 0 : 1;
  const negatives = rows - positives;
  const [high, low] = [(positives + 1) / (positives + 2), 1 / (negatives + 2)];
  const wanted = (row: number): number => (positive[row] === 0 ? low : high);
  const loss = (a: number, b: number): number => {
    let total = 0;
    for (let row = 0; row < rows; row += 1) {
      const z = a * (scores[row] ?? 0) + b;
      total += softplus(z) - wanted(row) * z;
    }
    return total;
  };
  let [slope, offset] = [0, Math.log((positives + 1) / (negatives + 1))];
  let value = loss(slope, offset);
  for (let iteration = 0; iteration < 100; iteration += 1) {
    let [ga, gb, haa, hab, hbb] = [0, 0, 1e-12, 0, 1e-12];
    for (let row = 0; row < rows; row += 1) {
      const score = scores[row] ?? 0;
      const p = sigmoid(slope * score + offset);
      const [miss, weight] = [p - wanted(row), p * (1 - p)];
      ga += miss * score;
      gb += miss;
      haa += weight * score * score;
      hab += weight * score;
      hbb += weight;
    }
    const determinant = haa * hbb - hab * hab;
    if (!(determinant > 0)) break;
    const [da, db] = [-(hbb * ga - hab * gb) / determinant, -(haa * gb - hab * ga) / determinant];
    const fall = ga * da + gb * db;
    // What is left to gain is below the rounding of the sum, where a search along the line would see noise: the whole step is the last.
    const last = -fall < 1e-12 * (1 + value);
    let step = 1;
    let next = value;
    if (!last) {
      next = loss(slope + da, offset + db);
      while (next > value + 1e-4 * step * fall && step > 1e-6) {
        step /= 2;
        next = loss(slope + step * da, offset + step * db);
      }
    }
    slope += step * da;
    offset += step * db;
    value = next;
    if (last || !(step > 1e-6)) break;
  }
  return { method: 'platt', slope, offset };
}

/**
 * The rising step function with the least squared error, by pooling adjacent violators (Ayer et al. 1955), as the points of a line:
 * the ends of every step. As scikit-learn's IsotonicRegression(out_of_bounds="clip"): equal probabilities are one point first.
 */
export function fitIsotonic(probabilities: ArrayLike<number>, positive: ArrayLike<number>): Calibrator {
  const order = Int32Array.from({ length: probabilities.length }, (_unused, row) => row).sort((a, b) => (probabilities[a] ?? 0) - (probabilities[b] ?? 0));
  const x: number[] = [];
  const mean: number[] = [];
  const weight: number[] = [];
  for (const row of order) {
    const value = probabilities[row] ?? 0;
    const hit = positive[row] === 0 ? 0 : 1;
    const at = x.length - 1;
    if (at >= 0 && x[at] === value) {
      const total = (weight[at] ?? 0) + 1;
      mean[at] = (mean[at] ?? 0) + (hit - (mean[at] ?? 0)) / total;
      weight[at] = total;
    } else {
      x.push(value);
      mean.push(hit);
      weight.push(1);
    }
  }
  // Blocks of points, each with its mean; a new point that is lower than the last block is pooled with it, and so on back.
  const blocks: { first: number; last: number; mean: number; weight: number }[] = [];
  for (let at = 0; at < x.length; at += 1) {
    let block = { first: at, last: at, mean: mean[at] ?? 0, weight: weight[at] ?? 0 };
    for (let before = blocks.at(-1); before !== undefined && before.mean >= block.mean; before = blocks.at(-1)) {
      blocks.pop();
      const total = before.weight + block.weight;
      block = { first: before.first, last: block.last, mean: (before.mean * before.weight + block.mean * block.weight) / total, weight: total };
    }
    blocks.push(block);
  }
  const ends = blocks.flatMap((block) => (block.first === block.last ? [[block.first, block.mean] as const] : [[block.first, block.mean] as const, [block.last, block.mean] as const]));
  return { method: 'isotonic', x: ends.map(([at]) => x[at] ?? 0), y: ends.map(([, value]) => value) };
}

export const fitCalibrator = (method: CalibrationMethod, probabilities: ArrayLike<number>, positive: ArrayLike<number>): Calibrator => (method === 'platt' ? fitPlatt(probabilities, positive) : fitIsotonic(probabilities, positive));

/** One probability calibrated. */
export function calibrated(calibrator: Calibrator, p: number): number {
  if (calibrator.method === 'platt') return sigmoid(calibrator.slope * logit(p) + calibrator.offset);
  const { x, y } = calibrator;
  let [low, high] = [0, x.length - 1];
  if (p <= (x[low] ?? 0)) return y[low] ?? 0;
  if (p >= (x[high] ?? 0)) return y[high] ?? 0;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((x[middle] ?? 0) <= p) low = middle;
    else high = middle;
  }
  const [x0 = 0, x1 = 0, y0 = 0, y1 = 0] = [x[low], x[high], y[low], y[high]];
  return y0 + ((p - x0) * (y1 - y0)) / (x1 - x0);
}

/**
 * Probabilities [rows × classes] calibrated. Two classes: one calibrator, for the second. More: one a class against the rest, and rows are
 * divided by their sums (Zadrozny & Elkan 2002); equal shares where every class gets 0.
 */
export function calibrateRows(calibrators: readonly Calibrator[], probabilities: ArrayLike<number>, classes: number): Float64Array {
  const out = new Float64Array(probabilities.length);
  const [only] = calibrators;
  for (let at = 0; at < out.length; at += classes) {
    if (classes === 2 && only !== undefined) {
      const p = calibrated(only, probabilities[at + 1] ?? 0);
      out[at] = 1 - p;
      out[at + 1] = p;
      continue;
    }
    let sum = 0;
    for (const [cls, calibrator] of calibrators.entries()) {
      const p = calibrated(calibrator, probabilities[at + cls] ?? 0);
      out[at + cls] = p;
      sum += p;
    }
    for (let cls = 0; cls < classes; cls += 1) out[at + cls] = sum > 0 ? (out[at + cls] ?? 0) / sum : 1 / classes;
  }
  return out;
}

/** The same as ONNX operators, in float64. The label becomes the most probable class. */
export function calibrationEnd(before: EndNames, calibrators: readonly Calibrator[], classes: number): ModelEnd {
  const builder = new EndBuilder(before);
  const all = builder.cast(before.probabilities, 'double');
  const binary = classes === 2;
  const source = binary ? builder.op('Gather', [all, builder.constant('int64', [1], [1])], { axis: 1 }) : all;
  const one = builder.constant('double', [], [1]);
  const value = calibrators.every((calibrator) => calibrator.method === 'platt') ? plattNodes(builder, source, calibrators) : isotonicNodes(builder, source, calibrators);
  let result: string;
  if (binary) result = builder.op('Concat', [builder.op('Sub', [one, value]), value], { axis: 1 });
  else {
    const sum = builder.op('ReduceSum', [value, builder.constant('int64', [1], [1])], { keepdims: 1 });
    const some = builder.op('Greater', [sum, builder.constant('double', [], [0])]);
    const divisor = builder.op('Where', [some, sum, one]);
    result = builder.op('Where', [some, builder.op('Div', [value, divisor]), builder.constant('double', [], [1 / classes])]);
  }
  builder.cast(result, 'float', 'probabilities');
  builder.op('ArgMax', ['probabilities'], { axis: 1, keepdims: 0 }, 'label');
  return builder.finish();
}

function plattNodes(builder: EndBuilder, source: string, calibrators: readonly Calibrator[]): string {
  const width = calibrators.length;
  const each = (of: (calibrator: Extract<Calibrator, { method: 'platt' }>) => number): Float64Array => Float64Array.from(calibrators, (calibrator) => (calibrator.method === 'platt' ? of(calibrator) : 0));
  const inside = builder.op('Clip', [source, builder.constant('double', [], [PROBABILITY_FLOOR]), builder.constant('double', [], [1 - PROBABILITY_FLOOR])]);
  const odds = builder.op('Div', [inside, builder.op('Sub', [builder.constant('double', [], [1]), inside])]);
  const scaled = builder.op('Mul', [builder.op('Log', [odds]), builder.constant('double', [width], each(({ slope }) => slope))]);
  return builder.op('Sigmoid', [builder.op('Add', [scaled, builder.constant('double', [width], each(({ offset }) => offset))])]);
}

/**
 * A binary search in as many rounds as it takes for the longest list of points: `place` rises by half the rest wherever the point there
 * is not above the value. Memory stays that of a few columns, however many points there are.
 */
function isotonicNodes(builder: EndBuilder, source: string, calibrators: readonly Calibrator[]): string {
  const lists = calibrators.map((calibrator) => (calibrator.method === 'isotonic' ? calibrator : { x: [0], y: [0] }));
  const width = lists.length;
  const longest = Math.max(...lists.map(({ x }) => x.length));
  const rounds = Math.ceil(Math.log2(longest + 1));
  const length = 2 ** rounds;
  const points = new Float64Array(width * length).fill(Number.POSITIVE_INFINITY);
  const [values, slopes, starts] = [new Float64Array(width * length), new Float64Array(width * length), new Float64Array(width * length)];
  for (const [i, { x, y }] of lists.entries()) {
    for (let k = 0; k < length; k += 1) {
      const at = i * length + k;
      const here = Math.min(k, x.length - 1);
      if (k < x.length) points[at] = x[k] ?? 0;
      starts[at] = x[here] ?? 0;
      values[at] = y[here] ?? 0;
      slopes[at] = here + 1 < x.length ? ((y[here + 1] ?? 0) - (y[here] ?? 0)) / ((x[here + 1] ?? 0) - (x[here] ?? 0)) : 0;
    }
  }
  const list = (data: Float64Array): string => builder.constant('double', [data.length], data);
  const table = list(points);
  const low = builder.constant('double', [width], Float64Array.from(lists, ({ x }) => x[0] ?? 0));
  const high = builder.constant('double', [width], Float64Array.from(lists, ({ x }) => x.at(-1) ?? 0));
  const value = builder.op('Min', [builder.op('Max', [source, low]), high]);
  const offsets = builder.constant('int64', [width], lists.map((_list, i) => i * length));
  // The first point is never above the value, so that place 0 is always right.
  const zero = builder.op('Mul', [builder.op('Cast', [value], { to: 7 }), builder.constant('int64', [], [0])]);
  let place = builder.op('Add', [zero, offsets]);
  for (let half = length / 2; half >= 1; half /= 2) {
    const further = builder.op('Add', [place, builder.constant('int64', [], [half])]);
    place = builder.op('Where', [builder.op('LessOrEqual', [builder.op('Gather', [table, further], { axis: 0 }), value]), further, place]);
  }
  const rise = builder.op('Mul', [builder.op('Sub', [value, builder.op('Gather', [list(starts), place], { axis: 0 })]), builder.op('Gather', [list(slopes), place], { axis: 0 })]);
  return builder.op('Add', [builder.op('Gather', [list(values), place], { axis: 0 }), rise]);
}
