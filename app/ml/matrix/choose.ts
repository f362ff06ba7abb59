import type { Rows } from './moments.ts';

/** Multiplications above which onnxruntime is the quicker way, loading it included. */
const worthLoading = 2e7;
/** Share of non-zero values above which the dense product is quicker. */
const denseFrom = 0.4;
const looked = 1000;

/** Whether products of these rows are best left to onnxruntime: many of them, and not mostly zeros. `times`: passes over them. */
export function suitsBlocks({ matrix, rows, columns }: Pick<Rows, 'matrix' | 'rows' | 'columns'>, times = 1): boolean {
  if (times * rows * columns * columns < worthLoading) return false;
  const sample = Math.min(rows, looked);
  let filled = 0;
  for (let i = 0; i < sample; i++) {
    const start = Math.floor((i * rows) / sample) * columns;
    for (let j = 0; j < columns; j++) if (matrix[start + j] !== 0) filled++;
  }
  return filled >= denseFrom * sample * columns;
}
