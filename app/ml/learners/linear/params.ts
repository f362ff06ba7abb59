import { z } from 'zod';

export const penalties = ['none', 'ridge', 'lasso', 'elastic-net'] as const;

export const linearParams = z.object({
  penalty: z.enum(penalties).default('none'),
  /** Strength of the penalty, by hand or by the error on rows held out. */
  choose: z.enum(['by-hand', 'cross-validation']).default('by-hand'),
  /**
   * As scikit-learn has it. Ridge: |y − Xw|² + alpha |w|². Lasso and elastic net, over n rows (the sum of weights):
   * |y − Xw|² / 2n + alpha l1Ratio |w|₁ + ½ alpha (1 − l1Ratio) |w|².
   */
  alpha: z.number().min(0).default(1),
  l1Ratio: z.number().min(0).max(1).default(0.5),
  folds: z.int().min(2).max(20).default(5),
  /** Coefficients ≥ 0; the intercept is free. */
  positive: z.boolean().default(false),
  /** Passes of coordinate descent over the columns. */
  maxIterations: z.int().min(1).max(1_000_000).default(10_000),
});
export type LinearParams = z.output<typeof linearParams>;

/** The strength and mixture that a fit is made with. */
export type Strength = Pick<LinearParams, 'alpha' | 'l1Ratio'>;
