import type * as Core from '@tensorflow/tfjs-core';
import { PenstockError } from '#app/core/errors.ts';
import type { OnnxNode } from '#app/relation/emitters/onnx/graph.ts';
import { convolve, lookUp, maxPool } from './gradients.ts';

export type Tf = typeof Core;
export type TfTensor = Core.Tensor;

/** What an operator sees of the graph it is in. */
export interface OperatorContext {
  readonly tf: Tf;
  readonly node: OnnxNode;
  readonly inputs: readonly TfTensor[];
  /** The values of a small input: a shape, axes. */
  numbers(input: number): readonly number[];
}

type Operator = (context: OperatorContext) => TfTensor | readonly TfTensor[];

const intOf = (node: OnnxNode, name: string, otherwise: number): number => {
  const found = node.attributes?.[name];
  return found?.kind === 'int' || found?.kind === 'float' ? found.value : otherwise;
};
const intsOf = (node: OnnxNode, name: string): readonly number[] => {
  const found = node.attributes?.[name];
  return found?.kind === 'ints' ? Array.from(found.value) : [];
};

const unary = (of: (tf: Tf, x: TfTensor) => TfTensor): Operator => ({ tf, inputs }) => of(tf, inputs[0] as TfTensor);
const binary = (of: (tf: Tf, a: TfTensor, b: TfTensor) => TfTensor): Operator => ({ tf, inputs }) => of(tf, inputs[0] as TfTensor, inputs[1] as TfTensor);

/** TensorProto.DataType of `Cast`. */
const castTypes: Readonly<Record<number, 'float32' | 'int32' | 'bool'>> = { 1: 'float32', 6: 'int32', 7: 'int32', 9: 'bool' };

function cast({ tf, node, inputs }: OperatorContext): TfTensor {
  const type = castTypes[intOf(node, 'to', 0)];
  if (type === undefined) throw unknownOperator('Cast to a type that TensorFlow.js lacks');
  return tf.cast(inputs[0] as TfTensor, type);
}

function gemm({ tf, node, inputs }: OperatorContext): TfTensor {
  const [a, b, bias] = inputs as [Core.Tensor2D, Core.Tensor2D, TfTensor?];
  const product = tf.matMul(a, b, intOf(node, 'transA', 0) === 1, intOf(node, 'transB', 0) === 1);
  return bias === undefined ? product : tf.add(product, bias);
}

/** `axes`: of the second input or the attribute; all where there are none. */
function reduced({ node, inputs, numbers }: OperatorContext, reduce: (x: TfTensor, axes: number[] | undefined, keep: boolean) => TfTensor): TfTensor {
  const axes = inputs.length > 1 ? [...numbers(1)] : [...intsOf(node, 'axes')];
  return reduce(inputs[0] as TfTensor, axes.length === 0 ? undefined : axes, intOf(node, 'keepdims', 1) === 1);
}

function argMax({ tf, node, inputs }: OperatorContext): TfTensor {
  const axis = intOf(node, 'axis', 0);
  const found = tf.argMax(inputs[0] as TfTensor, axis);
  return intOf(node, 'keepdims', 1) === 1 ? tf.expandDims(found, axis) : found;
}

function reshape({ tf, inputs, numbers }: OperatorContext): TfTensor {
  return tf.reshape(inputs[0] as TfTensor, [...numbers(1)]);
}

function unsqueeze({ tf, inputs, numbers }: OperatorContext): TfTensor {
  return numbers(1).toSorted((a, b) => a - b).reduce((x, axis) => tf.expandDims(x, axis), inputs[0] as TfTensor);
}

function slice({ tf, inputs, numbers }: OperatorContext): TfTensor {
  const x = inputs[0] as TfTensor;
  const [starts, ends] = [numbers(1), numbers(2)];
  const axes = inputs.length > 3 ? numbers(3) : starts.map((_, i) => i);
  if (inputs.length > 4 && numbers(4).some((step) => step !== 1)) throw unknownOperator('Slice with steps');
  const begin = x.shape.map(() => 0);
  const size = [...x.shape];
  for (const [i, axis] of axes.entries()) {
    begin[axis] = starts[i] ?? 0;
    size[axis] = Math.min(ends[i] ?? 0, x.shape[axis] ?? 0) - (starts[i] ?? 0);
  }
  return tf.slice(x, begin, size);
}

function split({ tf, node, inputs, numbers }: OperatorContext): readonly TfTensor[] {
  return tf.split(inputs[0] as TfTensor, [...numbers(1)], intOf(node, 'axis', 0));
}

function clip({ tf, inputs, numbers }: OperatorContext): TfTensor {
  return tf.clipByValue(inputs[0] as TfTensor, numbers(1)[0] ?? 0, numbers(2)[0] ?? 0);
}

const shapeOf: Operator = ({ tf, inputs }) => tf.tensor1d((inputs[0] as TfTensor).shape, 'int32');

