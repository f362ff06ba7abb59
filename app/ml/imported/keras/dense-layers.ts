import { z } from 'zod';
import type { Value } from '../../autodiff/graph-builder.ts';
import { activate, activation } from './activations.ts';
import { flag, float, int, ints, type LayerCall, type LayerWriter, number, writer } from './layer-call.ts';

const dense = writer(z.looseObject({ units: z.number(), activation, use_bias: flag(true) }), (call, config) => {
  const { x } = call;
  const inputs = call.sizes(x).at(-1) ?? 1;
  const kernel = call.constant([inputs, config.units], call.weight(inputs, config.units));
  const product = call.op('MatMul', [x, kernel], [...x.shape.slice(0, -1), config.units]);
  return activate(call, config.activation, config.use_bias ? call.bias(product, config.units) : product);
});

/** Rows of a table by whole numbers, which come as floats. */
const embedding = writer(z.looseObject({ input_dim: z.number(), output_dim: z.number(), mask_zero: flag(false) }), (call, config) => {
  const { x } = call;
  const table = call.constant([config.input_dim, config.output_dim], call.weight(config.input_dim, config.output_dim));
  const places = call.g.node('Cast', [x], { type: 'int64', shape: x.shape }, { to: int(7) });
  const rows = call.op('Gather', [table, places], [...x.shape, config.output_dim], { axis: int(0) });
  return config.mask_zero ? call.masked(rows, differs(call, x, 0)) : rows;
});

/** 1 where a number is not `value`, else 0. */
function differs(call: LayerCall, x: Value, value: number): Value {
  const same = call.g.node('Equal', [x, call.constant([], [value])], { type: 'bool', shape: x.shape });
  return call.g.node('Cast', [call.g.node('Not', [same], same)], { type: 'float', shape: x.shape }, { to: int(1) });
}

/** Steps all of whose numbers are one value are masked, and become 0. */
const masking = writer(z.looseObject({ mask_value: number(0) }), (call, config) => {
  const { x } = call;
  const [steps = 1] = call.sizes(x);
  const mask = call.op('ReduceMax', [differs(call, x, config.mask_value)], ['rows', steps], { axes: ints([-1]), keepdims: int(0) });
  return call.masked(call.op('Mul', [x, call.reshape(mask, [steps, 1])], x.shape), mask);
});

const softmax = writer(z.looseObject({ axis: number(-1) }), (call, { axis }) => call.op('Softmax', [call.x], call.x.shape, { axis: int(axis) }));

const relu = writer(z.looseObject({ max_value: z.number().nullish(), negative_slope: number(0), threshold: number(0) }), (call, config) => {
  const { x } = call;
  if (config.threshold !== 0) throw call.fail('has a threshold');
  const kept = config.negative_slope === 0 ? call.op('Relu', [x], x.shape) : call.op('LeakyRelu', [x], x.shape, { alpha: float(config.negative_slope) });
  return config.max_value == null ? kept : call.op('Min', [kept, call.constant([], [config.max_value])], x.shape);
});

/** `alpha` in files before Keras 3. */
const leakyRelu = writer(z.looseObject({ negative_slope: z.number().nullish(), alpha: z.number().nullish() }), (call, { negative_slope: slope, alpha }) => call.op('LeakyRelu', [call.x], call.x.shape, { alpha: float(slope ?? alpha ?? 0.3) }));

const elu = writer(z.looseObject({ alpha: number(1) }), (call, { alpha }) => call.op('Elu', [call.x], call.x.shape, { alpha: float(alpha) }));

/** One slope a place; axes that share one (counted from 1, without the rows) have size 1. */
const prelu = writer(z.looseObject({ shared_axes: z.union([z.number(), z.array(z.number())]).nullish() }), (call, config) => {
  const { x } = call;
  const shared = config.shared_axes == null ? [] : typeof config.shared_axes === 'number' ? [config.shared_axes] : config.shared_axes;
  const dims = call.sizes(x).map((size, i) => (shared.includes(i + 1) ? 1 : size));
  return call.op('PRelu', [x, call.constant(dims, call.weight(...dims))], x.shape);
});

const activationLayer = writer(z.looseObject({ activation }), (call, config) => activate(call, config.activation, call.x));

/** x · scale + offset, each one number or one for each place of the last axis. */
const rescaling = writer(z.looseObject({ scale: z.union([z.number(), z.array(z.number())]), offset: z.union([z.number(), z.array(z.number())]).nullish() }), (call, { scale, offset }) => {
  const { x } = call;
  const constant = (values: number | readonly number[]): Value => (typeof values === 'number' ? call.constant([], [values]) : call.constant([values.length], values));
  return call.op('Add', [call.op('Mul', [x, constant(scale)], x.shape), constant(offset ?? 0)], x.shape);
});

/** What only trains, and the doors of a model. */
const nothing: LayerWriter = (call: LayerCall) => call.x;

export const denseLayers: Readonly<Record<string, LayerWriter>> = {
  Dense: dense,
  Embedding: embedding,
  Masking: masking,
  Activation: activationLayer,
  Softmax: softmax,
  ReLU: relu,
  LeakyReLU: leakyRelu,
  ELU: elu,
  PReLU: prelu,
  Rescaling: rescaling,
  Dropout: nothing,
  AlphaDropout: nothing,
  GaussianDropout: nothing,
  GaussianNoise: nothing,
  SpatialDropout1D: nothing,
  SpatialDropout2D: nothing,
  ActivityRegularization: nothing,
  Identity: nothing,
};
