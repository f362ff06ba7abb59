import { HeadBuilder } from '../learners/heads.ts';
import { uniform } from '../learners/random.ts';
import type { LearnerHead } from '../learners/types.ts';
import type { PointSet } from '../clustering/points.ts';
import { rawOutputs } from '../trees/onnx.ts';
import { type Tree, TreeBuilder } from '../trees/tree.ts';
import type { TaskAnswer, TaskHooks } from '../worker/tasks.ts';

export interface IsolationPayload extends PointSet {
  readonly trees: number;
  /** Rows that each tree is grown from. */
  readonly sample: number;
  readonly seed: number;
}

export interface IsolationResult {
  readonly head: LearnerHead;
  /** [rows], 0 to 1: what the head gives, in float64. */
  readonly scores: Float64Array;
  /** Rows that each tree was grown from: fewer than asked for where there are fewer. */
  readonly sample: number;
}

const euler = 0.5772156649015329;

/** Mean number of comparisons of an unsuccessful search in a binary tree of `size` (Liu, Ting and Zhou 2008, equation 1): what an isolated row is measured by. */
export function meanPath(size: number): number {
  if (size <= 1) return 0;
  if (size === 2) return 1;
  return 2 * (Math.log(size - 1) + euler) - (2 * (size - 1)) / size;
}

/**
 * One isolation tree over `rows` (reordered): a random feature that varies, cut at a random place between its least and greatest value,
 * down to ⌈log₂ of the sample⌉. Leaves hold the length of the path to them, with what the rows that are left would take.
 */
export function isolationTree({ data, columns }: PointSet, rows: Int32Array, next: () => number): Tree {
  const builder = new TreeBuilder(1);
  const limit = Math.ceil(Math.log2(Math.max(2, rows.length)));
  const order = Int32Array.from({ length: columns }, (_, c) => c);
  const grow = (from: number, to: number, depth: number): number => {
    const node = builder.add(to - from);
    const cut = depth < limit && to - from > 1 ? randomCut(from, to) : null;
    if (cut === null) {
      builder.setValue(node, depth + meanPath(to - from));
      return node;
    }
    let middle = from;
    for (let i = from; i < to; i++) {
      const row = rows[i] as number;
      if ((data[row * columns + cut.feature] as number) > cut.threshold) continue;
      rows[i] = rows[middle] as number;
      rows[middle++] = row;
    }
    const left = grow(from, middle, depth + 1);
    const right = grow(middle, to, depth + 1);
    builder.split(node, { feature: cut.feature, threshold: cut.threshold, bin: 0, missingLeft: false, gain: 0 }, left, right);
    return node;
  };
  /** The first feature of a random order that varies in these rows; null where none does. */
  const randomCut = (from: number, to: number): { readonly feature: number; readonly threshold: number } | null => {
    for (let tried = 0; tried < columns; tried++) {
      const at = tried + Math.floor(next() * (columns - tried));
      const feature = order[at] as number;
      order[at] = order[tried] as number;
      order[tried] = feature;
      let low = Number.POSITIVE_INFINITY;
      let high = Number.NEGATIVE_INFINITY;
      for (let i = from; i < to; i++) {
        const value = data[(rows[i] as number) * columns + feature] as number;
        if (value < low) low = value;
        if (value > high) high = value;
      }
      if (high <= low) continue;
      // The file holds float32, so that is what rows are compared with here too.
      const threshold = Math.fround(low + (high - low) * next());
      return { feature, threshold: threshold >= high ? low : threshold };
    }
    return null;
  };
  grow(0, rows.length, 0);
  return builder.finish();
}

/** 2^(−mean path / expected path), float [rows, 1]. */
export function isolationHead(trees: readonly Tree[], sample: number): LearnerHead {
  const builder = new HeadBuilder();
  const path = rawOutputs(builder, { trees, leafValues: 1, outputs: 1, base: Float64Array.of(0), combine: 'mean' });
  const exponent = builder.op('Mul', [path, builder.constant('double', [], [-1 / meanPath(sample)])]);
  return builder.regression(builder.cast(builder.op('Pow', [builder.constant('double', [], [2]), exponent]), 'float'));
}

/** Worker side of Isolation Forest. */
export function isolationInWorker({ data, rows, columns, trees: wanted, sample: asked, seed }: IsolationPayload, hooks: TaskHooks): TaskAnswer<IsolationResult> {
  const points: PointSet = { data, rows, columns };
  const sample = Math.min(asked, rows);
  const next = uniform(seed);
  const all = Int32Array.from({ length: rows }, (_, row) => row);
  const trees: Tree[] = [];
  const paths = new Float64Array(rows);
  for (let t = 0; t < wanted; t++) {
    hooks.check();
    hooks.progress(t / wanted, `Tree ${t + 1} of ${wanted}`);
    // The first rows of a shuffle (Fisher and Yates) that goes no further.
    for (let i = 0; i < sample; i++) {
      const j = i + Math.floor(next() * (rows - i));
      const row = all[i] as number;
      all[i] = all[j] as number;
      all[j] = row;
    }
    const tree = isolationTree(points, all.slice(0, sample), next);
    trees.push(tree);
    addPaths(tree, points, paths);
  }
  const scale = -1 / (wanted * meanPath(sample));
  const scores = paths.map((path) => 2 ** (path * scale));
  return { result: { head: isolationHead(trees, sample), scores, sample }, transfer: [scores.buffer as ArrayBuffer] };
}

function addPaths({ feature, threshold, left, right, value }: Tree, { data, rows, columns }: PointSet, paths: Float64Array): void {
  for (let row = 0; row < rows; row++) {
    let node = 0;
    for (let by = feature[0] as number; by >= 0; by = feature[node] as number) node = ((data[row * columns + by] as number) <= (threshold[node] as number) ? left[node] : right[node]) as number;
    paths[row] = (paths[row] as number) + (value[node] as number);
  }
}
