import { Arena } from '../kernels/arena.ts';
import { instantiate, kernelModule, type Kernels } from '../kernels/kernels.ts';
import type { PointSet } from './points.ts';

/** Squared distances between rows by the compiled kernels, in float32 from the rows' first one: about six digits. */
export interface RowDistances {
  /** Squared distances of the rows [from, to) to the points that were set, [rows × pitch]; a view that the next call overwrites. */
  to(from: number, to: number): Float32Array;
  /** Points [count × columns]; fewer than `pitch` are filled up with the first. */
  set(points: ArrayLike<number>, count: number): void;
  readonly pitch: number;
}

/** @param most points at a time; @param atOnce rows of a call */
export const rowDistances = (points: PointSet, most: number, atOnce: number): RowDistances => openDistances(points, most, atOnce).distances;

/** With the memory that they lie in, and where in it they come: `out`, those of the last call. */
function openDistances({ data, rows, columns }: PointSet, most: number, atOnce: number): { readonly arena: Arena; readonly kernels: Kernels; readonly distances: RowDistances; readonly out: number } {
  const arena = new Arena();
  const pitch = Math.ceil(most / 4) * 4;
  const at = { data: arena.take(rows * columns * 4), points: arena.take(columns * pitch * 4), out: arena.take(atOnce * pitch * 4) };
  const kernels = instantiate(kernelModule(), arena.memory);
  const origin = data.slice(0, columns);
  const place = arena.f32(at.data, rows * columns);
  for (let i = 0, to = 0; i < rows; i++) for (let c = 0; c < columns; c++, to++) place[to] = (data[to] as number) - (origin[c] as number);
  const points = arena.f32(at.points, columns * pitch);
  const distances: RowDistances = {
    pitch,
    set(given, count) {
      for (let j = 0; j < pitch; j++) {
        const from = (j < count ? j : 0) * columns;
        for (let c = 0; c < columns; c++) points[c * pitch + j] = (given[from + c] as number) - (origin[c] as number);
      }
    },
    to(from, to) {
      if (to - from > atOnce) throw new Error(`more than ${atOnce} rows at once`);
      kernels.distanceRows(at.data, columns, from, to, at.points, pitch, at.out);
      return arena.f32(at.out, (to - from) * pitch);
    },
  };
  return { arena, kernels, distances, out: at.out };
}

/** Sums of the distances of each row to the rows of each cluster, [rows × clusters]: n² distances. @param labels [rows] */
export function clusterDistances(points: PointSet, labels: Int32Array, clusters: number, check: () => void): Float64Array {
  const { data, rows } = points;
  const { arena, kernels, distances, out } = openDistances(points, rows, 1);
  const [labelsAt, sumsAt] = [arena.take(rows * 4), arena.take(rows * clusters * 8)];
  arena.i32(labelsAt, rows).set(labels);
  distances.set(data, rows);
  for (let i = 0; i < rows; i++) {
    if (i % 64 === 0) check();
    distances.to(i, i + 1);
    // Rounding must not part a row from itself.
    kernels.addDistances(out, rows, labelsAt, i, sumsAt + i * clusters * 8);
  }
  return arena.f64(sumsAt, rows * clusters).slice();
}
