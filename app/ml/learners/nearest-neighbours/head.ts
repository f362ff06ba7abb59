import { type BlockOp, inBlocks } from '../blocks.ts';
import { HeadBuilder, headInput } from '../heads.ts';
import type { LearnerHead, TrainInput } from '../types.ts';
import type { NearestParams } from './params.ts';

const int = (value: number) => ({ kind: 'int', value }) as const;
const axis = (builder: HeadBuilder, value: number): string => builder.constant('int64', [1], [value]);
const number = (builder: HeadBuilder, value: number): string => builder.constant('double', [], [value]);

/** Of the mean squared length of the training rows, added to squared distances before they are compared: see `nearestHead`. */
const sameShare = 1e-4;

/**
 * The training rows as a model: squared distances |x|² − 2 x·t + |t|² by a float64 matrix product, TopK for the nearest, then their labels or
 * values, weighted. Distances are compared in float32, with a little added: of rows equally far the first count then on every runtime,
 * whichever way it rounds its sums.
 * @param centre [features], near the rows: distances are taken from it, so that far away columns keep their digits.
 */
export function nearestHead(input: TrainInput, params: NearestParams, centre: Float64Array): LearnerHead {
  const { matrix, rows, features, classes } = input;
  const size = features.length;
  const builder = new HeadBuilder();
  const swapped = { perm: { kind: 'ints', value: [1, 0] } } as const;
  const centred = builder.constant('double', [size], centre);
  // float32, as they were trained on; the rest is worked out when the model is loaded.
  const trained = builder.op('Sub', [builder.cast(builder.constant('float', [rows, size], matrix), 'double'), centred]);
  const across = builder.op('Transpose', [trained], swapped);
  const norms = builder.op('Transpose', [builder.op('ReduceSumSquare', [trained], { axes: { kind: 'ints', value: [1] } })], swapped);
  const wanted = builder.constant('int64', [1], [Math.min(params.neighbours, rows)]);
  const minusTwo = number(builder, -2);
  const slack = number(builder, sameShare * meanSquare(matrix, rows, centre));
  const x = builder.op('Sub', [builder.cast(headInput, 'double'), centred]);
  const answers = inBlocks(builder, x, size, rows, Math.max(1, classes), (op, block) => {
    const own = op('Add', [op('ReduceSumSquare', [block], { axes: { kind: 'ints', value: [1] } }), slack]);
    const squares = op('Add', [op('Add', [op('Mul', [op('MatMul', [block, across]), minusTwo]), norms]), own]);
    const which = `${op('TopK', [op('Cast', [squares], { to: int(1) }), wanted], { axis: int(1), largest: int(0), sorted: int(1) }, 2)}.1`;
    const weight = weightOf(builder, op, { block, which, trained }, input, params);
    return weighted(builder, op, votesOf(builder, op, which, input), weight);
  });
  const answer = builder.cast(answers, 'float');
  return classes > 0 ? builder.classification(answer, classes) : builder.regression(answer);
}

function meanSquare(matrix: Float32Array, rows: number, centre: Float64Array): number {
  const size = centre.length;
  let sum = 0;
  for (let at = 0; at < matrix.length; at++) sum += ((matrix[at] as number) - (centre[at % size] as number)) ** 2;
  return sum / rows || 1;
}

/** What the neighbours say, [rows, neighbours, outputs]: 1 for their class, or their value. */
function votesOf(builder: HeadBuilder, op: BlockOp, which: string, { rows, target, classes }: TrainInput): string {
  if (classes === 0) return op('Unsqueeze', [op('Gather', [builder.constant('double', [rows], target), which], { axis: int(0) }), axis(builder, 2)]);
  const labels = op('Gather', [builder.constant('int64', [rows], Array.from(target)), which], { axis: int(0) });
  const bits = op('OneHot', [labels, builder.constant('int64', [], [classes]), builder.constant('float', [2], [0, 1])], { axis: int(-1) });
  return op('Cast', [bits], { to: int(11) });
}

/** Means of the votes [rows, outputs], by weights [rows, neighbours]; null: all the same. */
function weighted(builder: HeadBuilder, op: BlockOp, votes: string, weight: string | null): string {
  if (weight === null) return op('ReduceMean', [votes], { axes: { kind: 'ints', value: [1] }, keepdims: int(0) });
  const neighbours = axis(builder, 1);
  const sum = op('ReduceSum', [op('Mul', [votes, op('Unsqueeze', [weight, axis(builder, 2)])]), neighbours], { keepdims: int(0) });
  return op('Div', [sum, op('ReduceSum', [weight, neighbours], { keepdims: int(1) })]);
}

/** Weights of the neighbours [rows, neighbours]. By distance: its inverse, and where a row is there itself only such rows count, as in scikit-learn. */
function weightOf(builder: HeadBuilder, op: BlockOp, names: { readonly block: string; readonly which: string; readonly trained: string }, input: TrainInput, { weights }: NearestParams): string | null {
  const { block, which, trained } = names;
  const rows = input.weights === undefined ? null : op('Gather', [builder.constant('double', [input.rows], input.weights), which], { axis: int(0) });
  if (weights === 'uniform') return rows;
  const [nothing, unit, neighbours] = [number(builder, 0), number(builder, 1), axis(builder, 1)];
  // Taken anew from the rows: the difference of large squares would be a poor zero.
  const apart = op('Sub', [op('Gather', [trained, which], { axis: int(0) }), op('Unsqueeze', [block, neighbours])]);
  const distance = op('Sqrt', [op('ReduceSum', [op('Mul', [apart, apart]), axis(builder, 2)], { keepdims: int(0) })]);
  const same = op('Cast', [op('Equal', [distance, nothing])], { to: int(11) });
  const any = op('Greater', [op('ReduceSum', [same, neighbours], { keepdims: int(1) }), nothing]);
  const inverse = op('Where', [any, same, op('Div', [unit, distance])]);
  return rows === null ? inverse : op('Mul', [inverse, rows]);
}
