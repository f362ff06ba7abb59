import { z } from 'zod';
import { defineNode } from '#app/sdk/node.ts';
import { configureTrainer, describeTrainer, featuresParam, suggestTarget, targetParam, trainerInputs, trainerOutputs, type TrainerSpec } from '#app/sdk/trainer.ts';

export const paramsSchema = z.object({
  target: targetParam(['integer', 'float']),
  features: featuresParam,
  l2: z.number().min(0).default(0).meta({
    title: 'Ridge penalty',
    description: 'Pulls coefficients towards zero, which steadies them where features resemble each other. 0: plain least squares.',
    control: 'number',
    min: 0,
    step: 0.1,
  }),
});

export type Params = z.output<typeof paramsSchema>;

export const trainerSpec = ({ l2 }: Params): TrainerSpec => ({ algorithm: 'linear-regression', task: 'regression', params: { l2 } });

export const definition = defineNode({
  type: 'train/linear-regression',
  version: 1,
  title: 'Linear Regression',
  summary: 'Predicts a number as a weighted sum of the features, by least squares, with an optional ridge penalty.',
  keywords: ['regression', 'least squares', 'ols', 'ridge', 'linear model', 'number', 'coefficients'],
  inputs: trainerInputs,
  outputs: trainerOutputs,
  params: paramsSchema,
  describe: describeTrainer,
  configure: (context) => configureTrainer(context, trainerSpec(context.params)),
  suggest: (context) => suggestTarget(context, 'regression'),
});
