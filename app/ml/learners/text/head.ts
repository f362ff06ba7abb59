import { GraphBuilder, type Value } from '../../autodiff/graph-builder.ts';
import { headInput } from '../heads.ts';
import { finishedPass } from '../network/graphs.ts';
import { classOutputs, classProbabilities } from '../network/losses.ts';
import type { LearnerHead } from '../types.ts';
import { forward, parameterShapes, type TextSpec } from './network.ts';

const int = (value: number) => ({ kind: 'int', value }) as const;

/** The columns up to the last word of the longest text, at least one: short texts do not pay for the length that could be read. */
function usedPlaces(g: GraphBuilder, places: Value, length: number): Value {
  const list = (values: readonly number[]): Value => g.constant('int64', [values.length], values);
  const isWord = g.node('Cast', [g.node('Greater', [places, g.scalar(0)], { type: 'bool', shape: ['rows', length] })], { type: 'int64', shape: ['rows', length] }, { to: int(7) });
  const ends = g.node('Mul', [isWord, list(Array.from({ length }, (_, i) => i + 1))], isWord);
  // A row of its own, so that there is a largest one where there are no rows.
  const all = g.node('Concat', [ends, g.constant('int64', [1, length], new Array<number>(length).fill(1))], { type: 'int64', shape: ['more', length] }, { axis: int(0) });
  const last = g.node('ReduceMax', [all], { type: 'int64', shape: [1, 1] }, { keepdims: int(1) });
  const end = g.node('Reshape', [last, list([1])], { type: 'int64', shape: [1] });
  const used = g.node('Slice', [places, list([0]), end, list([1])], { type: 'float', shape: ['rows', 'words'] });
  return g.node('Cast', [used], { type: 'int32', shape: ['rows', 'words'] }, { to: int(6) });
}

/** The trained network as the end of a model file: places of words, float [rows, length], in. */
export function textHead(spec: TextSpec, length: number, vector: Float32Array): LearnerHead {
  const g = new GraphBuilder('head.');
  const places = usedPlaces(g, g.input(headInput, 'float', ['rows', length]), length);
  const pass = finishedPass(g, { parameters: parameterShapes(spec), normalised: [] }, vector, new Float32Array());
  classOutputs(g, classProbabilities(g, spec.kind, forward(pass, spec, places)));
  const { nodes, initializers, outputs } = g.build('head');
  return { input: headInput, outputs, nodes, initializers };
}
