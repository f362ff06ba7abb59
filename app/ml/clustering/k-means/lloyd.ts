import { squaredTo, type PointSet } from '../points.ts';
import { moveRow, type Assigned, type Assigner } from './assigner.ts';

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
  const state = assigner.begin();
  const { sums, counts } = state;
  let iterations = 0;
  let converged = false;
  while (iterations < options.maxIterations) {
    options.each(iterations);
    iterations++;
    const changed = await assigner.assign(centres, state);
    if (changed === 0) {
      converged = true;
      break;
    }
    fillEmpty(points, centres, state, assigner);
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
  const labels = state.labels.slice();
  let inertia = 0;
  for (let i = 0; i < rows; i++) inertia += squaredTo(data, i, columns, centres, (labels[i] as number) * columns);
  return { labels, centres, inertia, iterations, converged };
}

/** Gives each empty cluster the row furthest from its centre among those of clusters with more than one. */
function fillEmpty(points: PointSet, centres: Float64Array, state: Assigned, assigner: Assigner): void {
  const { data, rows, columns } = points;
  const { labels, counts, sums } = state;
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
    // What rounding left of the rows that were here.
    sums.fill(0, j * columns, (j + 1) * columns);
    moveRow(state, points, furthest, j);
    assigner.forget(furthest);
  }
}
