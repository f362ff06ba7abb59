import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import { paramMissing, schemaAt } from '#app/sdk/configuration.ts';
import { defineNode, type ConfigureContext, type ConfigureResult } from '#app/sdk/node.ts';
import { predictedSchema, predictionProblems } from '#app/sdk/prediction.ts';
import type { ModelSignature } from '#app/sdk/ports.ts';
import { shownPath, writerConfiguration } from '#app/sdk/writer.ts';

export const paramsSchema = z.object({
  model: z
    .string()
    .max(200)
    .default('')
    .meta({ title: 'Registered model', description: 'Name, or name@alias, name@3, name@production. Used where no model is connected.', control: 'text', placeholder: 'customers@champion' }),
  path: z
    .string()
    .max(1000)
    .default('')
    .meta({ title: 'File', description: 'Also writes the predictions there, as Parquet or CSV. Empty: no file.', control: 'text', placeholder: 'exports/scored.parquet' }),
  partRows: z
    .int()
    .min(1000)
    .max(10_000_000)
    .default(250_000)
    .meta({ title: 'Rows at once', description: 'Rows that are predicted, and kept, together. Fewer take less memory.', control: 'number', min: 1000, max: 10_000_000, step: 1000, advanced: true }),
});

export type Params = z.output<typeof paramsSchema>;

const column = z.object({ name: z.string(), type: z.enum(['boolean', 'integer', 'float', 'string', 'date', 'time', 'timestamp', 'binary']) });
const signatureSchema = z.object({
  task: z.enum(['classification', 'regression']),
  target: column,
  inputs: z.array(column),
  classes: z.array(z.string()).optional(),
  features: z.array(z.string()),
});

/** What is known of the registered model before a run. */
export const factsSchema = z.object({
  registered: z.object({ name: z.string(), version: z.number(), signature: signatureSchema }).nullable(),
  problem: z.object({ message: z.string(), remedy: z.string().optional() }).nullable(),
});

export const hasPath = ({ path }: Pick<Params, 'path'>): boolean => path.trim() !== '';
export const isCsv = (path: string): boolean => /\.csv$/i.test(path.trim());

export const definition = defineNode({
  type: 'deploy/batch-score',
  version: 1,
  title: 'Batch Score',
  summary: 'Predicts for tables of any size, part by part, with a connected or a registered model, and goes on where it was stopped.',
  keywords: ['score', 'predict', 'batch', 'registry', 'nightly', 'bulk', 'inference'],
  inputs: [
    { name: 'table', title: 'Table', kind: 'table', arity: 'one', summary: 'Rows to predict; may still have the target.' },
    { name: 'model', title: 'Model', kind: 'model', arity: 'optional', summary: 'Instead of a registered one.' },
  ],
  outputs: [
    { name: 'table', title: 'Predictions', kind: 'table', summary: 'The table with the prediction appended.' },
    { name: 'report', title: 'Report', kind: 'report', summary: 'Rows, time, the version used and where the file is.' },
  ],
  rowsOf: { table: { input: 'table', by: 'place' } },
  params: paramsSchema,
  describe({ model, path }, say) {
    const short = path.length > 30 ? `…${path.slice(-29)}` : path;
    if (path.trim() !== '') return model === '' ? shownPath(path) : say`${model} to ${short}`;
    return model === '' ? say`appends the prediction` : say`by ${model}`;
  },
  configure(context): ConfigureResult {
    const schema = schemaAt(context);
    const { signature, diagnostics } = signatureOf(context);
    if (hasPath(context.params)) diagnostics.push(...(writerConfiguration(context).diagnostics ?? []), ...formatProblems(context.params.path));
    if (schema !== null && signature !== null) diagnostics.push(...predictionProblems(schema, signature));
    return { outputs: { table: { kind: 'table', schema: schema === null || signature === null ? null : predictedSchema(schema, signature) }, report: { kind: 'report' } }, diagnostics };
  },
});

/** The model's, as far as it is known; and why it is not. */
function signatureOf({ inputs, params, facts }: ConfigureContext<Params>): { signature: ModelSignature | null; diagnostics: Diagnostic[] } {
  const connected = inputs['model']?.[0];
  if (connected?.kind === 'model') {
    const both: Diagnostic = { severity: 'info', code: 'model-connected', message: 'The connected model predicts; the registered one is not used.', remedy: 'Remove the connection to use the registered model.', place: { param: ['model'] } };
    return { signature: connected.signature, diagnostics: params.model === '' ? [] : [both] };
  }
  if (params.model.trim() === '') return { signature: null, diagnostics: [paramMissing(['model'], 'There is no model to predict with.', 'Connect a model, or name a registered one, such as churn@champion.')] };
  const known = factsSchema.safeParse(facts);
  if (!known.success) return { signature: null, diagnostics: [] };
  const { registered, problem } = known.data;
  return { signature: registered?.signature ?? null, diagnostics: problem === null ? [] : [{ severity: 'error', code: 'unknown-model', ...problem, place: { param: ['model'] } }] };
}

function formatProblems(path: string): Diagnostic[] {
  if (/\.(csv|parquet|pq)$/i.test(path.trim()) || /[\\/]$/.test(path)) return [];
  return [{ severity: 'error', code: 'output-format', message: `${path} is neither CSV nor Parquet.`, remedy: 'Name an output file that ends in .csv or .parquet.', place: { param: ['path'] } }];
}
