import type { GraphBuilder, Value } from './graph-builder.ts';
import { broadcast, reduceSum, shapeError, unbroadcast } from './shaping.ts';

const int = (value: number) => ({ kind: 'int', value }) as const;

export function add(g: GraphBuilder, a: Value, b: Value): Value {
  return g.node('Add', [a, b], { type: a.type, shape: broadcast('Add', a, b) }, {}, [(gradient) => unbroadcast(g, gradient, a), (gradient) => unbroadcast(g, gradient, b)]);
}

export function sub(g: GraphBuilder, a: Value, b: Value): Value {
  return g.node('Sub', [a, b], { type: a.type, shape: broadcast('Sub', a, b) }, {}, [(gradient) => unbroadcast(g, gradient, a), (gradient) => unbroadcast(g, neg(g, gradient), b)]);
}

export function mul(g: GraphBuilder, a: Value, b: Value): Value {
  return g.node('Mul', [a, b], { type: a.type, shape: broadcast('Mul', a, b) }, {}, [
    (gradient) => unbroadcast(g, mul(g, gradient, b), a),
    (gradient) => unbroadcast(g, mul(g, gradient, a), b),
  ]);
}

export function div(g: GraphBuilder, a: Value, b: Value): Value {
  const quotient: Value = g.node('Div', [a, b], { type: a.type, shape: broadcast('Div', a, b) }, {}, [
    (gradient) => unbroadcast(g, div(g, gradient, b), a),
    (gradient) => unbroadcast(g, neg(g, mul(g, div(g, gradient, b), quotient)), b),
  ]);
  return quotient;
}

function unary(g: GraphBuilder, op: string, x: Value, derivative: (y: Value, gradient: Value) => Value): Value {
  const y: Value = g.node(op, [x], { type: x.type, shape: x.shape }, {}, [(gradient) => derivative(y, gradient)]);
  return y;
}

export const neg = (g: GraphBuilder, x: Value): Value => unary(g, 'Neg', x, (_, gradient) => neg(g, gradient));
export const exp = (g: GraphBuilder, x: Value): Value => unary(g, 'Exp', x, (y, gradient) => mul(g, gradient, y));
export const log = (g: GraphBuilder, x: Value): Value => unary(g, 'Log', x, (_, gradient) => div(g, gradient, x));
export const sqrt = (g: GraphBuilder, x: Value): Value => unary(g, 'Sqrt', x, (y, gradient) => div(g, gradient, add(g, y, y)));
/** 1 where a rectified value is above 0, else 0. onnxruntime's Sign, which is not vectorised, takes many times as long; in float64 it has only the longer way. */
const isPositive = (g: GraphBuilder, y: Value): Value =>
  y.type === 'float'
    ? g.node('HardSigmoid', [y], y, { alpha: { kind: 'float', value: 1e30 }, beta: { kind: 'float', value: 0 } })
    : g.node('Clip', [g.node('Mul', [y, g.scalar(1e30, y.type)], y), g.scalar(0, y.type), g.scalar(1, y.type)], y);
/** The slope at 0 is taken as 0. */
export const relu = (g: GraphBuilder, x: Value): Value => unary(g, 'Relu', x, (y, gradient) => mul(g, gradient, isPositive(g, y)));
export const tanh = (g: GraphBuilder, x: Value): Value => unary(g, 'Tanh', x, (y, gradient) => mul(g, gradient, sub(g, g.scalar(1, x.type), mul(g, y, y))));
export const sigmoid = (g: GraphBuilder, x: Value): Value =>
  unary(g, 'Sigmoid', x, (y, gradient) => mul(g, gradient, mul(g, y, sub(g, g.scalar(1, x.type), y))));

/** ln(1 + eˣ). In float64, for which onnxruntime has no kernel, as −ln σ(−x): good up to x = 700. */
export function softplus(g: GraphBuilder, x: Value): Value {
  if (x.type === 'double') return neg(g, log(g, sigmoid(g, neg(g, x))));
  return unary(g, 'Softplus', x, (_, gradient) => mul(g, gradient, sigmoid(g, x)));
}

/** x without a way back: its gradient is not asked for. */
export function detached(g: GraphBuilder, x: Value): Value {
  return g.node('Identity', [x], { type: x.type, shape: x.shape });
}

/** Gaussian error linear unit in its tanh form (Hendrycks & Gimpel 2016). */
export function gelu(g: GraphBuilder, x: Value): Value {
  const number = (value: number): Value => g.scalar(value, x.type);
  const inner = mul(g, number(Math.sqrt(2 / Math.PI)), add(g, x, mul(g, number(0.044715), mul(g, x, mul(g, x, x)))));
  return mul(g, mul(g, number(0.5), x), add(g, number(1), tanh(g, inner)));
}

/** Over the last axis. */
export function softmax(g: GraphBuilder, x: Value): Value {
  const y: Value = g.node('Softmax', [x], { type: x.type, shape: x.shape }, { axis: int(-1) }, [
    (gradient) => {
      const weighted = mul(g, gradient, y);
      return sub(g, weighted, mul(g, y, reduceSum(g, weighted, [-1], true)));
    },
  ]);
  return y;
}

/** Over the last axis. */
export function logSoftmax(g: GraphBuilder, x: Value): Value {
  const y: Value = g.node('LogSoftmax', [x], { type: x.type, shape: x.shape }, { axis: int(-1) }, [
    (gradient) => sub(g, gradient, mul(g, exp(g, y), reduceSum(g, gradient, [-1], true))),
  ]);
  return y;
}

function matrixShape(what: string, a: Value, b: Value, transA: boolean, transB: boolean): [Value['shape'][number], Value['shape'][number]] {
  const [p, q] = transA ? [a.shape[1], a.shape[0]] : [a.shape[0], a.shape[1]];
  const [r, s] = transB ? [b.shape[1], b.shape[0]] : [b.shape[0], b.shape[1]];
  if (a.shape.length !== 2 || b.shape.length !== 2 || p === undefined || s === undefined || q !== r) throw shapeError(what, a, b);
  return [p, s];
}

/** Product of two matrices. */
export function matmul(g: GraphBuilder, a: Value, b: Value): Value {
  return gemm(g, a, b, null);
}

/** a b + bias with either matrix transposed; `bias` is broadcast over the rows. */
export function gemm(g: GraphBuilder, a: Value, b: Value, bias: Value | null, transA = false, transB = false): Value {
  const shape = matrixShape('A matrix product', a, b, transA, transB);
  const attributes = { ...(transA ? { transA: int(1) } : {}), ...(transB ? { transB: int(1) } : {}) };
  const inputs = bias === null ? [a, b] : [a, b, bias];
  return g.node('Gemm', inputs, { type: a.type, shape }, attributes, [
    (gradient) => (transA ? gemm(g, b, gradient, null, transB, true) : gemm(g, gradient, b, null, false, !transB)),
    (gradient) => (transB ? gemm(g, gradient, a, null, true, transA) : gemm(g, a, gradient, null, !transA, false)),
    ...(bias === null ? [] : [(gradient: Value) => unbroadcast(g, gradient, bias)]),
  ]);
}

/** x with a mask of 0 and 1 / (1 − rate) put on, which is a constant to differentiation. */
export function dropoutByMask(g: GraphBuilder, x: Value, mask: Value): Value {
  return mul(g, x, detached(g, mask));
}
