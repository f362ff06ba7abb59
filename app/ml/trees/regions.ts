import { addUnseenRows, growForestTree } from './forest-tree.ts';
import { blockRows, feature, fixed, given, group, histogramBytes, leafBytes, losses, orderBytes, sharedFrom, splitBytes, treeFloats } from './layout.ts';
import type { Region } from '../kernels/team.ts';

/** What threads do together; each does the features or rows that are its own. Results are the same for any number of threads. */

const share = (total: number, { member, threads }: Region, step = 1): [number, number] => {
  const steps = Math.ceil(total / step);
  return [Math.floor((steps * member) / threads) * step, Math.min(total, Math.floor((steps * (member + 1)) / threads) * step)];
};

/** What a thread has of the tables of features and groups, which hold for a whole training. */
interface Own {
  /** Addresses of the records, and numbers of the features. */
  readonly features: readonly (readonly [at: number, j: number])[];
  readonly groups: readonly (readonly [at: number, lanes: number])[];
}

const owned = new WeakMap<Region, Own>();

function ownOf(region: Region): Own {
  const known = owned.get(region);
  if (known !== undefined) return known;
  const { integers, member, view } = region;
  const memory = view();
  const records = (table: number, count: number, words: number, thread: number): number[] =>
    Array.from({ length: integers[count] as number }, (_, i) => (integers[table] as number) + i * words * 4).filter((at) => memory.getInt32(at + thread * 4, true) === member);
  const first = integers[fixed.featureTable] as number;
  const found: Own = {
    features: records(fixed.featureTable, fixed.features, feature.words, feature.thread).map((at) => [at, (at - first) / (feature.words * 4)]),
    groups: records(fixed.groupTable, fixed.groups, group.words, group.thread).map((at) => [at, memory.getInt32(at + group.lanes * 4, true)]),
  };
  owned.set(region, found);
  return found;
}

function ownFeatures(region: Region, visit: (at: number, j: number, memory: DataView) => void): void {
  const memory = region.view();
  for (const [at, j] of ownOf(region).features) visit(at, j, memory);
}

function ownGroups(region: Region, visit: (at: number, lanes: number) => void): void {
  for (const [at, lanes] of ownOf(region).groups) visit(at, lanes);
}

/** Cut points of the own features, from a sample. Given: its rows. */
function cuts(region: Region): void {
  const { integers, kernels, member } = region;
  const rows = integers[given] as number;
  const width = integers[fixed.features] as number;
  const most = integers[fixed.bins] as number;
  const room = (integers[fixed.sorting] as number) + member * (rows * 8 + 8192 + 64);
  ownFeatures(region, (at, j, memory) => {
    if (memory.getInt32(at + feature.isCategory * 4, true) === 1) return;
    const count = kernels.columnValues(integers[fixed.staging] as number, rows, width, j, room);
    kernels.sortFloats(room, count, room + rows * 4, room + rows * 8);
    const cutsAt = memory.getInt32(at + feature.cutsAt * 4, true);
    const each = kernels.cutEach(room, count, most, cutsAt);
    memory.setInt32(at + feature.cuts * 4, each >= 0 ? each : kernels.cutPoints(room, count, most, cutsAt), true);
  });
}

/** Bins of the own features. Given: rows that wait, and the place of the first. */
function bins(region: Region): void {
  const { integers, kernels } = region;
  const [rows, first] = [integers[given] as number, integers[given + 1] as number];
  const width = integers[fixed.features] as number;
  const staging = integers[fixed.staging] as number;
  ownFeatures(region, (at, j, memory) => {
    const out = memory.getInt32(at + feature.bins * 4, true) + first;
    const count = memory.getInt32(at + feature.cuts * 4, true);
    if (memory.getInt32(at + feature.isCategory * 4, true) === 1) kernels.binCodes(staging, rows, width, j, count, out);
    else kernels.binColumn(staging, rows, width, j, memory.getInt32(at + feature.cutsAt * 4, true), count, out);
  });
  const memory = region.view();
  const stride = integers[fixed.stride] as number;
  ownGroups(region, (at, lanes) => {
    const column = memory.getInt32((integers[fixed.featureTable] as number) + memory.getInt32(at + group.first * 4, true) * feature.words * 4 + feature.bins * 4, true);
    kernels.packLanes(column + first, integers[fixed.allRows] as number, lanes, rows, memory.getInt32(at + group.bins * 4, true) + first * stride, stride);
  });
}

