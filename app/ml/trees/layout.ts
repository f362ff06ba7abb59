/** Numbers that the threads of a boosting share: places in the control block's integers, and the records in memory. */

/** Set once. Addresses, unless said otherwise. */
export const fixed = {
  /** Rows trained on; rows in all, those to validate on behind them. */
  rows: 0,
  allRows: 1,
  /** Number of features; table of `feature` records; number of groups; table of `group` records. */
  features: 2,
  featureTable: 3,
  groups: 4,
  groupTable: 5,
  /** Pairs of gradient and hessian by row: float32 at first, then packed (see assembly/histograms.ts). */
  pairs: 6,
  /** Bits of the hessian in a packed pair, and in sums of them. */
  hessianBits: 7,
  index: 8,
  spare: 9,
  /** Best splits found: two of `splitBytes` for each thread. */
  splits: 10,
  rules: 11,
  targets: 12,
  /** 0: all one. */
  weights: 13,
  scores: 14,
  probabilities: 15,
  /** Bytes of one class's scores. */
  scoreStride: 16,
  classes: 17,
  /** Room for ordering categories, `orderBytes` a thread. */
  order: 18,
  /** Rows that went left, a word a thread. */
  lefts: 19,
  /** 256 bytes: which bins go left. */
  goesLeft: 20,
  /** By thread: its largest pair (two float32), then its packed sum; 16 bytes. */
  sums: 21,
  /** Two `leafBytes`: the children of a split, or the root. */
  leaves: 22,
  /** Values on their way into bins: row-major float32. */
  staging: 23,
  loss: 24,
  /** Room for sorting a column's sample, `2 × sample` float32 and 2048 words a thread. */
  sorting: 25,
  /** Most bins of a feature, the one for missing values left out. */
  bins: 26,
  /** Bytes between the bins of one row and the next in a group. */
  stride: 27,
  /** Losses of the training rows by block, float64. */
  blockLosses: 28,
} as const;

/** Where the numbers of one call begin. */
export const given = 32;

/** Numbers of the tree at hand in the control block's float64: level of a quantile; what one level of a gradient, of a hessian is worth;
 * the largest that can be, 0 where that depends on the scores. */
export const treeFloats = { level: 0, gradient: 1, hessian: 2, mostGradient: 3, mostHessian: 4 } as const;

export const losses = { logistic: 0, softmax: 1, squared: 2, quantile: 3 } as const;

/** Bytes of a best split: see `out…` in assembly/splits.ts. */
export const splitBytes = 128;
export const leafBytes = 40;
export const orderBytes = 4096;
/** Rows are dealt out to threads by blocks of so many. */
export const blockRows = 4096;
/** Rows of a leaf from which on threads share the work of parting them. */
export const sharedFrom = 8192;
export const histogramBytes = 2048;
/** Features of a group, whose bins lie side by side for each row. */
export const mostLanes = 16;
export const missingBin = 255;

/** A feature's record: words. `bins`: a byte a row. */
export const feature = { words: 8, isCategory: 0, cuts: 1, monotone: 2, selected: 3, bins: 4, cutsAt: 5, thread: 6 } as const;
/** A group's record: words. `bins`: of its features side by side for each row. */
export const group = { words: 4, bins: 0, lanes: 1, first: 2, thread: 3 } as const;
/** Where the numbers of a best split lie, in float64. */
export const split = { gain: 0, feature: 1, bin: 2, missingLeft: 3, gradient: 4, hessian: 5, setBytes: 48 } as const;
/** A node for `scoreByBins`: words. */
export const scoredNode = { words: 8, bins: 0, goesLeft: 1, left: 2, right: 3, value: 4 } as const;
