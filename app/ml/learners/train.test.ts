import { afterAll, describe, expect, it } from 'vitest';
import { closeIdleWorkers } from '../worker/run-task.ts';
import { algorithms } from './registry.ts';
import { normal, uniform } from './random.ts';
import { trainInput } from './testing.ts';
import { trainLearner } from './train.ts';

afterAll(closeIdleWorkers);

describe('trainLearner', () => {
  const line = () => trainInput([[1], [2], [3]], [2, 4, 6], 0);

  it('trains in a worker and takes the arrays over', async () => {
    const input = line();
    const fitted = await trainLearner('linear-regression', {}, input, { seed: 1 });
    expect(fitted.details.coefficients?.[0]?.coefficient).toBeCloseTo(2, 10);
    expect(fitted.head('f').nodes[0]?.inputs).toEqual(['f']);
    expect(input.matrix).toHaveLength(0);
  });

  it('leaves shared memory with the caller, and copies a part of a larger array', async () => {
    const shared = new Float32Array(new SharedArrayBuffer(12));
    shared.set([1, 2, 3]);
    await trainLearner('linear-regression', {}, { ...line(), matrix: shared }, { seed: 1 });
    expect([...shared]).toEqual([1, 2, 3]);
    const larger = Float32Array.of(9, 1, 2, 3);
    const fitted = await trainLearner('linear-regression', {}, { ...line(), matrix: larger.subarray(1) }, { seed: 1 });
    expect(fitted.details.coefficients?.[0]?.coefficient).toBeCloseTo(2, 10);
    expect(larger).toHaveLength(4);
  });

  it('says what cannot be trained on', async () => {
    const fails = (name: string, params: Record<string, unknown>, change: object) => trainLearner(name, params, { ...line(), ...change }, { seed: 1 }).then(() => null, (error: unknown) => error);
    expect(await fails('linear-regression', {}, { matrix: Float32Array.of(1, Number.NaN, 2) })).toMatchObject({ code: 'training-data', place: { column: 'x0' } });
    expect(await fails('linear-regression', {}, { target: Float64Array.of(1, Number.POSITIVE_INFINITY, 2) })).toMatchObject({ code: 'training-data' });
    expect(await fails('linear-regression', {}, { rows: 0, matrix: new Float32Array(), target: new Float64Array() })).toMatchObject({ code: 'training-data' });
    expect(await fails('linear-regression', {}, { weights: new Float64Array(3) })).toMatchObject({ code: 'training-data' });
    expect(await fails('linear-regression', { alpha: -1 }, {})).toMatchObject({ code: 'params-invalid', place: { param: ['alpha'] } });
    expect(await fails('logistic-regression', {}, {})).toMatchObject({ code: 'task-unsupported' });
    expect(await fails('crystal-ball', {}, {})).toMatchObject({ code: 'unknown-algorithm' });
  });

  it('gives the same coefficients by the matrix kernels that many full columns call for', async () => {
    const next = uniform(4);
    const width = 330;
    const rows = Array.from({ length: 2900 }, () => Array.from({ length: width }, () => Math.fround(normal(next))));
    const slope = (j: number): number => ((j % 7) - 3) / 4;
    const value = (row: readonly number[]): number => row.reduce((sum, x, j) => sum + slope(j) * x, 0);
    const linear = await trainLearner('linear-regression', {}, trainInput(rows, rows.map((row) => value(row) + 5), 0), { seed: 1 });
    for (const [j, { coefficient }] of (linear.details.coefficients ?? []).entries()) expect(coefficient).toBeCloseTo(j === width ? 5 : slope(j), 8);
    const two = () => trainInput(rows, rows.map((row) => Number(value(row) + 3 * normal(next) > 0)), 2);
    const logistic = await trainLearner('logistic-regression', { strength: 20 }, two(), { seed: 1 });
    expect(logistic.details.converged).toBe(true);
    const found = (logistic.details.coefficients ?? []).map(({ coefficient }) => coefficient);
    const along = found.reduce((sum, coefficient, j) => sum + (j === width ? 0 : coefficient * slope(j)), 0);
    expect(along / Math.hypot(...found) / Math.hypot(...found.map((_, j) => (j === width ? 0 : slope(j))))).toBeGreaterThan(0.8);
  }, 120_000);

  it('does not start when cancelled', async () => {
    await expect(trainLearner('linear-regression', {}, line(), { seed: 1, signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('registry', () => {
  it('has defaults for every param', () => {
    for (const { params } of algorithms.values()) expect(params.safeParse({}).success).toBe(true);
  });
});
