import { z } from 'zod';
import { documentSchema } from '#app/pipeline/document.ts';
import { base } from '../base.ts';

/** Values to choose from. */
export const valuesContract = {
  /** Different values of a column of a table port as text, the most frequent first, missing left out. Works before a run as pages do. */
  list: base
    .input(
      z.object({
        document: documentSchema,
        nodeId: z.string(),
        port: z.string(),
        column: z.string(),
        /** Only values that hold this text, whatever the case of its letters. */
        search: z.string().max(500).default(''),
        limit: z.int().min(1).max(1000).default(200),
      }),
    )
    .output(z.object({ values: z.array(z.object({ value: z.string(), count: z.number() })), /** Different values that hold the text, of which `values` are the first. */ distinct: z.number() })),
};
