import { z } from 'zod';
import type { Dim, Value } from '../../autodiff/graph-builder.ts';
import { dataFormat, int, ints, type LayerCall, type LayerWriter, number, sizes, writer } from './layer-call.ts';

const product = (dims: readonly number[]): number => dims.reduce((size, dim) => size * dim, 1);

/** Channels last, whatever the layer is given. */
function flat(call: LayerCall, format: 'first' | 'last'): Value {
  const { x } = call;
  const last = format === 'first' && x.shape.length > 2 ? call.transpose(x, [0, ...x.shape.slice(2).map((_, i) => i + 2), 1]) : x;
  return call.reshape(last, [product(call.sizes(last))]);
}

const flatten = writer(z.looseObject({ data_format: dataFormat }), (call, config) => flat(call, config.data_format));

const reshape = writer(z.looseObject({ target_shape: z.array(z.number().nullable()) }), (call, { target_shape: wanted }) => {
  const size = product(call.sizes(call.x));
  const known = product(wanted.map((dim) => (dim === null || dim < 0 ? 1 : dim)));
  return call.reshape(call.x, wanted.map((dim) => (dim === null || dim < 0 ? size / known : dim)));
});

/** Axes counted from 1, without the rows. */
const permute = writer(z.looseObject({ dims: z.array(z.number()) }), (call, { dims }) => call.transpose(call.x, [0, ...dims]));

const repeatVector = writer(z.looseObject({ n: z.number() }), (call, { n }) => {
  const [width = 1] = call.sizes(call.x);
  const column = call.reshape(call.x, [1, width]);
  return call.op('Expand', [column, call.list([1, n, width])], ['rows', n, width]);
});

/** A pair for the only axis is its two sides; for two axes, each one's. */
function sidesOf(given: number | readonly (number | readonly number[])[], axes: number): (readonly [number, number])[] {
  const both = (one: number | readonly number[] | undefined): readonly [number, number] => (typeof one === 'object' ? [one[0] ?? 0, one[1] ?? 0] : [one ?? 0, one ?? 0]);
  if (typeof given === 'number') return Array.from({ length: axes }, () => both(given));
  if (axes === 1 && given.length === 2) return [[Number(given[0]), Number(given[1])]];
  return given.map(both);
}

/** Zeros before and after each axis: one number for all, one an axis, or two an axis. */
function zeroPadding(axes: number): LayerWriter {
  const schema = z.looseObject({ padding: z.union([sizes, z.array(z.array(z.number()))]).nullish(), data_format: dataFormat });
  return writer(schema, (call, config) => {
    const { x } = call;
    const sides = sidesOf(config.padding ?? 1, axes);
    const first = config.data_format === 'first' && axes === 2 ? 2 : 1;
    const before = x.shape.map((_, i) => sides[i - first]?.[0] ?? 0);
    const after = x.shape.map((_, i) => sides[i - first]?.[1] ?? 0);
    const shape = x.shape.map((dim, i): Dim => (typeof dim === 'number' ? dim + (before[i] ?? 0) + (after[i] ?? 0) : dim));
    return call.op('Pad', [x, call.list([...before, ...after])], shape);
  });
}

function shapeTogether(call: LayerCall): Dim[] {
  const rank = Math.max(...call.inputs.map(({ shape }) => shape.length));
  return Array.from({ length: rank }, (_, i) => {
    const dims = call.inputs.map(({ shape }) => shape[i - rank + shape.length] ?? 1);
    return dims.find((dim) => dim !== 1) ?? 1;
  });
}

const merging = (op: string, end: (call: LayerCall, sum: Value) => Value = (_call, sum) => sum): LayerWriter => (call) => {
  const [first, ...rest] = call.inputs;
  if (first === undefined) throw call.fail('reads nothing');
  const shape = shapeTogether(call);
  return end(call, rest.reduce((sum, one) => call.op(op, [sum, one], shape), first));
};

const concatenate = writer(z.looseObject({ axis: number(-1) }), (call, config) => {
  const [first] = call.inputs;
  if (first === undefined) throw call.fail('reads nothing');
  const axis = config.axis < 0 ? config.axis + first.shape.length : config.axis;
  const total = call.inputs.reduce((sum, one) => sum + (call.sizes(one)[axis - 1] ?? 0), 0);
  return call.op('Concat', call.inputs, first.shape.with(axis, total), { axis: int(axis) });
});

/** The mean or the largest over all places. */
function globalPooling(op: 'ReduceMean' | 'ReduceMax'): LayerWriter {
  return writer(z.looseObject({ keepdims: z.boolean().nullish(), data_format: dataFormat }), (call, config) => {
    const { x, mask } = call;
    // TensorFlow.js takes the mean over all steps.
    if (mask !== null && call.flavour !== 'tensorflow.js' && op === 'ReduceMean' && x.shape.length === 3) return maskedMean(call, mask, config.keepdims === true);
    const isFirst = config.data_format === 'first';
    const axes = x.shape.flatMap((_, i) => (i === 0 || i === (isFirst ? 1 : x.shape.length - 1) ? [] : [i]));
    const keep = config.keepdims === true;
    const shape = x.shape.flatMap((dim, i): Dim[] => (axes.includes(i) ? (keep ? [1] : []) : [dim]));
    return call.op(op, [x], shape, { axes: ints(axes), keepdims: int(keep ? 1 : 0) });
  });
}

/** The mean over the steps that are not masked. */
function maskedMean(call: LayerCall, mask: Value, keep: boolean): Value {
  const { x } = call;
  const [steps = 1, width = 1] = call.sizes(x);
  const sum = (value: Value, last: number): Value => call.op('ReduceSum', [value, call.list([1])], ['rows', last], { keepdims: int(0) });
  const column = call.reshape(mask, [steps, 1]);
  const mean = call.op('Div', [sum(call.op('Mul', [x, column], x.shape), width), sum(column, 1)], ['rows', width]);
  return keep ? call.reshape(mean, [1, width]) : mean;
}

export const shapingLayers: Readonly<Record<string, LayerWriter>> = {
  Flatten: flatten,
  Reshape: reshape,
  Permute: permute,
  RepeatVector: repeatVector,
  ZeroPadding1D: zeroPadding(1),
  ZeroPadding2D: zeroPadding(2),
  Add: merging('Add'),
  Subtract: merging('Sub'),
  Multiply: merging('Mul'),
  Maximum: merging('Max'),
  Minimum: merging('Min'),
  Average: merging('Add', (call, sum) => call.op('Mul', [sum, call.constant([], [1 / call.inputs.length])], sum.shape)),
  Concatenate: concatenate,
  GlobalAveragePooling1D: globalPooling('ReduceMean'),
  GlobalAveragePooling2D: globalPooling('ReduceMean'),
  GlobalMaxPooling1D: globalPooling('ReduceMax'),
  GlobalMaxPooling2D: globalPooling('ReduceMax'),
};
