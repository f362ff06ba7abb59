import { z } from 'zod';
import type { Value } from '../../autodiff/graph-builder.ts';
import { activation } from './activations.ts';
import { StepMask } from './step-mask.ts';
import { flag, floats, int, type LayerCall, type LayerWriter, text, writer } from './layer-call.ts';

const cells = ['LSTM', 'GRU', 'SimpleRNN'] as const;
type Cell = (typeof cells)[number];

const recurrentSchema = z.looseObject({
  units: z.number(),
  activation,
  recurrent_activation: activation,
  use_bias: flag(true),
  return_sequences: flag(false),
  return_state: flag(false),
  go_backwards: flag(false),
  stateful: flag(false),
  time_major: flag(false),
  reset_after: flag(false),
  zero_output_for_mask: flag(false),
});
type Recurrent = z.output<typeof recurrentSchema>;

/** Where Keras' gates lie in ONNX' order: i f c o → i o f c; GRU has z r h in both. */
const gateOrder: Readonly<Record<Cell, readonly number[]>> = { LSTM: [0, 3, 1, 2], GRU: [0, 1, 2], SimpleRNN: [0] };

/** ONNX' name of a function inside a cell, with its numbers where it has some. */
const cellActivations: Readonly<Record<string, { readonly name: string; readonly alpha?: number; readonly beta?: number }>> = {
  tanh: { name: 'Tanh' },
  sigmoid: { name: 'Sigmoid' },
  relu: { name: 'Relu' },
  linear: { name: 'Affine', alpha: 1, beta: 0 },
  softsign: { name: 'Softsign' },
  softplus: { name: 'Softplus' },
  elu: { name: 'Elu', alpha: 1 },
};

function cellActivation(call: LayerCall, name: string): { readonly name: string; readonly alpha?: number; readonly beta?: number } {
  if (name === 'hard_sigmoid') return { name: 'HardSigmoid', alpha: call.flavour === 'keras-3' ? 1 / 6 : 0.2, beta: 0.5 };
  const found = cellActivations[name];
  if (found === undefined) throw call.fail(`uses the activation '${name}' inside its cell`);
  return found;
}

/** Columns of a matrix [rows, gates · units] of Keras as rows of ONNX' [gates · units, rows], gates in its order. */
function gatesFirst(data: Float32Array, rows: number, units: number, order: readonly number[]): Float32Array {
  const width = order.length * units;
  const turned = new Float32Array(data.length);
  for (const [to, from] of order.entries()) {
    for (let unit = 0; unit < units; unit++) for (let row = 0; row < rows; row++) turned[(to * units + unit) * rows + row] = data[row * width + from * units + unit] as number;
  }
  return turned;
}

/** Biases of input and state, gates in ONNX' order; where Keras has one alone, the state's are 0. */
function biases(call: LayerCall, cell: Cell, units: number, resets: boolean): Float32Array {
  const order = gateOrder[cell];
  const width = order.length * units;
  const isPair = cell === 'GRU' && resets;
  const given = isPair ? call.weight(2, width) : call.weight(width);
  const all = new Float32Array(2 * width);
  for (let part = 0; part < (isPair ? 2 : 1); part++) for (const [to, from] of order.entries()) all.set(given.subarray(part * width + from * units, part * width + (from + 1) * units), part * width + to * units);
  return all;
}

/**
 * One direction over x [rows, steps, inputs] → [rows, steps, units] or the last [rows, units]. Its steps keep their order even where it
 * goes backwards. Masked steps leave the state as it is: they are taken out before, and their outputs are put back afterwards.
 */
