import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainMoments } from '../../matrix/plain-moments.ts';
import { normal, uniform } from '../random.ts';
import { quietHooks, trainInput } from '../testing.ts';
import type { TrainInput, TrainedLearner } from '../types.ts';
import { mostSquared } from '../wide.ts';
import { descend } from './descent.ts';
import { trainLinear } from './linear.ts';
import reference from './linear.reference.json' with { type: 'json' };
import { linearParams } from './params.ts';
import { errorOver, foldWeights, without } from './path.ts';
import { standardise } from './standard.ts';

const train = (input: TrainInput, params: object): Promise<TrainedLearner> => trainLinear(input, linearParams.parse(params), quietHooks());
const found = (trained: TrainedLearner): number[] => (trained.details.coefficients ?? []).map(({ coefficient }) => coefficient);

function data({ matrix, columns, target, weights }: { matrix: number[]; columns: number; target: number[]; weights?: number[] }): TrainInput {
  return {
    task: 'regression',
    matrix: Float32Array.from(matrix),
    rows: target.length,
    features: Array.from({ length: columns }, (_, j) => `x${j}`),
    target: Float64Array.from(target),
    classes: 0,
    ...(weights === undefined ? {} : { weights: Float64Array.from(weights) }),
  };
}

function close(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  // The year-like column is 2000: what is left of an error in its coefficient is as many times larger in the intercept.
  for (const [i, value] of expected.entries()) expect(Math.abs((actual[i] ?? Number.NaN) - value)).toBeLessThan(i === expected.length - 1 ? 1e-3 : 1e-5 * (1 + Math.abs(value)));
}