/** Probabilities of all classes for the next gradients. */
function probabilities(region: Region): void {
  const { integers, kernels } = region;
  const [from, to] = share(integers[fixed.rows] as number, region, 4);
  kernels.softmax(integers[fixed.scores] as number, integers[fixed.probabilities] as number, integers[fixed.scoreStride] as number, integers[fixed.classes] as number, from, to);
}

/**
 * Packed pairs of all rows, and each thread's sum of its own. Given: the class, a seed, whether all hessians are 1. Leaves the bits of the
 * hessian and what levels are worth.
 */
function gradients(region: Region): void {
  const { integers, kernels, floats, member, threads, view } = region;
  const cls = integers[given] as number;
  const [from, to] = share(integers[fixed.rows] as number, region, blockRows);
  const pairs = integers[fixed.pairs] as number;
  const targets = integers[fixed.targets] as number;
  const weights = integers[fixed.weights] as number;
  const scores = (integers[fixed.scores] as number) + cls * (integers[fixed.scoreStride] as number);
  const sums = (integers[fixed.sums] as number) + member * 16;
  kernels.clear(sums, 16);
  const isUnit = integers[given + 2] === 1;
  const seed = integers[given + 1] as number;
  const pack = (start: number, end: number, levels: Levels): void => kernels.packPairs(pairs, start, end, levels.gradient, levels.hessian, levels.hessianBits, levels.areMany ? 0 : seed | 1, sums + 8);
  const mostGradient = floats[treeFloats.mostGradient] as number;
  let levels = mostGradient === 0 ? null : levelsOf(integers[fixed.rows] as number, mostGradient, floats[treeFloats.mostHessian] as number, isUnit);
  // By blocks, which are still near when they are visited again.
  for (let start = from; start < to; start += blockRows) {
    const end = Math.min(to, start + blockRows);
    switch (integers[fixed.loss]) {
      case losses.logistic:
        kernels.logisticGradients(scores, targets, weights, pairs, start, end);
        break;
      case losses.softmax:
        kernels.softmaxGradients((integers[fixed.probabilities] as number) + cls * (integers[fixed.scoreStride] as number), targets, cls, weights, pairs, start, end);
        break;
      case losses.squared:
        kernels.squaredGradients(scores, targets, weights, pairs, start, end);
        break;
      default:
        kernels.quantileGradients(scores, targets, weights, pairs, start, end, floats[treeFloats.level] as number);
    }
    if (levels === null) kernels.largestPair(pairs, start, end, sums);
    else pack(start, end, levels);
  }
  if (levels === null) {
    region.meet();
    const memory = view();
    const largest = (word: number): number => Math.max(...Array.from({ length: threads }, (_, i) => memory.getFloat32((integers[fixed.sums] as number) + i * 16 + word * 4, true)));
    levels = levelsOf(integers[fixed.rows] as number, largest(0), largest(1), isUnit);
    pack(from, to, levels);
  }
  if (member > 0) return;
  integers[fixed.hessianBits] = levels.hessianBits;
  floats[treeFloats.gradient] = 1 / levels.gradient;
  floats[treeFloats.hessian] = 1 / levels.hessian;
}

/** Logistic loss of the rows trained on, by block, without weights. */
function logisticLoss(region: Region): void {
  const { integers, kernels, view } = region;
  const [from, to] = share(integers[fixed.rows] as number, region, blockRows);
  const memory = view();
  for (let block = from; block < to; block += blockRows) {
    const loss = kernels.logisticLoss(integers[fixed.scores] as number, integers[fixed.targets] as number, block, Math.min(to, block + blockRows));
    memory.setFloat64((integers[fixed.blockLosses] as number) + (block / blockRows) * 8, loss, true);
  }
}

