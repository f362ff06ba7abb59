import { createCheckpoint, hashOf, type StatesPayload } from '../../learners/checkpoint.ts';
import { HeadBuilder, headInput } from '../../learners/heads.ts';
import { uniform } from '../../learners/random.ts';
import type { CheckpointMessage, LearnerHead, TrainCheckpoint } from '../../learners/types.ts';
import { encodeModel } from '../../onnx/encode.ts';
import { openNativeSession, tensor } from '../../worker/ort.ts';
import type { TaskAnswer, TaskHooks } from '../../worker/tasks.ts';
import { bySize, quickMoments, sampleRows, squaredTo, takeRows, type ColumnMoments, type ClusterProfile, type PointSet } from '../points.ts';
import { sampledSilhouette, silhouetteRows, type Silhouette } from '../silhouette.ts';
import { openAssigner, type Assigner } from './assigner.ts';
import { lloyd, type KMeansFit } from './lloyd.ts';
import { seedCentres } from './seeding.ts';

export interface KMeansPayload extends PointSet {
  /** Numbers of clusters to try; of several, the one with the best silhouette is kept. Both the same: that number. */
  readonly from: number;
  readonly to: number;
  /** Starts for each number; the one with the least inertia is kept. */
  readonly restarts: number;
  readonly maxIterations: number;
  /** Of the mean variance of the columns, as scikit-learn's `tol`. */
  readonly tolerance: number;
  readonly seed: number;
  /** Present where states are kept. */
  readonly checkpoint?: StatesPayload;
}

/** What one number of clusters gave. */
export interface Tried {
  readonly k: number;
  readonly inertia: number;
  readonly silhouette: Silhouette;
}

export interface KMeansResult {
  readonly head: LearnerHead;
  /** [rows], 0 is the largest cluster. Those that the head gives. */
  readonly labels: Int32Array;
  /** [rows]: Euclidean distance to the own centre, in the features' units. */
  readonly distances: Float64Array;
  /** Its centres are those of the clusters, largest first. */
  readonly profile: ClusterProfile;
  readonly sizes: Int32Array;
  readonly k: number;
  readonly inertia: number;
  readonly iterations: number;
  readonly converged: boolean;
  readonly tried: readonly Tried[];
}

/** Centres whose squared distances differ by less than this share are as near as each other; the first counts. */
const sameDistance = 1e-5;
/** Rows that go through the head at once. */
const blockRows = 65_536;
/** Rows of a random part of large tables in which the first centres are looked for: more would cost time and hardly change them. */
const seededRows = 10_000;
/** Much larger tables also make most of their way in a part, in a fraction of the time (Bradley and Fayyad 1998). */
const partRows = 25_000;
const muchLarger = 8;

interface Parts {
  readonly points: PointSet;
  readonly seeded: PointSet;
  readonly part: PointSet | null;
}

/**
 * The model's end: label of the nearest centre, and 1 as its probability. Float64, from the centres' own mean, and the first of centres
 * that are equally near within 1e-5, so that rounding of the features does not decide.
 * @param centres [k × columns]
 */
export function kMeansHead(centres: Float64Array, k: number): LearnerHead {
  const columns = centres.length / k;
  const origin = Float64Array.from({ length: columns }, (_, c) => {
    let sum = 0;
    for (let j = 0; j < k; j++) sum += centres[j * columns + c] as number;
    return sum / k;
  });
  const weights = new Float64Array(columns * k);
  const offsets = new Float64Array(k);
  for (let j = 0; j < k; j++) {
    for (let c = 0; c < columns; c++) {
      const value = (centres[j * columns + c] as number) - (origin[c] as number);
      weights[c * k + j] = -2 * value;
      offsets[j] = (offsets[j] as number) + value * value;
    }
  }
  const axis1 = { kind: 'int', value: 1 } as const;
  const builder = new HeadBuilder();
  const x = builder.op('Sub', [builder.cast(headInput, 'double'), builder.constant('double', [columns], origin)]);
  const own = builder.op('ReduceSumSquare', [x], { axes: { kind: 'ints', value: [1] } });
  const product = builder.op('MatMul', [x, builder.constant('double', [columns, k], weights)]);
  const square = builder.op('Add', [builder.op('Add', [product, builder.constant('double', [k], offsets)]), own]);
  const least = builder.op('ReduceMin', [square], { axes: { kind: 'ints', value: [1] } });
  const limit = builder.op('Add', [builder.op('Mul', [least, builder.constant('double', [], [1 + sameDistance])]), builder.constant('double', [], [1e-12])]);
  const near = builder.cast(builder.op('LessOrEqual', [square, limit]), 'float');
  const label = builder.op('ArgMax', [near], { axis: axis1, keepdims: { kind: 'int', value: 0 } });
  const ends = builder.constant('float', [2], [0, 1]);
  return builder.classification(builder.op('OneHot', [label, builder.constant('int64', [], [k]), ends], { axis: axis1 }), k);
}

