import type { PointSet } from './points.ts';

/** Rows in a leaf: few enough to look at all, many enough to make the tree small. */
const leafRows = 16;

/**
 * A k-d tree (Bentley 1975) over rows: finds all within a distance. Splits at the median of the widest column, so that it is balanced
 * whatever the values; a leaf's rows lie together in memory. Distances are Euclidean, in float64.
 */
export class KdTree {
  readonly #columns: number;
  /** Row numbers in tree order, and their values. */
  readonly #order: Int32Array;
  readonly #values: Float32Array;
  /** By node: first row and end in tree order; the column it splits at (−1: a leaf), the value, and its second child (the first follows it). */
  readonly #from: Int32Array;
  readonly #to: Int32Array;
  readonly #split: Int32Array;
  readonly #at: Float64Array;
  readonly #second: Int32Array;
  /** Of the query: how far it lies outside of the node at hand, by column. */
  readonly #outside: Float64Array;
  #nodes = 0;

  constructor({ data, rows, columns }: PointSet) {
    this.#columns = columns;
    this.#order = Int32Array.from({ length: rows }, (_, i) => i);
    const most = Math.max(1, Math.ceil((4 * rows) / leafRows));
    this.#from = new Int32Array(most);
    this.#to = new Int32Array(most);
    this.#split = new Int32Array(most);
    this.#at = new Float64Array(most);
    this.#second = new Int32Array(most);
    this.#outside = new Float64Array(columns);
    this.#build(data, 0, rows);
    this.#values = new Float32Array(rows * columns);
    this.#order.forEach((row, place) => this.#values.set(data.subarray(row * columns, (row + 1) * columns), place * columns));
  }

  #build(data: Float32Array, from: number, to: number): number {
    const node = this.#nodes++;
    this.#from[node] = from;
    this.#to[node] = to;
    this.#split[node] = -1;
    if (to - from <= leafRows) return node;
    let widest = -1;
    let width = 0;
    for (let c = 0; c < this.#columns; c++) {
      let low = Number.POSITIVE_INFINITY;
      let high = Number.NEGATIVE_INFINITY;
      for (let i = from; i < to; i++) {
        const value = data[(this.#order[i] as number) * this.#columns + c] as number;
        if (value < low) low = value;
        if (value > high) high = value;
      }
      if (high - low <= width) continue;
      width = high - low;
      widest = c;
    }
    // Equal rows stay in one leaf.
    if (widest < 0) return node;
    const middle = (from + to) >> 1;
    this.#select(data, widest, from, to - 1, middle);
    this.#split[node] = widest;
    this.#at[node] = data[(this.#order[middle] as number) * this.#columns + widest] as number;
    this.#build(data, from, middle);
    this.#second[node] = this.#build(data, middle, to);
    return node;
  }

  /** Puts the row of rank `wanted` by a column in its place, smaller ones before it and greater ones behind (Hoare 1961). */
  #select(data: Float32Array, column: number, low: number, high: number, wanted: number): void {
    const order = this.#order;
    const value = (i: number): number => data[(order[i] as number) * this.#columns + column] as number;
    let [left, right] = [low, high];
    while (left < right) {
      const pivot = value((left + right) >> 1);
      let [i, j] = [left, right];
      while (i <= j) {
        while (value(i) < pivot) i++;
        while (value(j) > pivot) j--;
        if (i > j) break;
        const row = order[i] as number;
        order[i++] = order[j] as number;
        order[j--] = row;
      }
      if (wanted <= j) right = j;
      else if (wanted >= i) left = i;
      else return;
    }
  }

  /** Rows whose distance to row `row` of `data` is at most `radius`, that row among them, written to `found`; how many. */
  within(data: Float32Array, row: number, radius: number, found: Int32Array): number {
    this.#outside.fill(0);
    return this.#visit(0, data, row * this.#columns, radius * radius, 0, found, 0);
  }

  /** @param away squared distance to the node's box as far as splits tell */
  #visit(node: number, data: Float32Array, start: number, limit: number, away: number, found: Int32Array, before: number): number {
    const columns = this.#columns;
    const split = this.#split[node] as number;
    let count = before;
    if (split >= 0) {
      const offset = (data[start + split] as number) - (this.#at[node] as number);
      const own = this.#outside[split] as number;
      const second = this.#second[node] as number;
      const [near, far] = offset < 0 ? [node + 1, second] : [second, node + 1];
      count = this.#visit(near, data, start, limit, away, found, count);
      const further = away - own * own + offset * offset;
      // A hair of slack: the sum of differences is rounded.
      if (further > limit * (1 + 1e-12)) return count;
      this.#outside[split] = offset;
      count = this.#visit(far, data, start, limit, further, found, count);
      this.#outside[split] = own;
      return count;
    }
    const values = this.#values;
    for (let place = this.#from[node] as number, end = this.#to[node] as number; place < end; place++) {
      let square = 0;
      for (let c = 0, at = place * columns; c < columns; c++, at++) {
        const d = (data[start + c] as number) - (values[at] as number);
        square += d * d;
      }
      if (square <= limit) found[count++] = this.#order[place] as number;
    }
    return count;
  }
}
