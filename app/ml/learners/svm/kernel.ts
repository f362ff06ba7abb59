import { squaredBetween } from '../../clustering/points.ts';
import { encodeModel } from '../../onnx/encode.ts';
import { openNativeSession, tensor } from '../../worker/ort.ts';

export type KernelSpec = { readonly kind: 'linear' } | { readonly kind: 'rbf'; readonly gamma: number };

/** Kernel values of some rows with each other. */
export interface Kernel {
  readonly rows: number;
  /** [rows]: K(i, i). */
  readonly diagonal: Float64Array;
  /** [rows]: K(i, ·), float32 as in libsvm. Not to be written to. */
  row(i: number): Float32Array;
}

/** Kernel values of all training rows, from which those of a part are taken. */
export interface KernelSource {
  of(which: Int32Array): Kernel;
  /** K(i, j) of two training rows. */
  value(i: number, j: number): number;
}

/** Bytes of rows that are kept for a part. */
const roomBytes = 200_000_000;
/** Up to here all values are worked out at once (400 MB) … */
const mostGramRows = 10_000;
/** … and from here on it pays to load onnxruntime for it. */
const fewestGramRows = 400;
const blockRows = 512;

/**
 * Values of the row-major matrix [rows × size], around `centre` [size], near the rows, for the digits of products. That changes nothing of
 * distances, and of linear machines only the bias, because their coefficients sum up to 0.
 */
export async function openKernel(spec: KernelSpec, matrix: Float32Array, size: number, centre: Float64Array, check: () => void): Promise<KernelSource> {
  const rows = matrix.length / size;
  return rows < fewestGramRows || rows > mostGramRows ? directKernel(spec, matrix, size, centre) : gramKernel(spec, matrix, size, centre, check);
}

/** Each value when it is asked for. */
export function directKernel(spec: KernelSpec, matrix: Float32Array, size: number, centre: Float64Array): KernelSource {
  const centred = matrix.map((entry, at) => entry - (centre[at % size] as number));
  const value = spec.kind === 'linear' ? (i: number, j: number) => dot(centred, i, j, size) : (i: number, j: number) => Math.exp(-spec.gamma * squaredBetween(centred, i, j, size));
  const fill = (made: Float32Array, i: number, which: Int32Array): void => {
    for (let j = 0; j < which.length; j++) made[j] = value(i, which[j] as number);
  };
  return { value, of: (which) => partOf(which, value, fill) };
}

/** All values at once, by float64 matrix products on onnxruntime's threads: folds and pairs of classes share them. */
async function gramKernel(spec: KernelSpec, matrix: Float32Array, size: number, centre: Float64Array, check: () => void): Promise<KernelSource> {
  const rows = matrix.length / size;
  const centred = Float64Array.from(matrix, (entry, at) => entry - (centre[at % size] as number));
  const gram = new Float32Array(rows * rows);
  const squares = { axes: { kind: 'ints', value: [1] } } as const;
  const gamma = { name: 'gamma', type: 'double', dims: [], data: [spec.kind === 'rbf' ? -spec.gamma : 1] } as const;
  const exponent = [
    { op: 'ReduceSumSquare', inputs: ['x'], outputs: ['lx'], attributes: squares },
    { op: 'ReduceSumSquare', inputs: ['t'], outputs: ['lt'], attributes: squares },
    { op: 'Transpose', inputs: ['lt'], outputs: ['ltt'] },
    { op: 'Add', inputs: ['lx', 'ltt'], outputs: ['lengths'] },
    { op: 'Add', inputs: ['product', 'product'], outputs: ['twice'] },
    { op: 'Sub', inputs: ['lengths', 'twice'], outputs: ['d'] },
    { op: 'Mul', inputs: ['d', 'gamma'], outputs: ['e'] },
    { op: 'Cast', inputs: ['e'], outputs: ['ef'], attributes: { to: { kind: 'int', value: 1 } } },
    { op: 'Exp', inputs: ['ef'], outputs: ['k'] },
  ] as const;
  const plain = [{ op: 'Cast', inputs: ['product'], outputs: ['k'], attributes: { to: { kind: 'int', value: 1 } } }] as const;
  const session = await openNativeSession(
    encodeModel({
      name: 'kernel',
      inputs: [
        { name: 'x', type: 'double', shape: ['block', size] },
        { name: 't', type: 'double', shape: [rows, size] },
      ],
      outputs: [{ name: 'k', type: 'float', shape: ['block', rows] }],
      nodes: [{ op: 'Gemm', inputs: ['x', 't'], outputs: ['product'], attributes: { transB: { kind: 'int', value: 1 } } }, ...(spec.kind === 'rbf' ? exponent : plain)],
      initializers: spec.kind === 'rbf' ? [gamma] : [],
    }),
    'training',
  );
  try {
    const t = tensor('float64', centred, [rows, size]);
    for (let from = 0; from < rows; from += blockRows) {
      check();
      const count = Math.min(blockRows, rows - from);
      const x = tensor('float64', centred.subarray(from * size, (from + count) * size), [count, size]);
      await session.run({ x, t }, { k: tensor('float32', gram.subarray(from * rows, (from + count) * rows), [count, rows]) });
    }
  } finally {
    await session.release();
  }
  const value = (i: number, j: number): number => gram[i * rows + j] as number;
  const fill = (made: Float32Array, i: number, which: Int32Array): void => {
    for (let j = 0, base = i * rows; j < which.length; j++) made[j] = gram[base + (which[j] as number)] as number;
  };
  return {
    value,
    of: (which) => (which.length === rows ? { rows, diagonal: diagonalOf(which, value), row: (i) => gram.subarray(i * rows, (i + 1) * rows) } : partOf(which, value, fill)),
  };
}

const diagonalOf = (which: Int32Array, value: (i: number, j: number) => number): Float64Array => Float64Array.from(which, (row) => value(row, row));

/** Rows of a part, made when asked for and kept as long as there is room; the least recently used goes first. */
function partOf(which: Int32Array, value: (i: number, j: number) => number, fill: (made: Float32Array, i: number, which: Int32Array) => void): Kernel {
  const room = Math.max(2, Math.floor(roomBytes / (4 * Math.max(1, which.length))));
  const kept = new Map<number, Float32Array>();
  return {
    rows: which.length,
    diagonal: diagonalOf(which, value),
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
      made ??= new Float32Array(which.length);
      fill(made, which[i] as number, which);
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
