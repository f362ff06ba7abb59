import type { OnnxGraph } from '#app/relation/emitters/onnx/graph.ts';
import { GraphBuilder, type Value } from '../../autodiff/graph-builder.ts';
import { add, exp, log, mul, neg, relu, sub } from '../../autodiff/operators.ts';
import type { Precision } from '../../matrix/blocks.ts';
import { product, shiftedRows, sumOfBlocks, turned } from '../../matrix/moments-graph.ts';

export interface LossShape {
  readonly columns: number;
  readonly classes: number;
  readonly precision: Precision;
  readonly weighted: boolean;
  readonly shifted: boolean;
  readonly curvature: boolean;
  /** The curvature as one matrix over all classes. */
  readonly whole: boolean;
}

const int = (value: number) => ({ kind: 'int', value }) as const;

/** Side by side along the last axis. */
function beside(g: GraphBuilder, parts: readonly Value[]): Value {
  const [first] = parts as [Value];
  const last = parts.reduce((sum, { shape }) => sum + Number(shape[2]), 0);
  return g.node('Concat', parts, { type: first.type, shape: [...first.shape.slice(0, 2), last] }, { axis: int(2) });
}

/** Sums over the rows of each block, then over blocks: [batch, rows, n] → [n]. */
function sumOfRows(g: GraphBuilder, value: Value): Value {
  const [batch = 0, , last = 0] = value.shape;
  return sumOfBlocks(g, g.node('ReduceSum', [value, g.constant('int64', [1], [1])], { type: value.type, shape: [batch, last] }, { keepdims: int(0) }));
}

/** ln(1 + eˣ); onnxruntime's own is for float32 only. */
const softplus = (g: GraphBuilder, x: Value): Value => add(g, relu(g, x), log(g, add(g, g.scalar(1, x.type), exp(g, neg(g, g.node('Abs', [x], x))))));

/**
 * Two classes, over the rows of a call: logits z = (x − shift) beta + intercept, with `label` [batch, 1, rows] +1 for the second class
 * and −1 for the first. Gives `sums` [loss, slopes, right, bends], `sides` [slopes; bends] · u, and `gram` Σ bend u uᵀ. What there is
 * one of for each row lies along the last axis: onnxruntime takes a number with each element of [batch, rows, 1] one by one.
 */
export function binaryGraph({ columns, precision, weighted, shifted, curvature }: LossShape): OnnxGraph {
  const g = new GraphBuilder();
  const u = shiftedRows(g, columns, precision, shifted);
  const [batch = 0, rows = 0] = u.shape;
  const column: Value['shape'] = [batch, rows, 1];
  const line: Value['shape'] = [batch, 1, rows];
  // 0 keeps a dimension, −1 is what is left.
  const lined = (value: Value): Value => g.node('Reshape', [value, g.constant('int64', [3], [0, 1, -1])], { type: precision, shape: line });
  const label = g.cast(g.input('label', 'float', line), precision);
  const z = add(g, lined(g.node('MatMul', [u, g.input('beta', precision, [columns, 1])], { type: precision, shape: column })), g.input('intercept', precision, [1]));
  const sure = mul(g, label, z);
  // The probability of the class that it is, and what is left of it.
  const right = g.node('Sigmoid', [sure], sure);
  const wrong = g.node('Sigmoid', [neg(g, sure)], sure);
  const weigh = weighted ? ((w) => (value: Value) => mul(g, value, w))(g.cast(g.input('w', 'float', line), precision)) : (value: Value) => value;
  const slope = weigh(neg(g, mul(g, label, wrong)));
  const loss = weigh(softplus(g, neg(g, sure)));
  const hit = weigh(g.cast(g.node('Greater', [sure, g.scalar(0, precision)], { type: 'bool', shape: line }), precision));
  const bend = curvature ? weigh(mul(g, right, wrong)) : null;
  const stacked = (parts: readonly Value[]): Value => g.node('Concat', parts, { type: precision, shape: [batch, parts.length, rows] }, { axis: int(1) });
  const all = stacked([loss, slope, hit, ...(bend === null ? [] : [bend])]);
  g.output('sums', sumOfBlocks(g, g.node('ReduceSum', [all, g.constant('int64', [1], [2])], { type: precision, shape: [batch, all.shape[1] ?? 0] }, { keepdims: int(0) })));
  g.output('sides', sumOfBlocks(g, product(g, bend === null ? slope : stacked([slope, bend]), u)));
  if (bend !== null) {
    const bends = g.node('Reshape', [bend, g.constant('int64', [3], [0, -1, 1])], { type: precision, shape: column });
    g.output('gram', sumOfBlocks(g, product(g, turned(g, u), mul(g, u, bends))));
  }
  return g.build('binary loss');
}

