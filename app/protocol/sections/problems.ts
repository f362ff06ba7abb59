import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { diagnosticSchema } from '#app/core/diagnostic-schema.ts';
import { base } from '../base.ts';

/** What is wrong in one pipeline of the project, as its file says. */
export const pipelineProblemsSchema = z.object({
  path: z.string(),
  title: z.string(),
  /** `node`: title and type of the node at the diagnostic's place, where there is one. */
  problems: z.array(z.object({ diagnostic: diagnosticSchema, node: z.object({ id: z.string(), title: z.string(), type: z.string() }).nullable() })),
  /** Problems beyond those listed. */
  more: z.number(),
});
export type PipelineProblems = z.infer<typeof pipelineProblemsSchema>;

export const projectProblemsEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('pipeline'), pipeline: pipelineProblemsSchema }),
  z.object({ type: z.literal('gone'), path: z.string() }),
  /** After each pipeline, and when there is nothing more to look at for now. */
  z.object({ type: z.literal('progress'), looked: z.number(), total: z.number(), busy: z.boolean() }),
]);
export type ProjectProblemsEvent = z.infer<typeof projectProblemsEventSchema>;

export const problemsContract = {
  /** Problems of all pipelines of the project, each as soon as it is known and again when its file changes. Ends when the caller goes. Nothing is run. */
  watch: base.output(eventIterator(projectProblemsEventSchema)),
  /** Looks at every pipeline again, also where its file did not change. */
  lookAgain: base.output(z.object({})),
};