function gather(context: OperatorContext): TfTensor {
  if (intOf(context.node, 'axis', 0) !== 0) throw unknownOperator('Gather along another axis than the first');
  return lookUp(context.tf, context.inputs[0] as TfTensor, context.inputs[1] as TfTensor);
}

function conv({ tf, node, inputs }: OperatorContext): TfTensor {
  if (intsOf(node, 'strides').some((stride) => stride !== 1)) throw unknownOperator('Conv with strides');
  const [x, kernel, bias] = inputs as [TfTensor, TfTensor, TfTensor?];
  const y = convolve(tf, x, kernel, { pads: intsOf(node, 'pads'), dilation: intsOf(node, 'dilations')[0] ?? 1 });
  return bias === undefined ? y : tf.add(y, tf.reshape(bias, [1, bias.size, ...x.shape.slice(2).map(() => 1)]));
}

/** The finished model's normalisation, as ONNX writes it: (x − mean) / √(variance + ε) · scale + shift along the second axis. */
function batchNormalization({ tf, node, inputs }: OperatorContext): TfTensor {
  const [x, scale, shift, mean, variance] = inputs as [TfTensor, TfTensor, TfTensor, TfTensor, TfTensor];
  const column = (vector: TfTensor): TfTensor => tf.reshape(vector, [vector.size, ...x.shape.slice(2).map(() => 1)]);
  const factor = tf.mul(scale, tf.rsqrt(tf.add(variance, tf.scalar(intOf(node, 'epsilon', 1e-5)))));
  return tf.add(tf.mul(tf.sub(x, column(mean)), column(factor)), column(shift));
}

/** ONNX operators that networks are written in, by TensorFlow.js. */
const operators: Readonly<Record<string, Operator>> = {
  Add: binary((tf, a, b) => tf.add(a, b)),
  Sub: binary((tf, a, b) => tf.sub(a, b)),
  Mul: binary((tf, a, b) => tf.mul(a, b)),
  Div: binary((tf, a, b) => tf.div(a, b)),
  Max: binary((tf, a, b) => tf.maximum(a, b)),
  Equal: binary((tf, a, b) => tf.equal(a, b)),
  Greater: binary((tf, a, b) => tf.greater(a, b)),
  GreaterOrEqual: binary((tf, a, b) => tf.greaterEqual(a, b)),
  Neg: unary((tf, x) => tf.neg(x)),
  Exp: unary((tf, x) => tf.exp(x)),
  Log: unary((tf, x) => tf.log(x)),
  Sqrt: unary((tf, x) => tf.sqrt(x)),
  Relu: unary((tf, x) => tf.relu(x)),
  Tanh: unary((tf, x) => tf.tanh(x)),
  Sigmoid: unary((tf, x) => tf.sigmoid(x)),
  Softplus: unary((tf, x) => tf.softplus(x)),
  Softmax: unary((tf, x) => tf.softmax(x)),
  LogSoftmax: unary((tf, x) => tf.logSoftmax(x)),
  Identity: unary((_tf, x) => x),
  Transpose: ({ tf, node, inputs }) => tf.transpose(inputs[0] as TfTensor, [...intsOf(node, 'perm')]),
  Concat: ({ tf, node, inputs }) => tf.concat([...inputs], intOf(node, 'axis', 0)),
  ReduceSum: (context) => reduced(context, (x, axes, keep) => context.tf.sum(x, axes, keep)),
  ReduceMean: (context) => reduced(context, (x, axes, keep) => context.tf.mean(x, axes, keep)),
  ReduceProd: (context) => reduced(context, (x, axes, keep) => context.tf.prod(x, axes, keep)),
  Tile: ({ tf, inputs, numbers }) => tf.tile(inputs[0] as TfTensor, [...numbers(1)]),
  MaxPool: ({ tf, node, inputs }) => maxPool(tf, inputs[0] as TfTensor, intsOf(node, 'kernel_shape')[0] ?? 1, intsOf(node, 'strides')[0] ?? 1),
  Cast: cast,
  Gemm: gemm,
  ArgMax: argMax,
  Reshape: reshape,
  Unsqueeze: unsqueeze,
  Slice: slice,
  Split: split,
  Clip: clip,
  Gather: gather,
  Conv: conv,
  BatchNormalization: batchNormalization,
  Shape: shapeOf,
};

function unknownOperator(what: string): PenstockError {
  return new PenstockError('tensorflow-operator', `TensorFlow.js cannot train this network: it has no ${what}.`, { remedy: 'Choose ONNX Runtime as the backend.', place: { param: ['backend'] } });
}

/** @throws PenstockError `tensorflow-operator`. */
export function applyOperator(context: OperatorContext): readonly TfTensor[] {
  const operator = operators[context.node.op];
  if (operator === undefined) throw unknownOperator(context.node.op);
  const made = operator(context);
  return 'shape' in made ? [made] : made;
}
