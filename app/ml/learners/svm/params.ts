import { z } from 'zod';

export const svmParams = z.object({
  kernel: z.enum(['rbf', 'linear']).default('rbf'),
  /** What a row on the wrong side costs; larger follows the rows more closely. */
  c: z.number().positive().default(1),
  /** Of the radial kernel exp(−γ d²); 0: 1 / (features × variance), scikit-learn's `scale`. */
  gamma: z.number().min(0).default(0),
  /** Regression: errors up to this cost nothing; in standard deviations of the target. */
  epsilon: z.number().min(0).default(0.1),
  classWeights: z.enum(['none', 'balanced']).default('none'),
  /** Of the violation of the optimality conditions, as libsvm's. */
  tolerance: z.number().positive().default(1e-3),
});
export type SvmParams = z.output<typeof svmParams>;
