import { z } from 'zod';
import { documentSchema } from '#app/pipeline/document.ts';
import { base } from '../base.ts';

const spanSchema = z.union([z.string(), z.object({ code: z.string() }), z.object({ node: z.string(), text: z.string() })]);
const sentenceSchema = z.array(spanSchema);
const blockSchema = z.discriminatedUnion('kind', [z.object({ kind: z.literal('text'), text: sentenceSchema }), z.object({ kind: z.literal('list'), ordered: z.boolean(), items: z.array(sentenceSchema) })]);

export const descriptionSchema = z.object({
  title: z.string(),
  intro: sentenceSchema,
  sections: z.array(z.object({ id: z.enum(['in', 'steps', 'learnt', 'out', 'watch']), title: z.string(), blocks: z.array(blockSchema) })),
});

/** What the app tells people about their pipelines. */
export const helpContract = {
  /** Pipelines over data that come with the app, to begin with. */
  templates: base.output(z.array(z.object({ name: z.string(), kind: z.string(), seconds: z.number(), document: documentSchema }))),
  /** Makes a pipeline from a template, or from the example of a node type, and brings the data that it reads. */
  begin: base.input(z.union([z.object({ template: z.string() }), z.object({ example: z.string() })])).output(z.object({ path: z.string() })),
  /** Node types that have an example. */
  examples: base.output(z.array(z.string())),
  /** The pipeline in words, from its graph and its latest runs. Nothing is run. */
  describe: base.input(z.object({ document: documentSchema })).output(descriptionSchema),
};
