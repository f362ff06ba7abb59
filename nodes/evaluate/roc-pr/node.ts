import { z } from 'zod';
import { configureEvaluation, describeEvaluation, evaluationInputs, evaluationOutputs, evaluationParams } from '#app/sdk/evaluation.ts';
import { defineNode } from '#app/sdk/node.ts';

export const paramsSchema = z.object({
  ...evaluationParams,
  positive: z.string().default('').meta({
    title: 'Positive class',
    description: 'The class to find. Empty: with two classes the last one (true, 1, yes); with more, each against the rest.',
    control: 'text',
    placeholder: 'automatic',
  }),
});

export type Params = z.output<typeof paramsSchema>;

export const definition = defineNode({
  type: 'evaluate/roc-pr',
  version: 1,
  title: 'ROC / PR',
  summary: 'How well probabilities rank the rows: ROC and precision-recall curves and their areas, for any number of classes.',
  keywords: ['auc', 'roc', 'precision recall', 'average precision', 'threshold', 'ranking', 'brier', 'evaluate'],
  inputs: evaluationInputs,
  outputs: evaluationOutputs,
  params: paramsSchema,
  describe: describeEvaluation,
  configure: (context) => configureEvaluation(context, 'classification', true),
});
