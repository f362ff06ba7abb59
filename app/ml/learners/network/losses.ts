import type { GraphBuilder, Value } from '../../autodiff/graph-builder.ts';
import { logSoftmax, mul, neg, sigmoid, softmax, softplus, sub } from '../../autodiff/operators.ts';
import { reduceSum } from '../../autodiff/shaping.ts';

/** What an output layer is for. */
export type OutputKind = 'binary' | 'multiclass' | 'regression';

export const outputKind = (task: 'classification' | 'regression', classes: number): OutputKind => (task === 'regression' ? 'regression' : classes === 2 ? 'binary' : 'multiclass');

/** Units of the output layer. */
export const outputWidth = (kind: OutputKind, classes: number): number => (kind === 'multiclass' ? classes : 1);

const int = (value: number) => ({ kind: 'int', value }) as const;

/** One where `target` [rows, 1] is the class of the column. */
function oneHot(g: GraphBuilder, target: Value, classes: number): Value {
  const all = g.constant('float', [1, classes], Float32Array.from({ length: classes }, (_, cls) => cls));
  return g.cast(g.node('Equal', [target, all], { type: 'bool', shape: ['rows', classes] }), 'float');
}

/** Loss of each row, [rows, 1], from the output before softmax or sigmoid: cross-entropy or the squared error. */
export function rowLoss(g: GraphBuilder, kind: OutputKind, output: Value, target: Value): Value {
  switch (kind) {
    case 'binary':
      return sub(g, softplus(g, output), mul(g, output, target));
    case 'multiclass':
      return neg(g, reduceSum(g, mul(g, logSoftmax(g, output), oneHot(g, target, output.shape[1] as number)), [1], true));
    case 'regression': {
      const error = sub(g, output, target);
      return mul(g, error, error);
    }
  }
}

/** 1 where the most probable class is the target's, [rows, 1]; null for numbers. */
export function rowRight(g: GraphBuilder, kind: OutputKind, output: Value, target: Value): Value | null {
  if (kind === 'regression') return null;
  const guess =
    kind === 'binary'
      ? g.node('Greater', [output, g.scalar(0)], { type: 'bool', shape: ['rows', 1] })
      : g.node('ArgMax', [output], { type: 'int64', shape: ['rows', 1] }, { axis: int(1), keepdims: int(1) });
  return g.cast(g.node('Equal', [g.cast(guess, 'float'), target], { type: 'bool', shape: ['rows', 1] }), 'float');
}

/** Probabilities of all classes, [rows, classes]. */
export function classProbabilities(g: GraphBuilder, kind: OutputKind, output: Value): Value {
  if (kind !== 'binary') return softmax(g, output);
  const second = sigmoid(g, output);
  return g.node('Concat', [sub(g, g.scalar(1), second), second], { type: 'float', shape: ['rows', 2] }, { axis: int(1) });
}

/** The outputs of a model of classes, as ModelSignature says: `label` int64 [rows] and `probabilities` float [rows, classes]. */
export function classOutputs(g: GraphBuilder, probabilities: Value): void {
  g.output('label', g.node('ArgMax', [probabilities], { type: 'int64', shape: ['rows'] }, { axis: int(1), keepdims: int(0) }));
  g.output('probabilities', probabilities);
}
