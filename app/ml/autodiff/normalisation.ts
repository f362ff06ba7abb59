import type { GraphBuilder, Value } from './graph-builder.ts';
import { add, mul, sqrt, sub } from './operators.ts';
import { reduceMean, reshape, shapeError } from './shaping.ts';

const epsilon = 1e-5;

/** 1 / √(variance + ε), without a way back. */
function inverseSpread(g: GraphBuilder, variance: Value): Value {
  return g.node('Div', [g.scalar(1, variance.type), sqrt(g, add(g, variance, g.scalar(epsilon, variance.type)))], variance);
}

/** A gradient's part that goes through standardising x along `axes`: the rest after mean and slope along x̂ are taken out. */
function throughStandardising(g: GraphBuilder, gradient: Value, standard: Value, inverse: Value, axes: readonly number[]): Value {
  const level = reduceMean(g, gradient, axes, true);
  const slope = reduceMean(g, mul(g, gradient, standard), axes, true);
  return mul(g, inverse, sub(g, sub(g, gradient, level), mul(g, standard, slope)));
}

export interface BatchNormalised {
  readonly output: Value;
  /** Of this batch, [channels] each; the variance is the sum of squares divided by their count. Not differentiated. */
  readonly mean: Value;
  readonly variance: Value;
}

/**
 * Channels brought to mean 0 and spread 1 over the batch, then scaled and shifted (Ioffe & Szegedy 2015): x [rows, channels, …sizes],
 * scale and shift [channels].
 * @throws PenstockError `autodiff-shape`.
 */
export function batchNormalise(g: GraphBuilder, x: Value, scale: Value, shift: Value): BatchNormalised {
  const channels = x.shape[1];
  if (typeof channels !== 'number' || scale.shape.length !== 1 || scale.shape[0] !== channels || shift.shape.length !== 1 || shift.shape[0] !== channels) throw shapeError('Batch normalisation', x, scale, shift);
  const axes = x.shape.flatMap((_, i) => (i === 1 ? [] : [i]));
  const column = [channels, ...x.shape.slice(2).map(() => 1)];
  const mean = reduceMean(g, x, axes, true);
  const centred = sub(g, x, mean);
  const variance = reduceMean(g, mul(g, centred, centred), axes, true);
  const inverse = inverseSpread(g, variance);
  const product = g.node('Mul', [centred, inverse], x);
  const standard = g.differentiable([x], product, [(gradient) => throughStandardising(g, gradient, product, inverse, axes)]);
  const output = add(g, mul(g, standard, reshape(g, scale, column)), reshape(g, shift, column));
  const flat = (value: Value): Value => g.node('Reshape', [value, g.constant('int64', [1], [channels])], { type: x.type, shape: [channels] });
  return { output, mean: flat(mean), variance: flat(variance) };
}

/** The same with statistics that were kept while training: what a finished model does. */
export function normaliseBy(g: GraphBuilder, x: Value, scale: Value, shift: Value, mean: Value, variance: Value): Value {
  return g.node('BatchNormalization', [x, scale, shift, mean, variance], x, { epsilon: { kind: 'float', value: epsilon } });
}

/** Each row along the last axis brought to mean 0 and spread 1, then scaled and shifted (Ba et al. 2016): scale and shift [size]. */
export function layerNormalise(g: GraphBuilder, x: Value, scale: Value, shift: Value): Value {
  const mean = reduceMean(g, x, [-1], true);
  const centred = sub(g, x, mean);
  const inverse = inverseSpread(g, reduceMean(g, mul(g, centred, centred), [-1], true));
  const product = g.node('Mul', [centred, inverse], x);
  const standard = g.differentiable([x], product, [(gradient) => throughStandardising(g, gradient, product, inverse, [x.shape.length - 1])]);
  return add(g, mul(g, standard, scale), shift);
}

/** Running statistics: 0.9 of what was kept and 0.1 of this batch's. */
export function keepStatistics(g: GraphBuilder, kept: Value, batch: Value): Value {
  return add(g, mul(g, kept, g.scalar(0.9, kept.type)), mul(g, batch, g.scalar(0.1, kept.type)));
}
