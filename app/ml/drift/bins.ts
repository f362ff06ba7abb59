import type { Column } from '#app/relation/types.ts';

/** How a column is counted. Missing values are counted apart. */
export type ColumnBins = NumberBins | CategoryBins;

export interface NumberBins {
  readonly kind: 'number';
  /** Upper edges of all bins but the last, which has none; a value on an edge belongs to the bin below. Rising. */
  readonly edges: readonly number[];
  /** Every value that was seen is an edge. */
  readonly discrete: boolean;
}

export interface CategoryBins {
  readonly kind: 'category';
  /** One bin each, the most frequent first, and one more for all others. */
  readonly values: readonly string[];
  /** All of the reference's values are listed: others are new. */
  readonly complete: boolean;
  /** Values that occur once in the reference; by them the share of values never seen is foreseen (Good 1953). */
  readonly singletons: number;
}

/** Edges of a number column; the resolution of a Kolmogorov–Smirnov distance is one over it. A bin's number and “missing” fit in a byte. */
export const finestBins = 200;
/** Categories with a bin of their own. */
export const mostCategories = 200;
/** Bins of the tests and indices that compare bin by bin. */
export const coarseBins = 10;
/** The most frequent categories that these compare one by one. */
const comparedCategories = 30;

export const binCount = (bins: ColumnBins): number => (bins.kind === 'number' ? bins.edges.length : bins.values.length) + 1;

/** Edges at the quantiles of a sample; every value where there are few. @param sorted finite values, rising. */
export function numberBins(sorted: ArrayLike<number>): NumberBins {
  const distinct: number[] = [];
  for (let i = 0; i < sorted.length && distinct.length <= finestBins; i++) if (i === 0 || sorted[i] !== sorted[i - 1]) distinct.push(sorted[i] as number);
  if (distinct.length <= finestBins) return { kind: 'number', edges: distinct, discrete: true };
  const edges = Array.from({ length: finestBins - 1 }, (_, i) => sorted[Math.floor(((i + 1) * sorted.length) / finestBins)] as number);
  return { kind: 'number', edges: [...new Set(edges)], discrete: false };
}

/** The bin of a number: how many edges lie below it. */
export function binOf(edges: readonly number[], value: number): number {
  let [low, high] = [0, edges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((edges[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

export interface CoarseMap {
  /** By fine bin: the coarse one. */
  readonly to: Uint8Array;
  readonly bins: number;
}

/**
 * Fine bins put together: numbers into ranges with about equally many reference rows, rare categories with each other. None is left with
 * less than a hundredth of the reference or five of its rows: in a bin that the reference hardly has, a single row would pass for a change,
 * and rows of the reference drawn again could not show by how much. Values it has never had are tested apart.
 */
export function coarseMap(bins: ColumnBins, counts: ArrayLike<number>): CoarseMap {
  const to = new Uint8Array(counts.length);
  let rows = 0;
  for (let i = 0; i < counts.length; i++) rows += counts[i] as number;
  const least = Math.max(rows / 100, Math.min(5, rows));
  if (bins.kind === 'category') {
    let own = 0;
    while (own < Math.min(bins.values.length, comparedCategories) && (counts[own] as number) >= least) own += 1;
    let rest = 0;
    for (let i = own; i < to.length; i++) rest += counts[i] as number;
    const last = rest >= least ? own : Math.max(0, own - 1);
    for (let i = 0; i < to.length; i++) to[i] = Math.min(i, last);
    return { to, bins: last + 1 };
  }
  let [at, inBin, sum] = [0, 0, 0];
  for (let i = 0; i < counts.length; i++) {
    const count = counts[i] as number;
    // A bin is closed before one that would take it further past its share than it is short of it now.
    if (inBin >= least && at < coarseBins - 1 && rows - sum >= least && sum + count / 2 > ((at + 1) * rows) / coarseBins) [at, inBin] = [at + 1, 0];
    to[i] = at;
    inBin += count;
    sum += count;
  }
  return { to, bins: at + 1 };
}

/** Where the bins of a number column begin and end, with the smallest and largest value of both sides as outer ends. */
export function placesOf({ edges }: NumberBins, low: number, high: number): Float64Array {
  const places = new Float64Array(edges.length + 2);
  edges.forEach((edge, i) => (places[i + 1] = edge));
  places[0] = Math.min(low, edges[0] ?? low);
  places[edges.length + 1] = Math.max(high, edges.at(-1) ?? high);
  return places;
}

/** Columns that say nothing when they move: dates move with time, and identifiers never repeat. */
export const isCounted = ({ type }: Column): boolean => type === 'integer' || type === 'float' || type === 'boolean' || type === 'string';