describe('penalties', () => {
  for (const [name, expected] of Object.entries(reference.cases)) {
    it(`have scikit-learn's solution: ${name}`, async () => {
      const { matrix, columns, target, weights } = reference;
      const trained = await train(data({ matrix, columns, target, ...(expected.weighted ? { weights } : {}) }), expected.params);
      expect(trained.details.converged).toBe(true);
      close(found(trained), [...expected.coefficients, expected.intercept]);
      for (const [j, value] of expected.coefficients.entries()) if (value === 0) expect(found(trained)[j]).toBe(0);
      if (!('heldOutMse' in expected)) return;
      expect((trained.metrics['alpha'] ?? Number.NaN) / expected.alpha).toBeCloseTo(1, 8);
      expect((trained.metrics['heldOutRmse'] ?? Number.NaN) ** 2).toBeCloseTo(expected.heldOutMse, 4);
      expect(trained.details.notes.join()).toContain('Cross-validation over 5 folds chose the strength');
    });
  }

  it('choose among more columns than rows as scikit-learn does', async () => {
    const { matrix, columns, target, alpha, coefficients, intercept } = reference.wide;
    const trained = await train(data({ matrix, columns, target }), { penalty: 'lasso', alpha });
    close(found(trained), [...coefficients, intercept]);
    expect(trained.details.notes.join()).toMatch(/of 30 features are used/);
  });

  it('send the error along the path, and say where it ends at an edge', async () => {
    const hooks = quietHooks();
    const next = uniform(5);
    const rows = Array.from({ length: 60 }, () => [normal(next), normal(next)]);
    const trained = await trainLinear(trainInput(rows, rows.map(([a = 0, b = 0]) => 3 * a + b), 0), linearParams.parse({ penalty: 'lasso', choose: 'cross-validation' }), hooks);
    expect(hooks.messages).toHaveLength(100);
    expect(hooks.messages.every(({ name, value }) => name === 'heldOutLoss' && value >= 0)).toBe(true);
    expect(trained.details.notes.join()).toContain('weakest tried');
    const noise = await train(trainInput(rows, rows.map(() => normal(next)), 0), { penalty: 'lasso', choose: 'cross-validation', folds: 3 });
    expect(noise.details.notes.join()).toContain('no feature helps');
    expect(found(noise).slice(0, 2)).toEqual([0, 0]);
  });

  it('leave no feature where they are strong, and predict the mean', async () => {
    const trained = await train(trainInput([[1], [2], [3]], [2, 4, 9], 0), { penalty: 'lasso', alpha: 100 });
    expect(found(trained)).toEqual([0, 5]);
    expect(trained.details.notes.join()).toContain('leaves no feature');
    const falling = await train(trainInput([[1], [2], [3]], [9, 4, 2], 0), { positive: true });
    expect(found(falling)).toEqual([0, 5]);
    expect(falling.details.notes.join()).toContain('No feature rises');
  });

  it('fall back on the strength by hand where there is nothing to hold out', async () => {
    for (const input of [trainInput([[1, 2]], [3], 0), trainInput([[1], [1], [1]], [1, 2, 3], 0), trainInput([[1], [2], [3]], [4, 4, 4], 0)]) {
      const trained = await train(input, { penalty: 'lasso', choose: 'cross-validation' });
      expect(trained.details.notes.join()).toContain('nothing to cross-validate');
      expect(found(trained).every(Number.isFinite)).toBe(true);
    }
  });

  it('share between columns that are the same, and do not care about scale', async () => {
    const next = uniform(8);
    const rows = Array.from({ length: 50 }, () => {
      const x = normal(next);
      return [x, x, 4, normal(next)];
    });
    const target = rows.map(([a = 0, , , d = 0]) => 2 * a - d);
    const ridge = found(await train(trainInput(rows, target, 0), { penalty: 'ridge', alpha: 1 }));
    expect(ridge[0]).toBeCloseTo(ridge[1] ?? Number.NaN, 9);
    expect(ridge[2]).toBe(0);
    for (const scale of [1e-18, 1e18]) {
      const scaled = found(await train(trainInput(rows.map((row) => row.map((value) => value * scale)), target, 0), {}));
      expect((scaled[0] ?? 0) * scale).toBeCloseTo(2, 5);
      expect((scaled[3] ?? 0) * scale).toBeCloseTo(-1, 5);
    }
  });

  it('settle on columns of scales that no common penalty fits', async () => {
    const next = uniform(3);
    const rows = Array.from({ length: 60 }, () => [1e-18 * normal(next), 1e17 * normal(next), normal(next)]);
    const trained = await train(trainInput(rows, rows.map(([, b = 0, c = 0]) => 1e-17 * b + c), 0), { penalty: 'lasso', alpha: 0.1 });
    expect(trained.details.converged).toBe(true);
    const [tiny, huge, plain] = found(trained);
    expect(tiny).toBe(0);
    expect(Math.abs((huge ?? 0) * 1e17 - 1)).toBeLessThan(0.1);
    expect(plain).toBeGreaterThan(0.8);
  });

  it('stop when told to, and when the passes run out', async () => {
    const next = uniform(2);
    const rows = Array.from({ length: 40 }, () => {
      const x = normal(next);
      return [x, x + 1e-4 * normal(next), normal(next)];
    });
    const input = trainInput(rows, rows.map(([a = 0, b = 0, c = 0]) => 5 * a - 4 * b + c), 0);
    const short = await train(input, { penalty: 'lasso', alpha: 1e-5, maxIterations: 3 });
    expect(short.details).toMatchObject({ converged: false, iterations: 3 });
    expect(short.details.notes.join()).toContain('stopped after 3 passes');
    const hooks = { ...quietHooks(), check: () => { throw new Error('told to stop'); } };
    await expect(trainLinear(input, linearParams.parse({}), hooks)).rejects.toThrow('told to stop');
  });

  it('refuse more columns than can be multiplied with each other', async () => {
    const wide = Array.from({ length: 3 }, (_, i) => Array.from({ length: mostSquared + 1 }, (_unused, j) => (i * j) % 5));
    await expect(train(trainInput(wide, [1, 2, 3], 0), {})).rejects.toMatchObject({ code: 'too-many-features' });
  });

  it('name the value that cannot be learnt from', async () => {
    await expect(train(trainInput([[1, 2], [3, Number.NaN], [5, 6]], [1, 2, 3], 0), {})).rejects.toMatchObject({ code: 'training-data', place: { column: 'x1' } });
    await expect(train(trainInput([[1, 2], [Number.POSITIVE_INFINITY, 3], [5, 6]], [1, 2, 3], 0), { penalty: 'lasso' })).rejects.toMatchObject({ code: 'training-data', place: { column: 'x0' } });
  });
});

