import { encodeModel } from '../onnx/encode.ts';
import { type NativeSession, openNativeSession, tensor } from '../worker/ort.ts';
import type { TrainInput } from './types.ts';

/** Sums w u uᵀ over rows u: the matrix of normal equations and of Newton steps. Float64. */
export interface CrossProduct {
  /** Takes a row in; `filled` holds the positions of its `count` non-zero values. True: call `flush` before the next. */
  add(row: Float64Array, filled: Int32Array, count: number, weight: number): boolean;
  flush(): Promise<void>;
  /** The lower triangle of the sum of everything added since the last `take`, [width × width]. Flush first. */
  take(): Float64Array;
  close(): Promise<void>;
}

/** For few or mostly empty columns: skips zeros, and needs no library. */
class SparseCrossProduct implements CrossProduct {
  readonly #width: number;
  #sum: Float64Array;

  constructor(width: number) {
    this.#width = width;
    this.#sum = new Float64Array(width * width);
  }

  add(row: Float64Array, filled: Int32Array, count: number, weight: number): boolean {
    const sum = this.#sum;
    for (let a = 0; a < count; a++) {
      const j = filled[a] as number;
      const base = j * this.#width;
      const scaled = weight * (row[j] as number);
      for (let b = 0; b <= a; b++) {
        const k = filled[b] as number;
        sum[base + k] = (sum[base + k] as number) + scaled * (row[k] as number);
      }
    }
    return false;
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  take(): Float64Array {
    const sum = this.#sum;
    this.#sum = new Float64Array(this.#width * this.#width);
    return sum;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Rows multiplied at a time. */
const blockRows = 2048;

/** For many full columns: blocks of rows through onnxruntime's float64 matrix product. */
class DenseCrossProduct implements CrossProduct {
  readonly #width: number;
  readonly #session: NativeSession;
  readonly #rows: Float64Array;
  readonly #weights = new Float64Array(blockRows);
  #count = 0;
  #sum: Float64Array;

  constructor(width: number, session: NativeSession) {
    this.#width = width;
    this.#session = session;
    this.#rows = new Float64Array(blockRows * width);
    this.#sum = new Float64Array(width * width);
  }

  static async open(width: number): Promise<DenseCrossProduct> {
    const model = encodeModel({
      name: 'cross-product',
      inputs: [
        { name: 'u', type: 'double', shape: ['rows', width] },
        { name: 'w', type: 'double', shape: ['rows', 1] },
      ],
      outputs: [{ name: 'product', type: 'double', shape: [width, width] }],
      nodes: [
        { op: 'Mul', inputs: ['u', 'w'], outputs: ['scaled'] },
        { op: 'Gemm', inputs: ['scaled', 'u'], outputs: ['product'], attributes: { transA: { kind: 'int', value: 1 } } },
      ],
      initializers: [],
    });
    return new DenseCrossProduct(width, await openNativeSession(model, 'training'));
  }

  add(row: Float64Array, _filled: Int32Array, _count: number, weight: number): boolean {
    this.#rows.set(row, this.#count * this.#width);
    this.#weights[this.#count++] = weight;
    return this.#count === blockRows;
  }

  async flush(): Promise<void> {
    const rows = this.#count;
    if (rows === 0) return;
    this.#count = 0;
    const u = tensor('float64', this.#rows.subarray(0, rows * this.#width), [rows, this.#width]);
    const w = tensor('float64', this.#weights.subarray(0, rows), [rows, 1]);
    const product = (await this.#session.run({ u, w }))['product']?.data as Float64Array;
    for (let i = 0; i < product.length; i++) this.#sum[i] = (this.#sum[i] as number) + (product[i] as number);
  }

  take(): Float64Array {
    const sum = this.#sum;
    this.#sum = new Float64Array(this.#width * this.#width);
    return sum;
  }

  close(): Promise<void> {
    return this.#session.release();
  }
}

/** Multiplications above which loading onnxruntime pays. */
const worthLoading = 3e8;
/** Share of non-zero values above which the dense product is quicker. */
const denseFrom = 0.5;
const looked = 1000;

/** The quicker of the two for these data; `width`: columns of the product's rows. `zero` is what column j has to be to count as empty. */
export async function openCrossProduct({ matrix, rows, features }: Pick<TrainInput, 'matrix' | 'rows' | 'features'>, width: number, zero: Float64Array): Promise<CrossProduct> {
  const size = features.length;
  const sample = Math.min(rows, looked);
  let filled = 0;
  for (let i = 0, j = 0; i < sample * size; i++, j = j + 1 === size ? 0 : j + 1) if (matrix[i] !== zero[j]) filled++;
  const density = filled / Math.max(1, sample * size);
  return density >= denseFrom && rows * width * width > worthLoading ? DenseCrossProduct.open(width) : new SparseCrossProduct(width);
}
