/** One decision tree as plain arrays; node 0 is the root. Children come after their parents. */
export interface Tree {
  /** Feature that a node splits by; -1: a leaf. */
  readonly feature: Int32Array;
  /** Rows with a value up to and including this go left; of no meaning where `categories` are given. */
  readonly threshold: Float32Array;
  /** Bin that belongs to the threshold in the training's own bins. */
  readonly bin: Int32Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** 1 where rows with a missing value go left. */
  readonly missingLeft: Uint8Array;
  /** [nodes × outputs]; of leaves. */
  readonly value: Float32Array;
  /** Weight of the training rows that came through a node. */
  readonly cover: Float32Array;
  /** Fall of the loss by a node's split. */
  readonly gain: Float32Array;
  /** By node: category codes that go left; all others and missing ones go right. */
  readonly categories: ReadonlyMap<number, readonly number[]>;
}

/** Trees whose values are added up (boosting) or averaged (forests). */
export interface TreeEnsemble {
  readonly trees: readonly Tree[];
  /** Values a leaf has. Boosting for several classes has one, and tree t is for class t mod `outputs`. */
  readonly leafValues: number;
  readonly outputs: number;
  /** [outputs], added at last. */
  readonly base: Float64Array;
  readonly combine: 'sum' | 'mean';
}

/** Collects the nodes of a growing tree. */
export class TreeBuilder {
  readonly #feature: number[] = [];
  readonly #threshold: number[] = [];
  readonly #bin: number[] = [];
  readonly #left: number[] = [];
  readonly #right: number[] = [];
  readonly #missingLeft: number[] = [];
  readonly #value: number[] = [];
  readonly #cover: number[] = [];
  readonly #gain: number[] = [];
  readonly #categories = new Map<number, readonly number[]>();
  readonly #outputs: number;

  constructor(outputs: number) {
    this.#outputs = outputs;
  }

  get nodes(): number {
    return this.#feature.length;
  }

  /** @returns the node's number; a leaf until it is split */
  add(cover: number): number {
    this.#feature.push(-1);
    this.#threshold.push(0);
    this.#bin.push(0);
    this.#left.push(-1);
    this.#right.push(-1);
    this.#missingLeft.push(0);
    for (let i = 0; i < this.#outputs; i += 1) this.#value.push(0);
    this.#cover.push(cover);
    this.#gain.push(0);
    return this.#feature.length - 1;
  }

  split(node: number, by: { readonly feature: number; readonly threshold: number; readonly bin: number; readonly missingLeft: boolean; readonly gain: number; readonly categories?: readonly number[] | undefined }, left: number, right: number): void {
    this.#feature[node] = by.feature;
    this.#threshold[node] = by.threshold;
    this.#bin[node] = by.bin;
    this.#missingLeft[node] = by.missingLeft ? 1 : 0;
    this.#gain[node] = by.gain;
    this.#left[node] = left;
    this.#right[node] = right;
    if (by.categories !== undefined) this.#categories.set(node, by.categories);
  }

  setValue(node: number, value: number, output = 0): void {
    this.#value[node * this.#outputs + output] = value;
  }

  finish(): Tree {
    return {
      feature: Int32Array.from(this.#feature),
      threshold: Float32Array.from(this.#threshold),
      bin: Int32Array.from(this.#bin),
      left: Int32Array.from(this.#left),
      right: Int32Array.from(this.#right),
      missingLeft: Uint8Array.from(this.#missingLeft),
      value: Float32Array.from(this.#value),
      cover: Float32Array.from(this.#cover),
      gain: Float32Array.from(this.#gain),
      categories: this.#categories,
    };
  }
}

/** Leaf that a row comes to. `row`: float32 features from `at` on; NaN is missing. */
export function leafOf(tree: Tree, row: Float32Array, at: number): number {
  let node = 0;
  for (let by = tree.feature[0] as number; by >= 0; by = tree.feature[node] as number) {
    const value = row[at + by] as number;
    const set = tree.categories.get(node);
    const isLeft = set !== undefined ? set.includes(value) : Number.isNaN(value) ? tree.missingLeft[node] === 1 : value <= (tree.threshold[node] as number);
    node = (isLeft ? tree.left[node] : tree.right[node]) as number;
  }
  return node;
}

/** Raw outputs [rows × outputs] of an ensemble, float64: sums or means of leaves, with the base. */
export function predictRaw(ensemble: TreeEnsemble, matrix: Float32Array, rows: number): Float64Array {
  const { trees, outputs, leafValues, base, combine } = ensemble;
  const width = rows === 0 ? 0 : matrix.length / rows;
  const out = new Float64Array(rows * outputs);
  const scale = combine === 'mean' ? 1 / Math.max(1, trees.length) : 1;
  for (let row = 0; row < rows; row += 1) {
    for (const [t, tree] of trees.entries()) {
      const leaf = leafOf(tree, matrix, row * width);
      for (let k = 0; k < leafValues; k += 1) {
        const place = row * outputs + (leafValues === 1 ? t % outputs : k);
        out[place] = (out[place] as number) + (tree.value[leaf * leafValues + k] as number) * scale;
      }
    }
    for (let k = 0; k < outputs; k += 1) out[row * outputs + k] = (out[row * outputs + k] as number) + (base[k] as number);
  }
  return out;
}

/** Share of the loss's fall by each feature, summing up to 1 where there is any. */
export function gainShares({ trees }: TreeEnsemble, features: number): Float64Array {
  const shares = new Float64Array(features);
  for (const tree of trees) for (const [node, by] of tree.feature.entries()) if (by >= 0) shares[by] = (shares[by] as number) + (tree.gain[node] as number);
  const all = shares.reduce((sum, gain) => sum + gain, 0);
  return all > 0 ? shares.map((gain) => gain / all) : shares;
}
