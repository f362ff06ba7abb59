import { squaredBetween } from '../../clustering/points.ts';

export type KernelSpec = { readonly kind: 'linear' } | { readonly kind: 'rbf'; readonly gamma: number };

/** Rows of the kernel matrix, computed when asked for and kept as long as there is room (least recently used goes first). */
export interface Kernel {
  readonly rows: number;
  /** [rows]: K(i, i). */
  readonly diagonal: Float64Array;
  /** [rows]: K(i, ·), float32 as in libsvm. Not to be written to. */
  row(i: number): Float32Array;
}

const roomBytes = 400_000_000;

/** The kernel of the rows `which` of a row-major matrix with `size` columns. */
export function kernelOf(spec: KernelSpec, matrix: Float32Array, size: number, which: Int32Array): Kernel {
  const rows = which.length;
  const data = new Float32Array(rows * size);
  which.forEach((row, i) => data.set(matrix.subarray(row * size, (row + 1) * size), i * size));
  const value = spec.kind === 'linear' ? (i: number, j: number) => dot(data, i, j, size) : (i: number, j: number) => Math.exp(-spec.gamma * squaredBetween(data, i, j, size));
  const room = Math.max(2, Math.floor(roomBytes / (4 * Math.max(1, rows))));
  const kept = new Map<number, Float32Array>();
  return {
    rows,
    diagonal: Float64Array.from({ length: rows }, (_, i) => value(i, i)),
    row(i) {
      const found = kept.get(i);
      if (found !== undefined) {
        kept.delete(i);
        kept.set(i, found);
        return found;
      }
      let made: Float32Array | undefined;
      if (kept.size >= room) {
        const [oldest] = kept.keys();
        if (oldest !== undefined) {
          made = kept.get(oldest);
          kept.delete(oldest);
        }
      }
      made ??= new Float32Array(rows);
      for (let j = 0; j < rows; j++) made[j] = value(i, j);
      kept.set(i, made);
      return made;
    },
  };
}

function dot(data: Float32Array, i: number, j: number, size: number): number {
  let sum = 0;
  for (let a = i * size, b = j * size, end = a + size; a < end; a++, b++) sum += (data[a] as number) * (data[b] as number);
  return sum;
}
