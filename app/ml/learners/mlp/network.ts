import { type ParameterShape, parameterCount, parameterViews } from '../../autodiff/flat-parameters.ts';
import type { GraphBuilder, Value } from '../../autodiff/graph-builder.ts';
import { gelu, gemm, relu, sigmoid, tanh } from '../../autodiff/operators.ts';
import type { Network } from '../network/graphs.ts';
import { type OutputKind, outputWidth, rowLoss, rowRight } from '../network/losses.ts';
import { normal } from '../random.ts';
import type { MlpParams } from './params.ts';

/** What the network is for: `values` are the numbers a row's output has. */
export interface NetworkSpec {
  readonly kind: OutputKind;
  /** Inputs. */
  readonly features: number;
  /** Classes, for multiclass. */
  readonly classes: number;
  readonly weighted: boolean;
  readonly params: Pick<MlpParams, 'hiddenLayers' | 'activation' | 'dropout'>;
}

export const activationOf = { relu, tanh, sigmoid, gelu } as const;

/** Weights [in × out] and biases [out], layer by layer. */
export function parameterShapes({ kind, features, classes, params }: NetworkSpec): ParameterShape[] {
  const widths = [features, ...params.hiddenLayers, outputWidth(kind, classes)];
  return widths.slice(1).flatMap((width, layer) => [
    { name: `weights${layer}`, shape: [widths[layer] ?? 0, width] },
    { name: `bias${layer}`, shape: [width] },
  ]);
}

/**
 * Random weights (Glorot & Bengio 2010), biases 0, as one vector. Before rectifiers too, as in Keras and scikit-learn: He et al.'s larger ones
 * (2015) are for many layers; with the few that tables need they cost several epochs.
 */
export function initialParameters(spec: NetworkSpec, next: () => number): Float32Array {
  const shapes = parameterShapes(spec);
  const vector = new Float32Array(parameterCount(shapes));
  for (const [i, view] of parameterViews(vector, shapes).entries()) {
    const [inputs = 0, outputs] = shapes[i]?.shape ?? [];
    if (outputs === undefined) continue;
    const spread = Math.sqrt(2 / (inputs + outputs));
    for (let k = 0; k < view.length; k++) view[k] = spread * normal(next);
  }
  return vector;
}

/** The output before softmax or sigmoid, [rows, outputs]. `mask`: puts a dropout mask on a hidden layer. */
export function forward(g: GraphBuilder, input: Value, parameters: readonly Value[], activation: MlpParams['activation'], mask?: (hidden: Value) => Value): Value {
  let x = input;
  const layers = parameters.length / 2;
  for (let layer = 0; layer < layers; layer++) {
    x = gemm(g, x, parameters[2 * layer] as Value, parameters[2 * layer + 1] as Value);
    if (layer === layers - 1) break;
    x = activationOf[activation](g, x);
    if (mask !== undefined) x = mask(x);
  }
  return x;
}

/**
 * The network over the rows `indices` of the whole data, which are fed at every run without being copied: gathering inside the graph is
 * quicker than putting batches together outside. In: x, target, (weights), indices.
 */
export function mlpNetwork(spec: NetworkSpec): Network {
  return {
    name: 'mlp',
    parameters: parameterShapes(spec),
    normalised: [],
    losses(pass) {
      const { g, parameters } = pass;
      const indices = g.input('indices', 'int32', ['rows']);
      const rowsOf = (name: string, width: number): Value =>
        g.node('Gather', [g.input(name, 'float', ['all', width]), indices], { type: 'float', shape: ['rows', width] }, { axis: { kind: 'int', value: 0 } });
      const [x, target] = [rowsOf('x', spec.features), rowsOf('target', 1)];
      const weights = spec.weighted ? rowsOf('weights', 1) : null;
      const output = forward(g, x, parameters, spec.params.activation, (hidden) => pass.dropout(hidden, spec.params.dropout));
      return { each: rowLoss(g, spec.kind, output, target), right: rowRight(g, spec.kind, output, target), weights };
    },
  };
}
