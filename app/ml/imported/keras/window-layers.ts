import { z } from 'zod';
import type { Dim, Value } from '../../autodiff/graph-builder.ts';
import { activate, activation } from './activations.ts';
import { dataFormat, flag, int, ints, type LayerCall, type LayerWriter, number, perAxis, sizes, writer } from './layer-call.ts';

/** Where windows lie along the axes of places. */
interface Windows {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** Windows along each axis. */
  readonly places: readonly number[];
}

const padding = z.enum(['valid', 'same', 'causal']).nullish().transform((value) => value ?? 'valid');

/** As TensorFlow pads: at the end one more than at the start where the number is odd. */
function windowsOf(sizesIn: readonly number[], kernel: readonly number[], strides: readonly number[], dilations: readonly number[], pad: z.output<typeof padding>): Windows {
  const reach = kernel.map((size, i) => (size - 1) * (dilations[i] ?? 1) + 1);
  const same = sizesIn.map((size, i) => Math.max(0, (Math.ceil(size / (strides[i] ?? 1)) - 1) * (strides[i] ?? 1) + (reach[i] ?? 1) - size));
  const before = sizesIn.map((_, i) => (pad === 'same' ? Math.floor((same[i] ?? 0) / 2) : pad === 'causal' ? (reach[i] ?? 1) - 1 : 0));
  const after = sizesIn.map((_, i) => (pad === 'same' ? (same[i] ?? 0) - (before[i] ?? 0) : 0));
  const places = sizesIn.map((size, i) => Math.floor((size + (before[i] ?? 0) + (after[i] ?? 0) - (reach[i] ?? 1)) / (strides[i] ?? 1)) + 1);
  return { kernel, strides, dilations, before, after, places };
}

const attributes = ({ strides, dilations, before, after }: Windows) => ({ strides: ints(strides), dilations: ints(dilations), pads: ints([...before, ...after]) });

/** Runs `write` with channels before places, as ONNX has them. */
function channelsFirst(call: LayerCall, format: 'first' | 'last', write: (x: Value, channels: number, places: readonly number[]) => Value): Value {
  const rank = call.x.shape.length;
  const axes = Array.from({ length: rank - 2 }, (_, i) => i);
  const x = format === 'first' ? call.x : call.transpose(call.x, [0, rank - 1, ...axes.map((i) => i + 1)]);
  const [channels = 1, ...places] = call.sizes(x);
  const y = write(x, channels, places);
  return format === 'first' ? y : call.transpose(y, [0, ...axes.map((i) => i + 2), 1]);
}

const windowParams = { strides: sizes.nullish(), padding, data_format: dataFormat };
const convParams = { ...windowParams, kernel_size: sizes, dilation_rate: sizes.nullish(), activation, use_bias: flag(true) };

/** A kernel [places …, ins, outs] of Keras as ONNX has it, [outs, ins, places …]. */
function kernelFirst(data: Float32Array, places: readonly number[], ins: number, outs: number): Float32Array {
  const size = places.reduce((product, dim) => product * dim, 1);
  const turned = new Float32Array(data.length);
  for (let at = 0; at < size; at++) for (let i = 0; i < ins; i++) for (let o = 0; o < outs; o++) turned[(o * ins + i) * size + at] = data[(at * ins + i) * outs + o] as number;
  return turned;
}

/** One convolution: kernel [outs, ins a group, places …], and the bias that is the layer's next weight. */
function convolve(call: LayerCall, x: Value, windows: Windows, kernel: Float32Array, ins: number, outs: number, groups: number, hasBias: boolean): Value {
  const inputs = [x, call.constant([outs, ins, ...windows.kernel], kernel), ...(hasBias ? [call.constant([outs], call.weight(outs))] : [])];
  const shape: Dim[] = ['rows', outs, ...windows.places];
  return call.op('Conv', inputs, shape, { ...attributes(windows), group: int(groups) });
}

