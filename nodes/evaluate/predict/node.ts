import { z } from 'zod';
import { defineNode, type ConfigureResult } from '#app/sdk/node.ts';
import { predictedSchema, predictionProblems } from '#app/sdk/prediction.ts';

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
    return { outputs: { table: { kind: 'table', schema: predictedSchema(schema, signature) } }, diagnostics: predictionProblems(schema, signature) };
  },
});
