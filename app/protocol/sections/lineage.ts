import { z } from 'zod';
import { documentSchema } from '#app/pipeline/document.ts';
import { base } from '../base.ts';
import { columnSchema } from '../schema.ts';

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

const cell = z.union([z.null(), z.boolean(), z.number(), z.string()]);

export const rowPathSchema = z.object({
  row: z.object({ schema: z.array(columnSchema), cells: z.array(cell) }),
  sources: z.array(
    z.object({
      nodeId: z.string(),
      title: z.string(),
      port: z.string(),
      /** Rows that the row is made of, of which the first are `shown`. */
      rows: z.number(),
      /** Further rows that only decide that it is there, or what a window counts for it. */
      decides: z.number(),
      schema: z.array(columnSchema),
      shown: z.array(z.object({ /** From 1. */ number: z.number(), cells: z.array(cell) })),
    }),
  ),
  stops: z.array(z.object({ nodeId: z.string(), title: z.string(), reason: z.string() })),
  nodes: z.array(z.string()),
  wires: z.array(z.object({ from: z.object({ node: z.string(), port: z.string() }), to: z.object({ node: z.string() }) })),
  notes: z.array(z.string()),
});
export type RowPath = z.infer<typeof rowPathSchema>;

/** Paths of a column or a row through the canvas. */
export const lineageContract = {
  /** Back to the columns outside, forward to all that uses it; nothing is run. */
  column: base.input(z.object({ document: documentSchema, nodeId: z.string(), port: z.string(), column: z.string() })).output(columnPathSchema),
  /** Back to the rows of the sources that a row of a table is made of. Works where a page of the table does. */
  row: base
    .input(
      z.object({
        document: documentSchema,
        nodeId: z.string(),
        port: z.string(),
        /** Its place in the table as filtered and sorted, from 0. */
        row: z.int().min(0),
        filter: z.string().default(''),
        sort: z.array(z.object({ column: z.string(), descending: z.boolean() })).default([]),
        /** Values by column as far as they are known, for tables whose rows come in another order each time. */
        cells: z.record(z.string(), cell).optional(),
      }),
    )
    .output(rowPathSchema),
};
