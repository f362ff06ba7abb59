import type { Dim, GraphBuilder, Value } from './graph-builder.ts';
import { concat, permute, slice } from './selection.ts';
import { reduceMean, reduceSum, reshape, shapeError } from './shaping.ts';

const int = (value: number) => ({ kind: 'int', value }) as const;
const ints = (value: readonly number[]) => ({ kind: 'ints', value }) as const;

export interface ConvolutionOptions {
  /** The same along every axis; default 1. */
  readonly stride?: number;
  readonly dilation?: number;
  /** Zeros added before and after, by spatial axis; default none. */
  readonly before?: readonly number[];
  readonly after?: readonly number[];
}

interface Geometry {
  readonly stride: number;
  readonly dilation: number;
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** Spatial sizes of input, kernel and output. */
  readonly input: readonly number[];
  readonly kernel: readonly number[];
  readonly output: readonly number[];
}

const zeros = (size: number): number[] => new Array<number>(size).fill(0);
const isSizes = (dims: readonly Dim[]): dims is number[] => dims.every((dim) => typeof dim === 'number');

function geometryOf(x: Value, kernel: readonly number[], { stride = 1, dilation = 1, before, after }: ConvolutionOptions): Geometry {
  const input = x.shape.slice(2);
  const axes = kernel.length;
  if (!isSizes(input) || axes === 0 || axes > 2 || input.length !== axes) throw shapeError('A convolution or pooling', x);
  const [start, end] = [before ?? zeros(axes), after ?? zeros(axes)];
  const output = input.map((size, i) => Math.floor((size + (start[i] ?? 0) + (end[i] ?? 0) - dilation * ((kernel[i] ?? 1) - 1) - 1) / stride) + 1);
  if (output.some((size) => size < 1)) throw shapeError(`A window of ${kernel.join(' × ')}`, x);
  return { stride, dilation, before: start, after: end, input, kernel, output };
}

const convAttributes = (strides: number, dilations: number, before: readonly number[], after: readonly number[]) => ({
  strides: ints(before.map(() => strides)),
  dilations: ints(before.map(() => dilations)),
  pads: ints([...before, ...after]),
});

/** The kernel turned round in every spatial axis, with inputs and outputs exchanged. */
function turned(g: GraphBuilder, kernel: Value): Value {
  const axes = kernel.shape.slice(2).map((_, i) => i + 2);
  const list = (values: readonly number[]): Value => g.constant('int64', [values.length], values);
  const ends = axes.map((axis) => -(kernel.shape[axis] as number) - 1);
  const flipped = g.node('Slice', [kernel, list(axes.map(() => -1)), list(ends), list(axes), list(axes.map(() => -1))], kernel);
  return permute(g, flipped, [1, 0, ...axes]);
}

function inputGradient(g: GraphBuilder, gradient: Value, kernel: Value, x: Value, geometry: Geometry): Value {
  const { stride, dilation, before, after, input, output } = geometry;
  const reach = geometry.kernel.map((size) => dilation * (size - 1));
  if (stride === 1 && reach.every((size, i) => size >= (before[i] ?? 0) && size >= (after[i] ?? 0))) {
    // As a convolution, whose kernels are quicker than those of ConvTranspose.
    const start = reach.map((size, i) => size - (before[i] ?? 0));
    const end = reach.map((size, i) => size - (after[i] ?? 0));
    return g.node('Conv', [gradient, turned(g, kernel)], x, convAttributes(1, dilation, start, end));
  }
  const left = input.map((size, i) => size + (before[i] ?? 0) + (after[i] ?? 0) - (((output[i] ?? 1) - 1) * stride + (reach[i] ?? 0) + 1));
  return g.node('ConvTranspose', [gradient, kernel], x, { ...convAttributes(stride, dilation, before, after), output_padding: ints(left) });
}

/** Columns that make a matrix product with the gradient worth while; fewer are put together from several places of the kernel. */
const goodWidth = 64;

/**
 * The kernel's gradient, place by place: the product of the gradient [outputs, rows · sizes] with the part of the input [channels,
 * rows · sizes] that this place of the kernel saw. Several times quicker than as a convolution with the gradient as its kernel, and
 * without im2col's memory.
 */
