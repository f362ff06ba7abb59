import { z } from 'zod';
import { configureEvaluation, describeEvaluation, evaluationInputs, evaluationOutputs, evaluationParams } from '#app/sdk/evaluation.ts';
import { defineNode } from '#app/sdk/node.ts';
import { sliceParams } from '#app/sdk/slices.ts';

export const paramsSchema = z.object({
  ...evaluationParams,
  shares: z
    .enum(['counts', 'rows', 'columns'])
    .default('counts')
    .meta({
      title: 'Colour by',
      description: 'Cells always show the number of rows.',
      labels: { counts: 'Rows', rows: 'Share of the true class', columns: 'Share of the predicted class' },
    }),
  ...sliceParams,
});

export type Params = z.output<typeof paramsSchema>;

export const definition = defineNode({
  type: 'evaluate/confusion-matrix',
  version: 1,
  title: 'Confusion Matrix',
  summary: 'Counts which classes are taken for which, with accuracy, precision, recall and F1 for each class.',
  keywords: ['slices', 'subgroups', 'error analysis', 'accuracy', 'precision', 'recall', 'f1', 'classification report', 'errors', 'evaluate'],
  inputs: evaluationInputs,
  outputs: evaluationOutputs,
  params: paramsSchema,
  describe: describeEvaluation,
  configure: (context) => configureEvaluation(context, 'classification'),
});
