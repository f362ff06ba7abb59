import type { OnnxGraph } from '#app/relation/emitters/onnx/graph.ts';
import { GraphBuilder, type Value } from '../autodiff/graph-builder.ts';
import type { Precision } from './blocks.ts';

/** Sum over the blocks of a call, [batch, …shape] → […shape], in float64. */
export function sumOfBlocks(g: GraphBuilder, value: Value): Value {
  return g.node('ReduceSum', [g.cast(value, 'double'), g.constant('int64', [1], [0])], { type: 'double', shape: value.shape.slice(1) }, { keepdims: { kind: 'int', value: 0 } });
}

/** [batch, rows, columns] → [batch, columns, rows]; onnxruntime reads it the other way round instead of moving anything. */
export function turned(g: GraphBuilder, value: Value): Value {
  const [batch = 0, rows = 0, columns = 0] = value.shape;
  return g.node('Transpose', [value], { type: value.type, shape: [batch, columns, rows] }, { perm: { kind: 'ints', value: [0, 2, 1] } });
}

export function product(g: GraphBuilder, a: Value, b: Value): Value {
  const [batch = 0, rows = 0] = a.shape;
  return g.node('MatMul', [a, b], { type: a.type, shape: [batch, rows, b.shape[2] ?? 0] });
}

/** The rows of a call in the type that is computed in, less `shift` where there is one. */
export function shiftedRows(g: GraphBuilder, columns: number, precision: Precision, shifted: boolean): Value {
  const x = g.cast(g.input('x', 'float', ['batch', 'rows', columns]), precision);
  return shifted ? g.node('Sub', [x, g.input('shift', precision, [columns])], x) : x;
}

export interface MomentsShape {
  readonly columns: number;
  readonly precision: Precision;
  /** Are rows weighted, and is `shift` taken from them. */
  readonly weighted: boolean;
  readonly shifted: boolean;
}

/**
 * Of rows u = x − shift: `gram` Σ w u uᵀ [columns × columns] and `sides` e u, where e [batch, 2, rows] holds the weights and the
 * weighted target.
 */
export function momentsGraph({ columns, precision, weighted, shifted }: MomentsShape): OnnxGraph {
  const g = new GraphBuilder();
  const u = shiftedRows(g, columns, precision, shifted);
  const e = g.input('e', precision, ['batch', 2, 'rows']);
  const v = weighted ? g.node('Mul', [u, g.input('w', precision, ['batch', 'rows', 1])], u) : u;
  g.output('gram', sumOfBlocks(g, product(g, turned(g, u), v)));
  g.output('sides', sumOfBlocks(g, product(g, e, u)));
  return g.build('moments');
}