function kernelGradient(g: GraphBuilder, gradient: Value, x: Value, kernel: Value, { stride, dilation, before, after, output, kernel: sizes }: Geometry): Value {
  const [outputs, channels] = kernel.shape as readonly number[] as [number, number];
  const list = (values: readonly number[]): Value => g.constant('int64', [values.length], values);
  const spatial = sizes.map((_, i) => i + 2);
  const type = x.type;
  const matrix = (value: Value, rows: number): Value => g.node('Reshape', [value, list([rows, -1])], { type, shape: [rows, 'places'] });
  const right = matrix(permute(g, gradient, [1, 0, ...spatial]), outputs);
  let source = permute(g, x, [1, 0, ...spatial]);
  if ([...before, ...after].some((size) => size > 0)) {
    const shape = source.shape.map((dim, i) => (i < 2 ? dim : (dim as number) + (before[i - 2] ?? 0) + (after[i - 2] ?? 0)));
    source = g.node('Pad', [source, list([0, 0, ...before, 0, 0, ...after]), g.scalar(0, type)], { type, shape });
  }
  const taps = sizes.reduce((product, size) => product * size, 1);
  const seenBy = (tap: number): Value => {
    const place = sizes.map((_, i) => Math.floor(tap / sizes.slice(i + 1).reduce((a, b) => a * b, 1)) % (sizes[i] ?? 1));
    const starts = place.map((at) => at * dilation);
    const ends = starts.map((start, i) => start + stride * ((output[i] ?? 1) - 1) + 1);
    return g.node('Slice', [source, list(starts), list(ends), list(spatial), list(spatial.map(() => stride))], { type, shape: [channels, x.shape[0] as Dim, ...output] });
  };
  const together = Math.min(taps, Math.ceil(goodWidth / channels));
  const products: Value[] = [];
  for (let tap = 0; tap < taps; tap += together) {
    const seen = Array.from({ length: Math.min(together, taps - tap) }, (_, i) => seenBy(tap + i));
    const width = seen.length * channels;
    const beside = seen.length === 1 ? (seen[0] as Value) : g.node('Concat', seen, { type, shape: [width, x.shape[0] as Dim, ...output] }, { axis: int(0) });
    products.push(g.node('Gemm', [right, matrix(beside, width)], { type, shape: [outputs, width] }, { transB: int(1) }));
  }
  const all = concat(g, products, 1);
  return permute(g, reshape(g, all, [outputs, taps, channels]), [0, 2, 1]);
}

/**
 * A convolution over one or two spatial axes: x [rows, channels, …sizes], kernel [outputs, channels, …sizes], bias [outputs] or null →
 * [rows, outputs, …sizes]. float32 only (onnxruntime has no other kernel).
 * @throws PenstockError `autodiff-shape`.
 */
export function conv(g: GraphBuilder, x: Value, kernel: Value, bias: Value | null, options: ConvolutionOptions = {}): Value {
  const [outputs, channels, ...sizes] = kernel.shape;
  if (outputs === undefined || channels !== x.shape[1] || !isSizes(sizes) || (bias !== null && (bias.shape.length !== 1 || bias.shape[0] !== outputs))) throw shapeError('A convolution', x, kernel);
  const geometry = geometryOf(x, sizes, options);
  const inputs = bias === null ? [x, kernel] : [x, kernel, bias];
  const { stride, dilation, before, after } = geometry;
  return g.node('Conv', inputs, { type: x.type, shape: [x.shape[0] as Dim, outputs, ...geometry.output] }, convAttributes(stride, dilation, before, after), [
    (gradient) => inputGradient(g, gradient, kernel, x, geometry),
    (gradient) => reshape(g, kernelGradient(g, gradient, x, kernel, geometry), kernel.shape),
    (gradient) => reduceSum(g, gradient, [0, ...sizes.map((_, i) => i + 2)]),
  ]);
}

/**
 * The largest value of each window: x [rows, channels, …sizes]. Windows of `size` begin every `stride` (default: `size`); what does not
 * fill a window at the end is left out. The gradient goes to the first of equal values.
 * @throws PenstockError `autodiff-shape`.
 */
export function maxPool(g: GraphBuilder, x: Value, size: number, stride: number = size): Value {
  const window = x.shape.slice(2).map(() => size);
  const { output } = geometryOf(x, window, { stride });
  const shape = [...x.shape.slice(0, 2), ...output];
  const attributes = { kernel_shape: ints(window), strides: ints(window.map(() => stride)) };
  const [y, places] = g.nodes('MaxPool', [x], [{ type: x.type, shape }, { type: 'int64', shape }], attributes) as [Value, Value];
  return g.differentiable([x], y, [
    (gradient) => {
      const shapeOf = g.node('Shape', [x], { type: 'int64', shape: [x.shape.length] });
      // Windows that do not overlap name no place twice; others must add up.
      if (stride >= size && x.type === 'float') return g.node('MaxUnpool', [gradient, places, shapeOf], x, attributes);
      const all = g.node('Size', [x], { type: 'int64', shape: [] });
      const length = g.node('Reshape', [all, g.constant('int64', [1], [1])], { type: 'int64', shape: [1] });
      const empty = g.node('Expand', [g.scalar(0, x.type), length], { type: x.type, shape: ['all'] });
      const flat = (value: Value): Value => g.node('Reshape', [value, g.constant('int64', [1], [-1])], { type: value.type, shape: ['windows'] });
      const sum = g.node('ScatterElements', [empty, flat(places), flat(gradient)], empty, { axis: int(0), reduction: { kind: 'string', value: 'add' } });
      return g.node('Reshape', [sum, shapeOf], x);
    },
  ]);
}

/** The mean of each window of `size`, side by side; what does not fill a window at the end is left out. @throws PenstockError `autodiff-shape`. */
export function averagePool(g: GraphBuilder, x: Value, size: number): Value {
  const { input, output } = geometryOf(x, x.shape.slice(2).map(() => size), { stride: size });
  let whole = x;
  for (const [i, count] of output.entries()) if (count * size < (input[i] ?? 0)) whole = slice(g, whole, i + 2, 0, count * size);
  const windows = reshape(g, whole, [...x.shape.slice(0, 2), ...output.flatMap((count) => [count, size])]);
  return reduceMean(g, windows, output.map((_, i) => 2 * i + 3));
}

/** The mean over all places: [rows, channels, …sizes] → [rows, channels]. */
export function globalAveragePool(g: GraphBuilder, x: Value): Value {
  return reduceMean(g, x, x.shape.slice(2).map((_, i) => i + 2));
}
