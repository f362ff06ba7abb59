import { z } from 'zod';
import { columnSchema } from './schema.ts';

/** One column, exact; see app/data/column-detail.ts for the meaning of each number. */
export const columnDetailSchema = z.object({
  name: z.string(),
  type: columnSchema.shape.type,
  rows: z.number(),
  missing: z.number(),
  distinct: z.number(),
  numbers: z
    .object({ mean: z.number().nullable(), stddev: z.number().nullable(), skewness: z.number().nullable(), sum: z.number().nullable(), zeros: z.number(), negative: z.number(), notFinite: z.number() })
    .nullable(),
  text: z.object({ shortest: z.number(), longest: z.number(), empty: z.number(), untrimmed: z.number(), likeNumber: z.number(), likeDate: z.number() }).nullable(),
  quantiles: z.array(z.object({ fraction: z.number(), value: z.union([z.number(), z.string()]) })),
  min: z.union([z.number(), z.string()]).nullable(),
  max: z.union([z.number(), z.string()]).nullable(),
  histogram: z.object({ edges: z.array(z.number()), counts: z.array(z.number()) }).nullable(),
  top: z.array(z.object({ value: z.string(), count: z.number() })),
});
export type ColumnDetail = z.infer<typeof columnDetailSchema>;
