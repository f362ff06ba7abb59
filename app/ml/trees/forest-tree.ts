import { uniform } from '../learners/random.ts';
import { forest, forestFloats, grownNode, roomOf, type Room } from './forest-layout.ts';
import { missingBin, split } from './layout.ts';
import type { Region } from '../kernels/team.ts';

interface OpenNode {
  readonly node: number;
  readonly from: number;
  readonly to: number;
  readonly depth: number;
}

/**
 * Region of a forest's threads: each grows one whole tree by itself, so that nothing depends on how many there are. Rows come drawn with
 * replacement (Breiman 2001); a row drawn several times has that weight. Nodes are split depth first until they are pure or too small.
 */
export function growForestTree(region: Region): void {
  const { integers, member } = region;
  const tree = (integers[forest.firstTree] as number) + member;
  if (tree >= (integers[forest.trees] as number)) return;
  new ForestTree(region, tree).grow();
}

/** Draws as many rows as there are, with replacement, and counts how often each comes. */
function drawRows(counts: Float32Array, next: () => number): void {
  counts.fill(0);
  for (let i = 0; i < counts.length; i += 1) {
    const row = Math.floor(next() * counts.length);
    counts[row] = (counts[row] as number) + 1;
  }
}

/** What decides a tree: its rows are drawn first, so that they can be drawn again. */
const chanceOf = (seed: number, tree: number): (() => number) => uniform((seed ^ Math.imul(tree + 1, 0x9e3779b1)) >>> 0);

/**
 * Region that asks trees about rows they have not seen. Each thread draws anew the rows of the tree that lies in its room; then each asks
 * all of these trees about its own share of the rows, in their order, so that no sum depends on how many threads there are.
 */
export function addUnseenRows(region: Region): void {
  const { integers, kernels, member, memory, threads } = region;
  const get = (place: number): number => integers[place] as number;
  const rows = get(forest.rows);
  const classes = get(forest.classes);
  const roomAt = (other: number): Room => roomOf(get(forest.room) + other * get(forest.roomBytes), rows, classes, get(forest.mostNodes));
  const trees = Math.min(threads, get(forest.trees) - get(forest.firstTree));
  if (member < trees) drawRows(new Float32Array(memory.buffer, roomAt(member).weights, rows), chanceOf(get(forest.seed), get(forest.firstTree) + member));
  region.meet();
  const bound = (i: number): number => Math.floor((rows * i) / threads);
  for (let other = 0; other < trees; other += 1) {
    const { words, values, weights } = roomAt(other);
    kernels.addUnseen(words, values, Math.max(1, classes), get(forest.bins), rows, weights, bound(member), bound(member + 1), get(forest.unseenSums), get(forest.unseenCounts));
  }
}

class ForestTree {
  readonly #region: Region;
  readonly #room: Room;
  readonly #next: () => number;
  readonly #rows: number;
  readonly #classes: number;
  readonly #words: Int32Array;
  readonly #floats: Float32Array;
  readonly #values: Float32Array;
  readonly #order: Int32Array;
  readonly #split: Float64Array;
  readonly #totals: Float64Array;
  readonly #left: Float64Array;
  readonly #cuts: Float32Array;
  readonly #sides: Uint8Array;
  #nodes = 0;

  constructor(region: Region, tree: number) {
    const { integers, member, memory } = region;
    const get = (place: number): number => integers[place] as number;
    this.#region = region;
    this.#rows = get(forest.rows);
    this.#classes = get(forest.classes);
    const mostNodes = get(forest.mostNodes);
    this.#room = roomOf(get(forest.room) + member * get(forest.roomBytes), this.#rows, this.#classes, mostNodes);
    this.#next = chanceOf(get(forest.seed), tree);
    const { buffer } = memory;
    const values = Math.max(1, this.#classes);
    this.#words = new Int32Array(buffer, this.#room.words, mostNodes * grownNode.words);
    this.#floats = new Float32Array(buffer, this.#room.floats, mostNodes * grownNode.floats);
    this.#values = new Float32Array(buffer, this.#room.values, mostNodes * values);
    this.#split = new Float64Array(buffer, this.#room.split, 8);
    this.#totals = new Float64Array(buffer, this.#room.totals, Math.max(2, values));
    this.#left = new Float64Array(buffer, this.#room.left, Math.max(2, values));
    this.#cuts = new Float32Array(buffer, get(forest.cuts), get(forest.features) * 256);
    this.#sides = new Uint8Array(buffer, this.#room.sides, 256);
    this.#order = Int32Array.from({ length: get(forest.features) }, (_, j) => j);
  }

  #get(place: number): number {
    return this.#region.integers[place] as number;
  }

