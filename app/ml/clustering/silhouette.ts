import { uniform } from '../learners/random.ts';
import { clusterDistances } from './distances.ts';
import { sampleRows, squaredBetween, takeRows, type PointSet } from './points.ts';

/** How well rows lie in their clusters, from −1 (nearer to another) to 1 (far from every other). */
export interface Silhouette {
  /** NaN where there are fewer than two clusters. */
  readonly mean: number;
  /** Standard error of the mean from a sample; 0 where all rows were used. */
  readonly error: number;
  /** Mean by cluster, [clusters]; NaN for one without rows. */
  readonly clusters: Float64Array;
  /** Rows used. */
  readonly rows: number;
}

/** Rows from which on distances come from the compiled kernels. */
const manyRows = 300;

/** Sums of distances of each row to the rows of each cluster, [rows × clusters]; n² distances. */
function distanceSums(points: PointSet, labels: Int32Array, clusters: number, check: () => void): Float64Array {
  const { data, rows, columns } = points;
  if (rows >= manyRows) return clusterDistances(points, labels, clusters, check);
  const sums = new Float64Array(rows * clusters);
  for (let i = 0; i < rows; i++) {
    const own = labels[i] as number;
    for (let j = 0; j < i; j++) {
      const d = Math.sqrt(squaredBetween(data, i, j, columns));
      const to = i * clusters + (labels[j] as number);
      sums[to] = (sums[to] as number) + d;
      const back = j * clusters + own;
      sums[back] = (sums[back] as number) + d;
    }
  }
  return sums;
}

/** Silhouette of each row (Rousseeuw 1987), Euclidean; rows alone in their cluster have 0. n² distances. NaN everywhere for one cluster. */
export function silhouettes(points: PointSet, labels: Int32Array, clusters: number, check: () => void): Float64Array {
  const { rows } = points;
  const sums = distanceSums(points, labels, clusters, check);
  const sizes = new Int32Array(clusters);
  for (const label of labels) sizes[label] = (sizes[label] as number) + 1;
  return Float64Array.from({ length: rows }, (_, i) => {
    const own = labels[i] as number;
    let other = Number.POSITIVE_INFINITY;
    for (let c = 0; c < clusters; c++) if (c !== own && (sizes[c] as number) > 0) other = Math.min(other, (sums[i * clusters + c] as number) / (sizes[c] as number));
    if (other === Number.POSITIVE_INFINITY) return Number.NaN;
    const size = sizes[own] as number;
    if (size === 1) return 0;
    const within = (sums[i * clusters + own] as number) / (size - 1);
    return within === other ? 0 : (other - within) / Math.max(within, other);
  });
}

/** Rows that the silhouette of a fresh clustering is judged by. */
export const silhouetteRows = 2000;

/**
 * Mean silhouette over all rows, or over `most` random ones among themselves, as scikit-learn's `sample_size`. Rows labelled −1 (noise)
 * are left out.
 */
export function sampledSilhouette(points: PointSet, labels: Int32Array, clusters: number, most: number, seed: number, check: () => void): Silhouette {
  const inside = labels.includes(-1) ? Int32Array.from(labels.keys()).filter((row) => (labels[row] as number) >= 0) : labels.map((_, row) => row);
  const isWhole = inside.length <= most;
  const which = isWhole ? inside : sampleRows(inside.length, most, uniform(seed)).map((i) => inside[i] as number);
  const own = which.map((row) => labels[row] as number);
  const values = silhouettes(which.length === points.rows ? points : takeRows(points, which), own, clusters, check);
  const sums = new Float64Array(clusters);
  const sizes = new Int32Array(clusters);
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    const cluster = own[i] as number;
    sums[cluster] = (sums[cluster] as number) + (values[i] as number);
    sizes[cluster] = (sizes[cluster] as number) + 1;
    total += values[i] as number;
  }
  const mean = total / values.length;
  const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1);
  return { mean, error: isWhole ? 0 : Math.sqrt(square / values.length), clusters: sums.map((sum, cluster) => sum / (sizes[cluster] as number)), rows: values.length };
}
