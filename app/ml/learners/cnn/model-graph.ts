import type { OnnxGraph } from '#app/relation/emitters/onnx/graph.ts';
import { GraphBuilder, type Value } from '../../autodiff/graph-builder.ts';
import { finishedPass } from '../network/graphs.ts';
import { classProbabilities } from '../network/losses.ts';
import { type CnnSpec, emitInput, forward, parameterShapes } from './network.ts';

const int = (value: number) => ({ kind: 'int', value }) as const;
const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

interface ReadPixels {
  /** Float [rows, 3, size, size], 0…255. */
  readonly pixels: Value;
  /** Bool [rows, 1]: whether the text was an image of the right size. */
  readonly valid: Value;
}

/**
 * Base64 in the graph: the Tokenizer cuts the text into pairs of digits, each pair is a number of 12 bits, and two of them are one
 * pixel's red, green and blue. A text of another length, or with other characters, is marked as none.
 */
function emitPixels(g: GraphBuilder, text: Value, size: number): ReadPixels {
  const list = (values: readonly number[]): Value => g.constant('int64', [values.length], values);
  const float = (shape: Value['shape']) => ({ type: 'float', shape }) as const;
  const pairs = 2 * size * size;
  const tokens = g.node(
    'Tokenizer',
    [text],
    { type: 'string', shape: ['rows', 1, 'pairs'] },
    { mark: int(0), mincharnum: int(1), pad_value: { kind: 'string', value: '' }, tokenexp: { kind: 'string', value: '[A-Za-z0-9+/][A-Za-z0-9+/]|.' } },
    [],
    'com.microsoft',
  );
  // −1: there is nothing; −2: something that is no pair of digits.
  const nothing = g.scalar(-1);
  const keys = ['', ...Array.from({ length: 4096 }, (_, i) => `${digits[i >> 6]}${digits[i & 63]}`)];
  const encoded = g.node(
    'LabelEncoder',
    [tokens],
    float(['rows', 1, 'pairs']),
    { keys_strings: { kind: 'strings', value: keys }, values_floats: { kind: 'floats', value: keys.map((_, i) => i - 1) }, default_float: { kind: 'float', value: -2 } },
    [],
    'ai.onnx.ml',
  );
  // As long as an image at least, and one place more, which must be empty.
  const filled = g.node('Pad', [encoded, list([0, 0, 0, 0, 0, pairs + 1]), nothing], float(['rows', 1, 'filled']));
  const part = (from: number, to: number): Value => g.node('Slice', [filled, list([from]), list([to]), list([2]), list([1])], float(['rows', 1, to - from]));
  const body = g.node('Reshape', [part(0, pairs), list([-1, pairs])], float(['rows', pairs]));
  const rest = g.node('Reshape', [part(pairs, pairs + 1), list([-1, 1])], float(['rows', 1]));
  const zero = g.scalar(0);
  const least = g.node('ReduceMin', [body], float(['rows', 1]), { axes: { kind: 'ints', value: [1] }, keepdims: int(1) });
  const bool = { type: 'bool', shape: ['rows', 1] } as const;
  const valid = g.node('And', [g.node('GreaterOrEqual', [least, zero], bool), g.node('Equal', [rest, nothing], bool)], bool);
  const numbers = g.node('Reshape', [g.node('Max', [body, zero], body), list([-1, size * size, 2])], float(['rows', size * size, 2]));
  const [first, second] = g.nodes('Split', [numbers, list([1, 1])], [float(['rows', size * size, 1]), float(['rows', size * size, 1])], { axis: int(2) }) as [Value, Value];
  const whole = (value: Value, by: number): Value => g.node('Floor', [g.node('Div', [value, g.scalar(by)], value)], value);
  const minus = (value: Value, times: Value, by: number): Value => g.node('Sub', [value, g.node('Mul', [times, g.scalar(by)], value)], value);
  const red = whole(first, 16);
  const high = whole(second, 256);
  const green = g.node('Add', [g.node('Mul', [minus(first, red, 16), g.scalar(16)], first), high], first);
  const blue = minus(second, high, 256);
  const pixels = g.node('Concat', [red, green, blue], float(['rows', size * size, 3]), { axis: int(2) });
  const planes = g.node('Transpose', [pixels], float(['rows', 3, size * size]), { perm: { kind: 'ints', value: [0, 2, 1] } });
  return { pixels: g.node('Reshape', [planes, list([-1, 3, size, size])], float(['rows', 3, size, size])), valid };
}

const finished = (g: GraphBuilder, spec: CnnSpec, vector: Float32Array, statistics: Float32Array) => finishedPass(g, { parameters: parameterShapes(spec), normalised: spec.params.blocks }, vector, statistics);

/** The trained network by itself: `images` as `putImage` gives them in, probabilities out. */
export function imagesGraph(spec: CnnSpec, vector: Float32Array, statistics: Float32Array): OnnxGraph {
  const { size, colour } = spec.params;
  const g = new GraphBuilder();
  const images = g.input('images', 'float', ['rows', colour === 'grey' ? 1 : 3, size, size]);
  g.output('probabilities', classProbabilities(g, spec.kind, forward(finished(g, spec, vector, statistics), spec, images)));
  return g.build('cnn');
}

/** The whole model: base64 of the pixels in the tensor `input` [rows, 1], a model's outputs out; NaN and label −1 for what is no image. */
export function cnnGraph(spec: CnnSpec, vector: Float32Array, statistics: Float32Array, input: string): OnnxGraph {
  const g = new GraphBuilder('net/');
  const { pixels, valid } = emitPixels(g, g.input(input, 'string', ['rows', 1]), spec.params.size);
  const found = classProbabilities(g, spec.kind, forward(finished(g, spec, vector, statistics), spec, emitInput(g, pixels, spec.params.colour)));
  const probabilities = g.node('Where', [valid, found, g.scalar(Number.NaN)], found);
  const best = g.node('ArgMax', [found], { type: 'int64', shape: ['rows', 1] }, { axis: int(1), keepdims: int(1) });
  const label = g.node('Where', [valid, best, g.scalar(-1, 'int64')], best);
  g.output('label', g.node('Reshape', [label, g.constant('int64', [1], [-1])], { type: 'int64', shape: ['rows'] }));
  g.output('probabilities', probabilities);
  return g.build('penstock');
}
