import { z } from 'zod';
import { documentSchema } from '#app/pipeline/document.ts';
import { base } from '../base.ts';
import { diagnosticSchema } from '../schema.ts';

const cell = z.union([z.null(), z.boolean(), z.number(), z.string()]);

export const expressionPreviewSchema = z.object({
  /** Type of the result; null where the text is wrong or empty. */
  type: z.string().nullable(),
  diagnostics: z.array(diagnosticSchema),
  /** Columns that the expression reads, in order of appearance. */
  columns: z.array(z.string()),
  /** For the first rows of the input: the columns read, then the result. Null while the input has no rows to look at yet. */
  rows: z.array(z.array(cell)).nullable(),
  /** How many of the rows looked at have each result: for conditions true, false and missing; else missing only. */
  counts: z.object({ rows: z.number(), missing: z.number(), yes: z.number().nullable() }).nullable(),
});
export type ExpressionPreview = z.infer<typeof expressionPreviewSchema>;

/** Live results of expressions while they are typed. */
export const expressionsContract = {
  preview: base
    .input(
      z.object({
        document: documentSchema,
        nodeId: z.string(),
        /** Input port whose columns the expression is over; default: the first table input. */
        from: z.string().nullable().default(null),
        text: z.string().max(20_000),
        /** Columns made before it by the same node, which it can read. */
        earlier: z.array(z.object({ name: z.string(), expression: z.string().max(20_000) })).max(200).default([]),
      }),
    )
    .output(expressionPreviewSchema),
};
