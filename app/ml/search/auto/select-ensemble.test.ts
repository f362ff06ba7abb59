import { expect, it } from 'vitest';
import { normal, uniform } from '../../learners/random.ts';
import { averageMetrics, selectInWorker, type Member, type SelectPayload } from './select-ensemble.ts';

const hooks = { cancelled: () => false, check: () => undefined, progress: () => undefined, send: () => undefined };
const rows = 600;
const next = uniform(11);
const truth = Float64Array.from({ length: rows }, () => normal(next));
const noisy = (size: number): Member => ({ predicted: truth.map((value) => value + size * normal(next)), probabilities: null });
const payload: SelectPayload = { task: 'regression', classes: [], truth, folds: Int32Array.from({ length: rows }, (_, row) => row % 5), members: [noisy(0.5), noisy(0.5), noisy(3)], metric: 'rmse', rounds: 12 };

it('takes what errs otherwise, and leaves out what only adds noise', () => {
  const { weights, metrics } = selectInWorker(payload, hooks).result;
  const [first = 0, second = 0, third = 0] = weights;
  expect(first).toBeGreaterThan(0);
  expect(second).toBeGreaterThan(0);
  expect(third).toBe(0);
  // Independent errors of deviation 0.5 average to 0.5 / √2.
  const mean = metrics.reduce((sum, { rmse = Number.NaN }) => sum + rmse, 0) / metrics.length;
  expect(mean).toBeCloseTo(0.5 / Math.SQRT2, 1);
});

it('averages probabilities, and predicts their largest', () => {
  const member = (probabilities: number[]): Member => ({ predicted: new Float64Array(2), probabilities: Float32Array.from(probabilities) });
  const all = { task: 'classification' as const, classes: ['a', 'b'], truth: Float64Array.of(0, 1), members: [member([0.9, 0.1, 0.8, 0.2]), member([0.5, 0.5, 0.1, 0.9])] };
  // Row 2: 0.25 · 0.2 + 0.75 · 0.9 = 0.725 for b.
  expect(averageMetrics(all, [1, 3], Int32Array.of(0, 1))).toMatchObject({ accuracy: 1 });
  expect(averageMetrics(all, [1, 3], Int32Array.of(0, 1))['log_loss']).toBeCloseTo(-(Math.log(0.25 * 0.9 + 0.75 * 0.5) + Math.log(0.725)) / 2, 6);
  expect(averageMetrics(all, [1, 0], Int32Array.of(0, 1))).toMatchObject({ accuracy: 0.5 });
});
