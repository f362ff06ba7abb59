import { z } from 'zod';
import type { Value } from '../../autodiff/graph-builder.ts';
import { float, int, type LayerCall } from './layer-call.ts';

/** A function by its name, or as Keras 3 writes functions. */
export const activation = z
  .union([z.string(), z.looseObject({ class_name: z.string(), config: z.unknown() })])
  .nullish()
  .transform((value) => {
    if (value == null) return 'linear';
    if (typeof value === 'string') return snake(value);
    return snake(typeof value.config === 'string' ? value.config : value.class_name);
  });

const snake = (name: string): string => name.replaceAll(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();

type Write = (call: LayerCall, x: Value) => Value;

const same = (op: string, attributes: Parameters<LayerCall['op']>[3] = {}): Write => (call, x) => call.op(op, [x], x.shape, attributes);
const scalar = (call: LayerCall, value: number): Value => call.constant([], [value]);
const times = (call: LayerCall, x: Value, y: Value): Value => call.op('Mul', [x, y], x.shape);
const clip = (call: LayerCall, x: Value, from: number, to: number): Value => call.op('Clip', [x, scalar(call, from), scalar(call, to)], x.shape);

/** Keras 3 took PyTorch's slope of a sixth; before it was a fifth. */
const hardSigmoid: Write = (call, x) => call.op('HardSigmoid', [x], x.shape, { alpha: float(call.flavour === 'keras-3' ? 1 / 6 : 0.2), beta: float(0.5) });

/** x · ½ (1 + erf(x / √2)) (Hendrycks & Gimpel 2016). */
const gelu: Write = (call, x) => {
  const erf = call.op('Erf', [times(call, x, scalar(call, Math.SQRT1_2))], x.shape);
  return times(call, times(call, x, scalar(call, 0.5)), call.op('Add', [erf, scalar(call, 1)], x.shape));
};

/** Its approximation by tanh. */
const geluNew: Write = (call, x) => {
  const cube = times(call, times(call, x, x), times(call, x, scalar(call, 0.044715)));
  const inner = call.op('Tanh', [times(call, call.op('Add', [x, cube], x.shape), scalar(call, Math.sqrt(2 / Math.PI)))], x.shape);
  return times(call, times(call, x, scalar(call, 0.5)), call.op('Add', [inner, scalar(call, 1)], x.shape));
};

const swish: Write = (call, x) => times(call, x, call.op('Sigmoid', [x], x.shape));

const activations: Readonly<Record<string, Write>> = {
  linear: (_call, x) => x,
  relu: same('Relu'),
  relu6: (call, x) => clip(call, x, 0, 6),
  sigmoid: same('Sigmoid'),
  tanh: same('Tanh'),
  softmax: same('Softmax', { axis: int(-1) }),
  log_softmax: same('LogSoftmax', { axis: int(-1) }),
  softplus: same('Softplus'),
  softsign: same('Softsign'),
  elu: same('Elu'),
  selu: same('Selu'),
  exponential: same('Exp'),
  leaky_relu: same('LeakyRelu', { alpha: float(0.2) }),
  hard_sigmoid: hardSigmoid,
  hard_swish: (call, x) => times(call, x, call.op('HardSigmoid', [x], x.shape, { alpha: float(1 / 6), beta: float(0.5) })),
  hard_silu: (call, x) => times(call, x, call.op('HardSigmoid', [x], x.shape, { alpha: float(1 / 6), beta: float(0.5) })),
  gelu,
  gelu_new: geluNew,
  swish,
  silu: swish,
  mish: (call, x) => times(call, x, call.op('Tanh', [call.op('Softplus', [x], x.shape)], x.shape)),
};

/** @throws PenstockError `keras-unsupported` naming the function. */
export function activate(call: LayerCall, name: string, x: Value): Value {
  const write = activations[name];
  if (write === undefined) throw call.fail(`uses the activation '${name}'`);
  return write(call, x);
}
