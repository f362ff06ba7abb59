import { type ParameterShape, parameterCount, parameterViews } from '../../autodiff/flat-parameters.ts';
import type { GraphBuilder, Value } from '../../autodiff/graph-builder.ts';
import { add, div, gemm, mul, relu, softmax } from '../../autodiff/operators.ts';
import { embed } from '../../autodiff/selection.ts';
import { reduceSum, unsqueeze } from '../../autodiff/shaping.ts';
import type { Network } from '../network/graphs.ts';
import { type OutputKind, outputWidth, rowLoss, rowRight } from '../network/losses.ts';
import type { Pass } from '../network/pass.ts';
import { normal } from '../random.ts';
import type { TextParams } from './params.ts';

export interface TextSpec {
  readonly kind: OutputKind;
  readonly classes: number;
  /** Words that have a place of their own. */
  readonly words: number;
  readonly weighted: boolean;
  readonly params: Pick<TextParams, 'embedding' | 'pooling' | 'hiddenLayers' | 'dropout'>;
}

/** Embedding [words + 1 × numbers] (place 0 is never used), the query of attention, then the dense layers. */
export function parameterShapes({ kind, classes, words, params }: TextSpec): ParameterShape[] {
  const widths = [params.embedding, ...params.hiddenLayers, outputWidth(kind, classes)];
  return [
    { name: 'embedding', shape: [words + 1, params.embedding] },
    ...(params.pooling === 'attention' ? [{ name: 'query', shape: [params.embedding] }] : []),
    ...widths.slice(1).flatMap((width, layer) => [
      { name: `weights${layer}`, shape: [widths[layer] ?? 0, width] },
      { name: `bias${layer}`, shape: [width] },
    ]),
  ];
}

/** Small random words, a query of 0 (attention begins as the mean), He et al. 2015 for the dense layers. */
export function initialParameters(spec: TextSpec, next: () => number): Float32Array {
  const shapes = parameterShapes(spec);
  const vector = new Float32Array(parameterCount(shapes));
  for (const [i, view] of parameterViews(vector, shapes).entries()) {
    const { name = '', shape = [] } = shapes[i] ?? {};
    const spread = name === 'embedding' ? 0.1 : shape.length < 2 ? 0 : Math.sqrt(2 / (shape[0] ?? 1));
    if (spread > 0) for (let k = 0; k < view.length; k++) view[k] = spread * normal(next);
  }
  return vector;
}

/** Shares [rows, words, 1] by which a text's words count; 0 where there is no known word. */
function shares(g: GraphBuilder, words: Value, known: Value, query: Value | null): Value {
  const [rows = 'rows', length = 'words'] = known.shape;
  const column = (value: Value): Value => unsqueeze(g, value, [2], [rows, length, 1]);
  if (query === null) {
    const count = g.node('Max', [reduceSum(g, known, [1], true), g.scalar(1)], { type: 'float', shape: [rows, 1] });
    return column(div(g, known, count));
  }
  // Words that are not known are put out of the softmax by a large negative score.
  const away = g.node('Mul', [g.node('Sub', [known, g.scalar(1)], known), g.scalar(1e9)], known);
  const scores = add(g, reduceSum(g, mul(g, words, query), [2]), away);
  return column(mul(g, softmax(g, scores), known));
}

/** The output before softmax or sigmoid, [rows, outputs], from places [rows, words]. */
export function forward(pass: Pass, spec: TextSpec, places: Value): Value {
  const { g } = pass;
  const { pooling, dropout, hiddenLayers } = spec.params;
  const [table, ...rest] = pass.parameters as readonly [Value, ...Value[]];
  const query = pooling === 'attention' ? (rest.shift() ?? null) : null;
  const known = g.cast(g.node('Greater', [places, g.scalar(0, places.type)], { type: 'bool', shape: places.shape }), 'float');
  const words = embed(g, table, places);
  let x = pass.dropout(reduceSum(g, mul(g, words, shares(g, words, known, query)), [1]), dropout);
  for (let layer = 0; layer <= hiddenLayers.length; layer++) {
    x = gemm(g, x, rest[2 * layer] as Value, rest[2 * layer + 1] as Value);
    if (layer < hiddenLayers.length) x = pass.dropout(relu(g, x), dropout);
  }
  return x;
}

/** In: `places` int32 [rows, words], target and weights [rows, 1]. */
export function textNetwork(spec: TextSpec): Network {
  return {
    name: 'text',
    parameters: parameterShapes(spec),
    normalised: [],
    losses(pass) {
      const { g } = pass;
      const places = g.input('places', 'int32', ['rows', 'words']);
      const target = g.input('target', 'float', ['rows', 1]);
      const weights = spec.weighted ? g.input('weights', 'float', ['rows', 1]) : null;
      const output = forward(pass, spec, places);
      return { each: rowLoss(g, spec.kind, output, target), right: rowRight(g, spec.kind, output, target), weights };
    },
  };
}
