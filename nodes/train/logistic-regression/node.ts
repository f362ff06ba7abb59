import { z } from 'zod';
import { defineNode } from '#app/sdk/node.ts';
import { configureTrainer, describeTrainer, featuresParam, suggestTarget, targetParam, trainerInputs, trainerOutputs, type TrainerSpec } from '#app/sdk/trainer.ts';

export const paramsSchema = z.object({
  target: targetParam(['string', 'boolean', 'integer']),
  features: featuresParam,
  l2: z.number().min(0).default(1).meta({
    title: 'Penalty',
    description: 'Pulls coefficients towards zero against overfitting: the inverse of scikit-learn’s C. 0: none.',
    control: 'number',
    min: 0,
    step: 0.1,
  }),
  classWeights: z
    .enum(['none', 'balanced'])
    .default('none')
    .meta({ title: 'Class weights', description: 'Balanced gives rare classes as much say as frequent ones.', labels: { none: 'Every row counts the same', balanced: 'Every class counts the same' } }),
  maxIterations: z.int().min(1).max(100_000).default(500).meta({ title: 'Most iterations', advanced: true, control: 'number', min: 1, max: 100_000 }),
  tolerance: z.number().positive().default(1e-6).meta({ title: 'Tolerance', description: 'Stops once the slope of the loss is below this.', advanced: true, control: 'number' }),
});

export type Params = z.output<typeof paramsSchema>;

export const trainerSpec = ({ l2, classWeights, maxIterations, tolerance }: Params): TrainerSpec => ({
  algorithm: 'logistic-regression',
  task: 'classification',
  params: { l2, classWeights, maxIterations, tolerance },
});

export const definition = defineNode({
  type: 'train/logistic-regression',
  version: 1,
  title: 'Logistic Regression',
  summary: 'Predicts classes with probabilities from a weighted sum of the features; two classes or more.',
  keywords: ['classification', 'logit', 'binary', 'multinomial', 'softmax', 'linear model', 'probability', 'coefficients'],
  inputs: trainerInputs,
  outputs: trainerOutputs,
  params: paramsSchema,
  describe: describeTrainer,
  configure: (context) => configureTrainer(context, trainerSpec(context.params)),
  suggest: (context) => suggestTarget(context, 'classification'),
});