async function labelsOf(head: LearnerHead, { data, rows, columns }: PointSet, check: () => void): Promise<Int32Array> {
  const session = await openNativeSession(
    encodeModel({ name: 'head', inputs: [{ name: head.input, type: 'float', shape: ['rows', columns] }], outputs: head.outputs, nodes: head.nodes, initializers: head.initializers }),
    'training',
  );
  const labels = new Int32Array(rows);
  try {
    for (let from = 0; from < rows; from += blockRows) {
      check();
      const count = Math.min(blockRows, rows - from);
      const found = (await session.run({ [head.input]: tensor('float32', data.subarray(from * columns, (from + count) * columns), [count, columns]) }, ['label']))['label']?.data;
      if (!(found instanceof BigInt64Array)) throw new Error('the head gives no labels');
      for (let i = 0; i < count; i++) labels[from + i] = Number(found[i]);
    }
  } finally {
    await session.release();
  }
  return labels;
}

/** What the head gives, without it where bounds leave no doubt: it computes the same in float64. */
async function settledLabels({ data, rows, columns }: PointSet, centres: Float64Array, k: number, assigner: Assigner): Promise<Int32Array> {
  const state = assigner.begin();
  await assigner.assign(centres, state);
  const labels = state.labels.slice();
  const squares = new Float64Array(k);
  for (let i = 0; i < rows; i++) {
    if (assigner.certain?.(i) === true) continue;
    let least = Infinity;
    for (let j = 0; j < k; j++) {
      squares[j] = squaredTo(data, i, columns, centres, j * columns);
      least = Math.min(least, squares[j] as number);
    }
    labels[i] = squares.findIndex((square) => square <= least * (1 + sameDistance) + 1e-12);
  }
  return labels;
}

/** Numbers of clusters and starts that are done. */
interface KMeansState {
  readonly tried: readonly Tried[];
  readonly best: BestNumber | null;
  /** Of the number after them: its starts that are done, and the best of these. */
  readonly starts: number;
  readonly fit: KMeansFit | null;
}

interface BestNumber {
  readonly fit: KMeansFit;
  readonly k: number;
  readonly silhouette: number;
}

interface StartOptions {
  readonly tolerance: number;
  readonly each: (start: number, iteration: number) => void;
  readonly check: () => void;
  /** Starts that were made before a kill. */
  readonly from: Pick<KMeansState, 'starts' | 'fit'>;
  readonly save: (made: () => Pick<KMeansState, 'starts' | 'fit'>) => void;
}

/** The best of several starts for one number of clusters. */
async function bestStart({ points, seeded, part }: Parts, k: number, assigner: Assigner, open: Opener, payload: KMeansPayload, options: StartOptions): Promise<KMeansFit> {
  const { restarts, maxIterations, seed } = payload;
  const { tolerance, check } = options;
  const partAssigner = part === null ? null : await open(part, k);
  let { fit } = options.from;
  for (let start = options.from.starts; start < Math.max(1, restarts); start++) {
    const lloydOptions = { maxIterations, tolerance, each: (iteration: number) => options.each(start, iteration) };
    let centres = seedCentres(seeded, k, uniform((seed + 7919 * start + 104_729 * k) >>> 0), check);
    if (part !== null && partAssigner !== null) ({ centres } = await lloyd(part, centres, k, partAssigner, lloydOptions));
    const found = await lloyd(points, centres, k, assigner, lloydOptions);
    if (fit === null || found.inertia < fit.inertia) fit = found;
    const kept = fit;
    options.save(() => ({ starts: start + 1, fit: kept }));
  }
  return fit as KMeansFit;
}

type Opener = (points: PointSet, k: number) => Promise<Assigner>;

