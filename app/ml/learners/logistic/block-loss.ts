import { type Block, blocksOf, kernel, mostRows, someBlocks } from '../../matrix/blocks.ts';
import { addTo } from '../../matrix/moments.ts';
import { tensor } from '../../worker/ort.ts';
import { binaryGraph, type LossShape, multinomialGraph } from './block-graphs.ts';
import { hasWholeCurvature, type Look, type Loss, type Point } from './loss.ts';
import type { LogisticProblem } from './problem.ts';

/** Rows of the sample that first steps are taken on: a share of all, and enough for its curvature to be near that of all. */
export const sampleRows = (rows: number, parameters: number): number => Math.max(1 << 13, 40 * parameters, rows / 8);

/** Whether there are so many rows that first steps on a sample save time. */
export const worthSampling = (rows: number, parameters: number): boolean => rows >= 6 * sampleRows(rows, parameters);

type Outputs = Record<string, Float64Array>;

/** The loss by onnxruntime's matrix products over blocks of rows; in a worker only. */
export function blockLoss(problem: LogisticProblem): Loss {
  const { input, shifts, inverse, weights, weight, hooks } = problem;
  const { matrix, rows, target } = input;
  const size = inverse.length;
  const binary = input.classes === 2;
  const classes = binary ? 1 : input.classes;
  const whole = hasWholeCurvature(classes, size);
  const shifted = shifts.some((shift) => shift !== 0);
  const labels = new Float32Array(rows);
  for (let row = 0; row < rows; row++) labels[row] = binary ? 2 * (target[row] as number) - 1 : (target[row] as number);
  // Mean 1, so that float32 holds them whatever their size.
  const shares = weights === undefined ? null : scaled(weights, rows / weight);
  const ones = new Float32Array(binary ? 0 : Math.min(rows, mostRows)).fill(1);
  const total = (blocks: readonly Block[]): number => blocks.reduce((sum, { first, batch, rows: each }) => sum + (shares === null ? batch * each : shares.subarray(first, first + batch * each).reduce((a, b) => a + b, 0)), 0);

  const run = async (at: Float64Array, { curvature, precision }: Look, blocks: readonly Block[]): Promise<Outputs> => {
    const shape: LossShape = { columns: size, classes, precision, weighted: shares !== null, shifted, curvature, whole };
    const session = await kernel(`logistic ${JSON.stringify(shape)}`, () => (binary ? binaryGraph(shape) : multinomialGraph(shape)));
    const type = precision === 'float' ? 'float32' : 'float64';
    const typed = (values: Float64Array): Float32Array | Float64Array => (precision === 'float' ? Float32Array.from(values) : values);
    // Two classes have the intercept apart; more have it as the last row of beta.
    const beta = new Float64Array((binary ? size : size + 1) * classes);
    for (let cls = 0; cls < classes; cls++) {
      for (let j = 0; j < size; j++) beta[j * classes + cls] = (at[cls * (size + 1) + j] as number) * (inverse[j] as number);
      if (!binary) beta[size * classes + cls] = at[cls * (size + 1) + size] as number;
    }
    const fixed = {
      beta: tensor(type, typed(beta), [beta.length / classes, classes]),
      ...(binary ? { intercept: tensor(type, typed(at.slice(size)), [1]) } : {}),
      ...(shifted ? { shift: tensor(type, typed(shifts), [size]) } : {}),
    };
    const sums: Outputs = {};
    for (const { first, batch, rows: each } of blocks) {
      hooks.check();
      const count = batch * each;
      const line = binary ? [batch, 1, each] : [batch, each, 1];
      const outputs = await session.run({
        x: tensor('float32', matrix.subarray(first * size, (first + count) * size), [batch, each, size]),
        label: tensor('float32', labels.subarray(first, first + count), line),
        ...(binary ? {} : { one: tensor('float32', ones.subarray(0, count), [batch, each, 1]) }),
        ...(shares === null ? {} : { w: tensor('float32', shares.subarray(first, first + count), line) }),
        ...fixed,
      });
      for (const [name, { data }] of Object.entries(outputs)) {
        const part = data as Float64Array;
        const sum = sums[name];
        if (sum === undefined) sums[name] = Float64Array.from(part);
        else addTo(sum, part);
      }
    }
    return sums;
  };

  const every = blocksOf(rows, size + (binary ? 0 : classes * (size + 1)));
  const sample = someBlocks(rows, Math.min(rows, sampleRows(rows, classes * (size + 1))));
  return {
    classes,
    async evaluate(at, look) {
      const blocks = look.sample === true ? sample : every;
      return pointOf(await run(at, look, blocks), { size, classes, inverse, total: look.sample === true ? total(blocks) : shares === null ? rows : total(every), curvature: look.curvature });
    },
  };
}

