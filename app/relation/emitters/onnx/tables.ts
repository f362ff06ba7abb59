import type { FragmentBuilder } from './builder.ts';

/** Lists of constants in a model: the place of a value among keys, and lines through points. */

const places = (count: number): number[] => Array.from({ length: count }, (_unused, place) => place);

/** Int64: the place of each text among the keys, their number for every other text. */
export function textPlace(tensor: string, keys: readonly string[], builder: FragmentBuilder): string {
  return builder.node(
    'LabelEncoder',
    [tensor],
    { keys_strings: { kind: 'strings', value: keys }, values_int64s: { kind: 'ints', value: places(keys.length) }, default_int64: { kind: 'int', value: keys.length } },
    'ai.onnx.ml',
  );
}

/** As `textPlace` for whole numbers; a number with a fraction has no place, nor has NaN. */
export function numberPlace(tensor: string, keys: readonly number[], builder: FragmentBuilder): string {
  const whole = builder.node('Equal', [builder.node('Floor', [tensor]), tensor]);
  const place = builder.node(
    'LabelEncoder',
    [builder.cast(builder.node('Where', [whole, tensor, builder.doubles([0])]), 'int64')],
    { keys_int64s: { kind: 'ints', value: keys }, values_int64s: { kind: 'ints', value: places(keys.length) }, default_int64: { kind: 'int', value: keys.length } },
    'ai.onnx.ml',
  );
  return builder.node('Where', [whole, place, builder.constant({ type: 'int64', dims: [1, 1], data: [keys.length] })]);
}

/** Float64 [rows, 1]: a line through points (x rising) at [rows, 1], as the sum of the ramps between them, each going from 0 to 1. */
export function rampSum(tensor: string, x: readonly number[], y: readonly number[], builder: FragmentBuilder): string {
  const rises = (values: readonly number[]): number[] => values.slice(1).map((value, at) => value - (values[at] ?? 0));
  const ramps = builder.node('Div', [builder.node('Sub', [tensor, builder.doubles(x.slice(0, -1))]), builder.doubles(rises(x))]);
  const limit = (value: number): string => builder.constant({ type: 'double', dims: [], data: Float64Array.of(value) });
  const clipped = builder.node('Clip', [ramps, limit(0), limit(1)]);
  const heights = builder.constant({ type: 'double', dims: [x.length - 1, 1], data: Float64Array.from(rises(y)) });
  return builder.node('Add', [builder.node('MatMul', [clipped, heights]), builder.doubles([y[0] ?? 0])]);
}
