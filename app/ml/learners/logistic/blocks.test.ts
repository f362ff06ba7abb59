import { afterAll, describe, expect, it } from 'vitest';
import { suitsBlocks } from '../../matrix/choose.ts';
import { closeIdleWorkers } from '../../worker/run-task.ts';
import { normal, uniform } from '../random.ts';
import { quietHooks } from '../testing.ts';
import { trainLearner } from '../train.ts';
import type { TrainInput } from '../types.ts';
import { minimiseNewton } from './newton.ts';
import { logisticParams } from './params.ts';
import { plainLoss } from './plain-loss.ts';
import { type LogisticProblem, unscale } from './problem.ts';

afterAll(closeIdleWorkers);

interface Made {
  readonly rows: number;
  readonly columns: number;
  readonly classes: number;
  readonly weighted?: boolean;
  readonly offset?: number;
  /** Share of values that are not 0. */
  readonly filled?: number;
}

function made({ rows, columns, classes, weighted = false, offset = 0, filled = 1 }: Made): TrainInput {
  const next = uniform(21);
  const matrix = Float32Array.from({ length: rows * columns }, () => (filled === 1 || next() < filled ? normal(next) + offset : 0));
  const slopes = Array.from({ length: classes * columns }, (_, i) => (((i * 7) % 11) - 5) / 8);
  const target = Float64Array.from({ length: rows }, (_, row) => {
    let [best, chosen] = [Number.NEGATIVE_INFINITY, 0];
    for (let cls = 0; cls < classes; cls++) {
      let score = -Math.log(-Math.log(next() || 0.5));
      for (let j = 0; j < columns; j++) score += (slopes[cls * columns + j] ?? 0) * ((matrix[row * columns + j] ?? 0) - offset);
      if (score > best) [best, chosen] = [score, cls];
    }
    return chosen;
  });
  return { task: 'classification', matrix, rows, features: Array.from({ length: columns }, (_, j) => `x${j}`), target, classes, ...(weighted ? { weights: Float64Array.from({ length: rows }, () => 1e6 * next()) } : {}) };
}

/** The fit in float64, value by value, in the columns' own units. */
async function expected(input: TrainInput, l1: number, l2: number): Promise<number[]> {
  const size = input.features.length;
  const weight = input.weights === undefined ? input.rows : input.weights.reduce((sum, w) => sum + w, 0);
  const shifts = Float64Array.from({ length: size }, (_, j) => input.matrix[j] ?? 0);
  const problem: LogisticProblem = { input, shifts, inverse: new Float64Array(size).fill(1), weights: input.weights, weight, l1: new Float64Array(size).fill(l1 / weight), l2: new Float64Array(size).fill(l2 / weight), blocks: null, hooks: quietHooks() };
  const loss = plainLoss(problem);
  const { at } = await minimiseNewton(loss, problem, { stages: [{ precision: 'double', sample: false, until: 1e-10, most: 100, thrifty: false }], check: () => undefined, onIteration: () => undefined });
  const found = Array.from({ length: loss.classes }, (_, cls) => unscale(problem, at.slice(cls * (size + 1), (cls + 1) * (size + 1))));
  const common = loss.classes === 1 ? 0 : found.reduce((sum, { intercept }) => sum + intercept, 0) / found.length;
  return found.flatMap(({ coefficients, intercept }) => [...coefficients, intercept - common]);
}

async function compare(input: TrainInput, params: object, l1: number, l2: number, digits = 2e-5): Promise<void> {
  expect(suitsBlocks({ matrix: input.matrix, rows: input.rows, columns: input.features.length })).toBe(true);
  const wanted = await expected(input, l1, l2);
  const fitted = await trainLearner('logistic-regression', logisticParams.parse({ tolerance: 1e-8, ...params }), input, { seed: 1 });
  expect(fitted.details.converged).toBe(true);
  const found = (fitted.details.coefficients ?? []).map(({ coefficient }) => coefficient);
  expect(found).toHaveLength(wanted.length);
  for (const [i, value] of wanted.entries()) expect(Math.abs((found[i] ?? Number.NaN) - value)).toBeLessThan(digits * (1 + Math.abs(value)));
}

/** The largest entry of the smallest subgradient at coefficients in the columns' own units: 0 at the minimum. */
async function steepness(input: TrainInput, at: readonly number[], l1: number, l2: number): Promise<number> {
  const size = input.features.length;
  const none = new Float64Array(size);
  const problem: LogisticProblem = { input, shifts: none, inverse: new Float64Array(size).fill(1), weights: undefined, weight: input.rows, l1: none, l2: none, blocks: null, hooks: quietHooks() };
  const { gradient } = await plainLoss(problem).evaluate(Float64Array.from(at), { curvature: false, precision: 'double' });
  return at.reduce((most, value, i) => {
    const isIntercept = i % (size + 1) === size;
    const slope = (gradient[i] ?? Number.NaN) + (isIntercept ? 0 : (l2 / input.rows) * value);
    const limit = isIntercept ? 0 : l1 / input.rows;
    return Math.max(most, value === 0 ? Math.abs(slope) - limit : Math.abs(slope + Math.sign(value) * limit));
  }, 0);
}

