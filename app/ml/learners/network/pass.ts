import type { GraphBuilder, Value } from '../../autodiff/graph-builder.ts';
import { batchNormalise, keepStatistics, normaliseBy } from '../../autodiff/normalisation.ts';
import { dropoutByMask, mul } from '../../autodiff/operators.ts';
import { cutParameters, joinParameters, type ParameterShape } from '../../autodiff/flat-parameters.ts';

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

export class TrainingPass implements Pass {
  readonly g: GraphBuilder;
  readonly parameters: readonly Value[];
  readonly #seed: number;
  readonly #shapes: readonly ParameterShape[];
  readonly #kept: readonly Value[];
  readonly #next: Value[] = [];
  #masks = 0;

  /** `statistics`: the running ones as a vector; null where the network has none. */
  constructor(g: GraphBuilder, parameters: readonly Value[], seed: number, channels: readonly number[], statistics: Value | null) {
    this.g = g;
    this.parameters = parameters;
    this.#seed = seed;
    this.#shapes = statisticsShapes(channels);
    this.#kept = statistics === null ? [] : cutParameters(g, statistics, this.#shapes);
  }

  dropout(x: Value, rate: number): Value {
    if (rate === 0) return x;
    const { g } = this;
    // One seed a layer, within what float32 (the attribute's type) can tell apart.
    const seed = { kind: 'float', value: (this.#seed % 65_521) * 16 + this.#masks++ } as const;
    const noise = g.node('RandomUniformLike', [x], x, { low: { kind: 'float', value: 0 }, high: { kind: 'float', value: 1 }, seed });
    const kept = g.node('GreaterOrEqual', [noise, g.scalar(rate)], { type: 'bool', shape: x.shape });
    return dropoutByMask(g, x, mul(g, g.cast(kept, 'float'), g.scalar(1 / (1 - rate))));
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