  grow(): void {
    const rows = this.#drawRows();
    const open: OpenNode[] = [{ node: this.#add(), from: 0, to: rows, depth: 0 }];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      const children = this.#grow(node);
      if (children !== null) open.push(...children);
    }
    new Int32Array(this.#region.memory.buffer, this.#room.count, 1)[0] = this.#nodes;
  }

  /** The rows of this tree in their order, with their weights. @returns how many different ones */
  #drawRows(): number {
    const { buffer } = this.#region.memory;
    const weights = new Float32Array(buffer, this.#room.weights, this.#rows);
    const given = this.#get(forest.weights);
    if (this.#get(forest.bootstrap) === 1) drawRows(weights, this.#next);
    else weights.fill(1);
    if (given !== 0) {
      const own = new Float32Array(buffer, given, this.#rows);
      for (let row = 0; row < this.#rows; row += 1) weights[row] = (weights[row] as number) * (own[row] as number);
    }
    const index = new Uint32Array(buffer, this.#room.index, this.#rows);
    let count = 0;
    for (let row = 0; row < this.#rows; row += 1) if ((weights[row] as number) > 0) index[count++] = row;
    if (this.#classes === 0) {
      const targets = new Float32Array(buffer, this.#get(forest.targets), this.#rows);
      const pairs = new Float32Array(buffer, this.#room.pairs, 2 * this.#rows);
      for (let row = 0; row < this.#rows; row += 1) {
        pairs[2 * row] = (weights[row] as number) * (targets[row] as number);
        pairs[2 * row + 1] = weights[row] as number;
      }
    }
    return count;
  }

  #add(): number {
    const at = this.#nodes * grownNode.words;
    this.#words[at + grownNode.feature] = -1;
    this.#words[at + grownNode.bin] = 0;
    this.#words[at + grownNode.left] = -1;
    this.#words[at + grownNode.right] = -1;
    this.#words[at + grownNode.missingLeft] = 0;
    this.#floats[this.#nodes * grownNode.floats + grownNode.gain] = 0;
    this.#nodes += 1;
    return this.#nodes - 1;
  }

  #grow({ node, from, to, depth }: OpenNode): [OpenNode, OpenNode] | null {
    const { kernels } = this.#region;
    const { ordered, index, spare, sides, pairs, totals, weights } = this.#room;
    let weight = 0;
    let isPure: boolean;
    if (this.#classes === 0) {
      kernels.gatherPairs(index, from, to, pairs, ordered);
      kernels.sumPairs(ordered, from, to, totals);
      weight = this.#totals[1] as number;
      this.#values[node] = (this.#totals[0] as number) / weight;
      isPure = kernels.isPure(ordered, from, to) !== 0;
    } else {
      kernels.countClasses(0, -1, 0, index, from, to, this.#get(forest.targets), weights, this.#classes, totals);
      for (let cls = 0; cls < this.#classes; cls += 1) weight += this.#totals[cls] as number;
      for (let cls = 0; cls < this.#classes; cls += 1) this.#values[node * this.#classes + cls] = (this.#totals[cls] as number) / weight;
      isPure = this.#totals.subarray(0, this.#classes).some((share) => share === weight);
    }
    this.#floats[node * grownNode.floats + grownNode.cover] = weight;
    const maxDepth = this.#get(forest.maxDepth);
    if (isPure || (maxDepth > 0 && depth >= maxDepth) || weight < 2 * (this.#region.floats[forestFloats.least] as number) || this.#nodes + 2 > this.#get(forest.mostNodes)) return null;
    this.#split.fill(0);
    this.#split[split.gain] = (this.#region.floats[forestFloats.minGain] as number) + 1e-9;
    this.#split[split.feature] = -1;
    this.#search(from, to, weight);
    const [gain = 0, feature = -1, bin = 0, missingLeft = 0] = this.#split;
    if (feature < 0) return null;
    this.#sides.fill(0);
    this.#sides.fill(1, 0, bin + 1);
    this.#sides[missingBin] = missingLeft;
    const middle = from + kernels.partition(this.#column(feature), sides, index, from, to, spare);
    kernels.move(index + middle * 4, spare + from * 4, (to - middle) * 4);
    const [left, right] = [this.#add(), this.#add()];
    this.#words.set([feature, bin, left, right, missingLeft], node * grownNode.words);
    this.#floats[node * grownNode.floats + grownNode.gain] = gain;
    return [
      { node: right, from: middle, to, depth: depth + 1 },
      { node: left, from, to: middle, depth: depth + 1 },
    ];
  }

  #column(feature: number): number {
    return this.#get(forest.bins) + feature * this.#rows;
  }

  /** Looks at features drawn without replacement until enough of them had more than one value here. */
  #search(from: number, to: number, weight: number): void {
    const wanted = this.#get(forest.perNode);
    const order = this.#order;
    let seen = 0;
    for (let drawn = 0; drawn < order.length && seen < wanted; drawn += 1) {
      const other = drawn + Math.floor(this.#next() * (order.length - drawn));
      const feature = order[other] as number;
      order[other] = order[drawn] as number;
      order[drawn] = feature;
      const varies = this.#get(forest.randomCuts) === 1 ? this.#randomCut(feature, from, to, weight) : this.#bestCut(feature, from, to, weight);
      if (varies) seen += 1;
    }
  }

  #bestCut(feature: number, from: number, to: number, weight: number): boolean {
    const { kernels, floats } = this.#region;
    const { index, ordered, histogram, totals, left, split: out, weights } = this.#room;
    const least = floats[forestFloats.least] as number;
    if (this.#classes === 0) return kernels.forestSplit(this.#column(feature), feature, index, from, to, ordered, histogram, this.#totals[0] as number, weight, least, out) !== 0;
    return kernels.forestSplitClasses(this.#column(feature), feature, index, from, to, this.#get(forest.targets), weights, this.#classes, histogram, totals, left, weight, least, out) !== 0;
  }

  #randomCut(feature: number, from: number, to: number, weight: number): boolean {
    const { kernels, floats } = this.#region;
    const { index, ordered, left: leftAt, weights } = this.#room;
    const column = this.#column(feature);
    const range = kernels.binRange(column, index, from, to);
    const [low, high] = [range & 255, range >> 8];
    if (range < 0 || low === high) return false;
    const cut = (bin: number): number => this.#cuts[feature * 256 + bin] as number;
    const value = cut(low) + this.#next() * (cut(high - 1) - cut(low));
    let bin = low;
    while (bin < high - 1 && cut(bin) < value) bin += 1;
    const missingLeft = this.#next() < 0.5 ? 1 : 0;
    let gain = 0;
    let weightLeft = 0;
    const term = (sum: number, all: number): number => (all > 0 ? (sum * sum) / all : 0);
    if (this.#classes === 0) {
      kernels.sumBelow(column, bin, missingLeft, index, from, to, ordered, leftAt);
      const [sum = 0] = this.#left;
      const all = this.#totals[0] as number;
      weightLeft = this.#left[1] as number;
      gain = term(sum, weightLeft) + term(all - sum, weight - weightLeft) - term(all, weight);
    } else {
      kernels.countClasses(column, bin, missingLeft, index, from, to, this.#get(forest.targets), weights, this.#classes, leftAt);
      for (let cls = 0; cls < this.#classes; cls += 1) weightLeft += this.#left[cls] as number;
      for (let cls = 0; cls < this.#classes; cls += 1) {
        const [here, all] = [this.#left[cls] as number, this.#totals[cls] as number];
        gain += term(here, weightLeft) + term(all - here, weight - weightLeft) - term(all, weight);
      }
    }
    const least = floats[forestFloats.least] as number;
    if (weightLeft >= least && weight - weightLeft >= least && gain > (this.#split[split.gain] as number)) this.#split.set([gain, feature, bin, missingLeft]);
    return true;
  }
}
