import { QuadTree } from './quad-tree.ts';
import type { Neighbours } from './neighbours.ts';

/** What a picture goes on from; plain data. */
export interface TsneState {
  readonly iteration: number;
  readonly at: Float64Array;
  readonly speed: Float64Array;
  readonly gains: Float64Array;
}

export interface TsneOptions {
  readonly perplexity: number;
  readonly iterations: number;
  /** Called before every iteration: for progress and cancel. */
  readonly each: (iteration: number) => void;
  /** Where it goes on, as an unbroken one would; null: at the beginning. */
  readonly from: TsneState | null;
  readonly save: (make: () => TsneState) => void;
}

/** Iterations in which neighbours pull twelve times as strongly, so that clusters form (van der Maaten 2014). */
const early = 250;
const exaggeration = 12;
const theta = 0.5;

/**
 * Barnes–Hut t-SNE (van der Maaten 2014) of points whose neighbours are known (three times the perplexity of them).
 * @param at [rows × 2]: where points start; moved in place.
 */
export function tsne(neighbours: Neighbours, rows: number, at: Float64Array, { perplexity, iterations, each, from, save }: TsneOptions): void {
  const pulls = affinities(neighbours, rows, Math.min(perplexity, Math.max(2, neighbours.count / 3)));
  const tree = new QuadTree(rows);
  const speed = from?.speed ?? new Float64Array(2 * rows);
  const gains = from?.gains ?? new Float64Array(2 * rows).fill(1);
  if (from !== null) at.set(from.at);
  const force = new Float64Array(2 * rows);
  const push = new Float64Array(2 * rows);
  // Belkina et al. 2019: the step grows with the number of points.
  const rate = Math.max(50, rows / exaggeration / 4);
  for (let iteration = from?.iteration ?? 0; iteration < iterations; iteration++) {
    each(iteration);
    save(() => ({ iteration, at, speed, gains }));
    const pull = iteration < Math.min(early, iterations / 2) ? exaggeration : 1;
    const momentum = iteration < Math.min(early, iterations / 2) ? 0.5 : 0.8;
    force.fill(0);
    push.fill(0);
    tree.build(at);
    let normal = 0;
    for (let i = 0; i < rows; i++) normal += tree.repulsion(at, i, theta, push);
    for (let i = 0; i < rows; i++) {
      for (let k = pulls.starts[i] as number; k < (pulls.starts[i + 1] as number); k++) {
        const j = pulls.others[k] as number;
        const dx = (at[2 * i] as number) - (at[2 * j] as number);
        const dy = (at[2 * i + 1] as number) - (at[2 * j + 1] as number);
        const weight = (pull * (pulls.weights[k] as number)) / (1 + dx * dx + dy * dy);
        force[2 * i] = (force[2 * i] as number) + weight * dx;
        force[2 * i + 1] = (force[2 * i + 1] as number) + weight * dy;
      }
    }
    let [middleX, middleY] = [0, 0];
    for (let c = 0; c < 2 * rows; c++) {
      const gradient = 4 * ((force[c] as number) - (push[c] as number) / Math.max(normal, 1e-12));
      const against = gradient * (speed[c] as number) < 0;
      gains[c] = Math.max(0.01, against ? (gains[c] as number) + 0.2 : (gains[c] as number) * 0.8);
      speed[c] = momentum * (speed[c] as number) - rate * (gains[c] as number) * gradient;
      at[c] = (at[c] as number) + (speed[c] as number);
      if (c % 2 === 0) middleX += at[c] as number;
      else middleY += at[c] as number;
    }
    for (let i = 0; i < rows; i++) {
      at[2 * i] = (at[2 * i] as number) - middleX / rows;
      at[2 * i + 1] = (at[2 * i + 1] as number) - middleY / rows;
    }
  }
}

interface Affinities {
  readonly starts: Int32Array;
  readonly others: Int32Array;
  readonly weights: Float64Array;
}

/** Symmetric probabilities that sum to 1: for each point a Gaussian whose width gives the wished perplexity, found by halving. */
function affinities({ count, indices, distances }: Neighbours, rows: number, perplexity: number): Affinities {
  const wanted = Math.log(perplexity);
  const p = new Float64Array(rows * count);
  for (let i = 0; i < rows; i++) {
    let [beta, low, high] = [1, 0, Infinity];
    const nearest = (distances[i * count] as number) ** 2;
    for (let turn = 0; turn < 100; turn++) {
      let [sum, weighted] = [0, 0];
      for (let k = 0; k < count; k++) {
        const d = (distances[i * count + k] as number) ** 2 - nearest;
        const value = Math.exp(-beta * d);
        p[i * count + k] = value;
        sum += value;
        weighted += d * value;
      }
      const entropy = Math.log(sum) + (beta * weighted) / sum;
      for (let k = 0; k < count; k++) p[i * count + k] = (p[i * count + k] as number) / sum;
      if (Math.abs(entropy - wanted) < 1e-5) break;
      if (entropy > wanted) [low, beta] = [beta, high === Infinity ? beta * 2 : (beta + high) / 2];
      else [high, beta] = [beta, (beta + low) / 2];
    }
  }
  const lists: Map<number, number>[] = Array.from({ length: rows }, () => new Map());
  const add = (i: number, j: number, value: number): void => void lists[i]?.set(j, (lists[i]?.get(j) ?? 0) + value);
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < count; k++) {
      const j = indices[i * count + k] as number;
      const value = (p[i * count + k] as number) / (2 * rows);
      add(i, j, value);
      add(j, i, value);
    }
  }
  const starts = new Int32Array(rows + 1);
  lists.forEach((list, i) => (starts[i + 1] = (starts[i] as number) + list.size));
  return { starts, others: Int32Array.from(lists.flatMap((list) => [...list.keys()])), weights: Float64Array.from(lists.flatMap((list) => [...list.values()])) };
}
