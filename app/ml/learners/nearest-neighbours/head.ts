import type { OnnxGraph, OnnxNode, OnnxValueInfo } from '#app/relation/emitters/onnx/graph.ts';
import { HeadBuilder, headInput } from '../heads.ts';
import type { LearnerHead, TrainInput } from '../types.ts';
import type { NearestParams } from './params.ts';

/** Distances held at once, of a block of rows to all training rows: 64 MB. */
const blockCells = 8_000_000;
const mostBlockRows = 256;

const int = (value: number) => ({ kind: 'int', value }) as const;

/**
 * The training rows as a model. Rows to predict go through in blocks (ONNX Scan), so that the distances to all training rows never need
 * much memory: |t|² − 2 x·t by a float64 matrix product, TopK for the nearest, then their labels or values, weighted.
 */
export function nearestHead(input: TrainInput, { neighbours, weights }: NearestParams, centre: Float64Array): LearnerHead {
  const { matrix, rows, features, target, classes } = input;
  const size = features.length;
  const builder = new HeadBuilder();
  const longs = (values: readonly number[]): string => builder.constant('int64', [values.length], values);
  const [zero, one] = [longs([0]), longs([1])];

  // float32 as they were trained on; everything else is worked out when the model is loaded.
  const centred = builder.constant('double', [size], centre);
  const trained = builder.op('Sub', [builder.cast(builder.constant('float', [rows, size], matrix), 'double'), centred]);
  const across = builder.op('Transpose', [trained], { perm: { kind: 'ints', value: [1, 0] } });
  const norms = builder.op('Transpose', [builder.op('ReduceSumSquare', [trained], { axes: { kind: 'ints', value: [1] } })], { perm: { kind: 'ints', value: [1, 0] } });

  const x = builder.op('Sub', [builder.cast(headInput, 'double'), centred]);
  const count = builder.op('Slice', [builder.op('Shape', [x]), zero, one]);
  const block = builder.op('Max', [one, builder.op('Min', [count, longs([blockRows(rows)])])]);
  // The last block is filled up with zeros, which are cut off again at the end.
  const fill = builder.op('Mod', [builder.op('Neg', [count]), block]);
  const filled = builder.op('Pad', [x, builder.op('Concat', [zero, zero, fill, zero], { axis: int(0) })]);
  const blocks = builder.op('Reshape', [filled, builder.op('Concat', [longs([-1]), block, longs([size])], { axis: int(0) })]);

  const outputs = Math.max(1, classes);
  const outer = {
    across,
    norms,
    trained,
    neighbours: longs([Math.min(neighbours, rows)]),
    minusTwo: builder.constant('double', [], [-2]),
    first: one,
    second: longs([2]),
    last: longs([-1]),
    targets: classes > 0 ? builder.constant('int64', [rows], Array.from(target)) : builder.constant('double', [rows], target),
    rowWeights: input.weights === undefined ? null : builder.constant('double', [rows], input.weights),
    depth: builder.constant('int64', [], [outputs]),
    ends: builder.constant('float', [2], [0, 1]),
    nothing: builder.constant('double', [], [0]),
    unit: builder.constant('double', [], [1]),
  };
  const found = builder.op('Scan', [blocks], { body: { kind: 'graph', value: blockGraph(outer, size, outputs, classes > 0, weights) }, num_scan_inputs: int(1) });
  const flat = builder.op('Reshape', [found, longs([-1, outputs])]);
  const answer = builder.cast(builder.op('Slice', [flat, zero, count, zero]), 'float');
  return classes > 0 ? builder.classification(answer, classes) : builder.regression(answer);
}

export const blockRows = (rows: number): number => Math.max(1, Math.min(mostBlockRows, Math.floor(blockCells / rows)));

interface Outer {
  readonly across: string;
  readonly norms: string;
  readonly trained: string;
  readonly neighbours: string;
  readonly minusTwo: string;
  readonly first: string;
  readonly second: string;
  readonly last: string;
  readonly targets: string;
  readonly rowWeights: string | null;
  readonly depth: string;
  readonly ends: string;
  readonly nothing: string;
  readonly unit: string;
}

/** One block [rows, features] to shares of the classes or to values [rows, outputs]; float64. */
function blockGraph(outer: Outer, size: number, outputs: number, isClasses: boolean, weights: NearestParams['weights']): OnnxGraph {
  const nodes: OnnxNode[] = [];
  const name = (index: number): string => `head.block.t${index}`;
  const op = (type: string, inputs: readonly string[], attributes?: OnnxNode['attributes'], further = 0): string => {
    const own = name(nodes.length);
    nodes.push({ op: type, inputs, outputs: further === 0 ? [own] : [own, ...Array.from({ length: further }, (_, i) => `${own}.${i}`)], ...(attributes === undefined ? {} : { attributes }) });
    return own;
  };
  const x = 'head.block.x';
  const scores = op('Add', [op('Mul', [op('MatMul', [x, outer.across]), outer.minusTwo]), outer.norms]);
  const best = op('TopK', [scores, outer.neighbours], { axis: int(1), largest: int(0), sorted: int(1) }, 1);
  const which = `${best}.0`;
  const weight = weightOf(op, outer, x, which, weights);
  const values = op('Gather', [outer.targets, which], { axis: int(0) });
  // [rows, neighbours, outputs]
  const votes = isClasses ? op('Cast', [op('OneHot', [values, outer.depth, outer.ends], { axis: int(-1) })], { to: int(11) }) : op('Unsqueeze', [values, outer.second]);
  const sum = op('ReduceSum', [op('Mul', [votes, op('Unsqueeze', [weight, outer.second])]), outer.first], { keepdims: int(0) });
  const result = op('Div', [sum, op('ReduceSum', [weight, outer.first], { keepdims: int(1) })]);
  const input: OnnxValueInfo = { name: x, type: 'double', shape: ['block', size] };
  return { name: 'block', inputs: [input], outputs: [{ name: result, type: 'double', shape: ['block', outputs] }], nodes, initializers: [] };
}

type Op = (type: string, inputs: readonly string[], attributes?: OnnxNode['attributes']) => string;

/** Weights of the neighbours [rows, neighbours]. By distance: its inverse, and where a row is there itself only such rows count, as in scikit-learn. */
function weightOf(op: Op, outer: Outer, x: string, which: string, weights: NearestParams['weights']): string {
  const rows = outer.rowWeights === null ? null : op('Gather', [outer.rowWeights, which], { axis: int(0) });
  if (weights === 'uniform') return rows ?? op('Add', [op('Mul', [op('Cast', [which], { to: int(11) }), outer.nothing]), outer.unit]);
  // Taken anew from the rows: the difference of large squares above would be a poor zero.
  const apart = op('Sub', [op('Gather', [outer.trained, which], { axis: int(0) }), op('Unsqueeze', [x, outer.first])]);
  const distance = op('Sqrt', [op('ReduceSum', [op('Mul', [apart, apart]), outer.last], { keepdims: int(0) })]);
  const same = op('Cast', [op('Equal', [distance, outer.nothing])], { to: int(11) });
  const any = op('Greater', [op('ReduceSum', [same, outer.first], { keepdims: int(1) }), outer.nothing]);
  const inverse = op('Where', [any, same, op('Div', [outer.unit, distance])]);
  return rows === null ? inverse : op('Mul', [inverse, rows]);
}
