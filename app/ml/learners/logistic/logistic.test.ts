import { afterAll, describe, expect, it } from 'vitest';
import { closeIdleWorkers } from '../../worker/run-task.ts';
import { features, reference } from '../reference-fixture.ts';
import { normal, uniform } from '../random.ts';
import { quietHooks, runHead, trainInput } from '../testing.ts';
import type { TrainInput, TrainedLearner } from '../types.ts';
import { trainLogistic } from './logistic.ts';
import { logisticParams } from './params.ts';

afterAll(closeIdleWorkers);

const train = (input: TrainInput, params: object = {}): Promise<TrainedLearner> => trainLogistic(input, logisticParams.parse(params), quietHooks());

function linears(trained: TrainedLearner, size: number): { coefficients: number[][]; intercepts: number[] } {
  const all = (trained.details.coefficients ?? []).map(({ coefficient }) => coefficient);
  const coefficients: number[][] = [];
  const intercepts: number[] = [];
  for (let at = 0; at < all.length; at += size + 1) {
    coefficients.push(all.slice(at, at + size));
    intercepts.push(all[at + size] ?? Number.NaN);
  }
  return { coefficients, intercepts };
}

describe('trainLogistic', () => {
  const input = (name: 'binary' | 'multi', weights?: readonly number[]): TrainInput => ({
    task: 'classification',
    matrix: Float32Array.from(reference.matrix),
    rows: reference.binary.length,
    features,
    target: Float64Array.from(reference[name]),
    classes: name === 'binary' ? 2 : 3,
    ...(weights === undefined ? {} : { weights: Float64Array.from(weights) }),
  });
  const cases = [
    ['bin', input('binary'), { strength: 1 }],
    ['binb', input('binary'), { strength: 0.5, classWeights: 'balanced' }],
    ['binw', input('binary', reference.weights), { strength: 2 }],
    ['multi', input('multi'), { strength: 1, tolerance: 1e-9 }],
    ['multib', input('multi'), { strength: 0.1, classWeights: 'balanced', tolerance: 1e-9 }],
  ] as const;
  for (const [name, data, params] of cases) {
    it(`finds scikit-learn's coefficients: ${name}`, async () => {
      const trained = await train(data, params);
      expect(trained.details.converged).toBe(true);
      const actual = linears(trained, features.length);
      const expected = reference.expected[name];
      for (const [cls, row] of expected.coefficients.entries()) {
        for (const [j, value] of row.entries()) expect(actual.coefficients[cls]?.[j]).toBeCloseTo(value, 4);
        // The year is 2000 here: an error in its coefficient is 2000 times as large in the intercept.
        expect(Math.abs((actual.intercepts[cls] ?? Number.NaN) / (expected.intercepts[cls] ?? Number.NaN) - 1)).toBeLessThan(1e-4);
      }
    });
  }

  it('writes heads whose probabilities sum to one and whose label is the largest', async () => {
    for (const [name, classes] of [['binary', 2], ['multi', 3]] as const) {
      const data = input(name);
      const { head, metrics } = await train(data);
      const { label = [], probabilities = [] } = await runHead(head, data.matrix, features.length);
      let right = 0;
      for (const [row, cls] of label.entries()) {
        const part = probabilities.slice(row * classes, (row + 1) * classes);
        expect(part.reduce((a, b) => a + b)).toBeCloseTo(1, 6);
        expect(part.indexOf(Math.max(...part))).toBe(cls);
        if (cls === data.target[row]) right++;
      }
      expect(label).toHaveLength(data.rows);
      expect(right / data.rows).toBe(metrics['trainingAccuracy']);
    }
  });

  it('stays finite on separable classes without a penalty, and says so', async () => {
    const rows = [[-3], [-2], [-1], [1], [2], [3]];
    for (const [target, classes] of [[[0, 0, 0, 1, 1, 1], 2], [[0, 0, 1, 1, 2, 2], 3]] as const) {
      const trained = await train(trainInput(rows, target, classes), { penalty: 'none' });
      for (const { coefficient } of trained.details.coefficients ?? []) expect(Math.abs(coefficient)).toBeLessThan(1e4);
      expect(trained.metrics['trainingAccuracy']).toBe(1);
      expect(trained.details.notes.join()).toContain('without a single error');
    }
  });

  it('gives the log odds for a 0/1 feature without a penalty', async () => {
    const rows = [...Array.from({ length: 10 }, () => [0]), ...Array.from({ length: 10 }, () => [1])];
    const target = rows.map(([x], i) => (x === 0 ? Number(i < 2) : Number(i < 17)));
    const { coefficients, intercepts } = linears(await train(trainInput(rows, target, 2), { penalty: 'none', tolerance: 1e-10 }), 1);
    expect(intercepts[0]).toBeCloseTo(Math.log(2 / 8), 8);
    expect(coefficients[0]?.[0]).toBeCloseTo(Math.log(7 / 3) - Math.log(2 / 8), 8);
  });

  it('copes with columns that repeat, that never vary, and with a class that does not occur', async () => {
    const next = uniform(3);
    const rows = Array.from({ length: 80 }, () => {
      const x = normal(next);
      return [x, x, 4];
    });
    const target = rows.map(([x = 0]) => (x + normal(next) > 0 ? 2 : 0));
    const trained = await train(trainInput(rows, target, 3), { strength: 1 });
    const { coefficients } = linears(trained, 3);
    expect(coefficients[0]?.[0]).toBeCloseTo(coefficients[0]?.[1] ?? Number.NaN, 6);
    expect(coefficients.map((row) => row[2])).toEqual([0, 0, 0]);
    expect(trained.metrics['trainingAccuracy']).toBeGreaterThan(0.65);
    expect((await train(trainInput(rows, target.map((cls) => cls / 2), 2), { penalty: 'none' })).details.converged).toBe(true);
  });

  it('says when the iterations run out', async () => {
    const trained = await train(input('multi'), { strength: 0.001, maxIterations: 2 });
    expect(trained.details).toMatchObject({ converged: false, iterations: 2 });
    expect(trained.details.notes.join()).toContain('stopped after 2 iterations');
  });

  it('refuses a single class', async () => {
    await expect(train(trainInput([[1], [2]], [1, 1], 2))).rejects.toThrow('All rows to train on have the same class');
  });

  it('reports the loss of every iteration, never rising', async () => {
    const hooks = quietHooks();
    await trainLogistic(input('multi'), logisticParams.parse({}), hooks);
    const losses = hooks.messages.map(({ value }) => value);
    expect(losses.length).toBeGreaterThan(3);
    expect(losses).toEqual(losses.toSorted((a, b) => b - a));
  });
});
