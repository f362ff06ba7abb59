import { z } from 'zod';

export const logisticParams = z.object({
  penalty: z.enum(['none', 'l2', 'l1', 'elastic-net']).default('l2'),
  /** Of the penalty: scikit-learn's 1/C. The objective is Σ loss + strength (ratio |w|₁ + ½ (1 − ratio) |w|²). */
  strength: z.number().min(0).default(1),
  /** Elastic net only; l1 is 1, l2 is 0. */
  l1Ratio: z.number().min(0).max(1).default(0.5),
  classWeights: z.enum(['none', 'balanced']).default('none'),
  maxIterations: z.number().int().min(1).max(100_000).default(500),
  /** On the largest slope of the mean loss, columns standardised. */
  tolerance: z.number().positive().default(1e-6),
});
export type LogisticParams = z.output<typeof logisticParams>;
