import { z } from 'zod';
import { flag, float, int, type LayerCall, type LayerWriter, number, writer } from './layer-call.ts';
import type { Value } from '../../autodiff/graph-builder.ts';

const axes = z.union([z.number(), z.array(z.number())]).nullish();

/** The only axis, counted from the front. */
function axisOf(call: LayerCall, axis: z.output<typeof axes>): number {
  const list = axis == null ? [-1] : typeof axis === 'number' ? [axis] : axis;
  const [one] = list;
  if (one === undefined || list.length > 1) throw call.fail('normalises along several axes together');
  return one < 0 ? one + call.x.shape.length : one;
}

/** x · scale + shift, one of each for every place of the axis. */
function affine(call: LayerCall, axis: number, scale: readonly number[], shift: readonly number[]): Value {
  const { x } = call;
  const dims = [scale.length, ...x.shape.slice(axis + 1).map(() => 1)];
  return call.op('Add', [call.op('Mul', [x, call.constant(dims, scale)], x.shape), call.constant(dims, shift)], x.shape);
}

/** With the statistics that were kept while training (Ioffe & Szegedy 2015). */
const batchNormalization = writer(z.looseObject({ axis: axes, epsilon: number(1e-3), center: flag(true), scale: flag(true) }), (call, config) => {
  const axis = axisOf(call, config.axis);
  const size = call.sizes(call.x)[axis - 1] ?? 0;
  const gamma = config.scale ? call.weight(size) : null;
  const beta = config.center ? call.weight(size) : null;
  const [mean, variance] = [call.weight(size), call.weight(size)];
  const factors = Array.from(variance, (value, i) => (gamma?.[i] ?? 1) / Math.sqrt(value + config.epsilon));
  return affine(call, axis, factors, factors.map((factor, i) => (beta?.[i] ?? 0) - (mean[i] ?? 0) * factor));
});

const layerNormalization = writer(z.looseObject({ axis: axes, epsilon: number(1e-3), center: flag(true), scale: flag(true), rms_scaling: flag(false) }), (call, config) => {
  const { x } = call;
  const axis = axisOf(call, config.axis);
  if (config.rms_scaling) throw call.fail('scales by the root mean square');
  if (axis !== x.shape.length - 1) throw call.fail('normalises along another axis than the last');
  const size = call.sizes(x).at(-1) ?? 0;
  const gamma = call.constant([size], config.scale ? call.weight(size) : new Float32Array(size).fill(1));
  const inputs = [x, gamma, ...(config.center ? [call.constant([size], call.weight(size))] : [])];
  return call.op('LayerNormalization', inputs, x.shape, { axis: int(-1), epsilon: float(config.epsilon) });
});

/** Numbers as Keras writes them: alone, in a list, or in lists of one. */
const numbers = z.union([z.number(), z.array(z.unknown())]).nullish().transform((value) => (value == null ? null : [value].flat(9).map(Number)));

/** Smallest spread that is divided by, as in Keras. */
const leastSpread = 1e-7;

/** (x − mean) / √variance, from the description where a person gave them, else from the weights of `adapt`. */
const normalization = writer(z.looseObject({ axis: axes, invert: flag(false), mean: numbers, variance: numbers }), (call, config) => {
  if (config.invert) throw call.fail('undoes a normalisation');
  const isAll = config.axis === null || (Array.isArray(config.axis) && config.axis.length === 0);
  const axis = isAll ? call.x.shape.length - 1 : axisOf(call, config.axis);
  const size = isAll ? 1 : (call.sizes(call.x)[axis - 1] ?? 0);
  const dims = isAll ? [] : [size];
  const given = (values: readonly number[] | null): readonly number[] => {
    const all = values ?? Array.from(call.weight(...dims));
    return all.length === 1 ? new Array<number>(size).fill(all[0] ?? 0) : all;
  };
  const [mean, variance] = [given(config.mean), given(config.variance)];
  if (mean.length !== size || variance.length !== size) throw call.fail('has means and variances of another number than its input');
  const factors = variance.map((value) => 1 / Math.max(Math.sqrt(value), leastSpread));
  return affine(call, axis, factors, factors.map((factor, i) => -(mean[i] ?? 0) * factor));
});

export const normalisingLayers: Readonly<Record<string, LayerWriter>> = { BatchNormalization: batchNormalization, LayerNormalization: layerNormalization, Normalization: normalization };
