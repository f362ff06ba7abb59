/** Numbers that the threads of a forest share: places in the control block's integers. Addresses, unless said otherwise. */
export const forest = {
  rows: 40,
  features: 41,
  /** Bins, column by column, a byte a row. */
  bins: 42,
  /** By row, float32: the target, or 0 and 1 for two classes; with more classes 16-bit labels. */
  targets: 43,
  /** By row, float32; 0: all one. */
  weights: 44,
  /** More than two: classes; else 0. */
  classes: 45,
  /** Features to look at in a node. */
  perNode: 46,
  maxDepth: 47,
  bootstrap: 48,
  randomCuts: 49,
  /** Room of a thread and its bytes. */
  room: 50,
  roomBytes: 51,
  /** Most nodes of a tree. */
  mostNodes: 52,
  seed: 53,
  /** Cuts by column: 256 float32 each; their number: words. */
  cuts: 54,
  cutCounts: 55,
  /** Number of the tree of thread 0 in this turn; threads beyond the last tree rest. */
  firstTree: 56,
  trees: 57,
  /** Of trees that have not seen a row: sums of their values by row, float64, and their number, words. */
  unseenSums: 58,
  unseenCounts: 59,
} as const;

/** Floats: least weight in a leaf, least gain by weight. */
export const forestFloats = { least: 4, minGain: 5 } as const;

/** A node that a thread hands over: words, then float32. */
export const grownNode = { words: 5, feature: 0, bin: 1, left: 2, right: 3, missingLeft: 4, floats: 2, cover: 0, gain: 1 } as const;

/** Parts of a thread's room. */
export interface Room {
  readonly index: number;
  readonly spare: number;
  readonly weights: number;
  readonly pairs: number;
  readonly ordered: number;
  readonly histogram: number;
  readonly totals: number;
  readonly left: number;
  readonly split: number;
  readonly sides: number;
  /** Number of nodes, then their words, floats and values. */
  readonly count: number;
  readonly words: number;
  readonly floats: number;
  readonly values: number;
  readonly bytes: number;
}

export function roomOf(start: number, rows: number, classes: number, mostNodes: number): Room {
  let next = start;
  const take = (bytes: number): number => {
    const at = next;
    next = Math.ceil((at + bytes + 16) / 64) * 64;
    return at;
  };
  const values = Math.max(1, classes);
  const room = {
    index: take(rows * 4),
    spare: take(rows * 4),
    weights: take(rows * 4),
    pairs: take(rows * 8),
    ordered: take(rows * 8),
    histogram: take(256 * 8 * Math.max(2, classes)),
    totals: take(values * 8),
    left: take(values * 8),
    split: take(128),
    sides: take(256),
    count: take(4),
    words: take(mostNodes * grownNode.words * 4),
    floats: take(mostNodes * grownNode.floats * 4),
    values: take(mostNodes * values * 4),
  };
  return { ...room, bytes: next - start };
}