function scaled(values: Float64Array, factor: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let i = 0; i < result.length; i++) result[i] = (values[i] as number) * factor;
  return result;
}

interface PointShape {
  readonly size: number;
  readonly classes: number;
  readonly inverse: Float64Array;
  readonly total: number;
  readonly curvature: boolean;
}

const nothing = new Float64Array();

/** Sums over rows as means, in the coordinates of the problem. */
export function pointOf(outputs: Outputs, shape: PointShape): Point {
  const { size, classes, inverse, total, curvature } = shape;
  const width = size + 1;
  const sums = outputs['sums'] ?? nothing;
  // The intercept is a column that is 1.
  const factor = Float64Array.of(...inverse, 1);
  const gradient = new Float64Array(classes * width);
  const binary = classes === 1;
  const slopes = binary ? Float64Array.of(...(outputs['sides'] ?? nothing).subarray(0, size), sums[1] as number) : (outputs['slopes'] ?? nothing);
  for (let i = 0; i < gradient.length; i++) gradient[i] = ((slopes[i] as number) * (factor[i % width] as number)) / total;
  return {
    value: (sums[0] as number) / total,
    accuracy: (sums[binary ? 2 : 1] as number) / total,
    gradient,
    curvature: curvature ? (binary ? [binaryCurvature(outputs, shape)] : multinomialCurvature(outputs, shape)) : null,
  };
}

function binaryCurvature({ gram = nothing, sides = nothing, sums = nothing }: Outputs, { size, inverse, total }: PointShape): Float64Array {
  const width = size + 1;
  const matrix = new Float64Array(width * width);
  for (let j = 0; j < size; j++) {
    for (let k = 0; k <= j; k++) {
      const value = ((gram[j * size + k] as number) * (inverse[j] as number) * (inverse[k] as number)) / total;
      matrix[j * width + k] = value;
      matrix[k * width + j] = value;
    }
    const side = ((sides[size + j] as number) * (inverse[j] as number)) / total;
    matrix[j * width + size] = side;
    matrix[size * width + j] = side;
  }
  matrix[width * width - 1] = (sums[3] as number) / total;
  return matrix;
}

function multinomialCurvature({ bound = nothing, taken }: Outputs, { size, classes, inverse, total }: PointShape): Float64Array[] {
  const width = size + 1;
  const all = classes * width;
  const factor = Float64Array.of(...inverse, 1);
  const own = (cls: number, j: number, k: number): number => ((bound[j * all + cls * width + k] as number) * (factor[j] as number) * (factor[k] as number)) / total;
  if (taken === undefined) return Array.from({ length: classes }, (_, cls) => Float64Array.from({ length: width * width }, (_unused, i) => own(cls, Math.max(Math.floor(i / width), i % width), Math.min(Math.floor(i / width), i % width))));
  const matrix = new Float64Array(all * all);
  for (let a = 0; a < all; a++) {
    const [cls, j] = [Math.floor(a / width), a % width];
    for (let b = 0; b <= a; b++) {
      const k = b % width;
      const shared = ((taken[a * all + b] as number) * (factor[j] as number) * (factor[k] as number)) / total;
      const value = (Math.floor(b / width) === cls ? own(cls, j, k) : 0) - shared;
      matrix[a * all + b] = value;
      matrix[b * all + a] = value;
    }
  }
  return [matrix];
}
