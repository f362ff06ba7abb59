import type { Tree, TreeEnsemble } from './tree.ts';

/**
 * Exact Shapley values of a row's prediction by trees, where a feature that is not known sends the row both ways, by the shares of the training
 * rows that went there (path-dependent TreeSHAP: Lundberg, Erion and Lee 2018, algorithm 2). Time grows with leaves × depth².
 * @param out [features × outputs], to which the values are added: raw outputs before any link
 */
export function treeShap(ensemble: TreeEnsemble, row: Float32Array, at: number, out: Float64Array): void {
  const { trees, outputs, leafValues, combine } = ensemble;
  const scale = combine === 'mean' ? 1 / Math.max(1, trees.length) : 1;
  for (const [t, tree] of trees.entries()) new Walk(tree, row, at, out, outputs, leafValues, leafValues === 1 ? t % outputs : 0, scale).go();
}

/** Mean raw output over the training rows, by output: what the values of a row add up from. */
export function expectedRaw({ trees, outputs, leafValues, base, combine }: TreeEnsemble): Float64Array {
  const expected = Float64Array.from(base);
  const scale = combine === 'mean' ? 1 / Math.max(1, trees.length) : 1;
  for (const [t, tree] of trees.entries()) {
    const all = tree.cover[0] as number;
    for (let node = 0; node < tree.feature.length; node += 1) {
      if ((tree.feature[node] as number) >= 0) continue;
      for (let k = 0; k < leafValues; k += 1) {
        const place = leafValues === 1 ? t % outputs : k;
        expected[place] = (expected[place] as number) + ((tree.value[node * leafValues + k] as number) * (tree.cover[node] as number) * scale) / all;
      }
    }
  }
  return expected;
}

/** One tree and one row. The path keeps, for each feature met so far, the shares of subsets that come through with and without it. */
class Walk {
  readonly #tree: Tree;
  readonly #row: Float32Array;
  readonly #at: number;
  readonly #out: Float64Array;
  readonly #outputs: number;
  readonly #leafValues: number;
  readonly #output: number;
  readonly #scale: number;
  #feature = new Int32Array(64);
  #zero = new Float64Array(64);
  #one = new Float64Array(64);
  #weight = new Float64Array(64);

  constructor(tree: Tree, row: Float32Array, at: number, out: Float64Array, outputs: number, leafValues: number, output: number, scale: number) {
    this.#tree = tree;
    this.#row = row;
    this.#at = at;
    this.#out = out;
    this.#outputs = outputs;
    this.#leafValues = leafValues;
    this.#output = output;
    this.#scale = scale;
  }

  go(): void {
    this.#visit(0, 0, 0, 1, 1, -1);
  }

  /** `start`: where this node's copy of the path begins; `length`: of its parent's path. */
  #visit(node: number, start: number, length: number, zero: number, one: number, feature: number): void {
    this.#reserve(start + length + 1);
    this.#extend(start, length, zero, one, feature);
    const by = this.#tree.feature[node] as number;
    if (by < 0) {
      this.#leaf(node, start, length);
      return;
    }
    const [hot, cold] = this.#goesLeft(node, by) ? [this.#tree.left[node] as number, this.#tree.right[node] as number] : [this.#tree.right[node] as number, this.#tree.left[node] as number];
    const cover = this.#tree.cover[node] as number;
    let [zeroBefore, oneBefore] = [1, 1];
    let size = length + 1;
    // A feature that was met before is taken out, so that it counts once.
    for (let i = 1; i <= length; i += 1) {
      if (this.#feature[start + i] !== by) continue;
      zeroBefore = this.#zero[start + i] as number;
      oneBefore = this.#one[start + i] as number;
      this.#unwind(start, length, i);
      size -= 1;
      break;
    }
    for (const [child, comes] of [
      [hot, oneBefore],
      [cold, 0],
    ] as const) {
      const next = start + size;
      this.#reserve(next + size + 1);
      for (const array of [this.#feature, this.#zero, this.#one, this.#weight]) array.copyWithin(next, start, start + size);
      this.#visit(child, next, size, (zeroBefore * (this.#tree.cover[child] as number)) / cover, comes, by);
    }
  }

  #goesLeft(node: number, by: number): boolean {
    const value = this.#row[this.#at + by] as number;
    const set = this.#tree.categories.get(node);
    if (set !== undefined) return set.includes(value);
    return Number.isNaN(value) ? this.#tree.missingLeft[node] === 1 : value <= (this.#tree.threshold[node] as number);
  }

  #reserve(size: number): void {
    if (size <= this.#feature.length) return;
    const larger = <A extends Float64Array | Int32Array>(array: A): A => {
      const grown = new (array.constructor as new (length: number) => A)(size * 2);
      grown.set(array);
      return grown;
    };
    this.#feature = larger(this.#feature);
    this.#zero = larger(this.#zero);
    this.#one = larger(this.#one);
    this.#weight = larger(this.#weight);
  }

  #extend(start: number, length: number, zero: number, one: number, feature: number): void {
    this.#feature[start + length] = feature;
    this.#zero[start + length] = zero;
    this.#one[start + length] = one;
    this.#weight[start + length] = length === 0 ? 1 : 0;
    for (let i = length - 1; i >= 0; i -= 1) {
      const here = this.#weight[start + i] as number;
      this.#weight[start + i + 1] = (this.#weight[start + i + 1] as number) + (one * here * (i + 1)) / (length + 1);
      this.#weight[start + i] = (zero * here * (length - i)) / (length + 1);
    }
  }

  #unwind(start: number, length: number, at: number): void {
    const [zero, one] = [this.#zero[start + at] as number, this.#one[start + at] as number];
    let next = this.#weight[start + length] as number;
    for (let i = length - 1; i >= 0; i -= 1) {
      const here = this.#weight[start + i] as number;
      if (one !== 0) {
        this.#weight[start + i] = (next * (length + 1)) / ((i + 1) * one);
        next = here - ((this.#weight[start + i] as number) * zero * (length - i)) / (length + 1);
      } else this.#weight[start + i] = (here * (length + 1)) / (zero * (length - i));
    }
    for (let i = at; i < length; i += 1) {
      this.#feature[start + i] = this.#feature[start + i + 1] as number;
      this.#zero[start + i] = this.#zero[start + i + 1] as number;
      this.#one[start + i] = this.#one[start + i + 1] as number;
    }
  }

  /** Sum of the weights that `#unwind` would leave. */
  #unwoundSum(start: number, length: number, at: number): number {
    const [zero, one] = [this.#zero[start + at] as number, this.#one[start + at] as number];
    let next = this.#weight[start + length] as number;
    let total = 0;
    for (let i = length - 1; i >= 0; i -= 1) {
      if (one !== 0) {
        const here = (next * (length + 1)) / ((i + 1) * one);
        total += here;
        next = (this.#weight[start + i] as number) - (here * zero * (length - i)) / (length + 1);
      } else total += ((this.#weight[start + i] as number) * (length + 1)) / (zero * (length - i));
    }
    return total;
  }

  #leaf(node: number, start: number, length: number): void {
    for (let i = 1; i <= length; i += 1) {
      const share = this.#unwoundSum(start, length, i) * ((this.#one[start + i] as number) - (this.#zero[start + i] as number)) * this.#scale;
      const place = (this.#feature[start + i] as number) * this.#outputs;
      for (let k = 0; k < this.#leafValues; k += 1) {
        const output = this.#leafValues === 1 ? this.#output : k;
        this.#out[place + output] = (this.#out[place + output] as number) + share * (this.#tree.value[node * this.#leafValues + k] as number);
      }
    }
  }
}
