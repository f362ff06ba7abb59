import { z } from 'zod';
import { chartSpecSchema } from '#app/protocol/chart.ts';
import { columnSchema } from '#app/protocol/schema.ts';
import { chartQuerySchema } from '#app/sdk/charts.ts';
import type { Evaluation, LearnerSpec, ModelValue, Recipe, RecipeStep, Report } from '#app/sdk/ports.ts';

/** Values of ports as they come over the wire (app/sdk/ports), checked before they are drawn. */

const scalar = z.union([z.null(), z.boolean(), z.number(), z.string()]);
/** NaN and infinities do not survive JSON; a metric that is null could not be computed. */
const measured = z.number().nullable().transform((value) => value ?? Number.NaN);

const metricItem = z.object({
  name: z.string(),
  value: measured,
  format: z.enum(['count', 'number', 'percent', 'duration', 'bytes']),
  help: z.string().optional(),
});

const number = z.number();
const explanation = z.object({
  target: z.string(),
  scale: z.enum(['prediction', 'probability', 'log-odds']),
  columns: z.array(z.object({ name: z.string(), kind: z.enum(['number', 'boolean', 'date', 'timestamp', 'text', 'image']), values: z.array(z.union([z.null(), number, z.string()])) })),
  rows: z.array(number),
  explained: number,
  all: number,
  outputs: z.array(
    z.object({
      name: z.string(),
      base: measured,
      outputs: z.array(measured),
      values: z.array(z.array(measured)),
      errors: z.array(z.array(number.nullable())).nullable(),
      sizes: z.array(measured),
      sizeErrors: z.array(number.nullable()).nullable(),
      others: z.array(measured).nullable(),
    }),
  ),
  first: z.object({ output: number, row: number }),
});

const block = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), markdown: z.string() }),
  z.object({ type: z.literal('metrics'), title: z.string().optional(), metrics: z.array(metricItem) }),
  // A query of a newer version draws its chart all the same; it cannot be asked again.
  z.object({ type: z.literal('chart'), chart: chartSpecSchema, query: chartQuerySchema.optional().catch(undefined), input: z.string().optional() }),
  z.object({ type: z.literal('table'), title: z.string().optional(), columns: z.array(columnSchema), rows: z.array(z.array(scalar)) }),
  z.object({
    type: z.literal('pipeline'),
    title: z.string(),
    summary: z.string(),
    nodes: z.array(z.object({ id: z.string(), type: z.string(), params: z.record(z.string(), z.unknown()), title: z.string().optional() })),
    edges: z.array(z.object({ from: z.object({ node: z.string().nullable(), port: z.string() }), to: z.object({ node: z.string(), port: z.string() }) })),
  }),
  z.object({ type: z.literal('explanation'), explanation }),
]);

const report: z.ZodType<Report> = z.object({ title: z.string(), blocks: z.array(block) });

/** Which steps there are is known to the words for them (model/words.ts); here it is enough that it is one. */
const step = z.custom<RecipeStep>((value) => z.looseObject({ step: z.string(), columns: z.looseObject({ by: z.string() }) }).safeParse(value).success);

const recipe: z.ZodType<Recipe> = z.object({ steps: z.array(step) });

const task = z.enum(['classification', 'regression']);

const learner: z.ZodType<LearnerSpec> = z.object({
  algorithm: z.string(),
  task,
  params: z.record(z.string(), z.unknown()),
  recipe,
  target: z.string(),
  features: z.array(z.string()).nullable(),
});

const evaluation: z.ZodType<Evaluation> = z.object({ task, target: z.string(), rows: z.number(), metrics: z.record(z.string(), measured), report });

const model: z.ZodType<ModelValue> = z.object({
  kind: z.literal('model'),
  onnx: z.string(),
  signature: z.object({ task, target: columnSchema, inputs: z.array(columnSchema), classes: z.array(z.string()).optional(), features: z.array(z.string()) }),
  algorithm: z.string(),
  params: z.record(z.string(), z.unknown()),
  metrics: z.record(z.string(), measured),
  golden: z.string(),
  rows: z.number(),
  summary: z
    .object({
      importance: z.array(z.object({ feature: z.string(), share: z.number() })).optional(),
      coefficients: z.array(z.object({ feature: z.string(), coefficient: measured, cls: z.string().optional() })).optional(),
      curves: z.array(z.object({ name: z.string(), steps: z.array(z.number()), values: z.array(measured) })).optional(),
      converged: z.boolean().optional(),
      iterations: z.number().optional(),
      notes: z.array(z.string()),
    })
    .optional(),
});

/** What a port other than a table can show. */
export const shownValueSchema = z.union([
  z.object({ kind: z.literal('report'), report }),
  z.object({ kind: z.literal('evaluation'), evaluation }),
  z.object({ kind: z.literal('recipe'), recipe }),
  z.object({ kind: z.literal('learner'), learner }),
  model,
]);
export type ShownValue = z.infer<typeof shownValueSchema>;
