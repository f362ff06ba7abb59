import type { KerasLayer } from './topology.ts';

export interface KerasWeight {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** The weights of the layers of one model, each layer's in the order in which Keras makes them. */
export interface WeightScope {
  of(layer: KerasLayer): readonly KerasWeight[];
  /** Of the model that is used as a layer. */
  inside(layer: KerasLayer): WeightScope;
}

export interface NamedWeight extends KerasWeight {
  /** As in `lstm/lstm_cell/kernel:0`. */
  readonly path: string;
}

/** Weights that are known by the names of their layers: old HDF5 files, TensorFlow.js. */
export function namedScope(weights: readonly NamedWeight[]): WeightScope {
  const segments = ({ path }: NamedWeight): string[] => path.split('/').slice(0, -1);
  const under = (name: string): NamedWeight[] => weights.filter((weight) => segments(weight)[0] === name);
  return {
    of({ name }) {
      const own = under(name);
      return own.length > 0 ? own : weights.filter((weight) => segments(weight).includes(name));
    },
    inside({ name }) {
      const own = under(name).map((weight) => ({ ...weight, path: weight.path.slice(name.length + 1) }));
      // TensorFlow.js names weights after the inner layer alone.
      return own.length > 0 ? namedScope(own) : this;
    },
  };
}

/** Keras 3 calls a group after its class, with a number where there are several of it in the model. */
export function groupNames(layers: readonly KerasLayer[]): ReadonlyMap<KerasLayer, string> {
  const used = new Map<string, number>();
  return new Map(
    layers.map((layer) => {
      const name = snakeCase(layer.className);
      const before = used.get(name);
      used.set(name, before === undefined ? 0 : before + 1);
      return [layer, before === undefined ? name : `${name}_${before + 1}`];
    }),
  );
}

/** As `keras.src.utils.naming.to_snake_case`. */
function snakeCase(name: string): string {
  return name
    .replaceAll(/\W+/g, '')
    .replaceAll(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}
