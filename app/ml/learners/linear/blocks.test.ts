import { afterAll, describe, expect, it } from 'vitest';
import { suitsBlocks } from '../../matrix/choose.ts';
import { plainMoments } from '../../matrix/plain-moments.ts';
import { closeIdleWorkers } from '../../worker/run-task.ts';
import { normal, uniform } from '../random.ts';
import { quietHooks } from '../testing.ts';
import { trainLearner } from '../train.ts';
import type { TrainInput } from '../types.ts';
import { solveLeastSquares } from './least-squares.ts';
import { type LinearParams, linearParams } from './params.ts';
import { standardise } from './standard.ts';

afterAll(closeIdleWorkers);

/** Enough rows for the matrix kernels, and a number of them that leaves a part of a block over. */
const rows = 33_333;
const columns = 26;

function made(column: (j: number, common: number, own: number) => number, weighted = false): TrainInput {
  const next = uniform(11);
  const matrix = new Float32Array(rows * columns);
  const target = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const common = normal(next);
    let value = 40 + 0.5 * normal(next);
    for (let j = 0; j < columns; j++) {
      const own = normal(next);
      matrix[row * columns + j] = column(j, common, own);
      value += (((j % 5) - 2) / 3) * own;
    }
    target[row] = value;
  }
  return {
    task: 'regression',
    matrix,
    rows,
    features: Array.from({ length: columns }, (_, j) => `x${j}`),
    target,
    classes: 0,
    ...(weighted ? { weights: Float64Array.from({ length: rows }, () => 3 * next()) } : {}),
  };
}

/** The same fit from moments taken in float64 value by value. */
function expected({ matrix, target, weights }: TrainInput, params: LinearParams): number[] {
  const input = { matrix, rows, columns, target, ...(weights === undefined ? {} : { weights }) };
  expect(suitsBlocks(input)).toBe(true);
  const moments = plainMoments(input, quietHooks());
  const standard = standardise(moments);
  const { solution } = solveLeastSquares(standard, params, params, () => undefined);
  const coefficients = Array.from(solution, (value, j) => value * (standard.inverse[j] ?? 0));
  return [...coefficients, coefficients.reduce((sum, value, j) => sum - value * (moments.means[j] ?? 0), moments.targetMean)];
}

async function compare(input: TrainInput, given: object, digits: number): Promise<void> {
  const params = linearParams.parse(given);
  const wanted = expected(input, params);
  const fitted = await trainLearner('linear-regression', params, input, { seed: 1 });
  for (const [j, { coefficient }] of (fitted.details.coefficients ?? []).entries()) expect(Math.abs(coefficient - (wanted[j] ?? Number.NaN))).toBeLessThan(10 ** -digits * (1 + Math.abs(wanted[j] ?? 0)));
}

describe('the matrix kernels find what plain sums find', () => {
  it('in columns about zero, and far from it', async () => {
    await compare(made((_, common, own) => own + common), {}, 6);
    await compare(made((j, common, own) => own + common + (j === 3 ? 2000 : j)), { penalty: 'ridge', alpha: 50 }, 6);
  });

  it('with weights, and where the penalty has corners', async () => {
    await compare(made((_, common, own) => own + common, true), { penalty: 'lasso', alpha: 0.05 }, 6);
    await compare(made((_, common, own) => own + common), { penalty: 'elastic-net', alpha: 0.1, positive: true }, 6);
  });

  it('where columns nearly repeat each other, one never varies, and one is tiny', async () => {
    const nearly = made((j, common, own) => (j === 0 ? common + 1e-3 * own : j === 1 ? common : j === 2 ? 7 : j === 4 ? 1e-9 * own : own));
    await compare(nearly, {}, 6);
  });

  it('where the target is all but explained, to more digits than float32 has', async () => {
    const input = made((_, _common, own) => own);
    for (let row = 0; row < rows; row++) input.target[row] = 3 * (input.matrix[row * columns] ?? 0) - 2;
    const fitted = await trainLearner('linear-regression', {}, input, { seed: 1 });
    expect(fitted.metrics['trainingRmse']).toBeLessThan(1e-11);
    expect(fitted.details.coefficients?.[0]?.coefficient).toBeCloseTo(3, 12);
  });

  it('where rows are sorted, so that the first say nothing of the others', async () => {
    const input = made((_, common, own) => own + common);
    for (let row = 0; row < rows; row++) for (let j = 0; j < columns; j++) input.matrix[row * columns + j] = (input.matrix[row * columns + j] ?? 0) + (row > rows - 200 ? 1000 : 0);
    await compare(input, { penalty: 'ridge', alpha: 1 }, 5);
  });

  it('name what is missing', async () => {
    const input = made((_, common, own) => own + common);
    input.matrix[20_000 * columns + 5] = Number.NaN;
    await expect(trainLearner('linear-regression', {}, input, { seed: 1 })).rejects.toMatchObject({ code: 'training-data', place: { column: 'x5' }, message: expect.stringContaining('row 20001') });
  });
});
