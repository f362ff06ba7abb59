import { z } from 'zod';

/** Gradient boosting; defaults as LightGBM and scikit-learn's histogram boosting have them. */
export const boostingParams = z.object({
  /** Rounds of boosting, at most; each adds a tree (one a class with several classes). */
  iterations: z.number().int().min(1).max(100_000).default(100),
  learningRate: z.number().positive().max(1).default(0.1),
  growth: z.enum(['leaf-wise', 'depth-wise']).default('leaf-wise'),
  maxLeaves: z.number().int().min(2).max(4096).default(31),
  /** 0: any. */
  maxDepth: z.number().int().min(0).max(64).default(0),
  /** Least rows in a leaf. */
  minRows: z.number().int().min(1).default(20),
  /** Least sum of hessians in a leaf. */
  minHessian: z.number().min(0).default(1e-3),
  minGain: z.number().min(0).default(0),
  l2: z.number().min(0).default(0),
  maxBins: z.number().int().min(2).max(255).default(255),
  /** Share of the rows that each tree sees. */
  rowShare: z.number().positive().max(1).default(1),
  /** Share of the features that each tree sees. */
  featureShare: z.number().positive().max(1).default(1),
  /** For numbers: mean, median, or a quantile. */
  objective: z.enum(['mean', 'median', 'quantile']).default('mean'),
  quantile: z.number().gt(0).lt(1).default(0.5),
  earlyStopping: z.boolean().default(true),
  patience: z.number().int().min(1).max(10_000).default(20),
  validationFraction: z.number().min(0).max(0.5).default(0.1),
  classWeights: z.enum(['none', 'balanced']).default('none'),
  /** By feature: predictions may only rise, or only fall, with it. Other features are free. */
  monotone: z.record(z.string(), z.enum(['rising', 'falling'])).default({}),
  /** L2 penalty and smoothing of splits by categories; features of at most four categories need none. */
  categoryL2: z.number().min(0).default(10),
  categorySmoothing: z.number().min(0).default(10),
  /** Most categories on the listed side of a split. */
  mostListed: z.number().int().min(1).max(254).default(32),
  /** Absent: the run's seed. */
  seed: z.number().int().min(0).max(0xffff_ffff).nullish(),
  /** Threads; absent: the machine's cores. Results do not depend on it. */
  threads: z.number().int().min(1).max(64).optional(),
});
export type BoostingParams = z.output<typeof boostingParams>;
