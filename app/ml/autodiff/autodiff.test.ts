import { afterAll, describe, expect, it } from 'vitest';
import { encodeModel } from '../onnx/encode.ts';
import { createRunner } from '../onnx/runner.ts';
import type { TensorValues } from '../onnx/session-types.ts';
import { closeIdleWorkers } from '../worker/run-task.ts';
import { gradients } from './gradients.ts';
import { GraphBuilder, type Value } from './graph-builder.ts';
import * as op from './operators.ts';
import * as shaping from './shaping.ts';
import { checkGradients, type Operand } from './testing.ts';

afterAll(closeIdleWorkers);

const matrix: Operand = { shape: [3, 4] };
const positive: Operand = { shape: [3, 4], range: [0.2, 3] };
const rowVector: Operand = { shape: [4] };
const column: Operand = { shape: [3, 1] };
const scalar: Operand = { shape: [] };
const one = (f: (g: GraphBuilder, x: Value) => Value) => (g: GraphBuilder, [x]: Value[]) => f(g, x as Value);
const two = (f: (g: GraphBuilder, x: Value, y: Value) => Value) => (g: GraphBuilder, [x, y]: Value[]) => f(g, x as Value, y as Value);

describe('gradients against central differences', () => {
  const unary = { neg: op.neg, exp: op.exp, relu: op.relu, tanh: op.tanh, sigmoid: op.sigmoid, gelu: op.gelu, softmax: op.softmax, logSoftmax: op.logSoftmax, softplus: op.softplus, transpose: shaping.transpose };
  for (const [name, f] of Object.entries(unary)) it(name, () => checkGradients(one(f), [matrix]));
  for (const [name, f] of Object.entries({ log: op.log, sqrt: op.sqrt })) it(name, () => checkGradients(one(f), [positive]));

  const pairs: [string, Operand, Operand][] = [
    ['equal shapes', matrix, { ...positive }],
    ['a row', matrix, { ...rowVector, range: [0.2, 3] }],
    ['a column', matrix, { ...column, range: [0.2, 3] }],
    ['a scalar', matrix, { ...scalar, range: [0.2, 3] }],
    ['a smaller left side', column, { shape: [2, 3, 4], range: [0.2, 3] }],
    ['both sides repeated', column, { shape: [1, 4], range: [0.2, 3] }],
    ['named rows', { shape: ['rows', 2], rows: 3 }, { shape: [1, 2], range: [0.2, 3] }],
  ];
  for (const [name, f] of Object.entries({ add: op.add, sub: op.sub, mul: op.mul, div: op.div })) {
    for (const [title, a, b] of pairs) it(`${name} with ${title}`, () => checkGradients(two(f), [a, b]));
  }

  for (const transA of [false, true]) {
    for (const transB of [false, true]) {
      it(`gemm ${transA ? 'Aᵀ' : 'A'} ${transB ? 'Bᵀ' : 'B'} with a bias`, () =>
        checkGradients(
          (g, [a, b, bias]) => op.gemm(g, a as Value, b as Value, bias as Value, transA, transB),
          [{ shape: transA ? [4, 3] : [3, 4] }, { shape: transB ? [2, 4] : [4, 2] }, { shape: [2] }],
        ));
    }
  }
  it('matmul with named rows', () => checkGradients(two(op.matmul), [{ shape: ['rows', 4], rows: 3 }, { shape: [4, 2] }]));

  for (const [name, f] of Object.entries({ reduceSum: shaping.reduceSum, reduceMean: shaping.reduceMean })) {
    it(`${name} of everything`, () => checkGradients(one((g, x) => f(g, x)), [matrix]));
    it(`${name} over the first axis`, () => checkGradients(one((g, x) => f(g, x, [0])), [matrix]));
    it(`${name} over the last axis, kept`, () => checkGradients(one((g, x) => f(g, x, [-1], true)), [matrix]));
    it(`${name} over two of three axes`, () => checkGradients(one((g, x) => f(g, x, [0, 2])), [{ shape: [2, 3, 2] }]));
    it(`${name} over named rows`, () => checkGradients(one((g, x) => f(g, x, [0])), [{ shape: ['rows', 2], rows: 3 }]));
  }
  it('reshape', () => checkGradients(one((g, x) => shaping.reshape(g, x, [2, 6])), [matrix]));
  it('dropout by mask', () => checkGradients(one((g, x) => op.dropoutByMask(g, x, g.constant('double', [4], [0, 2, 2, 0]))), [matrix]));
  it('a value used several times', () => checkGradients(one((g, x) => op.mul(g, op.add(g, x, op.tanh(g, x)), op.exp(g, x))), [matrix]));
  it('a two-layer network with its cross-entropy', () =>
    checkGradients(
      (g, [x, w, b, v]) => op.logSoftmax(g, op.gemm(g, op.tanh(g, op.gemm(g, x as Value, w as Value, b as Value)), v as Value, null)),
      [{ shape: ['rows', 2], rows: 3 }, { shape: [2, 3] }, { shape: [3] }, { shape: [3, 2] }],
    ));
  it('a cast there and back, through float32', async () => {
    const g = new GraphBuilder();
    const x = g.input('x', 'double', [2]);
    const loss = shaping.reduceSum(g, g.cast(op.mul(g, g.cast(x, 'float'), g.scalar(3)), 'double'));
    const [gradient] = gradients(g, loss, [x]);
    expect(gradient).toMatchObject({ type: 'double', shape: [2] });
    g.output('g', gradient as Value);
    const runner = await createRunner(encodeModel(g.build('cast')));
    expect((await runner.run({ x: { dims: [2], data: Float64Array.of(1, 2) } }))['g']?.data).toEqual(Float64Array.of(3, 3));
    await runner.close();
  });
});

it('softplus in float32, far out and in the middle', async () => {
  const g = new GraphBuilder();
  const x = g.input('x', 'float', [4]);
  const y = op.softplus(g, x);
  g.output('y', y);
  g.output('g', gradients(g, shaping.reduceSum(g, y), [x])[0] as Value);
  const runner = await createRunner(encodeModel(g.build('softplus')));
  const { y: found, g: slope } = await runner.run({ x: { dims: [4], data: Float32Array.of(-200, 0, 3, 200) } });
  const close = (actual: TensorValues | undefined, expected: number[]) => expected.forEach((value, i) => expect(actual?.data[i]).toBeCloseTo(value, 5));
  close(found, [0, Math.LN2, Math.log1p(Math.exp(3)), 200]);
  close(slope, [0, 0.5, 1 / (1 + Math.exp(-3)), 1]);
  await runner.close();
});

describe('what cannot be built', () => {
  const g = new GraphBuilder();
  const x = g.input('x', 'double', ['rows', 3]);
  const y = g.input('y', 'double', [4, 2]);
  const code = (make: () => unknown): unknown => {
    try {
      return make();
    } catch (error) {
      return (error as { code?: unknown }).code;
    }
  };
  it('is refused with a reason', () => {
    expect(code(() => op.add(g, x, y))).toBe('autodiff-shape');
    expect(code(() => op.matmul(g, x, y))).toBe('autodiff-shape');
    expect(code(() => shaping.reshape(g, y, [3, 3]))).toBe('autodiff-shape');
    expect(code(() => shaping.reduceSum(g, y, [2]))).toBe('autodiff-shape');
    expect(code(() => gradients(g, op.exp(g, y), [y]))).toBe('autodiff-shape');
    expect(code(() => gradients(g, shaping.reduceSum(g, x), [y]))).toBe('autodiff-constant');
  });
});
