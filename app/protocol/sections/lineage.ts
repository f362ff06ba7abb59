import { z } from 'zod';
import { documentSchema } from '#app/pipeline/document.ts';
import { base } from '../base.ts';

const via = z.enum(['value', 'filter']);

export const columnPathSchema = z.object({
  stops: z.array(
    z.object({
      nodeId: z.string(),
      title: z.string(),
      port: z.string(),
      direction: z.enum(['back', 'target', 'forward']),
      columns: z.array(z.object({ column: z.string(), via, expression: z.string().nullable() })),
    }),
  ),
  wires: z.array(z.object({ from: z.object({ node: z.string(), port: z.string() }), to: z.object({ node: z.string() }), via, direction: z.enum(['back', 'forward']) })),
  sources: z.array(z.object({ nodeId: z.string(), title: z.string(), label: z.string(), column: z.string(), via })),
  users: z.array(z.object({ nodeId: z.string(), title: z.string() })),
});
export type ColumnPath = z.infer<typeof columnPathSchema>;

/** Paths of a column through the canvas. */
export const lineageContract = {
  /** Back to the columns outside, forward to all that uses it; nothing is run. */
  column: base.input(z.object({ document: documentSchema, nodeId: z.string(), port: z.string(), column: z.string() })).output(columnPathSchema),
};
