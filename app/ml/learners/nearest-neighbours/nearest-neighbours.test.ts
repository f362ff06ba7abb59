import { afterAll, describe, expect, it } from 'vitest';
import { closeIdleWorkers } from '../../worker/run-task.ts';
import { blockRows } from '../blocks.ts';
import { normal, uniform } from '../random.ts';
import { quietHooks, runHead, trainInput } from '../testing.ts';
import type { TrainInput } from '../types.ts';
import { trainNearest } from './nearest-neighbours.ts';
import { nearestParams } from './params.ts';
import reference from './reference.json' with { type: 'json' };

afterAll(closeIdleWorkers);
const test = Float32Array.from(reference.test.flat());
const train = (input: TrainInput, params: object) => trainNearest(input, nearestParams.parse(params), quietHooks(), 1);

describe('nearest neighbours', () => {
  it.each(reference.answers)('predict what scikit-learn predicts from $neighbours, $weights', async ({ neighbours, weights, probabilities, labels, predictions }) => {
    const classes = await runHead(train(trainInput(reference.train, reference.classes, 3), { neighbours, weights }).head, test, 5);
    expect(classes['label']).toEqual(labels);
    probabilities.flat().forEach((value, i) => expect(classes['probabilities']?.[i]).toBeCloseTo(value, 6));
    const numbers = await runHead(train(trainInput(reference.train, reference.values, 0), { neighbours, weights }).head, test, 5);
    predictions.forEach((value, i) => expect(numbers['prediction']?.[i]).toBeCloseTo(value, 5));
  });

  it('goes through many rows in blocks, and through one, with the same answers', async () => {
    const { head } = train(trainInput(reference.train, reference.classes, 3), { neighbours: 7 });
    const next = uniform(2);
    const rows = 2 * blockRows(240) + 17;
    const many = Float32Array.from({ length: rows * 5 }, (_, at) => normal(next) + (at % 5 === 1 ? 50 : 0));
    const { label } = await runHead(head, many, 5);
    expect(label).toHaveLength(rows);
    for (const row of [0, blockRows(240), rows - 1]) expect((await runHead(head, many.slice(5 * row, 5 * row + 5), 5))['label']).toEqual([label?.[row]]);
  });

  it('counts neighbours by the weight of their rows', async () => {
    const rows = [[0], [1], [2]];
    const weights = [1, 5, 1];
    const { head } = train(trainInput(rows, [0, 1, 0], 2, weights), { neighbours: 3 });
    const { probabilities } = await runHead(head, Float32Array.of(0.2), 1);
    expect(probabilities?.[1]).toBeCloseTo(5 / 7, 6);
  });

  it('measures itself on rows left out', () => {
    const found = train(trainInput(reference.train, reference.classes, 3), {}).metrics['leaveOneOutAccuracy'] ?? 0;
    expect(found).toBeGreaterThan(0.5);
    expect(found).toBeLessThan(1);
    // Every row has its twin, so that leaving it out changes nothing.
    const twins = trainInput([[0], [0], [9], [9]], [1, 1, 4, 4], 0);
    expect(train(twins, { neighbours: 1 }).metrics).toEqual({ leaveOneOutRmse: 0 });
  });

  it('takes all rows where there are fewer than neighbours, and says so', async () => {
    const { head, details } = train(trainInput([[0], [1], [5]], [1, 2, 6], 0), { neighbours: 50 });
    expect(details.notes.join(' ')).toContain('only 3 rows');
    expect((await runHead(head, Float32Array.of(9), 1))['prediction']?.[0]).toBeCloseTo(3, 6);
  });

  it('takes the first of training rows that are equally far, whatever rounding makes of their distances', async () => {
    // Far from zero, so that squares of lengths have lost the digits in which the twins would be told apart.
    const rows = [0.1, 0.4, 0.2, 0.4, 0.2, 0.5, 0.3, 0.3].map((x) => [x, 1000 + x]);
    const { head } = train(trainInput(rows, [1, 2, 4, 8, 16, 32, 64, 128], 0), { neighbours: 3 });
    expect((await runHead(head, Float32Array.of(0.3, 1000.3), 2))['prediction']?.[0]).toBeCloseTo((64 + 128 + 4) / 3, 5);
    const twins = trainInput(Array.from({ length: 400 }, (_, i) => [Math.floor(i / 100), 0.1]), Array.from({ length: 400 }, (_, i) => i), 0);
    expect((await runHead(train(twins, { neighbours: 4 }).head, Float32Array.of(2, 0.1), 2))['prediction']?.[0]).toBe(201.5);
  });

  it('refuses what would make too large a file', () => {
    const input: TrainInput = { task: 'regression', matrix: new Float32Array(), rows: 300_000, features: Array.from({ length: 100 }, (_, j) => `x${j}`), target: new Float64Array(), classes: 0 };
    expect(() => train(input, {})).toThrow(expect.objectContaining({ code: 'model-too-large' }));
  });
});
