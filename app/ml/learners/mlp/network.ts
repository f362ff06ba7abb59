import type { OnnxGraph } from '#app/relation/emitters/onnx/graph.ts';
import { cutParameters, joinParameters, type ParameterShape, parameterCount, parameterViews } from '../../autodiff/flat-parameters.ts';
import { gradients } from '../../autodiff/gradients.ts';
import { GraphBuilder, type Value } from '../../autodiff/graph-builder.ts';
import { dropoutByMask, gelu, gemm, logSoftmax, mul, neg, relu, sigmoid, softplus, sub, tanh } from '../../autodiff/operators.ts';
import { optimiserState, optimiserStep } from '../../autodiff/optimiser.ts';
import { reduceMean, reduceSum } from '../../autodiff/shaping.ts';
import { normal } from '../random.ts';
import type { MlpParams } from './params.ts';

/** What the network is for: `values` are the numbers a row's output has. */
export interface NetworkSpec {
  readonly kind: 'binary' | 'multiclass' | 'regression';
  /** Inputs. */
  readonly features: number;
  /** Classes, for multiclass. */
  readonly classes: number;
  readonly weighted: boolean;
  readonly params: Pick<MlpParams, 'hiddenLayers' | 'activation' | 'dropout' | 'weightDecay' | 'optimizer' | 'clipNorm'>;
}

const activationOf = { relu, tanh, sigmoid, gelu } as const;

/** Weights [in × out] and biases [out], layer by layer. */
export function parameterShapes({ kind, features, classes, params }: NetworkSpec): ParameterShape[] {
  const widths = [features, ...params.hiddenLayers, kind === 'multiclass' ? classes : 1];
  return widths.slice(1).flatMap((width, layer) => [
    { name: `weights${layer}`, shape: [widths[layer] ?? 0, width] },
    { name: `bias${layer}`, shape: [width] },
  ]);
}

/** Random weights (He et al. 2015 before rectifiers, Glorot & Bengio 2010 otherwise), biases 0, as one vector. */
export function initialParameters(spec: NetworkSpec, next: () => number): Float32Array {
  const shapes = parameterShapes(spec);
  const vector = new Float32Array(parameterCount(shapes));
  const rectifier = spec.params.activation === 'relu' || spec.params.activation === 'gelu';
  for (const [i, view] of parameterViews(vector, shapes).entries()) {
    const [inputs = 0, outputs] = shapes[i]?.shape ?? [];
    if (outputs === undefined) continue;
    const isLast = i === shapes.length - 2;
    const spread = Math.sqrt(rectifier && !isLast ? 2 / inputs : 2 / (inputs + outputs));
    for (let k = 0; k < view.length; k++) view[k] = spread * normal(next);
  }
  return vector;
}

/** The output before softmax or sigmoid, [rows, outputs]. `mask`: puts a dropout mask on a hidden layer. */
export function forward(g: GraphBuilder, input: Value, parameters: readonly Value[], activation: MlpParams['activation'], mask?: (hidden: Value, layer: number) => Value): Value {
  let x = input;
  const layers = parameters.length / 2;
  for (let layer = 0; layer < layers; layer++) {
    x = gemm(g, x, parameters[2 * layer] as Value, parameters[2 * layer + 1] as Value);
    if (layer === layers - 1) break;
    x = activationOf[activation](g, x);
    if (mask !== undefined) x = mask(x, layer);
  }
  return x;
}

/** One where `target` [rows, 1] is the class of the column. */
function oneHot(g: GraphBuilder, target: Value, classes: number): Value {
  const all = g.constant('float', [1, classes], Float32Array.from({ length: classes }, (_, cls) => cls));
  return g.cast(g.node('Equal', [target, all], { type: 'bool', shape: ['rows', classes] }), 'float');
}

/** Loss of each row, [rows, 1], from the output before softmax or sigmoid. */
function rowLoss(g: GraphBuilder, spec: NetworkSpec, output: Value, target: Value): Value {
  switch (spec.kind) {
    case 'binary':
      return sub(g, softplus(g, output), mul(g, output, target));
    case 'multiclass':
      return neg(g, reduceSum(g, mul(g, logSoftmax(g, output), oneHot(g, target, spec.classes)), [1], true));
    case 'regression': {
      const error = sub(g, output, target);
      return mul(g, error, error);
    }
  }
}

interface Batch {
  readonly x: Value;
  readonly target: Value;
  readonly weights: Value | null;
}

