import { normal, uniform } from '../learners/random.ts';

/**
 * Draws batches from a sample of rows as if from the population that it stands for: whole rows, so that columns keep going together, or
 * whole blocks of rows that follow each other, so that what hangs together in time does (Künsch 1989).
 */
export interface Drawer {
  /** Counts of each column in one more batch; the arrays are used again by the next call. */
  draw(rows: number): readonly Float64Array[];
}

export interface SampleCodes {
  /** By column [rows]: the bin of each row's value. */
  readonly codes: readonly Uint8Array[];
  /** By column: bins, with the one of missing values. */
  readonly bins: readonly number[];
  readonly rows: number;
  /** Rows that are drawn together; 1: each by itself. */
  readonly block: number;
}

export function drawer({ codes, bins, rows, block }: SampleCodes, seed: number): Drawer {
  const next = uniform(seed);
  const counts = bins.map((count) => new Float64Array(count));
  const blocks = Math.max(1, Math.ceil(rows / block));
  const weights = new Float64Array(rows);
  let chosen = new Int32Array(0);

  /** Few rows: they are picked one by one, or block by block. */
  function pick(wanted: number): void {
    if (chosen.length < wanted) chosen = new Int32Array(wanted);
    for (let at = 0; at < wanted; ) {
      const from = Math.floor(next() * blocks) * block;
      const end = Math.min(rows, from + block);
      for (let row = from; row < end && at < wanted; row++) chosen[at++] = row;
    }
    codes.forEach((column, c) => {
      const own = counts[c] as Float64Array;
      for (let at = 0; at < wanted; at++) {
        const bin = column[chosen[at] as number] as number;
        own[bin] = (own[bin] as number) + 1;
      }
    });
  }

  /** Many rows: how often each row, or block, comes is drawn instead, which costs the same for any size. */
  function weigh(wanted: number): void {
    const mean = wanted / rows;
    for (let b = 0; b < blocks; b++) weights.fill(poisson(mean, next), b * block, Math.min(rows, (b + 1) * block));
    codes.forEach((column, c) => {
      const own = counts[c] as Float64Array;
      for (let row = 0; row < rows; row++) {
        const bin = column[row] as number;
        own[bin] = (own[bin] as number) + (weights[row] as number);
      }
    });
  }

  return {
    draw(wanted) {
      for (const own of counts) own.fill(0);
      if (rows === 0) return counts;
      if (wanted <= 2 * rows) pick(wanted);
      else weigh(wanted);
      return counts;
    },
  };
}

/** Knuth's product for small means, the normal approximation beyond. */
function poisson(mean: number, next: () => number): number {
  if (mean > 8) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(next)));
  const limit = Math.exp(-mean);
  let [count, product] = [0, next()];
  while (product > limit) {
    count += 1;
    product *= next();
  }
  return count;
}
