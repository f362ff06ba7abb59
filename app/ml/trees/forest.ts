import { classShares, rowWeights } from '../learners/class-weights.ts';
import type { TrainHooks, TrainInput } from '../learners/types.ts';
import { Arena } from '../kernels/arena.ts';
import { mostCategories } from './binned.ts';
import { categoryRanks } from './category-ranks.ts';
import { forest, forestFloats, grownNode, roomOf } from './forest-layout.ts';
import type { ForestParams } from './forest-params.ts';
import { Team, teamSize } from '../kernels/team.ts';
import type { Tree, TreeEnsemble } from './tree.ts';
import { askUnseen, type UnseenRows } from './unseen-rows.ts';

export interface Forest {
  readonly ensemble: TreeEnsemble;
  /** By feature: what stands in the trees for each category code; null for numbers. */
  readonly ranks: readonly (Float32Array | null)[];
  /** What trees say of rows that they have not seen (out of bag, Breiman 2001); null where all trees see all rows. */
  readonly unseen: UnseenRows | null;
}

/** Share of the progress in which trees grow; the rest is asking them about rows they have not seen. */
const growing = 0.9;
/** Of float32. */
const largestFloat = 3.4028234663852886e38;
/** Rows whose values decide where the cuts are. */
const sampleRows = 200_000;

/**
 * Random forest (Breiman 2001), extra trees, or a single tree (CART, Breiman et al. 1984), over bins of the features. Leaves hold the mean of
 * the target, or shares of the classes (of two classes, that of the second). Categories stand in the order of their targets' means (as in
 * Wright and König 2019), found once over all rows.
 * @throws PenstockError `one-class`, `training-memory`; CancelledError
 */
export async function growForest(input: TrainInput, params: ForestParams, seed: number, hooks: TrainHooks): Promise<Forest> {
  const { rows, features, matrix, classes, task } = input;
  const width = features.length;
  if (task === 'classification') classShares(input);
  const weights = task === 'classification' ? rowWeights(input, params.classWeights) : input.weights;
  const several = classes > 2 ? classes : 0;
  const arena = new Arena();
  const threads = Math.min(teamSize(params.threads), params.trees);
  const integers = new Int32Array(64);
  const totalWeight = weights === undefined ? rows : weights.reduce((sum, weight) => sum + weight, 0);
  // Rows of a leaf by their mean weight; for one, any weight will do.
  const least = params.minRows > 1 ? ((params.minRows - 1e-6) * totalWeight) / rows : Number.MIN_VALUE;
  const byDepth = params.maxDepth === 0 ? Infinity : 2 ** (params.maxDepth + 1);
  const mostNodes = Math.max(3, Math.min(byDepth, 2 * Math.ceil(rows / params.minRows) + 1));
  integers[forest.rows] = rows;
  integers[forest.features] = width;
  integers[forest.bins] = arena.take(rows * width);
  integers[forest.targets] = arena.take(rows * 4);
  integers[forest.weights] = weights === undefined ? 0 : arena.floats(Float32Array.from(weights));
  integers[forest.classes] = several;
  integers[forest.perNode] = featuresPerNode(params.features === 'automatic' ? (task === 'classification' ? 'sqrt' : 'all') : params.features, width);
  integers[forest.maxDepth] = params.maxDepth;
  integers[forest.bootstrap] = params.bootstrap ? 1 : 0;
  integers[forest.randomCuts] = params.randomCuts ? 1 : 0;
  integers[forest.mostNodes] = mostNodes;
  integers[forest.seed] = params.seed ?? seed;
  integers[forest.cuts] = arena.take(width * 1024);
  integers[forest.cutCounts] = arena.take(width * 4);
  integers[forest.trees] = params.trees;
  const { bytes } = roomOf(0, rows, several, mostNodes);
  integers[forest.roomBytes] = bytes;
  integers[forest.room] = arena.take(bytes * threads);
  const outputs = Math.max(1, several);
  if (params.bootstrap) {
    integers[forest.unseenSums] = arena.take(rows * outputs * 8);
    integers[forest.unseenCounts] = arena.take(rows * 4);
  }
  const sample = Math.min(rows, sampleRows);
  const staging = arena.take(Math.max(sample * 12 + 8192, 65_536 * 4) + 64);
  const targetsAt = integers[forest.targets] as number;
  if (several > 0) arena.u16(targetsAt, rows).set(input.target);
  // Around their mean, so that float32 keeps the digits of large numbers.
  const shift = task === 'regression' ? input.target.reduce((sum, value) => sum + value, 0) / rows : 0;
  if (several === 0) arena.f32(targetsAt, rows).set(shift === 0 ? input.target : input.target.map((value) => value - shift));
  const team = await Team.start(arena, threads);
  try {
    team.integers.set(integers);
    team.floats[forestFloats.least] = least;
    const ranks = features.map((_, j) => ((input.categories?.[j] ?? 0) > 0 ? categoryRanks(input, j, Math.min(mostCategories, input.categories?.[j] ?? 0)) : null));
    for (let j = 0; j < width; j += 1) {
      hooks.check();
      binColumn(team, integers, matrix, j, ranks[j] ?? null, staging, sample, params.maxBins);
    }
    team.floats[forestFloats.minGain] = params.minGain * rootImpurity(input, weights);
    const thresholds = thresholdsOf(arena, integers);
    const trees: Tree[] = [...((hooks.checkpoint?.state ?? []) as Tree[])];
    if (trees.length > 0) hooks.progress(trees.length / params.trees, `Goes on from tree ${trees.length}`);
    while (trees.length < params.trees) {
      hooks.check();
      team.integers[forest.firstTree] = trees.length;
      team.run('growForestTree');
      for (let member = 0; member < threads && trees.length < params.trees; member += 1) trees.push(readTree(arena, integers, member, thresholds));
      hooks.checkpoint?.save(() => trees);
      hooks.progress((growing * trees.length) / params.trees, `Tree ${trees.length} of ${params.trees}`);
    }
    const unseen = params.bootstrap ? askUnseen(team, integers, trees, shift, { ...hooks, progress: (fraction, message) => hooks.progress(growing + (1 - growing) * (fraction ?? 0), message) }) : null;
    return { ensemble: { trees, leafValues: outputs, outputs, base: new Float64Array(outputs).fill(shift), combine: 'mean' }, ranks, unseen };
  } finally {
    await team.end();
  }
}