/**
 * The rows `indices` of the whole data, which are fed at every run without being copied: gathering inside the graph is quicker
 * than putting batches together outside.
 */
function batch(g: GraphBuilder, spec: NetworkSpec): Batch {
  const indices = g.input('indices', 'int32', ['rows']);
  const rowsOf = (name: string, width: number): Value =>
    g.node('Gather', [g.input(name, 'float', ['all', width]), indices], { type: 'float', shape: ['rows', width] }, { axis: { kind: 'int', value: 0 } });
  return { x: rowsOf('x', spec.features), target: rowsOf('target', 1), weights: spec.weighted ? rowsOf('weights', 1) : null };
}

/**
 * One training step. In: x, target, (weights), indices, numbers (see `stepNumbers`), parameters and the optimiser's state as
 * vectors. Out: `loss` (mean over the batch, before the step) and each vector as `<name>.next`.
 */
export function trainingGraph(spec: NetworkSpec, seed: number): OnnxGraph {
  const g = new GraphBuilder();
  const shapes = parameterShapes(spec);
  const size = parameterCount(shapes);
  const data = batch(g, spec);
  const numbers = g.input('numbers', 'float', [3]);
  const vector = g.input('parameters', 'float', [size]);
  const stateNames = optimiserState(spec.params.optimizer);
  const state = stateNames.map((name) => g.input(name, 'float', [size]));

  const { dropout, optimizer, weightDecay, clipNorm } = spec.params;
  // One seed a layer, within what float32 (the attribute's type) can tell apart.
  const mask = (hidden: Value, layer: number): Value => {
    const seedOf = { kind: 'float', value: (seed % 65_521) * 16 + layer } as const;
    const noise = g.node('RandomUniformLike', [hidden], hidden, { low: { kind: 'float', value: 0 }, high: { kind: 'float', value: 1 }, seed: seedOf });
    const kept = g.node('GreaterOrEqual', [noise, g.scalar(dropout)], { type: 'bool', shape: hidden.shape });
    return dropoutByMask(g, hidden, mul(g, g.cast(kept, 'float'), g.scalar(1 / (1 - dropout))));
  };
  const parameters = cutParameters(g, vector, shapes);
  const output = forward(g, data.x, parameters, spec.params.activation, dropout > 0 ? mask : undefined);
  const each = rowLoss(g, spec, output, data.target);
  const loss = reduceMean(g, data.weights === null ? each : mul(g, each, data.weights));

  const gradient = joinParameters(g, gradients(g, loss, parameters), shapes);
  const decayed = new Float32Array(size);
  parameterViews(decayed, shapes).forEach((view, i) => view.fill(shapes[i]?.shape.length === 2 ? 1 : 0));
  const step = optimiserStep(g, { name: optimizer, weightDecay, decayed, clipNorm }, vector, gradient, state, numbers);
  g.output('loss', loss);
  g.output('parameters.next', step.parameters);
  for (const [i, name] of stateNames.entries()) g.output(`${name}.next`, step.state[i] as Value);
  return g.build('mlp-training-step');
}

/** Measures without training. Out: `loss` and, for classes, `right`: sums over the rows `indices`, times their weights. */
export function evaluationGraph(spec: NetworkSpec): OnnxGraph {
  const g = new GraphBuilder();
  const shapes = parameterShapes(spec);
  const data = batch(g, spec);
  const parameters = cutParameters(g, g.input('parameters', 'float', [parameterCount(shapes)]), shapes);
  const output = forward(g, data.x, parameters, spec.params.activation);
  const sum = (rows: Value): Value => reduceSum(g, data.weights === null ? rows : mul(g, rows, data.weights));
  g.output('loss', sum(rowLoss(g, spec, output, data.target)));
  if (spec.kind !== 'regression') {
    const guess =
      spec.kind === 'binary'
        ? g.node('Greater', [output, g.scalar(0)], { type: 'bool', shape: ['rows', 1] })
        : g.node('ArgMax', [output], { type: 'int64', shape: ['rows', 1] }, { axis: { kind: 'int', value: 1 }, keepdims: { kind: 'int', value: 1 } });
    const right = g.node('Equal', [g.cast(guess, 'float'), data.target], { type: 'bool', shape: ['rows', 1] });
    g.output('right', sum(g.cast(right, 'float')));
  }
  return g.build('mlp-evaluation');
}

