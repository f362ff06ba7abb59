import { z } from 'zod';
import { defineNode } from '#app/sdk/node.ts';
import { configureTrainer, describeTrainer, featuresParam, suggestTarget, targetParam, trainerInputs, trainerOutputs, type TrainerSpec } from '#app/sdk/trainer.ts';
import { classWeightsParam } from '#app/sdk/training-params.ts';

export const paramsSchema = z.object({
  target: targetParam(['string', 'boolean', 'integer']),
  features: featuresParam,
  penalty: z
    .enum(['none', 'l2', 'l1', 'elastic-net'])
    .default('l2')
    .meta({
      title: 'Penalty',
      description: 'L2 pulls all coefficients towards zero against overfitting; L1 leaves features out; elastic net does both.',
      labels: { none: 'None', l2: 'L2 (ridge)', l1: 'L1 (lasso)', 'elastic-net': 'Elastic net (L1 and L2)' },
    }),
  strength: z
    .number()
    .min(0)
    .default(1)
    .meta({ title: 'Strength', description: 'Of the penalty: the inverse of scikit-learn’s C. 0: none.', control: 'number', min: 0, step: 0.1, visibleWhen: { param: 'penalty', in: ['l2', 'l1', 'elastic-net'] } }),
  l1Ratio: z.number().min(0).max(1).default(0.5).meta({ title: 'L1 ratio', description: '1 is L1 alone, 0 is L2.', control: 'slider', min: 0, max: 1, step: 0.05, visibleWhen: { param: 'penalty', in: ['elastic-net'] } }),
  classWeights: classWeightsParam,
  maxIterations: z.int().min(1).max(100_000).default(500).meta({ title: 'Most iterations', advanced: true, control: 'number', min: 1, max: 100_000 }),
  tolerance: z.number().positive().default(1e-6).meta({ title: 'Tolerance', description: 'Stops once the slope of the loss is below this.', advanced: true, control: 'number' }),
});

export type Params = z.output<typeof paramsSchema>;

export function trainerSpec({ target: _target, features: _features, ...params }: Params): TrainerSpec {
  return { algorithm: 'logistic-regression', task: 'classification', params };
}

export const definition = defineNode({
  type: 'train/logistic-regression',
  version: 2,
  title: 'Logistic Regression',
  summary: 'Predicts classes with probabilities from a weighted sum of the features; two classes or more.',
  keywords: ['classification', 'logit', 'binary', 'multinomial', 'softmax', 'lasso', 'elastic net', 'regularisation', 'linear model', 'probability', 'coefficients'],
  inputs: trainerInputs,
  outputs: trainerOutputs,
  params: paramsSchema,
  describe: describeTrainer,
  configure: (context) => configureTrainer(context, trainerSpec(context.params)),
  /** Version 1 had one number, `l2`: the strength of an L2 penalty, 0 for none. */
  migrate: {
    1: ({ l2, ...rest }) => ({ ...rest, ...(typeof l2 === 'number' ? (l2 > 0 ? { strength: l2 } : { penalty: 'none' }) : {}) }),
  },
  suggest: (context) => suggestTarget(context, 'classification'),
});