/** Worker side of K-Means. @throws PenstockError `too-few-rows`; CancelledError. */
export async function kMeansInWorker(payload: KMeansPayload, hooks: TaskHooks<CheckpointMessage>): Promise<TaskAnswer<KMeansResult>> {
  const opened: Assigner[] = [];
  const { checkpoint: states, data, ...rest } = payload;
  const checkpoint = states && createCheckpoint(states, () => hashOf(rest, [data]), (bytes) => hooks.send({ checkpoint: bytes }));
  const moments = await quickMoments(payload, hooks.check);
  const open: Opener = async (points, k) => {
    const assigner = await openAssigner(points, k, moments);
    opened.push(assigner);
    return assigner;
  };
  try {
    return await cluster(payload, moments, open, async () => Promise.all(opened.splice(0).map((assigner) => assigner.close())), hooks, checkpoint);
  } finally {
    await Promise.all(opened.map((assigner) => assigner.close()));
  }
}

/** @param closeAll ends the assigners that are open */
async function cluster(payload: KMeansPayload, { means, spreads }: ColumnMoments, open: Opener, closeAll: () => Promise<unknown>, hooks: TaskHooks<CheckpointMessage>, checkpoint: TrainCheckpoint | undefined): Promise<TaskAnswer<KMeansResult>> {
  const { rows, columns, data, from, to, restarts } = payload;
  const points: PointSet = { data, rows, columns };
  const tolerance = (payload.tolerance * spreads.reduce((sum, spread) => sum + spread * spread, 0)) / columns;
  const some = (count: number): PointSet => takeRows(points, sampleRows(rows, count, uniform(payload.seed)));
  const parts: Parts = { points, seeded: rows > 2 * seededRows ? some(seededRows) : points, part: rows > muchLarger * partRows ? some(partRows) : null };
  const before = (checkpoint?.state ?? { tried: [], best: null, starts: 0, fit: null }) as KMeansState;
  const tried: Tried[] = [...before.tried];
  let best: BestNumber | null = before.best;
  let assigner: Assigner | null = null;
  for (let k = from + tried.length; k <= to; k++) {
    await closeAll();
    assigner = await open(points, k);
    const each = (start: number, iteration: number): void => {
      hooks.check();
      if (iteration % 10 === 0) hooks.progress((0.9 * (k - from + start / restarts)) / (to - from + 1), `${k} clusters, start ${start + 1} of ${restarts}`);
    };
    const state = (made: Pick<KMeansState, 'starts' | 'fit'>): KMeansState => ({ tried, best, ...made });
    const made = k === from + before.tried.length ? before : { starts: 0, fit: null };
    const fit = await bestStart(parts, k, assigner, open, payload, { tolerance, each, check: hooks.check, from: made, save: (make) => checkpoint?.save(() => state(make())) });
    const silhouette = sampledSilhouette(points, fit.labels, k, silhouetteRows, payload.seed, hooks.check);
    tried.push({ k, inertia: fit.inertia, silhouette });
    if (best === null || silhouette.mean > best.silhouette) best = { fit, k, silhouette: silhouette.mean };
    checkpoint?.save(() => state({ starts: 0, fit: null }));
  }
  if (best === null) throw new Error('no number of clusters was tried');
  const { fit, k } = best;
  const { order } = bySize(fit.labels, k);
  const centres = new Float64Array(k * columns);
  order.forEach((old, j) => centres.set(fit.centres.subarray(old * columns, (old + 1) * columns), j * columns));
  const head = kMeansHead(centres, k);
  hooks.progress(0.92, 'Assigning rows');
  // The assigner of the last number is open; for another one is opened.
  const own = k === to && assigner !== null ? assigner : await open(points, k);
  const labels = own.certain === undefined ? await labelsOf(head, points, hooks.check) : await settledLabels(points, centres, k, own);
  const distances = new Float64Array(rows);
  const sizes = new Int32Array(k);
  let inertia = 0;
  for (let i = 0; i < rows; i++) {
    const square = squaredTo(data, i, columns, centres, (labels[i] as number) * columns);
    distances[i] = Math.sqrt(square);
    inertia += square;
    sizes[labels[i] as number] = (sizes[labels[i] as number] as number) + 1;
  }
  const result: KMeansResult = { head, labels, distances, profile: { centres, means, spreads }, sizes, k, inertia, iterations: fit.iterations, converged: fit.converged, tried };
  return { result, transfer: [labels.buffer as ArrayBuffer, distances.buffer as ArrayBuffer] };
}
