import { z } from 'zod';
import { defineNode } from '#app/sdk/node.ts';
import { configureTrainer, describeTrainer, featuresParam, suggestTarget, targetParam, trainerInputs, trainerOutputs, type TrainerSpec } from '#app/sdk/trainer.ts';

export const paramsSchema = z.object({
  target: targetParam(['string', 'boolean', 'integer']),
  features: featuresParam,
  smoothing: z.number().min(0).default(1).meta({ title: 'Smoothing', description: 'Added to the count of every category, so that one never seen with a class does not rule the class out. 0: none.', control: 'number', min: 0, step: 0.1 }),
  priors: z
    .enum(['observed', 'equal'])
    .default('observed')
    .meta({ title: 'Classes before looking', control: 'select', labels: { observed: 'As frequent as in the training rows', equal: 'Equally likely' } }),
  varianceShare: z.number().min(0).max(1).default(1e-9).meta({ title: 'Added variance', description: 'Share of the greatest variance, added to that of every number.', control: 'number', min: 0, advanced: true }),
});

export type Params = z.output<typeof paramsSchema>;

export const trainerSpec = ({ smoothing, priors, varianceShare }: Params): TrainerSpec => ({ algorithm: 'naive-bayes', task: 'classification', params: { smoothing, priors, varianceShare } });

export const definition = defineNode({
  type: 'train/naive-bayes',
  version: 1,
  title: 'Naive Bayes',
  summary: 'Predicts classes from how likely each feature’s value is in each class, as if features were independent.',
  keywords: ['bayes', 'gaussian', 'bernoulli', 'categorical', 'multinomial', 'classification', 'probability', 'fast', 'baseline'],
  inputs: trainerInputs,
  outputs: trainerOutputs,
  params: paramsSchema,
  describe: describeTrainer,
  configure: (context) => configureTrainer(context, trainerSpec(context.params)),
  suggest: (context) => suggestTarget(context, 'classification'),
});
