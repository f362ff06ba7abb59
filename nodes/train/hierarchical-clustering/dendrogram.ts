import { formatCount } from '#app/core/units.ts';
import type { ChartSpec } from '#app/sdk/ports.ts';

/** Merges in order of height: clusters below `rows` are rows, `rows + i` is what merge i made. */
export interface MergeList {
  readonly first: ArrayLike<number>;
  readonly second: ArrayLike<number>;
  readonly heights: ArrayLike<number>;
  readonly sizes: ArrayLike<number>;
}

/** Ends of the drawn tree: more could not be told apart. */
export const mostEnds = 60;

/**
 * The top of the tree as a chart: the last merges, with what lies below them as ends that say how many rows they hold. Each merge is a
 * bracket at its height. `cut`: where the tree is cut, drawn as a line; null: nowhere.
 */
export function dendrogram(merges: MergeList, rows: number, cut: number | null, title: string): ChartSpec {
  const drawn = Math.min(rows - 1, mostEnds - 1);
  const lowest = 2 * rows - 1 - drawn;
  const places = new Map<number, number>();
  const ends: number[] = [];
  // Depth first without recursion: single linkage makes trees as deep as they have rows.
  const open = [2 * rows - 2];
  while (open.length > 0) {
    const node = open.pop() ?? 0;
    if (node < lowest || node < rows) {
      places.set(node, ends.length);
      ends.push(node);
      continue;
    }
    open.push(merges.second[node - rows] ?? 0, merges.first[node - rows] ?? 0);
  }
  const heightOf = (node: number): number => (node < rows || node < lowest ? 0 : (merges.heights[node - rows] ?? 0));
  const x: (number | null)[] = [];
  const y: (number | null)[] = [];
  for (let node = Math.max(lowest, rows); node < 2 * rows - 1; node++) {
    const [a, b] = [merges.first[node - rows] ?? 0, merges.second[node - rows] ?? 0];
    const [left, right] = [places.get(a) ?? 0, places.get(b) ?? 0];
    const height = merges.heights[node - rows] ?? 0;
    x.push(left, left, right, right, null);
    y.push(heightOf(a), height, height, heightOf(b), null);
    places.set(node, (left + right) / 2);
  }
  const sizeOf = (node: number): number => (node < rows ? 1 : (merges.sizes[node - rows] ?? 1));
  const whole = drawn === rows - 1;
  return {
    title,
    x: { title: whole ? 'Rows' : 'Groups of rows', range: [-0.5, ends.length - 0.5] },
    y: { title: 'Height of the merge' },
    series: [
      { name: 'Merges', mark: 'line', x, y },
      ...(whole ? [] : [{ name: 'Rows below', mark: 'points' as const, x: ends.map((_, i) => i), y: ends.map(() => 0), size: ends.map(sizeOf) }]),
      ...(cut === null ? [] : [{ name: 'Cut', mark: 'reference' as const, x: [-0.5, ends.length - 0.5], y: [cut, cut] }]),
    ],
    ...(whole ? {} : { note: `The last ${formatCount(drawn)} of ${formatCount(rows - 1)} merges. Points at the bottom stand for groups of rows; their area shows how many.` }),
  };
}
