import { afterAll, describe, expect, it } from 'vitest';
import { closeIdleWorkers } from '../../worker/run-task.ts';
import { features, reference } from '../reference-fixture.ts';
import { quietHooks, runHead, trainInput } from '../testing.ts';
import type { TrainInput, TrainedLearner } from '../types.ts';
import { trainLinear } from './linear.ts';
import { linearParams } from './params.ts';

afterAll(closeIdleWorkers);

const train = (input: TrainInput, l2 = 0): Promise<TrainedLearner> => trainLinear(input, linearParams.parse(l2 === 0 ? {} : { penalty: 'ridge', alpha: l2 }), quietHooks());
const found = (trained: TrainedLearner): number[] => (trained.details.coefficients ?? []).map(({ coefficient }) => coefficient);

function close(actual: readonly number[], expected: readonly number[], relative = 1e-5): void {
  expect(actual).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) expect(Math.abs((actual[i] ?? Number.NaN) - value)).toBeLessThan(relative * (1e-3 + Math.abs(value)));
}

describe('trainLinear', () => {
  const input: TrainInput = {
    task: 'regression',
    matrix: Float32Array.from(reference.matrix),
    rows: reference.value.length,
    features,
    target: Float64Array.from(reference.value),
    classes: 0,
  };
  const weights = Float64Array.from(reference.weights);
  const cases = [
    ['ols', 0, undefined],
    ['olsw', 0, weights],
    ['ridge', 3, undefined],
    ['ridgew', 3, weights],
  ] as const;
  for (const [name, l2, w] of cases) {
    it(`finds scikit-learn's coefficients: ${name}`, async () => {
      const expected = reference.expected[name];
      close(found(await train({ ...input, ...(w === undefined ? {} : { weights: w }) }, l2)), [...expected.coefficients.flat(), ...expected.intercepts]);
    });
  }

  it('names features and the intercept', async () => {
    expect((await train(input)).details.coefficients?.map(({ feature }) => feature)).toEqual([...features, '(intercept)']);
  });

  it('fits a line exactly, and its model file predicts it', async () => {
    const rows = [[1, 5], [2, 3], [3, 8], [4, 1]];
    const trained = await train(trainInput(rows, rows.map(([a = 0, b = 0]) => 2 * a - 3 * b + 7), 0));
    close(found(trained), [2, -3, 7], 1e-12);
    expect(trained.metrics['trainingR2']).toBeCloseTo(1, 12);
    const { prediction } = await runHead(trained.head, Float32Array.of(10, 20, 0, 0), 2);
    expect(prediction).toEqual([-33, 7]);
  });

  it('gives combinations and constants the coefficient 0 and says so', async () => {
    const rows = [[1, 0, 1, 4], [0, 1, 1, 4], [1, 0, 1, 4], [0, 1, 1, 4]];
    const trained = await train(trainInput(rows, [3, 5, 3, 5], 0));
    close(found(trained), [-2, 0, 0, 0, 5], 1e-10);
    expect(trained.details.notes.join()).toMatch(/'x2', 'x3'[^]*'x1'/);
  });

  it('works with more columns than rows, and with one row', async () => {
    const trained = await train(trainInput([[1, 2, 3, 9], [4, 5, 7, 1]], [1, 2], 0));
    expect(trained.metrics['trainingRmse']).toBeLessThan(1e-12);
    expect(trained.details.notes.join()).toContain('as many features as rows');
    expect(found(await train(trainInput([[1, 2]], [3], 0)))).toEqual([0, 0, 3]);
  });

  it('keeps its digits where columns nearly repeat each other', async () => {
    const rows = Array.from({ length: 200 }, (_, i) => [Math.sin(i), Math.fround(Math.sin(i)) + 2 ** -13 * Math.cos(7 * i)].map(Math.fround));
    const trained = await train(trainInput(rows, rows.map(([a = 0, b = 0]) => a + 2 * b - 1), 0));
    close(found(trained), [1, 2, -1], 1e-9);
  });
});
