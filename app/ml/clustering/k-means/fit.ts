import { HeadBuilder, headInput } from '../../learners/heads.ts';
import { uniform } from '../../learners/random.ts';
import type { LearnerHead } from '../../learners/types.ts';
import { encodeModel } from '../../onnx/encode.ts';
import { openNativeSession, tensor } from '../../worker/ort.ts';
import type { TaskAnswer, TaskHooks } from '../../worker/tasks.ts';
import { bySize, columnMoments, squaredTo, type ClusterProfile, type PointSet } from '../points.ts';
import { sampledSilhouette, silhouetteRows, type Silhouette } from '../silhouette.ts';
import { openAssigner } from './assigner.ts';
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

/** Worker side of K-Means. @throws PenstockError `too-few-rows`; CancelledError. */
export async function kMeansInWorker(payload: KMeansPayload, hooks: TaskHooks): Promise<TaskAnswer<KMeansResult>> {
  const { rows, columns, data, from, to, restarts, maxIterations } = payload;
  const points: PointSet = { data, rows, columns };
  const { means, spreads } = columnMoments(points);
  const tolerance = (payload.tolerance * spreads.reduce((sum, spread) => sum + spread * spread, 0)) / columns;
  const tried: Tried[] = [];
  let best: { readonly fit: KMeansFit; readonly k: number; readonly silhouette: number } | null = null;
  for (let k = from; k <= to; k++) {
    const assigner = await openAssigner(points, k);
    let fit: KMeansFit | null = null;
    try {
      for (let start = 0; start < restarts; start++) {
        const done = (k - from + start / restarts) / (to - from + 1);
        const each = (iteration: number): void => {
          hooks.check();
          if (iteration % 10 === 0) hooks.progress(0.9 * done, `${k} clusters, start ${start + 1} of ${restarts}`);
        };
        const seeds = seedCentres(points, k, uniform((payload.seed + 7919 * start + 104_729 * k) >>> 0), hooks.check);
        const found = await lloyd(points, seeds, k, assigner, { maxIterations, tolerance, each });
        if (fit === null || found.inertia < fit.inertia) fit = found;
      }
    } finally {
      await assigner.close();
    }
    if (fit === null) continue;
    const silhouette = sampledSilhouette(points, fit.labels, k, silhouetteRows, payload.seed, hooks.check);
    tried.push({ k, inertia: fit.inertia, silhouette });
    if (best === null || silhouette.mean > best.silhouette) best = { fit, k, silhouette: silhouette.mean };
  }
  if (best === null) throw new Error('no number of clusters was tried');
  const { fit, k } = best;
  const { order } = bySize(fit.labels, k);
  const centres = new Float64Array(k * columns);
  order.forEach((old, j) => centres.set(fit.centres.subarray(old * columns, (old + 1) * columns), j * columns));
  const head = kMeansHead(centres, k);
  hooks.progress(0.92, 'Assigning rows');
  const labels = await labelsOf(head, points, hooks.check);
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
