import { createCheckpoint, hashOf, type StatesPayload } from '../learners/checkpoint.ts';
import { draws } from '../learners/random.ts';
import type { CheckpointMessage } from '../learners/types.ts';
import type { TaskAnswer, TaskHooks } from '../worker/tasks.ts';
import { nearest, trustworthiness, type Points } from './neighbours.ts';
import { tsne, type TsneState } from './tsne.ts';
import { umap, type UmapState } from './umap.ts';

/** Rows placed in the plane so that near ones stay near. */
export interface ProjectPayload {
  readonly method: 'umap' | 'tsne';
  /** Row-major [rows × columns], the columns of greatest variance first: the first two are where points start. */
  readonly data: Float64Array;
  readonly rows: number;
  readonly columns: number;
  readonly seed: number;
  readonly neighbours: number;
  readonly minDist: number;
  readonly perplexity: number;
  /** 0: chosen by the number of rows (UMAP). */
  readonly iterations: number;
  /** Present where states are kept. */
  readonly checkpoint?: StatesPayload;
}

export interface ProjectResult {
  /** [rows × 2] */
  readonly at: Float64Array;
  /** Trustworthiness over 12 neighbours; NaN for too few rows. */
  readonly trust: number;
  readonly iterations: number;
}

/** Rows whose neighbours are compared for the trustworthiness. */
const judged = 2000;

export function projectInWorker(payload: ProjectPayload, hooks: TaskHooks<CheckpointMessage>): TaskAnswer<ProjectResult> {
  const points: Points = payload;
  const { rows, columns } = payload;
  const wanted = payload.method === 'tsne' ? Math.ceil(3 * payload.perplexity) : payload.neighbours;
  const watch = (from: number, to: number, message: string) => (row: number): void => {
    if (row % 64 !== 0) return;
    hooks.check();
    hooks.progress(from + ((to - from) * row) / rows, message);
  };
  const neighbours = nearest(points, wanted, watch(0, 0.1, 'Neighbours'));
  const random = draws(payload.seed);
  // The plane of greatest variance, so that what is far apart stays so; a little noise parts equal rows.
  const spread = Math.sqrt(variance(points)) || 1;
  const size = payload.method === 'tsne' ? 1e-4 : 10 / 3;
  const at = new Float64Array(2 * rows);
  for (let i = 0; i < rows; i++) {
    for (let c = 0; c < 2; c++) at[2 * i + c] = ((c < columns ? (points.data[i * columns + c] as number) : 0) / spread) * size + (random.next() - 0.5) * size * 1e-2;
  }
  const step = (done: number, iterations: number): void => {
    hooks.check();
    if (done % 5 === 0) hooks.progress(0.1 + (0.85 * done) / iterations, `Iteration ${done} of ${iterations}`);
  };
  const { checkpoint: states, data, ...rest } = payload;
  const checkpoint = states && createCheckpoint(states, () => hashOf(rest, [data]), (bytes) => hooks.send({ checkpoint: bytes }));
  const state = checkpoint?.state ?? null;
  const save = (make: () => unknown): void => checkpoint?.save(make);
  let { iterations } = payload;
  if (payload.method === 'tsne') tsne(neighbours, rows, at, { perplexity: payload.perplexity, iterations, each: (done) => step(done, iterations), from: state as TsneState | null, save });
  else iterations = umap(points, neighbours, at, { iterations, minDist: payload.minDist, random, each: step, from: state as UmapState | null, save });
  const trust = trustworthiness(points, { data: at, rows, columns: 2 }, 12, judged, watch(0.95, 1, 'Judging the picture'));
  return { result: { at, trust, iterations }, transfer: [at.buffer] };
}

/** Of the first column, whose mean is 0. */
function variance({ data, rows, columns }: Points): number {
  let sum = 0;
  for (let i = 0; i < rows; i++) sum += (data[i * columns] as number) ** 2;
  return sum / rows;
}