function conv(axes: number): LayerWriter {
  return writer(z.looseObject({ ...convParams, filters: z.number(), groups: number(1) }), (call, config) => {
    const kernel = perAxis(config.kernel_size, axes, 1);
    const out = channelsFirst(call, config.data_format, (x, channels, places) => {
      const windows = windowsOf(places, kernel, perAxis(config.strides, axes, 1), perAxis(config.dilation_rate, axes, 1), config.padding);
      const ins = channels / config.groups;
      return convolve(call, x, windows, kernelFirst(call.weight(...kernel, ins, config.filters), kernel, ins, config.filters), ins, config.filters, config.groups, config.use_bias);
    });
    return activate(call, config.activation, out);
  });
}

/** Each channel by its own kernels: output channel = channel · multiplier + its kernel. */
function depthwise(call: LayerCall, x: Value, channels: number, windows: Windows, hasBias: boolean): { readonly y: Value; readonly multiplier: number } {
  // TensorFlow.js does not write the multiplier of separable convolutions down; the kernel shows it.
  const multiplier = call.nextShape.at(-1) ?? 1;
  // [places …, channels, multiplier] is one input a group once the last two are taken together.
  const outs = channels * multiplier;
  const kernel = kernelFirst(call.weight(...windows.kernel, channels, multiplier), windows.kernel, 1, outs);
  return { multiplier, y: convolve(call, x, windows, kernel, 1, outs, channels, hasBias) };
}

function depthwiseConv(axes: number): LayerWriter {
  return writer(z.looseObject(convParams), (call, config) => {
    const out = channelsFirst(call, config.data_format, (x, channels, places) => {
      const windows = windowsOf(places, perAxis(config.kernel_size, axes, 1), perAxis(config.strides, axes, 1), perAxis(config.dilation_rate, axes, 1), config.padding);
      return depthwise(call, x, channels, windows, config.use_bias).y;
    });
    return activate(call, config.activation, out);
  });
}

/** Channels one by one, then all together place by place. */
function separableConv(axes: number): LayerWriter {
  return writer(z.looseObject({ ...convParams, filters: z.number() }), (call, config) => {
    const out = channelsFirst(call, config.data_format, (x, channels, places) => {
      const windows = windowsOf(places, perAxis(config.kernel_size, axes, 1), perAxis(config.strides, axes, 1), perAxis(config.dilation_rate, axes, 1), config.padding);
      const apart = depthwise(call, x, channels, windows, false);
      const ones = places.map(() => 1);
      const ins = channels * apart.multiplier;
      const points = windowsOf(windows.places, ones, ones, ones, 'valid');
      return convolve(call, apart.y, points, kernelFirst(call.weight(...ones, ins, config.filters), ones, ins, config.filters), ins, config.filters, 1, config.use_bias);
    });
    return activate(call, config.activation, out);
  });
}

/** The mean of a window counts only what is inside. */
function pooling(axes: number, op: 'MaxPool' | 'AveragePool'): LayerWriter {
  return writer(z.looseObject({ ...windowParams, pool_size: sizes.nullish() }), (call, config) => {
    const kernel = perAxis(config.pool_size, axes, 2);
    return channelsFirst(call, config.data_format, (x, channels, places) => {
      const windows = windowsOf(places, kernel, config.strides == null ? kernel : perAxis(config.strides, axes, 2), kernel.map(() => 1), config.padding);
      const { strides, pads } = attributes(windows);
      return call.op(op, [x], ['rows', channels, ...windows.places], { kernel_shape: ints(kernel), strides, pads });
    });
  });
}

export const windowLayers: Readonly<Record<string, LayerWriter>> = {
  Conv1D: conv(1),
  Conv2D: conv(2),
  DepthwiseConv1D: depthwiseConv(1),
  DepthwiseConv2D: depthwiseConv(2),
  SeparableConv1D: separableConv(1),
  SeparableConv2D: separableConv(2),
  MaxPooling1D: pooling(1, 'MaxPool'),
  MaxPooling2D: pooling(2, 'MaxPool'),
  AveragePooling1D: pooling(1, 'AveragePool'),
  AveragePooling2D: pooling(2, 'AveragePool'),
};
