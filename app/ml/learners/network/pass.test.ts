import { afterAll, expect, it } from 'vitest';
import { GraphBuilder } from '../../autodiff/graph-builder.ts';
import { encodeModel } from '../../onnx/encode.ts';
import { createRunner } from '../../onnx/runner.ts';
import { closeIdleWorkers } from '../../worker/run-task.ts';
import { initialStatistics, maskInput, maskPlace, TrainingPass, UsePass } from './pass.ts';

afterAll(closeIdleWorkers);

const x = { dims: [4, 1], data: Float32Array.of(1, 2, 3, 6) };
const [mean, variance] = [3, 3.5];

it('keeps a tenth of each batch in the running statistics, layer by layer', async () => {
  const g = new GraphBuilder();
  const input = g.input('x', 'float', ['rows', 1]);
  const statistics = g.input('statistics', 'float', [4]);
  const pass = new TrainingPass(g, [], { seed: 1, rows: 4 }, [1, 1], statistics);
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

it('dropout keeps the mean, by a mask of its own in every step and layer, the same for the same step', async () => {
  const rows = 20_000;
  const g = new GraphBuilder();
  const input = g.input('x', 'float', ['rows', 2]);
  const pass = new TrainingPass(g, [], { seed: 7, rows }, [], null);
  const repeating = new TrainingPass(new GraphBuilder(), [], { seed: 7, rows, mostNoise: 2 * 7000 }, [], null);
  const repeated = repeating.g;
  repeated.output('a', repeating.dropout(repeated.input('x', 'float', ['rows', 2]), 0.25));
  g.output('a', pass.dropout(input, 0.25));
  g.output('b', pass.dropout(input, 0.25));
  const runner = await createRunner(encodeModel(g.build('dropout')));
  const small = await createRunner(encodeModel(repeated.build('repeated')));
  const run = async (step: number, count = rows): Promise<Float32Array[]> => {
    const found = await runner.run({ x: { dims: [count, 2], data: new Float32Array(2 * count).fill(1) }, [maskInput]: { dims: [1], data: maskPlace(7, step) } });
    return ['a', 'b'].map((name) => found[name]?.data as Float32Array);
  };
  const [[a, b], [other], [again], [few]] = [await run(1), await run(2), await run(1), await run(1, 10)];
  const values = new Set(a);
  expect([...values].sort()).toEqual([0, Math.fround(4 / 3)]);
  for (const unit of [0, 1]) expect(Array.from(a ?? []).reduce((sum, value, i) => sum + (i % 2 === unit ? value : 0), 0) / rows).toBeCloseTo(1, 1);
  expect(b).not.toEqual(a);
  expect(other).not.toEqual(a);
  expect(again).toEqual(a);
  expect(few).toEqual(a?.slice(0, 20));
  const masks = (await small.run({ x: { dims: [rows, 2], data: new Float32Array(2 * rows).fill(1) }, [maskInput]: { dims: [1], data: maskPlace(7, 1) } }))['a']?.data as Float32Array;
  // Three times a part of 6,667 rows, of which the last is cut.
  const part = a?.slice(0, 2 * 6667) ?? new Float32Array();
  expect(masks).toEqual(Float32Array.of(...part, ...part, ...part).slice(0, 2 * rows));
  await small.close();
  await runner.close();
});
