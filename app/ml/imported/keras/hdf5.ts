import { PenstockError } from '#app/core/errors.ts';
import { damaged } from './faults.ts';
import type { KerasLayer, KerasTopology } from './topology.ts';
import { groupNames, namedScope, type KerasWeight, type NamedWeight, type WeightScope } from './weights.ts';

type H5 = typeof import('h5wasm');
type H5File = InstanceType<H5['File']>;

/**
 * Reads an HDF5 file from memory. The library is HDF5 itself in WebAssembly with a file system of its own: a file that points to others
 * finds nothing. `read` must copy what it keeps.
 * @throws PenstockError `keras-damaged`.
 */
export async function withHdf5<T>(bytes: Uint8Array, name: string, read: (file: Hdf5) => T): Promise<T> {
  const h5 = await import('h5wasm');
  const { FS, activate_throwing_error_handler: throwErrors } = await h5.ready;
  // Otherwise it prints what went wrong and goes on with nothing.
  throwErrors();
  const place = '/model.h5';
  FS.writeFile(place, bytes);
  let file: H5File | null = null;
  try {
    file = new h5.File(place, 'r');
    return read(new Hdf5(h5, file, name));
  } catch (error) {
    if (error instanceof PenstockError) throw error;
    throw damaged(name, 'is not a readable HDF5 file', error);
  } finally {
    file?.close();
    FS.unlink(place);
  }
}

export class Hdf5 {
  readonly #h5: H5;
  readonly #file: H5File;
  readonly #name: string;

  constructor(h5: H5, file: H5File, name: string) {
    this.#h5 = h5;
    this.#file = file;
    this.#name = name;
  }

  /** Names of what is in a group; none where there is no such group. */
  keys(group: string): string[] {
    const found = this.#file.get(group);
    return found instanceof this.#h5.Group ? found.keys() : [];
  }

  /** An attribute with text, or with a list of texts; null where there is none. `group`: empty for the file. */
  texts(group: string, attribute: string): string[] | null {
    const found = group === '' ? this.#file : this.#file.get(group);
    if (!(found instanceof this.#h5.Group)) return null;
    // Long lists of names are cut into several attributes.
    const parts = attribute in found.attrs ? [attribute] : Object.keys(found.attrs).filter((name) => new RegExp(`^${attribute}\\d+$`).test(name));
    if (parts.length === 0) return null;
    const inOrder = parts.toSorted((a, b) => Number(a.slice(attribute.length)) - Number(b.slice(attribute.length)));
    return inOrder.flatMap((part) => {
      const value: unknown = found.attrs[part]?.value;
      return typeof value === 'string' ? [value] : Array.isArray(value) ? value.map(String) : [];
    });
  }

  /** @throws PenstockError `keras-damaged` where it is not there or holds no numbers. */
  weight(path: string): KerasWeight {
    const found = this.#file.get(path);
    if (!(found instanceof this.#h5.Dataset)) throw damaged(this.#name, `has no weights at ${path}`);
    const value: unknown = found.value;
    const dims = found.shape ?? [];
    if (typeof value === 'number') return { dims, data: Float32Array.of(value) };
    if (!ArrayBuffer.isView(value)) throw damaged(this.#name, `has no numbers at ${path}`);
    return { dims, data: Float32Array.from(value as unknown as ArrayLike<number | bigint>, Number) };
  }
}

/** Weights by the names of layers, as `model.save("model.h5")` writes them. */
export function legacyWeights(file: Hdf5): WeightScope {
  const weights = file.keys('model_weights').flatMap((layer): NamedWeight[] =>
    (file.texts(`model_weights/${layer}`, 'weight_names') ?? []).map((path) => ({ ...file.weight(`model_weights/${layer}/${path}`), path: path.startsWith(`${layer}/`) ? path : `${layer}/${path}` })),
  );
  return namedScope(weights);
}

/** Groups inside a layer's own in which layers made of others keep theirs, in the order of Keras. */
const parts = ['', 'cell/', 'forward_layer/', 'forward_layer/cell/', 'backward_layer/', 'backward_layer/cell/'];

/** Weights by the classes of layers and their order, as in `model.weights.h5` of a .keras file. Read at once: the file is closed afterwards. */
export function groupedWeights(file: Hdf5, topology: KerasTopology, prefix = ''): WeightScope {
  const names = groupNames(topology.layers);
  const own = new Map<KerasLayer, readonly KerasWeight[]>();
  const inner = new Map<KerasLayer, WeightScope>();
  for (const [layer, name] of names) {
    const group = `${prefix}layers/${name}`;
    const inOrder = (vars: string): string[] => file.keys(vars).toSorted((a, b) => Number(a) - Number(b));
    own.set(layer, parts.flatMap((part) => inOrder(`${group}/${part}vars`).map((key) => file.weight(`${group}/${part}vars/${key}`))));
    if (layer.inner !== null) inner.set(layer, groupedWeights(file, layer.inner, `${group}/`));
  }
  return { of: (layer) => own.get(layer) ?? [], inside: (layer) => inner.get(layer) ?? namedScope([]) };
}
