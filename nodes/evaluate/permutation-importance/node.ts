import { z } from 'zod';
import { defineNode } from '#app/sdk/node.ts';
import { modelDiagnostics, understandingInputs } from '#app/sdk/understanding.ts';

export const paramsSchema = z.object({
  classMeasure: z
    .enum(['accuracy', 'balanced-accuracy', 'f1', 'roc-auc', 'log-loss'])
    .default('roc-auc')
    .meta({ title: 'Measure for classes', control: 'select', labels: { accuracy: 'Accuracy', 'balanced-accuracy': 'Balanced accuracy', f1: 'F1 (macro)', 'roc-auc': 'ROC AUC', 'log-loss': 'Log loss' } }),
  numberMeasure: z
    .enum(['r2', 'rmse', 'mae'])
    .default('r2')
    .meta({ title: 'Measure for numbers', control: 'select', labels: { r2: 'R²', rmse: 'RMSE', mae: 'MAE' } }),
  repeats: z.int().min(1).max(100).default(5).meta({ title: 'Permutations a column', description: 'More give narrower intervals and take longer.', control: 'number', min: 1, max: 100 }),
  rows: z.int().min(100).max(200_000).default(10_000).meta({ title: 'Most rows', description: 'A larger table is sampled, the same way every time.', control: 'number', min: 100, max: 200_000, step: 1000 }),
  together: z.boolean().default(true).meta({ title: 'Related columns together', description: 'Groups of columns that say nearly the same are also permuted as one.', control: 'switch' }),
});

export type Params = z.output<typeof paramsSchema>;

export const definition = defineNode({
  type: 'evaluate/permutation-importance',
  version: 1,
  title: 'Permutation Importance',
  summary: 'Which raw columns a model needs: how much worse it does when the values of one are dealt out anew among the rows.',
  keywords: ['feature importance', 'variable importance', 'permutation', 'explain', 'model inspection', 'permutation_importance', 'xai', 'interpretability'],
  inputs: understandingInputs,
  outputs: [
    { name: 'report', title: 'Report', kind: 'report' },
    { name: 'table', title: 'Importance', kind: 'table', summary: 'One row a column, and one a group of related columns.' },
  ],
  params: paramsSchema,
  describe: ({ repeats }, say) => (repeats === 1 ? say`1 permutation a column` : say`${repeats} permutations a column`),
  configure: (context) => ({
    outputs: {
      report: { kind: 'report' },
      table: {
        kind: 'table',
        schema: [
          { name: 'rank', type: 'integer' },
          { name: 'column', type: 'string' },
          { name: 'columns', type: 'integer' },
          { name: 'importance', type: 'float' },
          { name: 'low', type: 'float' },
          { name: 'high', type: 'float' },
          { name: 'deviation', type: 'float' },
        ],
      },
    },
    diagnostics: modelDiagnostics(context, { truth: true }),
  }),
});
