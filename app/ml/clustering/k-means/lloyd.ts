import { squaredTo, type PointSet } from '../points.ts';
import type { Assigner } from './assigner.ts';

export interface KMeansFit {
  /** [rows], 0…k − 1: nearest of the centres before the last move, which are those after it where `converged`. */
  readonly labels: Int32Array;
  /** [k × columns] */
  readonly centres: Float64Array;
  /** Sum of squared distances to the centres. */
  readonly inertia: number;
  readonly iterations: number;
  readonly converged: boolean;
}

export interface LloydOptions {
  readonly maxIterations: number;
  /** Stops once the squared moves of all centres sum up to no more than this; absolute. */
  readonly tolerance: number;
  /** Before each iteration: for progress and cancel. */
  readonly each: (iteration: number) => void;
}

/**
 * Lloyd's iterations (1982) from given centres [k × columns]: rows to their nearest centre, centres to the mean of their rows, until
 * nothing changes or centres hardly move. A cluster that loses all rows takes the row furthest from its centre, as in scikit-learn.
 * Sums are kept from one iteration to the next: only rows that change cluster are added.
 */
export async function lloyd(points: PointSet, start: Float64Array, k: number, assigner: Assigner, options: LloydOptions): Promise<KMeansFit> {
  const { data, rows, columns } = points;
  const centres = Float64Array.from(start);
  const labels = new Int32Array(rows).fill(-1);
  const sums = new Float64Array(k * columns);
  const counts = new Int32Array(k);
  let iterations = 0;
  let converged = false;
  while (iterations < options.maxIterations) {
    options.each(iterations);
    iterations++;
    let changed = 0;
    await assigner.assign(centres, labels, (row, before, label) => {
      changed++;
      if (before >= 0) add(sums, counts, before, data, row, columns, -1);
      add(sums, counts, label, data, row, columns, 1);
    });
    if (changed === 0) {
      converged = true;
      break;
    }
    fillEmpty(points, centres, labels, counts, sums);
    let total = 0;
    for (let j = 0; j < k; j++) {
      for (let c = j * columns; c < (j + 1) * columns; c++) {
        const mean = (sums[c] as number) / (counts[j] as number);
        total += (mean - (centres[c] as number)) ** 2;
        centres[c] = mean;
      }
    }
    if (total <= options.tolerance) {
      converged = true;
      break;
    }
  }
  let inertia = 0;
  for (let i = 0; i < rows; i++) inertia += squaredTo(data, i, columns, centres, (labels[i] as number) * columns);
  return { labels, centres, inertia, iterations, converged };
}

function add(sums: Float64Array, counts: Int32Array, cluster: number, data: Float32Array, row: number, columns: number, sign: 1 | -1): void {
  counts[cluster] = (counts[cluster] as number) + sign;
  for (let c = 0, to = cluster * columns, from = row * columns; c < columns; c++, to++, from++) sums[to] = (sums[to] as number) + sign * (data[from] as number);
}

/** Gives each empty cluster the row furthest from its centre among those of clusters with more than one. */
function fillEmpty({ data, rows, columns }: PointSet, centres: Float64Array, labels: Int32Array, counts: Int32Array, sums: Float64Array): void {
  for (let j = 0; j < counts.length; j++) {
    if ((counts[j] as number) > 0) continue;
    let furthest = -1;
    let most = -1;
    for (let i = 0; i < rows; i++) {
      const label = labels[i] as number;
      if ((counts[label] as number) < 2) continue;
      const d = squaredTo(data, i, columns, centres, label * columns);
      if (d <= most) continue;
      most = d;
      furthest = i;
    }
    if (furthest < 0) continue;
    add(sums, counts, labels[furthest] as number, data, furthest, columns, -1);
    sums.fill(0, j * columns, (j + 1) * columns);
    add(sums, counts, j, data, furthest, columns, 1);
    labels[furthest] = j;
  }
}
