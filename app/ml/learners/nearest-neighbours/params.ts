import { z } from 'zod';

export const nearestParams = z.object({
  neighbours: z.number().int().min(1).max(1000).default(5),
  /** `uniform`: every neighbour counts the same; `distance`: by the inverse of its distance. */
  weights: z.enum(['uniform', 'distance']).default('uniform'),
});
export type NearestParams = z.output<typeof nearestParams>;
