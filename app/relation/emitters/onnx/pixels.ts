import type { OnnxAttribute } from './graph.ts';
import type { FragmentBuilder } from './builder.ts';

/** The shape of sdk's ImagePixels that the emitter needs. */
export interface ImageText {
  /** The input column. */
  readonly image: string;
  readonly width: number;
  readonly height: number;
}

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const int = (value: number): OnnxAttribute => ({ kind: 'int', value });

/**
 * Base64 of an image's bytes [rows, 1] as its pixels, float32 [rows, width × height]. The Tokenizer cuts the text into pairs of digits,
 * each pair is a number of 12 bits, and two of them are one pixel. A text of another length, or with other characters, is missing (NaN).
 */
export function emitImage(text: string, { width, height }: ImageText, builder: FragmentBuilder): string {
  const list = (values: readonly number[]): string => builder.constant({ type: 'int64', dims: [values.length], data: values });
  const number = (value: number): string => builder.constant({ type: 'float', dims: [], data: [value] });
  const size = width * height;
  const pairs = 2 * size;
  const tokens = builder.node(
    'Tokenizer',
    [text],
    { mark: int(0), mincharnum: int(1), pad_value: { kind: 'string', value: '' }, tokenexp: { kind: 'string', value: '[A-Za-z0-9+/][A-Za-z0-9+/]|.' } },
    'com.microsoft',
  );
  // −1: there is nothing; −2: something that is no pair of digits.
  const keys = ['', ...Array.from({ length: 4096 }, (_, i) => `${digits[i >> 6]}${digits[i & 63]}`)];
  const encoded = builder.node(
    'LabelEncoder',
    [tokens],
    { keys_strings: { kind: 'strings', value: keys }, values_floats: { kind: 'floats', value: keys.map((_, i) => i - 1) }, default_float: { kind: 'float', value: -2 } },
    'ai.onnx.ml',
  );
  // As long as an image at least, and one place more, which must be empty.
  const filled = builder.node('Pad', [encoded, list([0, 0, 0, 0, 0, pairs + 1]), number(-1)]);
  const part = (from: number, to: number): string => builder.node('Slice', [filled, list([from]), list([to]), list([2]), list([1])]);
  const body = builder.node('Reshape', [part(0, pairs), list([-1, size, 2])]);
  const rest = builder.node('Reshape', [part(pairs, pairs + 1), list([-1, 1])]);
  const least = builder.node('ReduceMin', [builder.node('Reshape', [body, list([-1, pairs])])], { axes: { kind: 'ints', value: [1] }, keepdims: int(1) });
  const valid = builder.node('And', [builder.node('GreaterOrEqual', [least, number(0)]), builder.node('Equal', [rest, number(-1)])]);
  const weights = builder.constant({ type: 'float', dims: [2, 1], data: [4096, 1] });
  const pixels = builder.node('Reshape', [builder.node('MatMul', [body, weights]), list([-1, size])]);
  return builder.node('Where', [valid, pixels, number(Number.NaN)]);
}