export function featuresPerNode(wanted: Exclude<ForestParams['features'], 'automatic'>, features: number): number {
  const exact = wanted === 'all' ? features : wanted === 'sqrt' ? Math.sqrt(features) : wanted === 'third' ? features / 3 : wanted * features;
  return Math.max(1, Math.min(features, Math.floor(exact)));
}

/** Bins of one column, from values read out of the matrix in blocks; category codes by their ranks. */
function binColumn(team: Team, integers: Int32Array, matrix: Float32Array, j: number, ranks: Float32Array | null, staging: number, sample: number, maxBins: number): void {
  const { arena, kernels } = team;
  const rows = integers[forest.rows] as number;
  const width = integers[forest.features] as number;
  const cutsAt = (integers[forest.cuts] as number) + j * 1024;
  const out = (integers[forest.bins] as number) + j * rows;
  const valueOf = (row: number): number => {
    const value = matrix[row * width + j] as number;
    return ranks === null ? value : (ranks[value] ?? Number.NaN);
  };
  const values = arena.f32(staging, Math.max(sample, 65_536));
  let count = 0;
  for (let i = 0; i < sample; i += 1) {
    const value = valueOf(sample === rows ? i : Math.floor((i * rows) / sample));
    if (!Number.isNaN(value)) values[count++] = value;
  }
  kernels.sortFloats(staging, count, staging + sample * 4, staging + sample * 8);
  const most = ranks === null ? maxBins : 255;
  const each = kernels.cutEach(staging, count, most, cutsAt);
  const cuts = each >= 0 ? each : kernels.cutPoints(staging, count, most, cutsAt);
  arena.i32((integers[forest.cutCounts] as number) + j * 4, 1)[0] = cuts;
  for (let first = 0; first < rows; first += 65_536) {
    const size = Math.min(65_536, rows - first);
    for (let i = 0; i < size; i += 1) values[i] = valueOf(first + i);
    kernels.binColumn(staging, size, 1, 0, cutsAt, cuts, out + first);
  }
}

/** Sum of squared deviations of the target by weight, or for classes the weight times Gini's impurity: what splits make smaller. */
function rootImpurity({ target, classes, rows }: TrainInput, weights: Float64Array | undefined): number {
  const weightOf = (row: number): number => (weights === undefined ? 1 : (weights[row] as number));
  let [total, sum, squares] = [0, 0, 0];
  const counts = new Float64Array(Math.max(1, classes));
  for (let row = 0; row < rows; row += 1) {
    const [value, weight] = [target[row] as number, weightOf(row)];
    total += weight;
    sum += weight * value;
    squares += weight * value * value;
    if (classes > 2) counts[value] = (counts[value] as number) + weight;
  }
  return classes > 2 ? total - counts.reduce((all, count) => all + count * count, 0) / total : squares - (sum * sum) / total;
}

/** By feature and bin, [features × 256]: what lies in the bin or in one below. Above the last cut every number does, and only missing ones go the other way. */
function thresholdsOf(arena: Arena, integers: Int32Array): Float32Array {
  const width = integers[forest.features] as number;
  const counts = arena.i32(integers[forest.cutCounts] as number, width);
  const cuts = arena.f32(integers[forest.cuts] as number, width * 256);
  return cuts.map((cut, at) => (at % 256 < (counts[at >> 8] as number) ? cut : largestFloat));
}

function readTree(arena: Arena, integers: Int32Array, member: number, thresholds: Float32Array): Tree {
  const classes = integers[forest.classes] as number;
  const values = Math.max(1, classes);
  const room = roomOf((integers[forest.room] as number) + member * (integers[forest.roomBytes] as number), integers[forest.rows] as number, classes, integers[forest.mostNodes] as number);
  const nodes = arena.i32(room.count, 1)[0] as number;
  const words = arena.i32(room.words, nodes * grownNode.words);
  const floats = arena.f32(room.floats, nodes * grownNode.floats);
  const [feature, bin, left, right] = [new Int32Array(nodes), new Int32Array(nodes), new Int32Array(nodes), new Int32Array(nodes)];
  const [threshold, cover, gain] = [new Float32Array(nodes), new Float32Array(nodes), new Float32Array(nodes)];
  const missingLeft = new Uint8Array(nodes);
  for (let node = 0, at = 0, from = 0; node < nodes; node += 1, at += grownNode.words, from += grownNode.floats) {
    const by = words[at + grownNode.feature] as number;
    feature[node] = by;
    bin[node] = words[at + grownNode.bin] as number;
    left[node] = words[at + grownNode.left] as number;
    right[node] = words[at + grownNode.right] as number;
    missingLeft[node] = words[at + grownNode.missingLeft] as number;
    cover[node] = floats[from + grownNode.cover] as number;
    if (by < 0) continue;
    threshold[node] = thresholds[by * 256 + (bin[node] as number)] as number;
    gain[node] = floats[from + grownNode.gain] as number;
  }
  return { feature, bin, threshold, left, right, missingLeft, value: arena.f32(room.values, nodes * values).slice(), cover, gain, categories: new Map() };
}
