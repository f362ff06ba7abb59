import { z } from 'zod';
import { documentSchema } from '#app/pipeline/document.ts';
import { base } from '../base.ts';
import { diagnosticSchema, freshnessSchema } from '../schema.ts';

/** NaN does not survive JSON. */
const measured = z.number().nullable().transform((value) => value ?? Number.NaN);

/** What a pipeline is described from, besides its document and the catalogue (`DescriptionFacts` in app/pipeline). */
export const descriptionFactsSchema = z.object({
  nodes: z.record(z.string(), z.object({ outputs: z.record(z.string(), z.looseObject({ kind: z.string() })), describe: z.string() })),
  diagnostics: z.array(diagnosticSchema),
  freshness: z.record(z.string(), freshnessSchema),
  run: z
    .object({
      status: z.string(),
      nodes: z.record(
        z.string(),
        z.object({
          status: z.string(),
          ports: z.record(z.string(), z.object({ kind: z.string(), rows: z.number().nullable() })),
          metrics: z.record(z.string(), measured),
          diagnostics: z.array(diagnosticSchema),
        }),
      ),
    })
    .nullable(),
  missing: z.record(z.string(), z.object({ rows: z.number(), columns: z.record(z.string(), z.number()) })),
});

/** What the app tells people about their pipelines. */
export const helpContract = {
  /** Pipelines over data that come with the app, to begin with. */
  templates: base.output(z.array(z.object({ name: z.string(), kind: z.string(), seconds: z.number(), document: documentSchema }))),
  /** Makes a pipeline from a template, or from the example of a node type, and brings the data that it reads. */
  begin: base.input(z.union([z.object({ template: z.string() }), z.object({ example: z.string() })])).output(z.object({ path: z.string() })),
  /** Node types that have an example. */
  examples: base.output(z.array(z.string())),
  /** What a pipeline can be told from: its graph and its latest runs. Nothing is run. The front end makes the words, in its language. */
  describe: base.input(z.object({ document: documentSchema })).output(descriptionFactsSchema),
};
