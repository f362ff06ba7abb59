import type { GraphBuilder, Value } from '../../autodiff/graph-builder.ts';
import { batchNormalise, keepStatistics, normaliseBy } from '../../autodiff/normalisation.ts';
import { dropoutByMask, mul } from '../../autodiff/operators.ts';
import { cutParameters, joinParameters, type ParameterShape } from '../../autodiff/flat-parameters.ts';
import { uniform } from '../random.ts';

/** One way through a network: what differs between training and use. */
export interface Pass {
  readonly g: GraphBuilder;
  /** In the order of the network's shapes. */
  readonly parameters: readonly Value[];
  /** Switches a share of the values off while training; nothing otherwise. */
  dropout(x: Value, rate: number): Value;
  /** Batch normalisation: by the batch while training, by what was kept of all batches otherwise. Called in the same order in every pass. */
  normalise(x: Value, scale: Value, shift: Value): Value;
}

/** Shapes of the running statistics of layers with so many channels: a mean and a variance each. */
export function statisticsShapes(channels: readonly number[]): ParameterShape[] {
  return channels.flatMap((size, i) => [
    { name: `mean${i}`, shape: [size] },
    { name: `variance${i}`, shape: [size] },
  ]);
}

/** Before any batch: mean 0, variance 1. */
export function initialStatistics(channels: readonly number[]): Float32Array {
  return Float32Array.from(channels.flatMap((size) => [...new Array<number>(size).fill(0), ...new Array<number>(size).fill(1)]));
}

/** Places in a layer's noise at which a step's mask may begin. */
const maskPlaces = 2 ** 18;
const usualNoise = 2 ** 24;

interface BatchNoise {
  readonly seed: number;
  /** Most rows of a batch. */
  readonly rows: number;
  /** Numbers of a layer's noise, at most; in larger batches masks repeat from some row on. */
  readonly mostNoise?: number;
}

/** The input of a training step that has dropout, and where in the noise this step's masks begin: int64 [1]. */
export const maskInput = 'mask';
export const maskPlace = (seed: number, step: number): BigInt64Array => BigInt64Array.of(BigInt(Math.floor(uniform((seed ^ Math.imul(step, 0x9e37_79b1)) >>> 0)() * maskPlaces)));

export class TrainingPass implements Pass {
  readonly g: GraphBuilder;
  readonly parameters: readonly Value[];
  readonly #batch: BatchNoise;
  #mask: Value | null = null;
  readonly #shapes: readonly ParameterShape[];
  readonly #kept: readonly Value[];
  readonly #next: Value[] = [];
  #masks = 0;

  /** `statistics`: the running ones as a vector; null where the network has none. */
  constructor(g: GraphBuilder, parameters: readonly Value[], batch: BatchNoise, channels: readonly number[], statistics: Value | null) {
    this.g = g;
    this.parameters = parameters;
    this.#batch = batch;
    this.#shapes = statisticsShapes(channels);
    this.#kept = statistics === null ? [] : cutParameters(g, statistics, this.#shapes);
  }

  /**
   * The mask is read from noise that is drawn once a layer, from the step's own place on: it depends on seed and step alone, so that a
   * training goes on after a kill as if there had been none, and no generator has to keep up with the matrix kernels.
   */
  dropout(x: Value, rate: number): Value {
    if (rate === 0) return x;
    const { g } = this;
    const kept = g.node('GreaterOrEqual', [this.#noise(x), g.scalar(rate)], { type: 'bool', shape: x.shape });
    return dropoutByMask(g, x, mul(g, g.cast(kept, 'float'), g.scalar(1 / (1 - rate))));
  }

  /** Uniform numbers in the shape of `x`. */
  #noise(x: Value): Value {
    const { g } = this;
    const { seed, rows, mostNoise = usualNoise } = this.#batch;
    const next = uniform((seed ^ Math.imul(++this.#masks, 0x85eb_ca6b)) >>> 0);
    const width = x.shape.slice(1).reduce<number>((size, dim) => size * Number(dim), 1);
    const times = Math.ceil((rows * width) / mostNoise);
    const length = Math.ceil(rows / times) * width;
    const all = g.constant('float', [length + maskPlaces], Float32Array.from({ length: length + maskPlaces }, next));
    this.#mask ??= g.input(maskInput, 'int64', [1]);
    const list = (value: number): Value => g.constant('int64', [1], [value]);
    const part = (of: Value, from: Value, count: Value): Value => g.node('Slice', [of, from, g.node('Add', [from, count], from), list(0)], { type: 'float', shape: ['noise'] });
    const shape = g.node('Shape', [x], { type: 'int64', shape: [x.shape.length] });
    const count = g.node('ReduceProd', [shape], { type: 'int64', shape: [1] }, { axes: { kind: 'ints', value: [0] }, keepdims: { kind: 'int', value: 1 } });
    const found = times === 1 ? part(all, this.#mask, count) : part(g.node('Tile', [part(all, this.#mask, list(length)), list(times)], { type: 'float', shape: ['tiled'] }), list(0), count);
    return g.node('Reshape', [found, shape], x);
  }

  normalise(x: Value, scale: Value, shift: Value): Value {
    const { output, mean, variance } = batchNormalise(this.g, x, scale, shift);
    for (const batch of [mean, variance]) this.#next.push(keepStatistics(this.g, this.#kept[this.#next.length] as Value, batch));
    return output;
  }

  /** The running statistics after this batch, as a vector. */
  statistics(): Value {
    return joinParameters(this.g, this.#next, this.#shapes);
  }
}

export class UsePass implements Pass {
  readonly g: GraphBuilder;
  readonly parameters: readonly Value[];
  readonly #statistics: readonly Value[];
  #used = 0;

  /** `statistics`: means and variances in the order of `statisticsShapes`. */
  constructor(g: GraphBuilder, parameters: readonly Value[], statistics: readonly Value[]) {
    this.g = g;
    this.parameters = parameters;
    this.#statistics = statistics;
  }

  dropout(x: Value): Value {
    return x;
  }

  normalise(x: Value, scale: Value, shift: Value): Value {
    const [mean, variance] = this.#statistics.slice(this.#used, this.#used + 2) as [Value, Value];
    this.#used += 2;
    return normaliseBy(this.g, x, scale, shift, mean, variance);
  }
}
