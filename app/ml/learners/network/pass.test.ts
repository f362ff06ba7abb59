import { afterAll, expect, it } from 'vitest';
import { GraphBuilder } from '../../autodiff/graph-builder.ts';
import { encodeModel } from '../../onnx/encode.ts';
import { createRunner } from '../../onnx/runner.ts';
import { closeIdleWorkers } from '../../worker/run-task.ts';
import { initialStatistics, TrainingPass, UsePass } from './pass.ts';

afterAll(closeIdleWorkers);

const x = { dims: [4, 1], data: Float32Array.of(1, 2, 3, 6) };
const [mean, variance] = [3, 3.5];

it('keeps a tenth of each batch in the running statistics, layer by layer', async () => {
  const g = new GraphBuilder();
  const input = g.input('x', 'float', ['rows', 1]);
  const statistics = g.input('statistics', 'float', [4]);
  const pass = new TrainingPass(g, [], 1, [1, 1], statistics);
  const one = g.constant('float', [1], [1]);
  g.output('y', pass.normalise(pass.normalise(input, g.constant('float', [1], [2]), g.constant('float', [1], [5])), one, one));
  g.output('next', pass.statistics());
  const runner = await createRunner(encodeModel(g.build('training')));
  const found = await runner.run({ x, statistics: { dims: [4], data: initialStatistics([1, 1]) } });
  const next = Array.from(found['next']?.data as Float32Array);
  // The first layer gives mean 5 and variance 2² (but for ε).
  for (const [i, expected] of [0.1 * mean, 0.9 + 0.1 * variance, 0.1 * 5, 0.9 + 0.1 * 4].entries()) expect(next[i]).toBeCloseTo(expected, 4);
  await runner.close();
});

it('uses kept statistics afterwards, and neither they nor dropout depend on the batch', async () => {
  const g = new GraphBuilder();
  const input = g.input('x', 'float', ['rows', 1]);
  const constant = (value: number) => g.constant('float', [1], [value]);
  const pass = new UsePass(g, [], [constant(1), constant(4)]);
  g.output('y', pass.dropout(pass.normalise(input, constant(2), constant(3))));
  const runner = await createRunner(encodeModel(g.build('use')));
  const y = (await runner.run({ x }))['y']?.data as Float32Array;
  for (const [i, value] of x.data.entries()) expect(y[i]).toBeCloseTo(3 + value - 1, 4);
  await runner.close();
});

it('dropout keeps the mean, by a mask of its own in every step and layer', async () => {
  const g = new GraphBuilder();
  const input = g.input('x', 'float', ['rows', 1]);
  const pass = new TrainingPass(g, [], 7, [], null);
  g.output('a', pass.dropout(input, 0.25));
  g.output('b', pass.dropout(input, 0.25));
  const runner = await createRunner(encodeModel(g.build('dropout')));
  const rows = 20_000;
  const run = async (): Promise<Float32Array[]> => {
    const found = await runner.run({ x: { dims: [rows, 1], data: new Float32Array(rows).fill(1) } });
    return ['a', 'b'].map((name) => found[name]?.data as Float32Array);
  };
  const [[a, b], [again]] = [await run(), await run()];
  const values = new Set(a);
  expect([...values].sort()).toEqual([0, Math.fround(4 / 3)]);
  expect(Array.from(a ?? []).reduce((sum, value) => sum + value, 0) / rows).toBeCloseTo(1, 1);
  expect(b).not.toEqual(a);
  expect(again).not.toEqual(a);
  await runner.close();
});
