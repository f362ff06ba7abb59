import { UMAP } from 'umap-js';
import { type Draws, draws } from '../learners/random.ts';
import type { Neighbours, Points } from './neighbours.ts';

/** What a picture goes on from; plain data. */
export interface UmapState {
  readonly iteration: number;
  readonly at: Float64Array;
  /** Step length, and for each edge the iterations in which it pulls and pushes next. */
  readonly alpha: number;
  readonly next: Float64Array;
  readonly nextNegative: Float64Array;
  readonly random: number;
}

export interface UmapOptions {
  /** 0: chosen by the number of rows. */
  readonly iterations: number;
  readonly minDist: number;
  readonly random: Draws;
  /** Called before every iteration: for progress and cancel. */
  readonly each: (iteration: number, iterations: number) => void;
  /** Where it goes on, as an unbroken one would; null: at the beginning. */
  readonly from: UmapState | null;
  readonly save: (make: () => UmapState) => void;
}

/** What the library keeps of an optimisation from one step to the next beside the places of the points, and has no name for outside. */
interface Optimisation {
  currentEpoch: number;
  alpha: number;
  epochOfNextSample: number[];
  epochOfNextNegativeSample: number[];
}

/**
 * UMAP (McInnes, Healy and Melville 2018) of points whose neighbours are known.
 * @param at [rows × 2]: where points start; moved in place.
 * @returns how many iterations there were
 */
export function umap({ data, rows, columns }: Points, { count, indices, distances }: Neighbours, at: Float64Array, { iterations: wanted, minDist, random, each, from, save }: UmapOptions): number {
  let own = random;
  const map = new UMAP({ nNeighbors: Math.min(count + 1, rows - 1), minDist, nComponents: 2, random: () => own.next(), ...(wanted > 0 ? { nEpochs: wanted } : {}) });
  const listed = <T>(values: ArrayLike<number>, first: (i: number) => T): (T | number)[][] => Array.from({ length: rows }, (_, i) => [first(i), ...Array.from({ length: count }, (_unused, k) => values[i * count + k] ?? 0)]);
  // Each point is its own first neighbour there.
  map.setPrecomputedKNN(listed(indices, (i) => i), listed(distances, () => 0));
  const iterations = map.initializeFit(Array.from({ length: rows }, (_, i) => [...data.subarray(i * columns, (i + 1) * columns)]));
  const points = map.getEmbedding();
  const inside = Reflect.get(map, 'optimizationState') as Optimisation;
  const start = from?.at ?? at;
  points.forEach((point, i) => {
    point[0] = start[2 * i] ?? 0;
    point[1] = start[2 * i + 1] ?? 0;
  });
  if (from !== null) {
    inside.currentEpoch = from.iteration;
    inside.alpha = from.alpha;
    inside.epochOfNextSample = Array.from(from.next);
    inside.epochOfNextNegativeSample = Array.from(from.nextNegative);
    own = draws(from.random);
  }
  const places = (): Float64Array => Float64Array.from({ length: 2 * rows }, (_, c) => points[c >> 1]?.[c & 1] ?? 0);
  for (let iteration = from?.iteration ?? 0; iteration < iterations; iteration++) {
    each(iteration, iterations);
    save(() => ({ iteration, at: places(), alpha: inside.alpha, next: Float64Array.from(inside.epochOfNextSample), nextNegative: Float64Array.from(inside.epochOfNextNegativeSample), random: own.state() }));
    map.step();
  }
  at.set(places());
  return iterations;
}
