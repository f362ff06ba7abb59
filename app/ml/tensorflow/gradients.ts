import type * as Core from '@tensorflow/tfjs-core';

/**
 * Operators whose gradients TensorFlow.js' WebAssembly lacks (that of a kernel, that of a look-up), or that it has in another layout:
 * ONNX keeps channels before places, TensorFlow.js after them.
 */

type Tf = typeof Core;
type Tensor = Core.Tensor;

/** Rows of `table` at `indices`; its gradient adds each row's share to the rows it came from. */
export function lookUp(tf: Tf, table: Tensor, indices: Tensor): Tensor {
  const whole = tf.cast(indices, 'int32');
  const { shape } = table;
  return tf.customGrad((x, save) => {
    (save as Core.GradSaveFunc)([whole]);
    return {
      value: tf.gather(x as Tensor, whole),
      gradFunc: (dy: Tensor, [places]: Tensor[]) => tf.scatterND(tf.reshape(places as Tensor, [whole.size, 1]), tf.reshape(dy, [whole.size, ...shape.slice(1)]), shape),
    };
  })(table);
}

export interface Padding {
  /** Zeros before each axis, then after each. */
  readonly pads: readonly number[];
  readonly dilation: number;
}

/** [rows, channels, places] as an image of one line, [rows, 1, places, channels]; [rows, channels, height, width] → channels last. */
function channelsLast(tf: Tf, x: Tensor): Core.Tensor4D {
  const image = x.rank === 3 ? tf.expandDims(x, 2) : x;
  return tf.transpose(image, [0, 2, 3, 1]) as Core.Tensor4D;
}

function channelsFirst(tf: Tf, x: Tensor, rank: number): Tensor {
  const first = tf.transpose(x, [0, 3, 1, 2]);
  return rank === 3 ? tf.squeeze(first, [2]) : first;
}

/** A convolution of step 1 without padding, [rows, height, width, channels] by [height, width, channels, outputs]. */
function valid(tf: Tf, x: Core.Tensor4D, kernel: Core.Tensor4D, dilation: number): Core.Tensor4D {
  const [height, width] = kernel.shape;
  const dilations: [number, number] = [height === 1 ? 1 : dilation, width === 1 ? 1 : dilation];
  return tf.customGrad((a, b, save) => {
    const [image, filter] = [a as Core.Tensor4D, b as Core.Tensor4D];
    (save as Core.GradSaveFunc)([image, filter]);
    return {
      value: tf.conv2d(image, filter, 1, 'valid', 'NHWC', dilations),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [given, used] = saved as [Core.Tensor4D, Core.Tensor4D];
        return [imageGradient(tf, dy as Core.Tensor4D, used, dilations), filterGradient(tf, dy, given, used, dilations)];
      },
    };
  })(x, kernel) as Core.Tensor4D;
}

/** The gradient convolved with the kernel turned round, inputs and outputs exchanged. */
function imageGradient(tf: Tf, dy: Core.Tensor4D, kernel: Core.Tensor4D, dilations: [number, number]): Core.Tensor4D {
  const [height, width] = kernel.shape;
  const [y, x] = [(height - 1) * dilations[0], (width - 1) * dilations[1]];
  const padded = tf.pad(dy, [[0, 0], [y, y], [x, x], [0, 0]]);
  return tf.conv2d(padded, tf.transpose(tf.reverse(kernel, [0, 1]), [0, 1, 3, 2]), 1, 'valid', 'NHWC', dilations);
}

/** What each place of the kernel saw, side by side, times the gradient: one product. */
function filterGradient(tf: Tf, dy: Tensor, x: Core.Tensor4D, kernel: Core.Tensor4D, dilations: [number, number]): Tensor {
  const [rows, , , channels] = x.shape;
  const [, high, wide, outputs] = dy.shape as [number, number, number, number];
  const [height, width] = kernel.shape;
  const seen: Tensor[] = [];
  for (let i = 0; i < height; i++) for (let j = 0; j < width; j++) seen.push(tf.slice(x, [0, i * dilations[0], j * dilations[1], 0], [rows, high, wide, channels]));
  const places = tf.reshape(seen.length === 1 ? (seen[0] as Tensor) : tf.concat(seen, 3), [-1, seen.length * channels]);
  return tf.reshape(tf.matMul(places as Core.Tensor2D, tf.reshape(dy, [-1, outputs]) as Core.Tensor2D, true, false), kernel.shape);
}

/** x [rows, channels, …sizes] by kernel [outputs, channels, …sizes], one or two axes, step 1. */
export function convolve(tf: Tf, x: Tensor, kernel: Tensor, { pads, dilation }: Padding): Tensor {
  const axes = x.rank - 2;
  const filter = tf.transpose(axes === 1 ? tf.expandDims(kernel, 2) : kernel, [2, 3, 1, 0]) as Core.Tensor4D;
  const sides = Array.from({ length: axes }, (_, i): [number, number] => [pads[i] ?? 0, pads[axes + i] ?? 0]);
  const padding: [number, number][] = [[0, 0], ...(axes === 1 ? [[0, 0] as [number, number]] : []), ...sides, [0, 0]];
  const image = channelsLast(tf, x);
  const padded = pads.some((size) => size > 0) ? (tf.pad(image, padding) as Core.Tensor4D) : image;
  return channelsFirst(tf, valid(tf, padded, filter, dilation), x.rank);
}

/** The largest value of each window; what does not fill a window at the end is left out. */
export function maxPool(tf: Tf, x: Tensor, size: number, stride: number): Tensor {
  const high = x.rank === 3 ? 1 : size;
  return channelsFirst(tf, tf.maxPool(channelsLast(tf, x), [high, size], [x.rank === 3 ? 1 : stride, stride], 'valid'), x.rank);
}
