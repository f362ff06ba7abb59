import { z } from 'zod';

/** A `Diagnostic` as it is checked at every boundary it crosses: the wire, and the store. */
export const diagnosticSchema = z.object({
  severity: z.enum(['error', 'warning', 'info']),
  code: z.string(),
  message: z.string(),
  remedy: z.string().optional(),
  place: z
    .object({
      nodeId: z.string().optional(),
      port: z.string().optional(),
      param: z.array(z.union([z.string(), z.number()])).optional(),
      span: z.object({ start: z.number(), end: z.number() }).optional(),
      column: z.string().optional(),
      file: z.string().optional(),
      line: z.number().optional(),
    })
    .optional(),
});
