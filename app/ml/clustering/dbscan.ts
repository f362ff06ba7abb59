import { uniform } from '../learners/random.ts';
import type { TaskAnswer, TaskHooks } from '../worker/tasks.ts';
import { KdTree } from './kd-tree.ts';
import { bySize, profileOf, sampleRows, squaredBetween, type ClusterProfile, type PointSet } from './points.ts';
import { sampledSilhouette, silhouetteRows, type Silhouette } from './silhouette.ts';

export interface DbscanPayload extends PointSet {
  /** Rows at most this far apart are neighbours; 0: found from the data, see `kneeOf`. */
  readonly radius: number;
  /** Neighbours, itself among them, that make a row the core of a cluster. */
  readonly fewest: number;
  readonly seed: number;
}

export interface DbscanResult {
  /** [rows]: −1 noise, 0 the largest cluster. */
  readonly labels: Int32Array;
  /** [rows]: 1 where the row is a core. */
  readonly core: Uint8Array;
  readonly clusters: number;
  readonly sizes: Int32Array;
  readonly radius: number;
  /** Distances of a sample of rows to their `fewest`-th neighbour, ascending. */
  readonly reach: Float64Array;
  readonly profile: ClusterProfile;
  /** Without noise. */
  readonly silhouette: Silhouette;
}

/** Rows whose distance to their neighbours is measured. */
const measured = 500;
/** Multiplications that measuring them may take. */
const affordable = 3e9;

/**
 * Clusters of any shape (Ester, Kriegel, Sander and Xu 1996): rows with enough neighbours within the radius are cores, cores that are
 * neighbours are one cluster, and their other neighbours belong to the first cluster that reaches them. As scikit-learn's DBSCAN.
 */
export function dbscan(points: PointSet, radius: number, fewest: number, each: (done: number) => void): { readonly labels: Int32Array; readonly core: Uint8Array; readonly clusters: number } {
  const { data, rows } = points;
  const tree = new KdTree(points);
  const labels = new Int32Array(rows).fill(-1);
  const core = new Uint8Array(rows);
  const asked = new Uint8Array(rows);
  const found = new Int32Array(rows);
  /** Rows of the cluster whose neighbours are still to be asked for; each row comes in once. */
  const waiting = new Int32Array(rows);
  let clusters = 0;
  let done = 0;
  const neighbours = (row: number): number => {
    if (done % 256 === 0) each(done / rows);
    done++;
    asked[row] = 1;
    return tree.within(data, row, radius, found);
  };
  for (let first = 0; first < rows; first++) {
    if (asked[first] === 1) continue;
    let count = neighbours(first);
    if (count < fewest) continue;
    const cluster = clusters++;
    labels[first] = cluster;
    let waits = 0;
    for (let row = first; ; count = neighbours(row)) {
      if (count >= fewest) {
        core[row] = 1;
        for (let i = 0; i < count; i++) {
          const next = found[i] as number;
          if (labels[next] !== -1) continue;
          labels[next] = cluster;
          // One asked before is no core: it only joins.
          if (asked[next] === 0) waiting[waits++] = next;
        }
      }
      if (waits === 0) break;
      row = waiting[--waits] as number;
    }
  }
  return { labels, core, clusters };
}

/** Distances of a sample of rows to their `which`-th nearest row, itself the first; ascending. */
export function reachOf({ data, rows, columns }: PointSet, which: number, seed: number, check: () => void): Float64Array {
  const sample = sampleRows(rows, Math.max(20, Math.min(measured, Math.floor(affordable / (rows * columns)))), uniform(seed));
  const wanted = Math.min(which, rows);
  const nearest = new Float64Array(wanted);
  return Float64Array.from(sample, (row) => {
    check();
    let held = 0;
    for (let j = 0; j < rows; j++) {
      const d = squaredBetween(data, row, j, columns);
      if (held === wanted && d >= (nearest[wanted - 1] as number)) continue;
      let at = held < wanted ? held++ : wanted - 1;
      for (; at > 0 && (nearest[at - 1] as number) > d; at--) nearest[at] = nearest[at - 1] as number;
      nearest[at] = d;
    }
    return Math.sqrt(nearest[wanted - 1] as number);
  }).sort();
}

/** The value at the knee of an ascending curve: where it lies furthest below the line between its ends (Satopää et al. 2011). */
export function kneeOf(curve: Float64Array): number {
  const last = curve.length - 1;
  const [low, high] = [curve[0] ?? 0, curve[last] ?? 0];
  let knee = high;
  let most = 0;
  for (let i = 0; i <= last; i++) {
    const below = low + ((high - low) * i) / Math.max(1, last) - (curve[i] as number);
    if (below <= most) continue;
    most = below;
    knee = curve[i] as number;
  }
  return knee;
}

export function dbscanInWorker(payload: DbscanPayload, hooks: TaskHooks): TaskAnswer<DbscanResult> {
  const { data, rows, columns, fewest, seed } = payload;
  const points: PointSet = { data, rows, columns };
  hooks.progress(0, 'Distances between neighbours');
  const reach = reachOf(points, fewest, seed, hooks.check);
  const radius = payload.radius > 0 ? payload.radius : kneeOf(reach);
  const found = dbscan(points, radius, fewest, (done) => {
    hooks.check();
    hooks.progress(0.1 + 0.8 * done, 'Neighbours');
  });
  const { labels, sizes } = bySize(found.labels, found.clusters);
  hooks.progress(0.9, 'Judging the clusters');
  const silhouette = sampledSilhouette(points, labels, found.clusters, silhouetteRows, seed, hooks.check);
  return { result: { labels, core: found.core, clusters: found.clusters, sizes, radius, reach, profile: profileOf(points, labels, found.clusters), silhouette }, transfer: [labels.buffer as ArrayBuffer, found.core.buffer as ArrayBuffer] };
}
