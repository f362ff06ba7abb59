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
  /** Are there a target and weights, and is `shift` taken from the rows. */
  readonly targeted: boolean;
  readonly weighted: boolean;
  readonly shifted: boolean;
}

/**
 * Of rows u = x − shift with weights w (or `one`, all 1) and d = y − level: `gram` Σ w u uᵀ [columns × columns], `sides` Σ w u and
 * Σ w d u [2 × columns], `sums` Σ w, Σ w d, Σ w d². Targets and weights come as they are, in float64.
 */
export function momentsGraph({ columns, precision, targeted, weighted, shifted }: MomentsShape): OnnxGraph {
  const g = new GraphBuilder();
  const u = shiftedRows(g, columns, precision, shifted);
  const line: Value['shape'] = ['batch', 1, 'rows'];
  const share = weighted ? g.input('w', 'double', line) : g.input('one', 'float', line);
  const own = g.cast(share, precision);
  const lines = [own];
  const sums = weighted ? [share] : [];
  if (targeted) {
    const d = g.node('Sub', [g.input('y', 'double', line), g.input('level', 'double', [1])], { type: 'double', shape: line });
    const weighed = weighted ? g.node('Mul', [d, share], d) : d;
    lines.push(g.cast(weighed, precision));
    sums.push(weighed, g.node('Mul', [weighed, d], d));
  }
  const stacked = (parts: readonly Value[]): Value => g.node('Concat', parts, { type: parts[0]?.type ?? precision, shape: ['batch', parts.length, 'rows'] }, { axis: { kind: 'int', value: 1 } });
  g.output('gram', sumOfBlocks(g, product(g, turned(g, u), weighted ? g.node('Mul', [u, turned(g, own)], u) : u)));
  g.output('sides', sumOfBlocks(g, product(g, stacked(lines), u)));
  if (sums.length > 0) {
    const all = stacked(sums);
    g.output('sums', g.node('ReduceSum', [all, g.constant('int64', [2], [0, 2])], { type: 'double', shape: [sums.length] }, { keepdims: { kind: 'int', value: 0 } }));
  }
  return g.build('moments');
}