const value = fc.integer({ min: -50, max: 50 }).map((whole) => whole / 8);
const table = fc.array(fc.tuple(value, value, value, value), { minLength: 6, maxLength: 30 });
const asInput = (rows: readonly (readonly number[])[]) => ({
  matrix: Float32Array.from(rows.flatMap((row) => row.slice(0, 3))),
  rows: rows.length,
  columns: 3,
  target: Float64Array.from(rows, (row) => row[3] ?? 0),
});

describe('moments', () => {
  it('of all rows but a fold are those of the other rows', () => {
    fc.assert(
      fc.property(table, fc.integer({ min: 2, max: 5 }), (rows, folds) => {
        const input = asInput(rows);
        const total = plainMoments(input, quietHooks());
        const part = plainMoments({ ...input, weights: foldWeights(rows.length, folds, 1, undefined) }, quietHooks());
        const rest = plainMoments(asInput(rows.filter((_, i) => i % folds !== 1)), quietHooks());
        const difference = without(total, part);
        for (const [i, entry] of rest.gram.entries()) expect(difference.gram[i]).toBeCloseTo(entry, 8);
        for (const [j, entry] of rest.cross.entries()) expect(difference.cross[j]).toBeCloseTo(entry, 8);
        expect(difference.square).toBeCloseTo(rest.square, 8);
      }),
    );
  });

  it('give the error of any line over their rows', () => {
    fc.assert(
      fc.property(table, fc.tuple(value, value, value, value), (rows, [a, b, c, intercept]) => {
        const direct = rows.reduce((sum, [x = 0, y = 0, z = 0, t = 0]) => sum + (t - intercept - a * x - b * y - c * z) ** 2, 0) / rows.length;
        expect(errorOver(plainMoments(asInput(rows), quietHooks()), Float64Array.of(a, b, c), intercept) / (1 + direct)).toBeCloseTo(direct / (1 + direct), 9);
      }),
    );
  });
});

describe('descend', () => {
  it('ends where no coordinate goes lower', () => {
    fc.assert(
      fc.property(table, fc.double({ min: 0.01, max: 2, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean(), (rows, l1, l2, positive) => {
        const standard = standardise(plainMoments(asInput(rows), quietHooks()));
        const penalty = { l1: new Float64Array(3).fill(l1), l2: new Float64Array(3).fill(l2) };
        const { solution, converged } = descend(standard, penalty, { positive, maxSweeps: 100_000 });
        expect(converged).toBe(true);
        const objective = (at: Float64Array): number =>
          at.reduce((sum, entry, j) => sum + entry * (0.5 * at.reduce((row, other, k) => row + other * (standard.gram[j * 3 + k] ?? 0), 0) - (standard.right[j] ?? 0)) + l1 * Math.abs(entry) + 0.5 * l2 * entry * entry, 0);
        const least = objective(solution);
        for (let j = 0; j < 3; j++) {
          for (const step of [-1e-3, 1e-3]) {
            const moved = Float64Array.from(solution);
            moved[j] = (moved[j] ?? 0) + step;
            if (!positive || (moved[j] ?? 0) >= 0) expect(objective(moved)).toBeGreaterThanOrEqual(least - 1e-9 * standard.square);
          }
        }
      }),
    );
  });
});
