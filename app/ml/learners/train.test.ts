import { afterAll, describe, expect, it } from 'vitest';
import { closeIdleWorkers } from '../worker/run-task.ts';
import { algorithms } from './registry.ts';
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
    expect(await fails('linear-regression', { l2: -1 }, {})).toMatchObject({ code: 'params-invalid', place: { param: ['l2'] } });
    expect(await fails('logistic-regression', {}, {})).toMatchObject({ code: 'task-unsupported' });
    expect(await fails('crystal-ball', {}, {})).toMatchObject({ code: 'unknown-algorithm' });
  });

  it('does not start when cancelled', async () => {
    await expect(trainLearner('linear-regression', {}, line(), { seed: 1, signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('registry', () => {
  it('has defaults for every param', () => {
    for (const { params } of algorithms.values()) expect(params.safeParse({}).success).toBe(true);
  });
});