/**
 * Three classes or more, over the rows of a call, of v = [x − shift, 1]; `label`: index of the class, `one`: all 1. Gives `sums`
 * [loss, right], `slopes` [classes × (columns + 1)], and of the probabilities p: `bound` Σ pₖ v vᵀ, side by side for each class k, and
 * `taken` Σ (p ⊗ v)(p ⊗ v)ᵀ, which is what the Hessian is less than that.
 */
export function multinomialGraph({ columns, classes, precision, weighted, shifted, curvature, whole }: LossShape): OnnxGraph {
  const g = new GraphBuilder();
  const width = columns + 1;
  const u = shiftedRows(g, columns, precision, shifted);
  const [batch = 0, rows = 0] = u.shape;
  const one: Value['shape'] = [batch, rows, 1];
  const all: Value['shape'] = [batch, rows, classes];
  const v = beside(g, [u, g.cast(g.input('one', 'float', one), precision)]);
  const label = g.input('label', 'float', one);
  const z = g.node('MatMul', [v, g.input('beta', precision, [width, classes])], { type: precision, shape: all });
  const logP = g.node('LogSoftmax', [z], z, { axis: int(-1) });
  const p = exp(g, logP);
  const numbers = g.constant('float', [classes], Array.from({ length: classes }, (_, cls) => cls));
  const actual = g.cast(g.node('Equal', [label, numbers], { type: 'bool', shape: all }), precision);
  const weigh = weighted ? ((w) => (value: Value) => mul(g, value, w))(g.cast(g.input('w', 'float', one), precision)) : (value: Value) => value;
  const best = g.node('ArgMax', [z], { type: 'int64', shape: one }, { axis: int(2), keepdims: int(1) });
  const hit = weigh(g.cast(g.node('Equal', [g.cast(best, 'float'), label], { type: 'bool', shape: one }), precision));
  const loss = weigh(neg(g, g.node('ReduceSum', [mul(g, actual, logP), g.constant('int64', [1], [2])], { type: precision, shape: one }, { keepdims: int(1) })));
  g.output('sums', sumOfRows(g, beside(g, [loss, hit])));
  g.output('slopes', sumOfBlocks(g, product(g, turned(g, weigh(sub(g, p, actual))), v)));
  if (!curvature) return g.build('multinomial loss');
  const unsqueeze = (value: Value, axis: number, shape: Value['shape']): Value => g.node('Unsqueeze', [value, g.constant('int64', [1], [axis])], { type: value.type, shape });
  /** Each class's column times v: [batch, rows, classes · width]. */
  const times = (value: Value): Value => {
    const spread = g.node('Mul', [unsqueeze(value, 3, [...all, 1]), unsqueeze(v, 2, [batch, rows, 1, width])], { type: precision, shape: [...all, width] });
    // 0 keeps a dimension.
    return g.node('Reshape', [spread, g.constant('int64', [3], [0, 0, classes * width])], { type: precision, shape: [batch, rows, classes * width] });
  };
  const bent = times(weigh(p));
  g.output('bound', sumOfBlocks(g, product(g, turned(g, v), bent)));
  if (whole) g.output('taken', sumOfBlocks(g, product(g, turned(g, bent), weighted ? times(p) : bent)));
  return g.build('multinomial loss');
}
