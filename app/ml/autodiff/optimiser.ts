import type { GraphBuilder, Value } from './graph-builder.ts';
import { add, div, mul, sqrt, sub } from './operators.ts';
import { reduceSum } from './shaping.ts';

export type OptimiserName = 'adam' | 'adamw' | 'sgd';

export interface OptimiserOptions {
  readonly name: OptimiserName;
  /** Added to the gradient (adam, sgd: an L2 penalty of ½ decay w²) or taken off the weights directly (adamw). */
  readonly weightDecay: number;
  /** [parameters]: 1 where weight decay applies, 0 where not (biases). */
  readonly decayed: Float32Array;
  /** Largest Euclidean norm of the whole gradient; 0: not clipped. */
  readonly clipNorm: number;
}

/** Kingma & Ba 2015. */
const beta1 = 0.9;
const beta2 = 0.999;
const epsilon = 1e-8;
const momentum = 0.9;
/** Far below whatever moves a parameter, and far above the smallest numbers of float32. */
const nothing = 1e-25;

/** Vectors kept from step to step besides the parameters. */
export function optimiserState(name: OptimiserName): readonly string[] {
  return name === 'sgd' ? ['velocity'] : ['first', 'second'];
}

/** The step's numbers, fed at every run: [rate, 1 / (1 − β₁ᵗ), 1 / √(1 − β₂ᵗ)], `step` counted from 1. */
export function stepNumbers(learningRate: number, step: number): Float32Array {
  return Float32Array.of(learningRate, 1 / (1 - beta1 ** step), 1 / Math.sqrt(1 - beta2 ** step));
}

/**
 * Rounded to steps of some 1e-32. What a unit that is never active has kept fades by a tenth a step; after 800 steps it would be below the
 * least normal number, with which processors take a hundred times as long.
 */
const settled = (g: GraphBuilder, state: Value): Value => sub(g, add(g, state, g.scalar(nothing, state.type)), g.scalar(nothing, state.type));

/**
 * Writes one optimiser step over all parameters as one vector: `parameters`, `gradient` and the state have the shape [n], `numbers`
 * the shape [3]. Gives the new parameters and the new state. One vector rather than one a layer: the same dozen nodes whatever
 * the depth.
 */
export function optimiserStep(
  g: GraphBuilder,
  { name, weightDecay, decayed, clipNorm }: OptimiserOptions,
  parameters: Value,
  gradient: Value,
  state: readonly Value[],
  numbers: Value,
): { readonly parameters: Value; readonly state: readonly Value[] } {
  const [rate, first, second] = g.split(numbers, [1, 1, 1]) as [Value, Value, Value];
  const number = (value: number): Value => g.scalar(value, parameters.type);
  let slope = gradient;
  if (clipNorm > 0) {
    const norm = sqrt(g, reduceSum(g, mul(g, slope, slope)));
    const over = g.node('Max', [div(g, norm, number(clipNorm)), number(1)], norm);
    slope = div(g, slope, over);
  }
  // Where everything decays alike, a scalar does.
  const decay = (): Value => (decayed.every((share) => share === 1) ? number(weightDecay) : g.constant(parameters.type, [decayed.length], decayed.map((share) => share * weightDecay)));
  if (weightDecay > 0 && name !== 'adamw') slope = add(g, slope, mul(g, parameters, decay()));

  if (name === 'sgd') {
    const [velocity] = state as [Value];
    const next = settled(g, add(g, mul(g, velocity, number(momentum)), slope));
    return { parameters: sub(g, parameters, mul(g, rate, next)), state: [next] };
  }
  const [mean, square] = state as [Value, Value];
  const nextMean = settled(g, add(g, mul(g, mean, number(beta1)), mul(g, slope, number(1 - beta1))));
  const nextSquare = settled(g, add(g, mul(g, square, number(beta2)), mul(g, mul(g, slope, slope), number(1 - beta2))));
  const size = add(g, mul(g, sqrt(g, nextSquare), second), number(epsilon));
  const moved = sub(g, parameters, mul(g, mul(g, rate, first), div(g, nextMean, size)));
  if (weightDecay === 0 || name === 'adam') return { parameters: moved, state: [nextMean, nextSquare] };
  return { parameters: sub(g, moved, mul(g, rate, mul(g, parameters, decay()))), state: [nextMean, nextSquare] };
}
