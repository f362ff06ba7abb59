import type { Arena } from '../kernels/arena.ts';
import type { Binned } from './binned.ts';
import { fixed, given, histogramBytes, leafBytes, split, splitBytes, treeFloats } from './layout.ts';
import type { Team } from '../kernels/team.ts';
import { TreeBuilder } from './tree.ts';

/** What every tree of a boosting obeys. */
export interface GrowRules {
  readonly growth: 'leaf-wise' | 'depth-wise';
  readonly maxLeaves: number;
  /** 0: any. */
  readonly maxDepth: number;
  readonly minRows: number;
  readonly minHessian: number;
  readonly minGain: number;
  readonly l2: number;
  readonly categoryL2: number;
  readonly categorySmoothing: number;
  /** Categories that a split may list. */
  readonly mostListed: number;
}

/** Rows at the start of the index that a tree is grown on, with the sums of their gradients and hessians in levels. */
export interface ChosenRows {
  readonly rows: number;
  readonly gradient: number;
  readonly hessian: number;
}

interface Split {
  readonly gain: number;
  readonly feature: number;
  readonly bin: number;
  readonly missingLeft: boolean;
  readonly gradient: number;
  readonly hessian: number;
  readonly set: readonly number[] | null;
}

interface Leaf {
  readonly node: number;
  readonly depth: number;
  readonly from: number;
  readonly to: number;
  readonly gradient: number;
  readonly hessian: number;
  /** Bounds of its value, by monotone features above. */
  readonly low: number;
  readonly high: number;
  /** Its histograms; null once it cannot be split. */
  readonly histograms: number;
  readonly best: Split | null;
}

/** A grown tree, and which rows of the index came to which of its leaves. */
export interface Grown {
  readonly builder: TreeBuilder;
  readonly leaves: readonly { readonly node: number; readonly from: number; readonly to: number; readonly value: number }[];
}

/**
 * Grows regression trees on gradients and hessians (Friedman 2001; Chen and Guestrin 2016 for the second order), always splitting the leaf with
 * the largest gain (Shi 2007) or, depth by depth, the oldest. Smaller children get their histograms from rows, larger ones by subtraction.
 * While a tree grows, gradients and hessians are in levels (see assembly/histograms.ts) and values in levels of gradient ÷ levels of hessian.
 */
export class TreeGrower {
  readonly #team: Team;
  readonly #arena: Arena;
  readonly #binned: Binned;
  readonly #rules: GrowRules;
  readonly #histograms: number[] = [];
  readonly #free: number[] = [];
  /** What a value, a gain in levels is worth, and the L2 penalty in levels. */
  #valueUnit = 1;
  #gainUnit = 1;
  #l2 = 0;

  /** Takes memory for the histograms of all leaves. */
  constructor(team: Team, binned: Binned, rules: GrowRules) {
    this.#team = team;
    this.#arena = team.arena;
    this.#binned = binned;
    this.#rules = rules;
  }

  static memory(arena: Arena, features: number, maxLeaves: number): number[] {
    return Array.from({ length: maxLeaves + 1 }, () => arena.take(features * histogramBytes));
  }

  use(histograms: readonly number[]): this {
    this.#histograms.push(...histograms);
    return this;
  }

