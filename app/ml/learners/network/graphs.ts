import type { OnnxGraph } from '#app/relation/emitters/onnx/graph.ts';
import { cutParameters, joinParameters, type ParameterShape, parameterCount, parameterViews } from '../../autodiff/flat-parameters.ts';
import { gradients } from '../../autodiff/gradients.ts';
import { GraphBuilder, type Value } from '../../autodiff/graph-builder.ts';
import { mul } from '../../autodiff/operators.ts';
import { type OptimiserName, optimiserState, optimiserStep } from '../../autodiff/optimiser.ts';
import { reduceMean, reduceSum } from '../../autodiff/shaping.ts';
import { type Pass, statisticsShapes, TrainingPass, UsePass } from './pass.ts';

/** What a network makes of a batch. All [rows, 1]. */
export interface RowLosses {
  readonly each: Value;
  /** For classes: 1 where the guess is right, as a float. */
  readonly right: Value | null;
  readonly weights: Value | null;
}

/** A network described once: its training step, its measurement and its model file are all written from this. */
export interface Network {
  readonly name: string;
  readonly parameters: readonly ParameterShape[];
  /** Channels of each batch normalisation, in order. */
  readonly normalised: readonly number[];
  /** Declares the batch's inputs and writes the forward pass up to the losses. */
  losses(pass: Pass): RowLosses;
}

export interface StepOptions {
  readonly optimizer: OptimiserName;
  readonly weightDecay: number;
  /** Largest norm of the gradient; 0: not limited. */
  readonly clipNorm: number;
  readonly seed: number;
  /** Most rows of a batch. */
  readonly batchSize: number;
}

/** Weight matrices and kernels decay; biases, scales and shifts do not. */
function decayOf(shapes: readonly ParameterShape[]): Float32Array {
  const decayed = new Float32Array(parameterCount(shapes));
  parameterViews(decayed, shapes).forEach((view, i) => view.fill((shapes[i]?.shape.length ?? 0) >= 2 ? 1 : 0));
  return decayed;
}

/**
 * One training step. In: the batch, numbers (see `stepNumbers`), the place of its dropout masks (`maskInput`), parameters, the optimiser's state and running statistics as
 * vectors. Out: `loss` (mean over the batch, before the step) and each vector as `<name>.next`.
 */
export function trainingGraph({ name, parameters: shapes, normalised, losses }: Network, { optimizer, weightDecay, clipNorm, seed, batchSize }: StepOptions): OnnxGraph {
  const g = new GraphBuilder();
  const size = parameterCount(shapes);
  const numbers = g.input('numbers', 'float', [3]);
  const vector = g.input('parameters', 'float', [size]);
  const stateNames = optimiserState(optimizer);
  const state = stateNames.map((state) => g.input(state, 'float', [size]));
  const statistics = normalised.length === 0 ? null : g.input('statistics', 'float', [parameterCount(statisticsShapes(normalised))]);

  const parameters = cutParameters(g, vector, shapes);
  const pass = new TrainingPass(g, parameters, { seed, rows: batchSize }, normalised, statistics);
  const { each, weights } = losses(pass);
  const loss = reduceMean(g, weights === null ? each : mul(g, each, weights));
  const gradient = joinParameters(g, gradients(g, loss, parameters), shapes);
  const step = optimiserStep(g, { name: optimizer, weightDecay, decayed: decayOf(shapes), clipNorm }, vector, gradient, state, numbers);
  g.output('loss', loss);
  g.output('parameters.next', step.parameters);
  for (const [i, state] of stateNames.entries()) g.output(`${state}.next`, step.state[i] as Value);
  if (statistics !== null) g.output('statistics.next', pass.statistics());
  return g.build(`${name}-training-step`);
}

/** The forward pass of a training step alone. In: the batch, `maskInput`, each parameter by its name, `statistics`. Out: `loss` and `statistics.next`. */
export function forwardGraph({ name, parameters: shapes, normalised, losses }: Network, { seed, batchSize }: Pick<StepOptions, 'seed' | 'batchSize'>): OnnxGraph {
  const g = new GraphBuilder();
  const parameters = shapes.map(({ name, shape }) => g.input(`parameters.${name}`, 'float', shape));
  const statistics = normalised.length === 0 ? null : g.input('statistics', 'float', [parameterCount(statisticsShapes(normalised))]);
  const pass = new TrainingPass(g, parameters, { seed, rows: batchSize }, normalised, statistics);
  const { each, weights } = losses(pass);
  g.output('loss', reduceMean(g, weights === null ? each : mul(g, each, weights)));
  if (statistics !== null) g.output('statistics.next', pass.statistics());
  return g.build(`${name}-forward`);
}

/** What is left of the step once the gradient is known. In: `numbers`, `parameters`, `gradient` and the optimiser's state, as vectors. Out: each as `<name>.next`. */
export function optimiserGraph({ name, parameters: shapes }: Pick<Network, 'name' | 'parameters'>, { optimizer, weightDecay, clipNorm }: Pick<StepOptions, 'optimizer' | 'weightDecay' | 'clipNorm'>): OnnxGraph {
  const g = new GraphBuilder();
  const size = parameterCount(shapes);
  const numbers = g.input('numbers', 'float', [3]);
  const vector = g.input('parameters', 'float', [size]);
  const gradient = g.input('gradient', 'float', [size]);
  const stateNames = optimiserState(optimizer);
  const state = stateNames.map((state) => g.input(state, 'float', [size]));
  const step = optimiserStep(g, { name: optimizer, weightDecay, decayed: decayOf(shapes), clipNorm }, vector, gradient, state, numbers);
  g.output('parameters.next', step.parameters);
  for (const [i, state] of stateNames.entries()) g.output(`${state}.next`, step.state[i] as Value);
  return g.build(`${name}-optimiser`);
}

/** Measures without training. Out: `loss` and, for classes, `right`: sums over the rows, times their weights. */
export function evaluationGraph({ name, parameters: shapes, normalised, losses }: Network): OnnxGraph {
  const g = new GraphBuilder();
  const parameters = cutParameters(g, g.input('parameters', 'float', [parameterCount(shapes)]), shapes);
  const kept = statisticsShapes(normalised);
  const statistics = normalised.length === 0 ? [] : cutParameters(g, g.input('statistics', 'float', [parameterCount(kept)]), kept);
  const { each, right, weights } = losses(new UsePass(g, parameters, statistics));
  const sum = (rows: Value): Value => reduceSum(g, weights === null ? rows : mul(g, rows, weights));
  g.output('loss', sum(each));
  if (right !== null) g.output('right', sum(right));
  return g.build(`${name}-evaluation`);
}

/** A pass through a finished network, its parameters and statistics as constants. */
export function finishedPass(g: GraphBuilder, { parameters: shapes, normalised }: Pick<Network, 'parameters' | 'normalised'>, vector: Float32Array, statistics: Float32Array): Pass {
  const constants = (values: Float32Array, of: readonly ParameterShape[]): Value[] => parameterViews(values, of).map((view, i) => g.constant('float', of[i]?.shape ?? [], view.slice()));
  return new UsePass(g, constants(vector, shapes), constants(statistics, statisticsShapes(normalised)));
}
