import { z } from 'zod';

export const naiveBayesParams = z.object({
  /** Added to every count of a category (Laplace; scikit-learn's `alpha`). */
  smoothing: z.number().min(0).default(1),
  /** Of the greatest variance of a feature, added to all variances (scikit-learn's `var_smoothing`). */
  varianceShare: z.number().min(0).default(1e-9),
  priors: z.enum(['observed', 'equal']).default('observed'),
});
export type NaiveBayesParams = z.output<typeof naiveBayesParams>;
