import type { Precision } from './blocks.ts';
import type { Rows } from './moments.ts';

/** Multiplications above which onnxruntime is the quicker way once it is loaded, which scoring the model does anyway. */
const worthCalling = 1.5e6;
/** Multiplications above which float32 products save time that one would notice. */
const worthRounding = 2e7;
/** A row's time in nanoseconds, about: by kernels with every product, by plain sums with the products of what is not zero. */
const byKernels = (columns: number): number => (columns * columns) / 50 + columns / 5;
const bySums = (columns: number, filled: number): number => columns + (filled * filled) / 2;
const looked = 64;

/** Whether products of these rows are best left to onnxruntime: many of them, and not mostly zeros. */
export function suitsBlocks({ matrix, rows, columns }: Pick<Rows, 'matrix' | 'rows' | 'columns'>): boolean {
  if (rows * columns * columns < worthCalling) return false;
  const sample = Math.min(rows, looked);
  let filled = 0;
  for (let i = 0; i < sample; i++) {
    const start = Math.floor((i * rows) / sample) * columns;
    for (let j = 0; j < columns; j++) if (matrix[start + j] !== 0) filled++;
  }
  return byKernels(columns) < bySums(columns, filled / sample);
}

/** What products of so many rows are best computed in. */
export const quickPrecision = ({ rows, columns }: Pick<Rows, 'rows' | 'columns'>): Precision => (rows * columns * columns < worthRounding ? 'double' : 'float');
