import type { OnnxGraph } from '#app/relation/emitters/onnx/graph.ts';
import { wordSeparators } from '#app/relation/emitters/onnx/words.ts';
import { GraphBuilder, type Value } from '../../autodiff/graph-builder.ts';
import { finishedPass } from '../network/graphs.ts';
import { classOutputs, classProbabilities } from '../network/losses.ts';
import { type TextSpec, forward, parameterShapes } from './network.ts';
import type { Vocabulary } from './vocabulary.ts';

const int = (value: number) => ({ kind: 'int', value }) as const;

/** Places int64 [rows, words] of a text tensor [rows, 1]: the operators of the file do what `readWords` does. */
function emitPlaces(g: GraphBuilder, text: Value, { spellings }: Vocabulary, length: number): Value {
  const list = (values: readonly number[]): Value => g.constant('int64', [values.length], values);
  const tokens = g.node(
    'Tokenizer',
    [text],
    { type: 'string', shape: ['rows', 1, 'found'] },
    { mark: int(0), mincharnum: int(1), pad_value: { kind: 'string', value: '' }, separators: { kind: 'strings', value: [wordSeparators] } },
    [],
    'com.microsoft',
  );
  const keys = spellings.flatMap((all, i) => all.map((spelling) => [spelling, i + 1] as const));
  const found = g.node(
    'LabelEncoder',
    [tokens],
    { type: 'int64', shape: ['rows', 1, 'found'] },
    { keys_strings: { kind: 'strings', value: keys.map(([key]) => key) }, values_int64s: { kind: 'ints', value: keys.map(([, place]) => place) }, default_int64: int(0) },
    [],
    'ai.onnx.ml',
  );
  // A last column that is no word: without it there would be none where no row has a word.
  const filled = g.node('Pad', [found, list([0, 0, 0, 0, 0, 1]), g.scalar(0, 'int64')], { type: 'int64', shape: ['rows', 1, 'filled'] });
  const first = g.node('Slice', [filled, list([0]), list([length]), list([2]), list([1])], { type: 'int64', shape: ['rows', 1, 'words'] });
  return g.node('Squeeze', [first, list([1])], { type: 'int64', shape: ['rows', 'words'] });
}

/** The trained network by itself: `places` int32 [rows, words] in, a model's outputs out. */
export function placesGraph(spec: TextSpec, vector: Float32Array): OnnxGraph {
  const g = new GraphBuilder();
  const places = g.input('places', 'int32', ['rows', 'words']);
  classOutputs(g, classProbabilities(g, spec.kind, forward(finishedPass(g, { parameters: parameterShapes(spec), normalised: [] }, vector, new Float32Array()), spec, places)));
  return g.build('text');
}

/** The whole model: raw text in the tensor `input` [rows, 1], a model's outputs out. */
export function textGraph(spec: TextSpec, vocabulary: Vocabulary, length: number, vector: Float32Array, input: string): OnnxGraph {
  const g = new GraphBuilder('net/');
  const places = emitPlaces(g, g.input(input, 'string', ['rows', 1]), vocabulary, length);
  classOutputs(g, classProbabilities(g, spec.kind, forward(finishedPass(g, { parameters: parameterShapes(spec), normalised: [] }, vector, new Float32Array()), spec, places)));
  return g.build('penstock');
}
