import type { TaskAnswer, TaskHooks } from '../worker/tasks.ts';
import { squaredTo, type PointSet } from './points.ts';
import { sampledSilhouette, type Silhouette } from './silhouette.ts';

/** Above this many rows the silhouette is that of a random part. */
export const sampledFrom = 5000;

export interface QualityPayload extends PointSet {
  /** [rows], 0 … clusters − 1. */
  readonly labels: Int32Array;
  readonly clusters: number;
  readonly seed: number;
}

export interface QualityResult {
  readonly silhouette: Silhouette;
  /** Mean over the clusters of the worst ratio of spreads to distance; smaller is better. */
  readonly daviesBouldin: number;
  /** Between-cluster over within-cluster variance; greater is better. */
  readonly calinskiHarabasz: number;
  readonly sizes: Int32Array;
  /** Mean distance of a cluster's rows to its centre, [clusters]. */
  readonly spreads: Float64Array;
}

/** Davies and Bouldin (1979), Caliński and Harabasz (1974), by centres; clusters without rows must not occur. */
export function centreMeasures({ data, rows, columns }: PointSet, labels: Int32Array, clusters: number): Omit<QualityResult, 'silhouette'> {
  const centres = new Float64Array(clusters * columns);
  const mean = new Float64Array(columns);
  const sizes = new Int32Array(clusters);
  for (let i = 0, at = 0; i < rows; i++) {
    const label = labels[i] as number;
    sizes[label] = (sizes[label] as number) + 1;
    for (let c = 0, to = label * columns; c < columns; c++, to++, at++) {
      centres[to] = (centres[to] as number) + (data[at] as number);
      mean[c] = (mean[c] as number) + (data[at] as number);
    }
  }
  for (let c = 0; c < columns; c++) mean[c] = (mean[c] as number) / rows;
  for (let at = 0; at < centres.length; at++) centres[at] = (centres[at] as number) / (sizes[Math.floor(at / columns)] as number);
  const spreads = new Float64Array(clusters);
  let within = 0;
  for (let i = 0; i < rows; i++) {
    const label = labels[i] as number;
    const square = squaredTo(data, i, columns, centres, label * columns);
    within += square;
    spreads[label] = (spreads[label] as number) + Math.sqrt(square) / (sizes[label] as number);
  }
  let between = 0;
  for (let k = 0; k < clusters; k++) {
    for (let c = 0; c < columns; c++) between += (sizes[k] as number) * ((centres[k * columns + c] as number) - (mean[c] as number)) ** 2;
  }
  let sum = 0;
  for (let k = 0; k < clusters; k++) {
    let worst = 0;
    for (let other = 0; other < clusters; other++) {
      if (other === k) continue;
      let square = 0;
      for (let c = 0; c < columns; c++) square += ((centres[k * columns + c] as number) - (centres[other * columns + c] as number)) ** 2;
      const ratio = ((spreads[k] as number) + (spreads[other] as number)) / Math.sqrt(square);
      // Clusters without spread around one place are one cluster: nothing could part them worse.
      worst = Math.max(worst, Number.isNaN(ratio) ? Number.POSITIVE_INFINITY : ratio);
    }
    sum += worst;
  }
  const calinskiHarabasz = clusters < 2 || rows <= clusters ? Number.NaN : (between * (rows - clusters)) / (within * (clusters - 1));
  return { daviesBouldin: clusters < 2 ? Number.NaN : sum / clusters, calinskiHarabasz, sizes, spreads };
}

export function qualityInWorker({ data, rows, columns, labels, clusters, seed }: QualityPayload, hooks: TaskHooks): TaskAnswer<QualityResult> {
  const points: PointSet = { data, rows, columns };
  hooks.progress(0.1, 'Silhouettes');
  const silhouette = sampledSilhouette(points, labels, clusters, sampledFrom, seed, hooks.check);
  hooks.progress(0.8, 'Centres');
  return { result: { silhouette, ...centreMeasures(points, labels, clusters) } };
}

export interface Agreement {
  /** 0 by chance, 1 for the same division (Hubert and Arabie 1985). */
  readonly adjustedRand: number;
  /** 0 to 1, over the mean of both entropies (Strehl and Ghosh 2002; scikit-learn's default mean). */
  readonly mutualInformation: number;
}

/** How alike two divisions of the same rows are, from the rows in each pair of groups: `counts[group][other group]`. */
export function agreement(counts: readonly (readonly number[])[]): Agreement {
  const pairs = (n: number): number => (n * (n - 1)) / 2;
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const groups = counts.map(sum);
  const others = (counts[0] ?? []).map((_, j) => sum(counts.map((line) => line[j] ?? 0)));
  const rows = sum(groups);
  const together = sum(counts.map((line) => sum(line.map(pairs))));
  const [inGroups, inOthers] = [sum(groups.map(pairs)), sum(others.map(pairs))];
  const chance = rows < 2 ? 0 : (inGroups * inOthers) / pairs(rows);
  const most = (inGroups + inOthers) / 2;
  const entropy = (sizes: readonly number[]): number => -sum(sizes.map((n) => (n === 0 ? 0 : (n / rows) * Math.log(n / rows))));
  const shared = sum(counts.map((line, i) => sum(line.map((n, j) => (n === 0 ? 0 : (n / rows) * Math.log((n * rows) / ((groups[i] ?? 0) * (others[j] ?? 0))))))));
  const mean = (entropy(groups) + entropy(others)) / 2;
  return { adjustedRand: most === chance ? 1 : (together - chance) / (most - chance), mutualInformation: mean === 0 ? 1 : Math.min(1, Math.max(0, shared) / mean) };
}
