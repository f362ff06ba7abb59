import type { PointSet } from './points.ts';

/** Rows in a leaf: few enough to look at all, many enough to make the tree small. */
const leafRows = 24;

/**
 * A k-d tree (Bentley 1975) over rows: finds all within a distance. Splits at the median of the widest column; a leaf's rows lie
 * together in memory. Distances are Euclidean, in float64.
 */
export class KdTree {
  readonly #columns: number;
  /** Row numbers in tree order, and their values. */
  readonly #order: Int32Array;
  readonly #values: Float32Array;
  /** By node: first row and end in tree order; the column it splits at (−1: a leaf), the value, and its second child (the first follows it). */
  readonly #from: number[] = [];
  readonly #to: number[] = [];
  readonly #split: number[] = [];
  readonly #at: number[] = [];
  readonly #second: number[] = [];

  constructor(points: PointSet) {
    const { data, rows, columns } = points;
    this.#columns = columns;
    this.#order = Int32Array.from({ length: rows }, (_, i) => i);
    this.#build(data, 0, rows);
    this.#values = new Float32Array(rows * columns);
    this.#order.forEach((row, place) => this.#values.set(data.subarray(row * columns, (row + 1) * columns), place * columns));
  }

  #build(data: Float32Array, from: number, to: number): number {
    const node = this.#from.length;
    this.#from.push(from);
    this.#to.push(to);
    this.#split.push(-1);
    this.#at.push(0);
    this.#second.push(-1);
    if (to - from <= leafRows) return node;
    let widest = 0;
    let width = 0;
    for (let c = 0; c < this.#columns; c++) {
      let low = Number.POSITIVE_INFINITY;
      let high = Number.NEGATIVE_INFINITY;
      for (let i = from; i < to; i++) {
        const value = data[(this.#order[i] as number) * this.#columns + c] as number;
        if (value < low) low = value;
        if (value > high) high = value;
      }
      if (high - low > width) {
        width = high - low;
        widest = c;
      }
    }
    if (width === 0) return node;
    const part = this.#order.subarray(from, to);
    part.sort((a, b) => (data[a * this.#columns + widest] as number) - (data[b * this.#columns + widest] as number));
    const middle = (from + to) >> 1;
    this.#split[node] = widest;
    this.#at[node] = data[(this.#order[middle] as number) * this.#columns + widest] as number;
    this.#build(data, from, middle);
    this.#second[node] = this.#build(data, middle, to);
    return node;
  }

  /** Rows whose distance to row `row` of `data` is at most `radius`, that row among them, written to `found`; how many. */
  within(data: Float32Array, row: number, radius: number, found: Int32Array): number {
    const columns = this.#columns;
    const start = row * columns;
    const limit = radius * radius;
    let count = 0;
    const visit = (node: number): void => {
      const split = this.#split[node] as number;
      if (split >= 0) {
        const offset = (data[start + split] as number) - (this.#at[node] as number);
        // Equal values may lie on both sides.
        if (offset <= radius) visit(node + 1);
        if (offset >= -radius) visit(this.#second[node] as number);
        return;
      }
      for (let place = this.#from[node] as number; place < (this.#to[node] as number); place++) {
        let square = 0;
        for (let c = 0, at = place * columns; c < columns && square <= limit; c++, at++) {
          const d = (data[start + c] as number) - (this.#values[at] as number);
          square += d * d;
        }
        if (square <= limit) found[count++] = this.#order[place] as number;
      }
    };
    visit(0);
    return count;
  }
}
