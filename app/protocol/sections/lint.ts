import { z } from 'zod';
import { diagnosticSchema } from '#app/core/diagnostic-schema.ts';
import { documentSchema } from '#app/pipeline/document.ts';
import { base } from '../base.ts';

export const findingSchema = diagnosticSchema.extend({
  /** What one click does about it: a command (app/pipeline/commands) on the document asked about; checked when it is applied. */
  fix: z.object({ title: z.string(), command: z.looseObject({ type: z.string() }) }).optional(),
});

/** What is not wrong with a pipeline, but wrong with what it will say. */
export const lintContract = {
  /** Where test rows, the target or the future get into training; from the graph, and from finished results where there are any. Nothing is run. */
  leaks: base.input(z.object({ document: documentSchema })).output(z.object({ findings: z.array(findingSchema), /** False while rows are still being looked at: ask again. */ complete: z.boolean() })),
};