interface Levels {
  readonly gradient: number;
  readonly hessian: number;
  readonly hessianBits: number;
  readonly areMany: boolean;
}

/**
 * Levels for one unit of gradient and of hessian, so that sums over all rows fit 64 bits: with 2^r rows, r bits more than one row's. A million
 * rows leave 12 bits a gradient and 11 a hessian, or 23 a gradient where hessians are all 1.
 */
function levelsOf(rows: number, largestGradient: number, largestHessian: number, isUnit: boolean): Levels {
  const rowBits = 32 - Math.clz32(rows);
  const free = 63 - 2 * rowBits;
  const hessianLevels = isUnit ? 0 : Math.min(20, free >> 1);
  const gradientLevels = Math.min(24, free - hessianLevels);
  return {
    gradient: Math.fround((2 ** gradientLevels - 2) / Math.max(largestGradient, 1e-30)),
    hessian: isUnit ? 1 : Math.fround((2 ** hessianLevels - 2) / Math.max(largestHessian, 1e-30)),
    hessianBits: hessianLevels + rowBits,
    areMany: gradientLevels >= 18 && (isUnit || hessianLevels >= 18),
  };
}

/** Histograms of the own features over the rows index[from, to); `index` 0: all rows as they come. */
function addRows(region: Region, index: number, from: number, to: number, histograms: number): void {
  const { integers, kernels, member, view } = region;
  const memory = view();
  ownGroups(region, (at, lanes) => {
    const place = histograms + memory.getInt32(at + group.first * 4, true) * histogramBytes;
    kernels.clear(place, lanes * histogramBytes);
    kernels.addGroup(memory.getInt32(at + group.bins * 4, true), integers[fixed.stride] as number, lanes, index, from, to, integers[fixed.pairs] as number, (integers[fixed.order] as number) + member * orderBytes, place);
  });
}

/** Best split of a leaf by the own features, into the thread's own place for it. */
function best(region: Region, histograms: number, leaf: number, out: number): void {
  const { integers, kernels, member } = region;
  const rules = integers[fixed.rules] as number;
  kernels.clear(out, splitBytes);
  const hessianBits = integers[fixed.hessianBits] as number;
  const view = region.view();
  view.setFloat64(out, view.getFloat64(rules + 24, true), true);
  view.setFloat64(out + 8, -1, true);
  ownFeatures(region, (at, j, memory) => {
    if (memory.getInt32(at + feature.selected * 4, true) === 0) return;
    const count = memory.getInt32(at + feature.cuts * 4, true);
    const histogram = histograms + j * histogramBytes;
    if (memory.getInt32(at + feature.isCategory * 4, true) === 1) kernels.bestByCategory(histogram, j, count, hessianBits, leaf, rules, (integers[fixed.order] as number) + member * orderBytes, out);
    else kernels.bestByNumber(histogram, j, count, hessianBits, memory.getInt32(at + feature.monotone * 4, true), leaf, rules, out);
  });
}

const splitsOf = ({ integers, member }: Region): number => (integers[fixed.splits] as number) + member * 2 * splitBytes;

/** Histograms and best split of the root. Given: its histograms, rows in it, 1 where they are those of the index (a sample). */
function root(region: Region): void {
  const { integers } = region;
  const [histograms, rows, isSample] = [integers[given] as number, integers[given + 1] as number, integers[given + 2] as number];
  const index = isSample === 1 ? (integers[fixed.index] as number) : 0;
  addRows(region, index, 0, rows, histograms);
  best(region, histograms, integers[fixed.leaves] as number, splitsOf(region));
}

/**
 * Parts a leaf's rows index[from, to) by the bins that go left; then histograms of the child with fewer rows, those of the other from the
 * parent's less those (histogram subtraction), and the best split of each. Given: from, to, bins of the split's feature, the parent's
 * histograms (become the larger child's), those of the smaller child, 1 where the children may be split again.
 */