  /** @param isSample false: all rows, in their order */
  grow({ rows, gradient, hessian }: ChosenRows, isSample: boolean): Grown {
    const { maxLeaves, growth } = this.#rules;
    const { integers } = this.#team;
    this.#writeRules();
    this.#free.splice(0, this.#free.length, ...this.#histograms);
    const builder = new TreeBuilder(1);
    const root = { node: builder.add(rows), depth: 0, from: 0, to: rows, gradient, hessian, low: -Infinity, high: Infinity };
    const histograms = this.#take();
    this.#writeLeaf(0, root, rows / hessian);
    integers.set([histograms, rows, isSample ? 1 : 0], given);
    this.#team.run('root');
    const open: Leaf[] = [{ ...root, histograms, best: this.#best(0) }];
    const closed: Leaf[] = [];
    while (open.length > 0) {
      const at = growth === 'leaf-wise' ? largestGain(open) : 0;
      const [leaf] = open.splice(at, 1) as [Leaf];
      if (leaf.best === null || open.length + closed.length + 2 > maxLeaves) {
        closed.push(leaf);
        continue;
      }
      open.push(...this.#split(builder, leaf, leaf.best, open.length + closed.length + 2 < maxLeaves));
    }
    const leaves = closed.map((leaf) => ({ node: leaf.node, from: leaf.from, to: leaf.to, value: this.#valueOf(leaf) * this.#valueUnit }));
    return { builder, leaves };
  }

  /** The rules in levels of this tree. */
  #writeRules(): void {
    const { integers, floats } = this.#team;
    const { minRows, minHessian, minGain, l2, categoryL2, categorySmoothing, mostListed } = this.#rules;
    const [gradient, hessian] = [floats[treeFloats.gradient] as number, floats[treeFloats.hessian] as number];
    this.#valueUnit = gradient / hessian;
    this.#gainUnit = (gradient * gradient) / hessian;
    this.#l2 = l2 / hessian;
    this.#arena.f64(integers[fixed.rules] as number, 7).set([minRows, minHessian / hessian, this.#l2, Math.max(minGain, 1e-7) / this.#gainUnit, categoryL2 / hessian, categorySmoothing / hessian, mostListed]);
  }

  #split(builder: TreeBuilder, leaf: Leaf, by: Split, goesOn: boolean): [Leaf, Leaf] {
    const { integers } = this.#team;
    const { minRows, maxDepth } = this.#rules;
    const depth = leaf.depth + 1;
    const sides = integers[fixed.goesLeft] as number;
    this.#binned.writeSides(sides, by.bin, by.missingLeft, by.set);
    const [lowLeft, highLeft, lowRight, highRight] = this.#bounds(leaf, by);
    const left = { depth, gradient: by.gradient, hessian: by.hessian, low: lowLeft, high: highLeft };
    const right = { depth, gradient: leaf.gradient - by.gradient, hessian: leaf.hessian - by.hessian, low: lowRight, high: highRight };
    this.#writeLeaf(0, left, 0);
    this.#writeLeaf(1, right, 0);
    const again = goesOn && (maxDepth === 0 || depth < maxDepth) && leaf.to - leaf.from >= 2 * minRows;
    const smaller = again ? this.#take() : 0;
    // Where no value was missing, missing ones will go where most rows went.
    const nothingMissing = by.set === null && this.#team.kernels.missingHessian(leaf.histograms + by.feature * histogramBytes, integers[fixed.hessianBits] as number) <= 0;
    integers.set([leaf.from, leaf.to, this.#binned.column(by.feature), leaf.histograms, smaller, again ? 1 : 0], given);
    this.#team.run('part');
    const middle = this.#arena.i32((integers[fixed.lefts] as number) + this.#team.threads * 4, 1)[0] as number;
    const isLeftSmaller = middle - leaf.from <= leaf.to - middle;
    const [leftNode, rightNode] = [builder.add(middle - leaf.from), builder.add(leaf.to - middle)];
    const categories = by.set ?? undefined;
    builder.split(leaf.node, { feature: by.feature, threshold: by.set === null ? this.#binned.threshold(by.feature, by.bin) : 0, bin: by.bin, missingLeft: by.missingLeft || (nothingMissing && middle - leaf.from > leaf.to - middle), gain: by.gain * this.#gainUnit, categories }, leftNode, rightNode);
    if (!again) this.#free.push(leaf.histograms);
    const child = (part: typeof left, node: number, from: number, to: number, isSmaller: boolean, place: number): Leaf => {
      const histograms = !again ? 0 : isSmaller ? smaller : leaf.histograms;
      const best = again ? this.#best(place) : null;
      if (again && best === null) this.#free.push(histograms);
      return { ...part, node, from, to, histograms, best };
    };
    return [child(left, leftNode, leaf.from, middle, isLeftSmaller, 0), child(right, rightNode, middle, leaf.to, !isLeftSmaller, 1)];
  }

  /** Bounds of the children's values: a monotone feature keeps them on their sides of the middle. */
  #bounds(leaf: Leaf, by: Split): [number, number, number, number] {
    const { low, high } = leaf;
    const direction = by.set === null ? this.#binned.monotone(by.feature) : 0;
    if (direction === 0) return [low, high, low, high];
    const value = (gradient: number, hessian: number): number => Math.max(low, Math.min(high, -gradient / (hessian + this.#l2)));
    const middle = (value(by.gradient, by.hessian) + value(leaf.gradient - by.gradient, leaf.hessian - by.hessian)) / 2;
    return direction > 0 ? [low, middle, middle, high] : [middle, high, low, middle];
  }

  #valueOf(leaf: Leaf): number {
    return Math.max(leaf.low, Math.min(leaf.high, -leaf.gradient / (leaf.hessian + this.#l2)));
  }

  #writeLeaf(place: number, leaf: Pick<Leaf, 'gradient' | 'hessian' | 'low' | 'high'>, rowsPerHessian: number): void {
    const at = ((this.#team.integers[fixed.leaves] as number) + place * leafBytes) / 8;
    const { f64 } = this.#team;
    f64[at] = leaf.gradient;
    f64[at + 1] = leaf.hessian;
    f64[at + 2] = rowsPerHessian;
    f64[at + 3] = leaf.low;
    f64[at + 4] = leaf.high;
  }

  /** The best of what the threads found for a leaf; the first feature of equals. */
  #best(place: number): Split | null {
    const { integers, threads, f64 } = this.#team;
    let found = -1;
    for (let member = 0; member < threads; member += 1) {
      const at = ((integers[fixed.splits] as number) + (member * 2 + place) * splitBytes) / 8;
      if ((f64[at + split.feature] as number) < 0) continue;
      if (found < 0 || (f64[at + split.gain] as number) > (f64[found + split.gain] as number)) found = at;
    }
    if (found < 0) return null;
    const get = (word: number): number => f64[found + word] as number;
    const bin = get(split.bin);
    let set: number[] | null = null;
    if (bin < 0) {
      const bits = this.#arena.u8(found * 8 + split.setBytes, 32);
      set = [];
      for (let category = 0; category < 256; category += 1) if (((bits[category >> 3] as number) >> (category & 7)) & 1) set.push(category);
    }
    return { gain: get(split.gain), feature: get(split.feature), bin, missingLeft: get(split.missingLeft) === 1, gradient: get(split.gradient), hessian: get(split.hessian), set };
  }

  #take(): number {
    const at = this.#free.pop();
    if (at === undefined) throw new Error('no histogram is free');
    return at;
  }
}

function largestGain(leaves: readonly Leaf[]): number {
  let best = 0;
  for (let i = 1; i < leaves.length; i += 1) if ((leaves[i]?.best?.gain ?? -1) > (leaves[best]?.best?.gain ?? -1)) best = i;
  return best;
}
