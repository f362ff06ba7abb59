import { encodeModel } from '../../onnx/encode.ts';
import { type Tensor, openNativeSession, tensor } from '../../worker/ort.ts';
import { columnMoments, squaredTo, takeRows, type ColumnMoments, type PointSet } from '../points.ts';
import { mostCentres, teamAssigner } from './team-assigner.ts';

/** Which row is whose, and what that makes of the clusters. */
export interface Assigned {
  /** [rows], −1 at first. */
  readonly labels: Int32Array;
  /** [k × columns] and [k]: sum and number of each cluster's rows. */
  readonly sums: Float64Array;
  readonly counts: Int32Array;
}

/** Finds the nearest of k centres [k × columns] for every row; the first of equals. */
export interface Assigner {
  /** What the assignments of one start are kept in. */
  begin(): Assigned;
  /** Puts the nearest centre's number into `labels` where another is there, and keeps sums and counts. Gives how many rows changed. */
  assign(centres: Float64Array, state: Assigned): Promise<number>;
  /** The row was given to another cluster than `assign` had found. */
  forget(row: number): void;
  /** Whether no other centre can be as near as the row's own within a share of 1e-4, going by bounds that are known; absent: none are. */
  certain?(row: number): boolean;
  close(): Promise<void>;
}

/** A row goes from one cluster, −1: none, to another. */
export function moveRow({ labels, sums, counts }: Assigned, { data, columns }: PointSet, row: number, to: number): void {
  const before = labels[row] as number;
  labels[row] = to;
  counts[to] = (counts[to] as number) + 1;
  const from = row * columns;
  for (let c = 0, at = to * columns; c < columns; c++, at++) sums[at] = (sums[at] as number) + (data[from + c] as number);
  if (before < 0) return;
  counts[before] = (counts[before] as number) - 1;
  for (let c = 0, at = before * columns; c < columns; c++, at++) sums[at] = (sums[at] as number) - (data[from + c] as number);
}

const emptyState = (rows: number, columns: number, k: number): Assigned => ({ labels: new Int32Array(rows).fill(-1), sums: new Float64Array(k * columns), counts: new Int32Array(k) });

/** Multiplications an assignment above which loading onnxruntime pays. */
const worthLoading = 2e6;
/** Rows multiplied at a time: their distances stay in the cache. */
const blockRows = 65_536;
/** A column whose mean is so many spreads away from zero would lose digits in float32 products. */
const farFromZero = 30;
const looked = 4096;

/** Values that fit into the kernels' memory with all that goes with them. */
const mostValues = 700_000_000;

/** @param moments of the columns */
export async function openAssigner(points: PointSet, k: number, moments: ColumnMoments): Promise<Assigner> {
  const { rows, columns } = points;
  if (rows * columns * k < worthLoading) return plainAssigner(points, k);
  return k <= mostCentres && rows * (columns + 4) < mostValues ? teamAssigner(points, k, moments) : kernelAssigner(points, k);
}

/** Float64, row by row. */
export function plainAssigner(points: PointSet, k: number): Assigner {
  const { data, rows, columns } = points;
  return {
    begin: () => emptyState(rows, columns, k),
    assign(centres, state) {
      let changed = 0;
      for (let i = 0; i < rows; i++) {
        let least = Number.POSITIVE_INFINITY;
        let label = 0;
        for (let j = 0; j < k; j++) {
          const d = squaredTo(data, i, columns, centres, j * columns);
          if (d >= least) continue;
          least = d;
          label = j;
        }
        if (label === state.labels[i]) continue;
        changed++;
        moveRow(state, points, i, label);
      }
      return Promise.resolve(changed);
    },
    forget: () => undefined,
    close: () => Promise.resolve(),
  };
}

/**
 * |x − c|² without |x|², which is the same for all centres: a float32 matrix product and its smallest column, on onnxruntime's threads.
 * Distances are taken from the mean of the rows, where float32 has its digits.
 */
export async function kernelAssigner(points: PointSet, k: number): Promise<Assigner> {
  const { rows, columns } = points;
  // Any place among the rows will do as an origin; a few of them show one.
  const step = Math.ceil(rows / looked);
  const { means, spreads } = columnMoments(takeRows(points, Int32Array.from({ length: Math.ceil(rows / step) }, (_, i) => i * step)));
  const far = means.some((mean, j) => Math.abs(mean) > farFromZero * (spreads[j] as number));
  const data = far ? points.data.map((value, at) => value - (means[at % columns] as number)) : points.data;
  const origin = far ? new Float64Array(columns) : means;
  const model = encodeModel({
    name: 'nearest-centre',
    inputs: [
      { name: 'x', type: 'float', shape: ['rows', columns] },
      { name: 'centres', type: 'float', shape: [k, columns] },
      { name: 'offsets', type: 'float', shape: [k] },
    ],
    outputs: [{ name: 'label', type: 'int64', shape: ['rows'] }],
    nodes: [
      { op: 'Gemm', inputs: ['x', 'centres', 'offsets'], outputs: ['d'], attributes: { transB: { kind: 'int', value: 1 }, alpha: { kind: 'float', value: -2 } } },
      { op: 'ArgMin', inputs: ['d'], outputs: ['label'], attributes: { axis: { kind: 'int', value: 1 }, keepdims: { kind: 'int', value: 0 } } },
    ],
    initializers: [],
  });
  const session = await openNativeSession(model, 'training');
  const blocks: { readonly from: number; readonly x: Tensor; readonly label: Tensor; readonly words: Int32Array }[] = [];
  for (let from = 0; from < rows; from += blockRows) {
    const count = Math.min(blockRows, rows - from);
    const label = new BigInt64Array(count);
    blocks.push({ from, x: tensor('float32', data.subarray(from * columns, (from + count) * columns), [count, columns]), label: tensor('int64', label, [count]), words: new Int32Array(label.buffer) });
  }
  const shifted = new Float32Array(k * columns);
  const offsets = new Float32Array(k);
  return {
    begin: () => emptyState(rows, columns, k),
    async assign(centres, state) {
      let changed = 0;
      for (let j = 0; j < k; j++) {
        let offset = 0;
        for (let c = 0, at = j * columns; c < columns; c++, at++) {
          const value = (centres[at] as number) - (means[c] as number);
          shifted[at] = value;
          offset += value * (value + 2 * (origin[c] as number));
        }
        offsets[j] = offset;
      }
      const feeds = { centres: tensor('float32', shifted, [k, columns]), offsets: tensor('float32', offsets, [k]) };
      for (const { from, x, label, words } of blocks) {
        await session.run({ x, ...feeds }, { label });
        // The low halves of int64 (all platforms that onnxruntime is built for are little-endian).
        for (let i = 0, row = from; i < words.length; i += 2, row++) {
          const label = words[i] as number;
          if (label === state.labels[row]) continue;
          changed++;
          moveRow(state, points, row, label);
        }
      }
      return changed;
    },
    forget: () => undefined,
    close: () => session.release(),
  };
}