function part(region: Region): void {
  const { integers, kernels, member, threads } = region;
  const [from, to, column, larger, smaller, again] = integers.subarray(given, given + 6) as unknown as [number, number, number, number, number, number];
  const index = integers[fixed.index] as number;
  const spare = integers[fixed.spare] as number;
  const lefts = integers[fixed.lefts] as number;
  const goesLeft = integers[fixed.goesLeft] as number;
  const leaves = integers[fixed.leaves] as number;
  const size = to - from;
  const parts = size >= sharedFrom ? threads : 1;
  const bound = (i: number): number => from + Math.floor((size * i) / parts);
  if (member < parts) {
    const count = kernels.partition(column, goesLeft, index, bound(member), bound(member + 1), spare);
    region.view().setInt32(lefts + member * 4, count, true);
  }
  if (parts > 1) region.meet();
  if (member === 0) {
    const memory = region.view();
    let left = from;
    for (let i = 0; i < parts; i += 1) {
      const count = memory.getInt32(lefts + i * 4, true);
      if (left !== bound(i)) kernels.move(index + left * 4, index + bound(i) * 4, count * 4);
      left += count;
    }
    let right = left;
    for (let i = 0; i < parts; i += 1) {
      const count = bound(i + 1) - bound(i) - memory.getInt32(lefts + i * 4, true);
      kernels.move(index + right * 4, spare + bound(i) * 4, count * 4);
      right += count;
    }
    memory.setInt32(lefts + threads * 4, left, true);
    // Rows for each unit of hessian, by which rows of a part of the leaf are estimated.
    memory.setFloat64(leaves + 16, (left - from) / memory.getFloat64(leaves + 8, true), true);
    memory.setFloat64(leaves + leafBytes + 16, (to - left) / memory.getFloat64(leaves + leafBytes + 8, true), true);
  }
  region.meet();
  if (again === 0) return;
  const middle = region.view().getInt32(lefts + threads * 4, true);
  const isLeftSmaller = middle - from <= to - middle;
  const [begin, end] = isLeftSmaller ? [from, middle] : [middle, to];
  addRows(region, index, begin, end, smaller);
  ownFeatures(region, (_, j) => kernels.subtract(larger + j * histogramBytes, smaller + j * histogramBytes, histogramBytes));
  const out = splitsOf(region);
  best(region, isLeftSmaller ? smaller : larger, leaves, out);
  best(region, isLeftSmaller ? larger : smaller, leaves + leafBytes, out + splitBytes);
}

/** Adds the leaves' values to the scores of their rows. Given: number of leaves, their records (from, to, value; 12 bytes), the class. */
function leafScores(region: Region): void {
  const { integers, kernels, view } = region;
  const [leaves, records, cls] = [integers[given] as number, integers[given + 1] as number, integers[given + 2] as number];
  const scores = (integers[fixed.scores] as number) + cls * (integers[fixed.scoreStride] as number);
  const memory = view();
  const [first, last] = share(integers[fixed.rows] as number, region);
  for (let i = 0; i < leaves; i += 1) {
    const at = records + i * 12;
    const from = Math.max(first, memory.getInt32(at, true));
    const to = Math.min(last, memory.getInt32(at + 4, true));
    if (from < to) kernels.addToScores(scores, integers[fixed.index] as number, from, to, memory.getFloat32(at + 8, true));
  }
}

/** Adds a tree's values to the scores of rows by their bins. Given: its nodes, first row, end, the class. */
function treeScores(region: Region): void {
  const { integers, kernels, member, threads } = region;
  const [nodes, first, end, cls] = [integers[given] as number, integers[given + 1] as number, integers[given + 2] as number, integers[given + 3] as number];
  const size = end - first;
  const bound = (i: number): number => first + Math.floor((size * i) / threads);
  kernels.scoreByBins(nodes, (integers[fixed.scores] as number) + cls * (integers[fixed.scoreStride] as number), bound(member), bound(member + 1));
}

export const treeRegions = { growForestTree, addUnseenRows, cuts, bins, probabilities, gradients, logisticLoss, root, part, leafScores, treeScores } as const satisfies Record<string, (region: Region) => void>;
