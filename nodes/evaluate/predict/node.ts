import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import type { Schema } from '#app/relation/types.ts';
import { defineNode, type ConfigureResult } from '#app/sdk/node.ts';
import type { ModelSignature } from '#app/sdk/ports.ts';
import { inputKind } from '#app/sdk/model-input.ts';
import { predictedSchema, predictionSchema } from '#app/sdk/prediction.ts';

export const paramsSchema = z.object({});
export type Params = z.output<typeof paramsSchema>;

export const definition = defineNode({
  type: 'evaluate/predict',
  version: 1,
  title: 'Predict',
  summary: 'Applies a model to every row of a table and appends the prediction and, for classes, their probabilities.',
  keywords: ['score', 'apply', 'inference', 'test', 'probability', 'batch'],
  inputs: [
    { name: 'table', title: 'Table', kind: 'table', arity: 'one', summary: 'Rows to predict; may still have the target.' },
    { name: 'model', title: 'Model', kind: 'model', arity: 'one' },
  ],
  outputs: [{ name: 'table', title: 'Predictions', kind: 'table', summary: 'The table with the prediction appended.' }],
  rowsOf: { table: { input: 'table', by: 'place' } },
  params: paramsSchema,
  describe: (_, say) => say`appends the prediction`,
  configure: ({ inputs }): ConfigureResult => {
    const table = inputs['table']?.[0];
    const model = inputs['model']?.[0];
    const schema = table?.kind === 'table' ? table.schema : null;
    const signature = model?.kind === 'model' ? model.signature : null;
    if (schema === null || signature === null) return { outputs: { table: { kind: 'table', schema: null } } };
    return { outputs: { table: { kind: 'table', schema: predictedSchema(schema, signature) } }, diagnostics: problems(schema, signature) };
  },
});

function problems(schema: Schema, signature: ModelSignature): Diagnostic[] {
  const byName = new Map(schema.map((column) => [column.name, column.type]));
  // Before fitting, features are not known, and fitting may still leave columns out.
  const severity = signature.features.length > 0 ? 'error' : 'warning';
  const missing = signature.inputs.filter((column) => !byName.has(column.name)).map((column) => column.name);
  const diagnostics: Diagnostic[] = missing.map((column) => ({
    severity,
    code: 'missing-column',
    message: `The model was trained on the column “${column}”, which this table does not have.`,
    remedy: 'Connect a table with the columns of the training table.',
    place: { port: 'table', column },
  }));
  for (const { name, type } of signature.inputs) {
    const found = byName.get(name);
    if (found === undefined || inputKind(found) === inputKind(type)) continue;
    diagnostics.push({
      severity,
      code: 'column-type',
      message: `The model was trained on “${name}” as ${inputKind(type)}, but in this table it is ${inputKind(found) ?? `of type ${found}`}.`,
      remedy: 'Convert the column before this node.',
      place: { port: 'table', column: name },
    });
  }
  for (const column of predictionSchema(signature)) {
    if (!byName.has(column.name)) continue;
    diagnostics.push({
      severity: 'info',
      code: 'replaced-column',
      message: `The table has a column “${column.name}” already; the new prediction takes its place.`,
      remedy: 'Rename it before this node to keep both.',
      place: { port: 'table', column: column.name },
    });
  }
  return diagnostics;
}
