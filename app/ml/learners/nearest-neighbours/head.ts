import { type BlockOp, inBlocks } from '../blocks.ts';
import { HeadBuilder, headInput } from '../heads.ts';
import type { LearnerHead, TrainInput } from '../types.ts';
import type { NearestParams } from './params.ts';

const int = (value: number) => ({ kind: 'int', value }) as const;

/** Names of the constants that a block reads. */
interface Constants {
  /** The training rows around their centre: [rows, features], [features, rows], and their squared lengths [1, rows]. */
  readonly trained: string;
  readonly across: string;
  readonly norms: string;
  /** [rows]: classes as int64, values as double. */
  readonly targets: string;
  readonly rowWeights: string | null;
  readonly neighbours: string;
  readonly classes: string;
  readonly bits: string;
  readonly nothing: string;
  readonly unit: string;
  readonly minusTwo: string;
  readonly axis: readonly [string, string, string];
}

/**
 * The training rows as a model: |t|² − 2 x·t by a float64 matrix product, TopK for the nearest, then their labels or values, weighted.
 * @param centre [features], near the rows: distances are taken from it, so that far away columns keep their digits.
 */
export function nearestHead(input: TrainInput, { neighbours, weights }: NearestParams, centre: Float64Array): LearnerHead {
  const { matrix, rows, features, target, classes } = input;
  const size = features.length;
  const builder = new HeadBuilder();
  const swapped = { perm: { kind: 'ints', value: [1, 0] } } as const;
  const centred = builder.constant('double', [size], centre);
  // float32, as they were trained on; the rest is worked out when the model is loaded.
  const trained = builder.op('Sub', [builder.cast(builder.constant('float', [rows, size], matrix), 'double'), centred]);
  const axisOf = (axis: number): string => builder.constant('int64', [1], [axis]);
  const constants: Constants = {
    trained,
    across: builder.op('Transpose', [trained], swapped),
    norms: builder.op('Transpose', [builder.op('ReduceSumSquare', [trained], { axes: { kind: 'ints', value: [1] } })], swapped),
    targets: classes > 0 ? builder.constant('int64', [rows], Array.from(target)) : builder.constant('double', [rows], target),
    rowWeights: input.weights === undefined ? null : builder.constant('double', [rows], input.weights),
    neighbours: builder.constant('int64', [1], [Math.min(neighbours, rows)]),
    classes: builder.constant('int64', [], [Math.max(1, classes)]),
    bits: builder.constant('float', [2], [0, 1]),
    nothing: builder.constant('double', [], [0]),
    unit: builder.constant('double', [], [1]),
    minusTwo: builder.constant('double', [], [-2]),
    axis: [axisOf(0), axisOf(1), axisOf(2)],
  };
  const x = builder.op('Sub', [builder.cast(headInput, 'double'), centred]);
  const answers = inBlocks(builder, x, size, rows, Math.max(1, classes), (op, block) => answerOf(op, block, constants, classes > 0, weights));
  const answer = builder.cast(answers, 'float');
  return classes > 0 ? builder.classification(answer, classes) : builder.regression(answer);
}

/** Shares of the classes or values of a block, [rows, outputs]. */
function answerOf(op: BlockOp, x: string, constants: Constants, isClasses: boolean, weights: NearestParams['weights']): string {
  const [, neighbourAxis, outputAxis] = constants.axis;
  const scores = op('Add', [op('Mul', [op('MatMul', [x, constants.across]), constants.minusTwo]), constants.norms]);
  const which = `${op('TopK', [scores, constants.neighbours], { axis: int(1), largest: int(0), sorted: int(1) }, 2)}.1`;
  const weight = weightOf(op, x, which, constants, weights);
  const values = op('Gather', [constants.targets, which], { axis: int(0) });
  // [rows, neighbours, outputs]
  const votes = isClasses ? op('Cast', [op('OneHot', [values, constants.classes, constants.bits], { axis: int(-1) })], { to: int(11) }) : op('Unsqueeze', [values, outputAxis]);
  const sum = op('ReduceSum', [op('Mul', [votes, op('Unsqueeze', [weight, outputAxis])]), neighbourAxis], { keepdims: int(0) });
  return op('Div', [sum, op('ReduceSum', [weight, neighbourAxis], { keepdims: int(1) })]);
}

/** Weights of the neighbours [rows, neighbours]. By distance: its inverse, and where a row is there itself only such rows count, as in scikit-learn. */
function weightOf(op: BlockOp, x: string, which: string, constants: Constants, weights: NearestParams['weights']): string {
  const { trained, rowWeights, nothing, unit, axis } = constants;
  const rows = rowWeights === null ? null : op('Gather', [rowWeights, which], { axis: int(0) });
  if (weights === 'uniform') return rows ?? op('Add', [op('Mul', [op('Cast', [which], { to: int(11) }), nothing]), unit]);
  // Taken anew from the rows: the difference of large squares above would be a poor zero.
  const apart = op('Sub', [op('Gather', [trained, which], { axis: int(0) }), op('Unsqueeze', [x, axis[1]])]);
  const distance = op('Sqrt', [op('ReduceSum', [op('Mul', [apart, apart]), axis[2]], { keepdims: int(0) })]);
  const same = op('Cast', [op('Equal', [distance, nothing])], { to: int(11) });
  const any = op('Greater', [op('ReduceSum', [same, axis[1]], { keepdims: int(1) }), nothing]);
  const inverse = op('Where', [any, same, op('Div', [unit, distance])]);
  return rows === null ? inverse : op('Mul', [inverse, rows]);
}
