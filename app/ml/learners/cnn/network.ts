import { averagePool, conv, globalAveragePool, maxPool } from '../../autodiff/convolution.ts';
import { type ParameterShape, parameterCount, parameterViews } from '../../autodiff/flat-parameters.ts';
import type { GraphBuilder, Value } from '../../autodiff/graph-builder.ts';
import { gemm, relu } from '../../autodiff/operators.ts';
import { reshape } from '../../autodiff/shaping.ts';
import type { Network } from '../network/graphs.ts';
import { type OutputKind, outputWidth, rowLoss, rowRight } from '../network/losses.ts';
import type { Pass } from '../network/pass.ts';
import { normal } from '../random.ts';
import { type CnnParams, sidesOf } from './params.ts';

export interface CnnSpec {
  readonly kind: OutputKind;
  readonly classes: number;
  readonly weighted: boolean;
  /** `size`: width and height of the images. */
  readonly params: { readonly size: number } & Pick<CnnParams, 'colour' | 'blocks' | 'kernel' | 'pooling' | 'hiddenLayers' | 'dropout'>;
}

export const channelsOf = (colour: CnnParams['colour']): number => (colour === 'grey' ? 1 : 3);

/** Maps up to this side are read place by place; larger ones are averaged first. */
const flattenUpTo = 4;

/** Numbers that the dense layers read: the last maps place by place where they are small, else their means. */
function readOut({ params }: CnnSpec): { readonly side: number; readonly width: number; readonly flat: boolean } {
  const side = sidesOf(params.size, params.blocks.length).at(-1) ?? params.size;
  const channels = params.blocks.at(-1) ?? channelsOf(params.colour);
  const flat = side <= flattenUpTo;
  return { side, flat, width: flat ? channels * side * side : channels };
}

/** Kernel, scale and shift of each block, then weights and biases of the dense layers. */
export function parameterShapes(spec: CnnSpec): ParameterShape[] {
  const { blocks, colour, kernel, hiddenLayers } = spec.params;
  const channels = [channelsOf(colour), ...blocks];
  const widths = [readOut(spec).width, ...hiddenLayers, outputWidth(spec.kind, spec.classes)];
  return [
    ...blocks.flatMap((size, i) => [
      { name: `kernel${i}`, shape: [size, channels[i] ?? 1, kernel, kernel] },
      { name: `scale${i}`, shape: [size] },
      { name: `shift${i}`, shape: [size] },
    ]),
    ...widths.slice(1).flatMap((width, layer) => [
      { name: `weights${layer}`, shape: [widths[layer] ?? 0, width] },
      { name: `bias${layer}`, shape: [width] },
    ]),
  ];
}

/** He et al. 2015; scales 1, shifts and biases 0. */
export function initialParameters(spec: CnnSpec, next: () => number): Float32Array {
  const shapes = parameterShapes(spec);
  const vector = new Float32Array(parameterCount(shapes));
  for (const [i, view] of parameterViews(vector, shapes).entries()) {
    const { name = '', shape = [] } = shapes[i] ?? {};
    if (name.startsWith('scale')) view.fill(1);
    if (shape.length < 2) continue;
    const inputs = shape.length === 4 ? shape.slice(1).reduce((a, b) => a * b, 1) : (shape[0] ?? 1);
    const spread = Math.sqrt(2 / inputs);
    for (let k = 0; k < view.length; k++) view[k] = spread * normal(next);
  }
  return vector;
}

/** The output before softmax or sigmoid, [rows, outputs], from images [rows, channels, size, size]. */
export function forward(pass: Pass, spec: CnnSpec, images: Value): Value {
  const { g } = pass;
  const { blocks, kernel, pooling, hiddenLayers, dropout } = spec.params;
  const [...parameters] = pass.parameters;
  const take = (): Value => parameters.shift() as Value;
  const around = [(kernel - 1) / 2, (kernel - 1) / 2];
  let x = images;
  for (let i = 0; i < blocks.length; i++) {
    // No bias: the shift of the normalisation does its work.
    x = conv(g, x, take(), null, { before: around, after: around });
    x = pass.normalise(x, take(), take());
    // The largest of rectified values is the rectified largest one: on a quarter of the places.
    x = pooling === 'max' ? relu(g, maxPool(g, x, 2)) : averagePool(g, relu(g, x), 2);
  }
  const { flat, width } = readOut(spec);
  x = flat ? reshape(g, x, ['rows', width]) : globalAveragePool(g, x);
  x = pass.dropout(x, dropout);
  for (let layer = 0; layer <= hiddenLayers.length; layer++) {
    x = gemm(g, x, take(), take());
    if (layer < hiddenLayers.length) x = pass.dropout(relu(g, x), dropout);
  }
  return x;
}

/** In: `images` float [rows, channels, size, size] as `toInput` gives them, target and weights [rows, 1]. */
export function cnnNetwork(spec: CnnSpec): Network {
  const { size, colour, blocks } = spec.params;
  return {
    name: 'cnn',
    parameters: parameterShapes(spec),
    normalised: blocks,
    losses(pass) {
      const { g } = pass;
      const images = g.input('images', 'float', ['rows', channelsOf(colour), size, size]);
      const target = g.input('target', 'float', ['rows', 1]);
      const weights = spec.weighted ? g.input('weights', 'float', ['rows', 1]) : null;
      const output = forward(pass, spec, images);
      return { each: rowLoss(g, spec.kind, output, target), right: rowRight(g, spec.kind, output, target), weights };
    },
  };
}

/** Bytes 0…255 as the network takes them: about −1…1. */
export const toInput = (byte: number): number => (byte - 127.5) / 63.75;
export const greyWeights = [0.299, 0.587, 0.114] as const;

/** The same in a graph: pixels float [rows, 3, size, size] in 0…255 → images. */
export function emitInput(g: GraphBuilder, pixels: Value, colour: CnnParams['colour']): Value {
  const grey = colour === 'rgb' ? pixels : conv(g, pixels, g.constant('float', [1, 3, 1, 1], greyWeights), null);
  return g.node('Div', [g.node('Sub', [grey, g.scalar(127.5)], grey), g.scalar(63.75)], grey);
}
