import { teamSpreads } from '../matrix/moments.ts';
import { RowTeam, suitsTeam } from '../matrix/row-team.ts';

/** Rows to cluster, as features after preprocessing. */
export interface PointSet {
  /** Row-major [rows × columns], finite. */
  readonly data: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

/** Squared Euclidean distance of row `i` to `centre` [columns] at `from`. Four sums, because one would wait for each addition. */
export function squaredTo(data: Float32Array, i: number, columns: number, centres: Float64Array, from: number): number {
  let at = i * columns;
  let c = from;
  const end = at + columns;
  const quads = end - (columns & 3);
  let a = 0;
  let b = 0;
  let e = 0;
  let f = 0;
  for (; at < quads; at += 4, c += 4) {
    const d0 = (data[at] as number) - (centres[c] as number);
    const d1 = (data[at + 1] as number) - (centres[c + 1] as number);
    const d2 = (data[at + 2] as number) - (centres[c + 2] as number);
    const d3 = (data[at + 3] as number) - (centres[c + 3] as number);
    a += d0 * d0;
    b += d1 * d1;
    e += d2 * d2;
    f += d3 * d3;
  }
  for (; at < end; at++, c++) {
    const d = (data[at] as number) - (centres[c] as number);
    a += d * d;
  }
  return a + b + (e + f);
}

/** Squared Euclidean distance of two rows. */
export function squaredBetween(data: Float32Array, i: number, j: number, columns: number): number {
  let at = i * columns;
  let other = j * columns;
  const end = at + columns;
  let a = 0;
  let b = 0;
  for (; at + 1 < end; at += 2, other += 2) {
    const d0 = (data[at] as number) - (data[other] as number);
    const d1 = (data[at + 1] as number) - (data[other + 1] as number);
    a += d0 * d0;
    b += d1 * d1;
  }
  if (at < end) {
    const d = (data[at] as number) - (data[other] as number);
    a += d * d;
  }
  return a + b;
}

export interface ColumnMoments {
  readonly means: Float64Array;
  readonly spreads: Float64Array;
}

/** Mean and spread (divided by n) of each column, in two passes. */
export function columnMoments({ data, rows, columns }: PointSet): ColumnMoments {
  const means = new Float64Array(columns);
  const spreads = new Float64Array(columns);
  for (let i = 0, at = 0; i < rows; i++) for (let c = 0; c < columns; c++, at++) means[c] = (means[c] as number) + (data[at] as number);
  for (let c = 0; c < columns; c++) means[c] = (means[c] as number) / rows;
  for (let i = 0, at = 0; i < rows; i++) for (let c = 0; c < columns; c++, at++) spreads[c] = (spreads[c] as number) + ((data[at] as number) - (means[c] as number)) ** 2;
  for (let c = 0; c < columns; c++) spreads[c] = Math.sqrt((spreads[c] as number) / rows);
  return { means, spreads };
}

/** Values above which the kernels take moments; to seven digits then. */
const worthKernels = 1e6;

/** As `columnMoments`, by all cores where that pays. */
export async function quickMoments(points: PointSet, check: () => void): Promise<ColumnMoments> {
  const { data, rows, columns } = points;
  if (rows * columns < worthKernels || !suitsTeam(rows, columns, 'slopes')) return columnMoments(points);
  const table = { matrix: data, rows, columns };
  const team = await RowTeam.open(table, {});
  try {
    const { means, squares, weight } = teamSpreads(table, team, check);
    const spreads = squares.map((square) => Math.sqrt(Math.max(0, square) / weight));
    // Squares beyond float32.
    return spreads.every(Number.isFinite) ? { means, spreads } : columnMoments(points);
  } finally {
    team.close();
  }
}

/** `count` different rows of 0…rows − 1 by chance, in ascending order (Knuth 1969, algorithm S); all of them where there are no more. */
export function sampleRows(rows: number, count: number, next: () => number): Int32Array {
  const taken = Math.min(rows, count);
  const out = new Int32Array(taken);
  for (let row = 0, found = 0; found < taken; row++) if ((rows - row) * next() < taken - found) out[found++] = row;
  return out;
}

/** The rows of `which` by themselves. */
export function takeRows({ data, columns }: PointSet, which: Int32Array): PointSet {
  const out = new Float32Array(which.length * columns);
  for (let i = 0; i < which.length; i++) out.set(data.subarray((which[i] as number) * columns, ((which[i] as number) + 1) * columns), i * columns);
  return { data: out, rows: which.length, columns };
}

/**
 * Labels −1 (noise) or 0…count − 1 renumbered so that the largest cluster is 0; of equal sizes the one whose first row comes first.
 * `order[new]` is the old number.
 */
export function bySize(labels: Int32Array, count: number): { readonly labels: Int32Array; readonly sizes: Int32Array; readonly order: Int32Array } {
  const sizes = new Int32Array(count);
  const first = new Int32Array(count).fill(labels.length);
  for (let row = labels.length - 1; row >= 0; row--) {
    const label = labels[row] as number;
    if (label < 0) continue;
    sizes[label] = (sizes[label] as number) + 1;
    first[label] = row;
  }
  const order = Int32Array.from({ length: count }, (_, cluster) => cluster).sort((a, b) => (sizes[b] as number) - (sizes[a] as number) || (first[a] as number) - (first[b] as number) || a - b);
  const place = new Int32Array(count);
  order.forEach((old, at) => (place[old] = at));
  return { labels: labels.map((label) => (label < 0 ? -1 : (place[label] as number))), sizes: order.map((old) => sizes[old] as number), order };
}

export interface ClusterProfile {
  /** Means of the features in each cluster, [clusters × columns]. */
  readonly centres: Float64Array;
  /** Of all rows, [columns]. */
  readonly means: Float64Array;
  /** Standard deviations of all rows, [columns]; 0 for a constant feature. */
  readonly spreads: Float64Array;
}

/** Means of features by cluster; rows labelled −1 are in none. */
export function profileOf(points: PointSet, labels: Int32Array, clusters: number): ClusterProfile {
  const { data, rows, columns } = points;
  const centres = new Float64Array(clusters * columns);
  const sizes = new Int32Array(clusters);
  for (let i = 0; i < rows; i++) {
    const label = labels[i] as number;
    if (label < 0) continue;
    sizes[label] = (sizes[label] as number) + 1;
    for (let c = 0, to = label * columns, at = i * columns; c < columns; c++, to++, at++) centres[to] = (centres[to] as number) + (data[at] as number);
  }
  for (let at = 0; at < centres.length; at++) centres[at] = (centres[at] as number) / (sizes[Math.floor(at / columns)] as number);
  return { centres, ...columnMoments(points) };
}