describe('the matrix kernels find what plain sums find', () => {
  it('of two classes', async () => {
    await compare(made({ rows: 12_345, columns: 42, classes: 2 }), { strength: 5 }, 0, 5);
    await compare(made({ rows: 12_345, columns: 42, classes: 2, weighted: true, offset: 20 }), { penalty: 'none' }, 0, 0);
    await compare(made({ rows: 12_345, columns: 42, classes: 2 }), { penalty: 'elastic-net', strength: 100, l1Ratio: 0.7 }, 70, 30);
  });

  it('of so many rows that a sample comes first', async () => {
    const input = made({ rows: 100_001, columns: 16, classes: 2, offset: 3 });
    await compare({ ...input, matrix: input.matrix.slice(), target: input.target.slice() }, {}, 0, 1);
    await compare(input, { tolerance: 1e-6 }, 0, 1, 1e-4);
  });

  it('of so many rows that a sample gives the coordinates, also where the others are unlike it', async () => {
    const input = made({ rows: 70_001, columns: 16, classes: 2 });
    const copy = (): TrainInput => ({ ...input, matrix: input.matrix.slice(), target: input.target.slice() });
    // Row 1000 is none of the sample's, which has the first 512 of every 2241.
    const alone = copy();
    for (let row = 0; row < input.rows; row++) alone.matrix[row * 16 + 5] = row % 2241 > 600 && row % 7 === 0 ? 1 : 0;
    await compare(alone, { tolerance: 1e-6 }, 0, 1, 1e-4);
    // A column that the few rows looked at first, one of every 137, don't show to vary.
    const few = new Set(Array.from({ length: 512 }, (_, i) => Math.floor((i * input.rows) / 512)));
    const rare = copy();
    for (let row = 0; row < input.rows; row++) rare.matrix[row * 16 + 5] = row % 50 === 0 && !few.has(row) ? 1 : 0;
    await compare(rare, { tolerance: 1e-6 }, 0, 1, 1e-4);
    const far = copy();
    far.matrix[1000 * 16 + 2] = 1e5;
    await compare(far, { tolerance: 1e-6 }, 0, 1, 1e-3);
    const missing = copy();
    missing.matrix[1000 * 16 + 3] = Number.NaN;
    await expect(trainLearner('logistic-regression', {}, missing, { seed: 1 })).rejects.toMatchObject({ code: 'training-data', place: { column: 'x3' } });
  });

  it('of three classes', async () => {
    await compare(made({ rows: 8_000, columns: 52, classes: 3 }), { strength: 5 }, 0, 5);
    await compare(made({ rows: 8_000, columns: 52, classes: 3, weighted: true, offset: 5 }), { penalty: 'l1', strength: 5e8 }, 5e8, 0);
  });

  it('of classes with so many columns that each has its own curvature', async () => {
    const input = made({ rows: 900, columns: 180, classes: 3 });
    const kept = { ...input, matrix: input.matrix.slice(), target: input.target.slice() };
    const fitted = await trainLearner('logistic-regression', { penalty: 'elastic-net', strength: 60, l1Ratio: 0.5 }, input, { seed: 1 });
    expect(fitted.details.converged).toBe(true);
    expect(await steepness(kept, (fitted.details.coefficients ?? []).map(({ coefficient }) => coefficient), 30, 30)).toBeLessThan(5e-6);
  });

  it('counts what it gets right in the rows’ own weights', async () => {
    const input = made({ rows: 12_345, columns: 42, classes: 2 });
    const [plain, balanced] = [await trainLearner('logistic-regression', {}, { ...input, matrix: input.matrix.slice(), target: input.target.slice() }, { seed: 1 }), await trainLearner('logistic-regression', { classWeights: 'balanced' }, { ...input, matrix: input.matrix.slice(), target: input.target.slice() }, { seed: 1 })];
    for (const { metrics, details } of [plain, balanced]) {
      let right = 0;
      for (let row = 0; row < input.rows; row++) {
        const logit = (details.coefficients ?? []).reduce((sum, { coefficient }, j) => sum + coefficient * (j < 42 ? (input.matrix[row * 42 + j] ?? 0) : 1), 0);
        right += (logit > 0 ? 1 : 0) === input.target[row] ? 1 : 0;
      }
      // A row on the very edge may fall on the other side in float32.
      expect(Math.abs((metrics['trainingAccuracy'] ?? Number.NaN) * input.rows - right)).toBeLessThan(1.5);
    }
  });

  it('name what is missing', async () => {
    const input = made({ rows: 12_345, columns: 42, classes: 2 });
    input.matrix[42 * 7000 + 3] = Number.POSITIVE_INFINITY;
    await expect(trainLearner('logistic-regression', {}, input, { seed: 1 })).rejects.toMatchObject({ code: 'training-data', place: { column: 'x3' } });
  });
});

it('leads to the minimum without the matrix kernels, too, where each class has its own curvature: mostly empty columns', async () => {
  const input = made({ rows: 300, columns: 200, classes: 3, filled: 0.03 });
  expect(await steepness(input, await expected(input, 1, 0.5), 1, 0.5)).toBeLessThan(1e-6);
});
