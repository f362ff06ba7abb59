import { GraphBuilder, type Value } from '../../autodiff/graph-builder.ts';
import { headInput } from '../heads.ts';
import { finishedPass } from '../network/graphs.ts';
import { classProbabilities } from '../network/losses.ts';
import type { LearnerHead } from '../types.ts';
import { type CnnSpec, emitInput, forward, parameterShapes } from './network.ts';

const int = (value: number) => ({ kind: 'int', value }) as const;

/** Pixels as a recipe gives them, float [rows, pixels], as planes of red, green and blue: float [rows, 3, size, size], 0…255. */
function emitPlanes(g: GraphBuilder, pixels: Value, size: number): Value {
  const whole = (value: Value, by: number): Value => g.node('Floor', [g.node('Div', [value, g.scalar(by)], value)], value);
  const minus = (value: Value, times: Value, by: number): Value => g.node('Sub', [value, g.node('Mul', [times, g.scalar(by)], value)], value);
  const red = whole(pixels, 65_536);
  const rest = minus(pixels, red, 65_536);
  const green = whole(rest, 256);
  const all = g.node('Concat', [red, green, minus(rest, green, 256)], { type: 'float', shape: ['rows', 3 * size * size] }, { axis: int(1) });
  return g.node('Reshape', [all, g.constant('int64', [4], [-1, 3, size, size])], { type: 'float', shape: ['rows', 3, size, size] });
}

/** The trained network as the end of a model file; NaN and label −1 for an image that is missing. */
export function cnnHead(spec: CnnSpec, vector: Float32Array, statistics: Float32Array): LearnerHead {
  const { size, colour, blocks } = spec.params;
  const g = new GraphBuilder('head.');
  const pixels = g.input(headInput, 'float', ['rows', size * size]);
  const list = (values: readonly number[]): Value => g.constant('int64', [values.length], values);
  const first = g.node('Slice', [pixels, list([0]), list([1]), list([1])], { type: 'float', shape: ['rows', 1] });
  const missing = g.node('IsNaN', [first], { type: 'bool', shape: ['rows', 1] });
  const there = g.node('Where', [missing, g.scalar(0), pixels], pixels);
  const pass = finishedPass(g, { parameters: parameterShapes(spec), normalised: blocks }, vector, statistics);
  const found = classProbabilities(g, spec.kind, forward(pass, spec, emitInput(g, emitPlanes(g, there, size), colour)));
  const best = g.node('ArgMax', [found], { type: 'int64', shape: ['rows', 1] }, { axis: int(1), keepdims: int(1) });
  g.output('label', g.node('Reshape', [g.node('Where', [missing, g.scalar(-1, 'int64'), best], best), list([-1])], { type: 'int64', shape: ['rows'] }));
  g.output('probabilities', g.node('Where', [missing, g.scalar(Number.NaN), found], found));
  const { nodes, initializers, outputs } = g.build('head');
  return { input: headInput, outputs, nodes, initializers };
}
