import { z } from 'zod';
import { configureEvaluation, describeEvaluation, evaluationInputs, evaluationOutputs, evaluationParams } from '#app/sdk/evaluation.ts';
import { defineNode } from '#app/sdk/node.ts';
import { sliceParams } from '#app/sdk/slices.ts';

export const paramsSchema = z.object({
  ...evaluationParams,
  ...sliceParams,
  points: z.int().min(100).max(20_000).default(2000).meta({ title: 'Points drawn', description: 'Larger tables are sampled evenly for the scatter charts; the numbers always use every row.', control: 'number', min: 100, max: 20_000, advanced: true }),
  bins: z.int().min(5).max(200).default(40).meta({ title: 'Histogram bins', control: 'number', min: 5, max: 200, advanced: true }),
});

export type Params = z.output<typeof paramsSchema>;

export const definition = defineNode({
  type: 'evaluate/regression-diagnostics',
  version: 1,
  title: 'Regression Diagnostics',
  summary: 'How far predicted numbers are from the truth: R², RMSE, MAE, MAPE, and charts of predictions and residuals.',
  keywords: ['slices', 'subgroups', 'error analysis', 'r2', 'rmse', 'mae', 'mape', 'residuals', 'error', 'predicted actual', 'evaluate'],
  inputs: evaluationInputs,
  outputs: evaluationOutputs,
  params: paramsSchema,
  describe: describeEvaluation,
  configure: (context) => configureEvaluation(context, 'regression'),
});