function run(call: LayerCall, cell: Cell, given: Value, config: Recurrent): Value {
  const mask = call.mask === null ? null : new StepMask(call, call.mask);
  const x = mask === null ? given : mask.compact(given);
  if (config.return_state) throw call.fail('gives its state away');
  if (config.stateful) throw call.fail('keeps its state from batch to batch');
  if (config.time_major) throw call.fail('takes steps before rows');
  const [steps = 1, inputs = 1] = call.sizes(x);
  const { units } = config;
  const order = gateOrder[cell];
  const width = order.length * units;
  const w = call.constant([1, width, inputs], gatesFirst(call.weight(inputs, width), inputs, units, order));
  const r = call.constant([1, width, units], gatesFirst(call.weight(units, width), units, units, order));
  const bias = (): Float32Array => (config.use_bias ? biases(call, cell, units, config.reset_after) : new Float32Array(2 * width));
  const b = config.use_bias || mask !== null ? [call.constant([1, 2 * width], bias())] : [];
  const functions = (cell === 'SimpleRNN' ? [config.activation] : cell === 'GRU' ? [config.recurrent_activation, config.activation] : [config.recurrent_activation, config.activation, config.activation]).map((name) => cellActivation(call, name));
  const attributes = {
    hidden_size: int(units),
    direction: text(config.go_backwards ? 'reverse' : 'forward'),
    activations: { kind: 'strings', value: functions.map(({ name }) => name) } as const,
    activation_alpha: floats(functions.flatMap(({ alpha }) => (alpha === undefined ? [] : [alpha]))),
    activation_beta: floats(functions.flatMap(({ beta }) => (beta === undefined ? [] : [beta]))),
    ...(cell === 'GRU' ? { linear_before_reset: int(config.reset_after ? 1 : 0) } : {}),
  };
  const first = call.transpose(x, [1, 0, 2]);
  const outputs = [{ type: 'float' as const, shape: [steps, 1, 'rows', units] }, { type: 'float' as const, shape: [1, 'rows', units] }];
  const [all, last] = call.g.nodes(cell === 'SimpleRNN' ? 'RNN' : cell, [first, w, r, ...b, ...(mask === null ? [] : [mask.lengths])], outputs, attributes) as [Value, Value];
  if (!config.return_sequences) {
    const state = call.reshape(call.transpose(last, [1, 0, 2]), [units]);
    return mask === null ? state : mask.onlyWhereAny(state);
  }
  const compact = call.reshape(call.transpose(all, [2, 0, 1, 3]), [steps, units]);
  return mask === null ? compact : call.masked(mask.spread(compact, config.go_backwards, config.zero_output_for_mask), call.mask);
}

/** Steps in the other order. */
function backwards(call: LayerCall, x: Value): Value {
  return call.op('Slice', [x, call.list([-1]), call.list([-(2 ** 31)]), call.list([1]), call.list([-1])], x.shape);
}

const recurrent = (cell: Cell): LayerWriter =>
  writer(recurrentSchema, (call, config) => {
    if (call.mask !== null && config.go_backwards && config.return_sequences) throw call.fail('gives masked steps backwards');
    const y = run(call, cell, call.x, config);
    // Keras gives the steps in the order in which it went through them.
    return config.go_backwards && config.return_sequences ? backwards(call, y) : y;
  });

const inner = z.looseObject({ class_name: z.enum(cells), config: recurrentSchema });
const merges = { sum: 'Add', mul: 'Mul', ave: 'Add', concat: 'Concat' } as const;

/** Both ways over the steps, put together step by step. */
const bidirectional = writer(z.looseObject({ layer: z.unknown(), backward_layer: z.unknown().optional(), merge_mode: z.enum(['concat', 'sum', 'mul', 'ave']).nullish() }), (call, config) => {
  const there = inner.safeParse(config.layer);
  if (!there.success) throw call.fail('holds a layer that is no LSTM, GRU or SimpleRNN');
  if (config.merge_mode == null) throw call.fail('gives its two directions apart');
  const { class_name: cell, config: forward } = there.data;
  const back = config.backward_layer == null ? null : inner.safeParse(config.backward_layer);
  if (back !== null && (!back.success || back.data.class_name !== cell)) throw call.fail('holds two different layers');
  const backward = back?.success === true ? back.data.config : { ...forward, go_backwards: !forward.go_backwards };
  // Keras puts 0 where a step is masked, for both directions alike.
  const both = { zero_output_for_mask: call.flavour !== 'tensorflow.js' };
  const [a, b] = [run(call, cell, call.x, { ...forward, ...both }), run(call, cell, call.x, { ...backward, ...both })];
  const mask = forward.return_sequences ? call.mask : null;
  const op = merges[config.merge_mode];
  if (op === 'Concat') return call.masked(call.op(op, [a, b], a.shape.with(a.shape.length - 1, forward.units + backward.units), { axis: int(-1) }), mask);
  const merged = call.op(op, [a, b], a.shape);
  return call.masked(config.merge_mode === 'ave' ? call.op('Mul', [merged, call.constant([], [0.5])], a.shape) : merged, mask);
});

export const recurrentLayers: Readonly<Record<string, LayerWriter>> = { LSTM: recurrent('LSTM'), GRU: recurrent('GRU'), SimpleRNN: recurrent('SimpleRNN'), Bidirectional: bidirectional };
