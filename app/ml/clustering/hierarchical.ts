import type { TaskAnswer, TaskHooks } from '../worker/tasks.ts';
import { bySize, profileOf, squaredBetween, type ClusterProfile, type PointSet } from './points.ts';
import { sampledSilhouette, silhouetteRows, type Silhouette } from './silhouette.ts';

export const linkages = ['ward', 'average', 'complete', 'single'] as const;
export type Linkage = (typeof linkages)[number];

/** Above this the distances between all rows (n²/2 float64) take over 400 MB. */
export const mostRows = 10_000;

/** Merges in order of height, as SciPy's linkage matrix: clusters below `rows` are rows, `rows + i` is what merge i made. */
export interface Merges {
  /** [rows − 1] each; `first` < `second`. */
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly heights: Float64Array;
  readonly sizes: Int32Array;
}

/**
 * Agglomerative clustering by the nearest-neighbour chain (Murtagh 1983; Müllner 2011): n² time, n²/2 distances. Distances of merged
 * clusters by Lance and Williams (1967), those of Ward on squares.
 * @param each called with the share done, for progress and cancel.
 */
export function linkage({ data, rows, columns }: PointSet, method: Linkage, each: (done: number) => void): Merges {
  const d = new Float64Array((rows * (rows - 1)) / 2);
  for (let i = 1, at = 0; i < rows; i++) {
    if (i % 64 === 0) each((0.3 * i * i) / (rows * rows));
    for (let j = 0; j < i; j++, at++) {
      const square = squaredBetween(data, i, j, columns);
      d[at] = method === 'ward' ? square : Math.sqrt(square);
    }
  }
  const place = (a: number, b: number): number => (a > b ? (a * (a - 1)) / 2 + b : (b * (b - 1)) / 2 + a);
  const size = new Int32Array(rows).fill(1);
  const merges: { readonly a: number; readonly b: number; readonly height: number }[] = [];
  const chain = new Int32Array(rows);
  let length = 0;
  let alive = 0;
  while (merges.length < rows - 1) {
    if (merges.length % 32 === 0) each(0.3 + (0.7 * merges.length) / rows);
    if (length === 0) {
      while (size[alive] === 0) alive++;
      chain[length++] = alive;
    }
    let a = chain[length - 1] as number;
    let b: number;
    let least: number;
    for (;;) {
      a = chain[length - 1] as number;
      // The one before wins ties, so that the chain ends.
      b = length > 1 ? (chain[length - 2] as number) : -1;
      least = b < 0 ? Number.POSITIVE_INFINITY : (d[place(a, b)] as number);
      for (let other = 0; other < rows; other++) {
        if (size[other] === 0 || other === a) continue;
        const value = d[place(a, other)] as number;
        if (value >= least) continue;
        least = value;
        b = other;
      }
      if (length > 1 && b === chain[length - 2]) break;
      chain[length++] = b;
    }
    length -= 2;
    merges.push({ a, b, height: method === 'ward' ? Math.sqrt(least) : least });
    const [na, nb] = [size[a] as number, size[b] as number];
    size[a] = 0;
    size[b] = na + nb;
    for (let other = 0; other < rows; other++) {
      const nc = size[other] as number;
      if (nc === 0 || other === b) continue;
      const to = place(b, other);
      d[to] = joined(method, d[place(a, other)] as number, d[to] as number, least, na, nb, nc);
    }
  }
  return ordered(merges, rows);
}

function joined(method: Linkage, ac: number, bc: number, ab: number, na: number, nb: number, nc: number): number {
  switch (method) {
    case 'single':
      return Math.min(ac, bc);
    case 'complete':
      return Math.max(ac, bc);
    case 'average':
      return (na * ac + nb * bc) / (na + nb);
    case 'ward':
      return ((na + nc) * ac + (nb + nc) * bc - nc * ab) / (na + nb + nc);
  }
}

/** Sorts merges of row representatives by height and names the clusters that they join. */
function ordered(merges: readonly { readonly a: number; readonly b: number; readonly height: number }[], rows: number): Merges {
  const sorted = merges.toSorted((one, other) => one.height - other.height);
  const parent = Int32Array.from({ length: 2 * rows - 1 }, (_, i) => i);
  const root = (cluster: number): number => {
    let at = cluster;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at] as number] as number;
      at = parent[at] as number;
    }
    return at;
  };
  const sizes = new Int32Array(rows - 1);
  const first = new Int32Array(rows - 1);
  const second = new Int32Array(rows - 1);
  const members = (cluster: number): number => (cluster < rows ? 1 : (sizes[cluster - rows] as number));
  sorted.forEach(({ a, b }, i) => {
    const [x, y] = [root(a), root(b)];
    first[i] = Math.min(x, y);
    second[i] = Math.max(x, y);
    sizes[i] = members(x) + members(y);
    parent[x] = rows + i;
    parent[y] = rows + i;
  });
  return { first, second, heights: Float64Array.from(sorted, ({ height }) => height), sizes };
}

/** Labels of the clusters that are left when merges from number `kept` on are undone; any numbering from 0. */
export function cut({ first, second }: Merges, rows: number, kept: number): { readonly labels: Int32Array; readonly clusters: number } {
  const top = new Int32Array(2 * rows - 1).fill(-1);
  for (let i = kept - 1; i >= 0; i--) {
    const own = (top[rows + i] as number) >= 0 ? (top[rows + i] as number) : rows + i;
    top[first[i] as number] = own;
    top[second[i] as number] = own;
  }
  const numbers = new Map<number, number>();
  const labels = Int32Array.from({ length: rows }, (_, row) => {
    const own = (top[row] as number) >= 0 ? (top[row] as number) : row;
    const number = numbers.get(own) ?? numbers.size;
    numbers.set(own, number);
    return number;
  });
  return { labels, clusters: numbers.size };
}

export interface HierarchicalPayload extends PointSet {
  readonly method: Linkage;
  /** Number of clusters, or null: as many as are further apart than `height`. */
  readonly clusters: number | null;
  readonly height: number;
}

export interface HierarchicalResult {
  readonly merges: Merges;
  /** [rows], 0 is the largest cluster. */
  readonly labels: Int32Array;
  readonly clusters: number;
  readonly sizes: Int32Array;
  readonly profile: ClusterProfile;
  readonly silhouette: Silhouette;
}

export function hierarchicalInWorker(payload: HierarchicalPayload, hooks: TaskHooks): TaskAnswer<HierarchicalResult> {
  const { data, rows, columns, method } = payload;
  const points: PointSet = { data, rows, columns };
  const merges = linkage(points, method, (done) => {
    hooks.check();
    hooks.progress(0.9 * done, 'Merging clusters');
  });
  const above = merges.heights.findIndex((height) => height > payload.height);
  const kept = payload.clusters !== null ? rows - Math.min(rows, payload.clusters) : above < 0 ? rows - 1 : above;
  const found = cut(merges, rows, kept);
  const { labels, sizes } = bySize(found.labels, found.clusters);
  const silhouette = sampledSilhouette(points, labels, found.clusters, silhouetteRows, 1, hooks.check);
  return { result: { merges, labels, clusters: found.clusters, sizes, profile: profileOf(points, labels, found.clusters), silhouette } };
}
