import { afterAll, describe, expect, it } from 'vitest';
import { encodeModel } from '../onnx/encode.ts';
import { createRunner } from '../onnx/runner.ts';
import { closeIdleWorkers } from '../worker/run-task.ts';
import { averagePool, type ConvolutionOptions, conv, globalAveragePool, maxPool } from './convolution.ts';
import { GraphBuilder, type Value } from './graph-builder.ts';
import { batchNormalise, layerNormalise } from './normalisation.ts';
import { mul } from './operators.ts';
import { concat, embed, permute, slice } from './selection.ts';
import { checkGradients, type Operand, single } from './testing.ts';

afterAll(closeIdleWorkers);

const image: Operand = { shape: ['rows', 2, 7, 6], rows: 3 };
const series: Operand = { shape: ['rows', 3, 9], rows: 2 };
const first = (f: (g: GraphBuilder, x: Value) => Value) => (g: GraphBuilder, [x]: Value[]) => f(g, x as Value);

describe('gradients against central differences', () => {
  const cases: [string, Operand, number[], ConvolutionOptions][] = [
    ['over images', image, [4, 2, 3, 3], {}],
    ['over images, filled up', image, [2, 2, 3, 2], { before: [1, 0], after: [1, 1] }],
    ['in steps of two with a rest', image, [2, 2, 3, 3], { stride: 2, before: [1, 1], after: [1, 1] }],
    ['in steps of three', image, [2, 2, 2, 2], { stride: 3 }],
    ['over series', series, [4, 3, 3], {}],
    ['over series, looking back only, with gaps', series, [2, 3, 3], { dilation: 2, before: [4], after: [0] }],
    ['filled up beyond the kernel', series, [2, 3, 1], { before: [2], after: [1] }],
  ];
  for (const [title, x, kernel, options] of cases) {
    it(`convolution ${title}`, () =>
      checkGradients((g, [a, w, b]) => conv(g, a as Value, w as Value, b as Value, options), [x, { shape: kernel }, { shape: [kernel[0] ?? 0] }], single));
  }

  // Windows keep their largest value where differences are small against the gaps between values.
  const pooled = { ...single, h: 1e-3, tolerance: 2e-3 };
  it('largest of windows side by side', () => checkGradients(first((g, x) => maxPool(g, x, 2)), [image], pooled));
  it('largest of windows that overlap', () => checkGradients(first((g, x) => maxPool(g, x, 3, 2)), [image], pooled));
  it('largest of windows that overlap, in float64', () => checkGradients(first((g, x) => maxPool(g, x, 3, 1)), [series]));
  it('mean of windows, with a rest', () => checkGradients(first((g, x) => averagePool(g, x, 2)), [image]));
  it('mean of everything', () => checkGradients(first((g, x) => globalAveragePool(g, x)), [image]));

  const positive = (shape: number[]): Operand => ({ shape, range: [0.5, 2] });
  it('batch normalisation of images', () => checkGradients((g, [x, a, b]) => batchNormalise(g, x as Value, a as Value, b as Value).output, [image, positive([2]), { shape: [2] }]));
  it('batch normalisation of rows', () => checkGradients((g, [x, a, b]) => batchNormalise(g, x as Value, a as Value, b as Value).output, [{ shape: ['rows', 3], rows: 5 }, positive([3]), { shape: [3] }]));
  it('layer normalisation', () => checkGradients((g, [x, a, b]) => layerNormalise(g, x as Value, a as Value, b as Value), [{ shape: ['rows', 2, 5], rows: 2 }, positive([5]), { shape: [5] }]));

  it('rows of a table, some of them several times', () => checkGradients((g, [table]) => embed(g, table as Value, g.constant('int64', [2, 3], [1, 4, 1, 0, 1, 4])), [{ shape: [5, 3] }]));
  it('a part along an axis', () => checkGradients(first((g, x) => slice(g, x, -1, 2, 5)), [image]));
  it('axes in another order', () => checkGradients(first((g, x) => permute(g, x, [2, 0, 3, 1])), [image]));
  it('values beside each other', () => checkGradients((g, [a, b]) => concat(g, [a as Value, mul(g, b as Value, b as Value), a as Value], 1), [{ shape: ['rows', 2, 3], rows: 2 }, { shape: ['rows', 1, 3] }]));
});

it('refuses what does not fit', () => {
  const g = new GraphBuilder();
  const x = g.input('x', 'float', ['rows', 2, 4, 4]);
  const code = (make: () => unknown): unknown => {
    try {
      return make();
    } catch (error) {
      return (error as { code?: unknown }).code;
    }
  };
  expect(code(() => conv(g, x, g.input('w', 'float', [3, 5, 3, 3]), null))).toBe('autodiff-shape');
  expect(code(() => maxPool(g, x, 5))).toBe('autodiff-shape');
  expect(code(() => slice(g, x, 0, 0, 1))).toBe('autodiff-shape');
  expect(code(() => permute(g, x, [0, 1, 1, 2]))).toBe('autodiff-shape');
  expect(code(() => concat(g, [x, g.input('y', 'float', ['rows', 1, 4, 5])], 1))).toBe('autodiff-shape');
});

it('batch statistics are those of the batch', async () => {
  const g = new GraphBuilder();
  const x = g.input('x', 'double', ['rows', 2]);
  const { mean, variance } = batchNormalise(g, x, g.constant('double', [2], [1, 1]), g.constant('double', [2], [0, 0]));
  g.output('mean', mean);
  g.output('variance', variance);
  const runner = await createRunner(encodeModel(g.build('statistics')));
  const found = await runner.run({ x: { dims: [3, 2], data: Float64Array.of(1, 10, 2, 10, 6, 13) } });
  expect(Array.from(found['mean']?.data as Float64Array)).toEqual([3, 11]);
  expect(found['variance']?.data[0]).toBeCloseTo(14 / 3, 12);
  await runner.close();
});
