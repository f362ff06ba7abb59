import { z } from 'zod';

/** Random forests, extra trees, and with one tree a decision tree. */
export const forestParams = z.object({
  trees: z.number().int().min(1).max(10_000).default(100),
  /** Features looked at in each node: the square root of their number, a third of it, all, or a share; `automatic`: root for classes, all for numbers. */
  features: z.union([z.enum(['automatic', 'sqrt', 'third', 'all']), z.number().positive().max(1)]).default('sqrt'),
  /** 0: any. */
  maxDepth: z.number().int().min(0).max(64).default(0),
  /** Least rows in a leaf. */
  minRows: z.number().int().min(1).default(1),
  /** Least fall of the impurity by a split, as a share of the root's. */
  minGain: z.number().min(0).default(0),
  /** Each tree sees rows drawn with replacement. */
  bootstrap: z.boolean().default(true),
  /** Cuts drawn at random, one a feature, instead of the best (Geurts, Ernst and Wehenkel 2006). */
  randomCuts: z.boolean().default(false),
  maxBins: z.number().int().min(2).max(255).default(255),
  classWeights: z.enum(['none', 'balanced']).default('none'),
  /** Absent: the run's seed. */
  seed: z.number().int().min(0).max(0xffff_ffff).nullish(),
  /** Threads; absent: the machine's cores. Results do not depend on it. */
  threads: z.number().int().min(1).max(64).optional(),
});
export type ForestParams = z.output<typeof forestParams>;
