import { z } from 'zod';
import { defineNode } from '#app/sdk/node.ts';
import { configureTrainer, describeTrainerBy, featuresParam, suggestTarget, targetParam, taskParam, trainerInputs, trainerOutputs, type TrainerSpec } from '#app/sdk/trainer.ts';
import { classWeightsParam, trainingSeedParam } from '#app/sdk/training-params.ts';

export const paramsSchema = z.object({
  target: targetParam(['string', 'boolean', 'integer', 'float']),
  features: featuresParam,
  task: taskParam,
  iterations: z.int().min(1).max(100_000).default(300).meta({ title: 'Rounds', description: 'Trees at most (one a class where there are several). Early stopping keeps the best.', control: 'number', min: 1, max: 100_000 }),
  learningRate: z.number().positive().max(1).default(0.1).meta({ title: 'Learning rate', description: 'How much of each tree is taken. Smaller needs more rounds and often predicts better.', control: 'number', min: 0.001, max: 1, step: 0.01 }),
  maxLeaves: z.int().min(2).max(4096).default(31).meta({ title: 'Leaves a tree', description: 'More leaves follow finer patterns, and noise.', control: 'number', min: 2, max: 4096 }),
  minRows: z.int().min(1).default(20).meta({ title: 'Rows in a leaf', description: 'At least so many. Fewer follow finer patterns, and noise.', control: 'number', min: 1 }),
  earlyStopping: z.boolean().default(true).meta({ title: 'Early stopping', description: 'Stops once the loss on held-back rows no longer improves, and keeps the best round.' }),
  patience: z.int().min(1).max(10_000).default(20).meta({ title: 'Patience', unit: 'rounds', control: 'number', min: 1, visibleWhen: { param: 'earlyStopping', in: [true] } }),
  validationFraction: z.number().min(0).max(0.5).default(0.1).meta({ title: 'Held-back share', description: 'Share of the rows that is only measured on while training. 0 turns early stopping off.', control: 'slider', min: 0, max: 0.5, step: 0.05, visibleWhen: { param: 'earlyStopping', in: [true] } }),
  classWeights: classWeightsParam,
  objective: z.enum(['mean', 'median', 'quantile']).default('mean').meta({ title: 'Predict', description: 'For numbers: the mean, the median (outliers count less), or a quantile such as the 90 % that a value will not exceed.', labels: { mean: 'The mean', median: 'The median', quantile: 'A quantile' } }),
  quantile: z.number().gt(0).lt(1).default(0.9).meta({ title: 'Quantile', control: 'number', min: 0.01, max: 0.99, step: 0.01, visibleWhen: { param: 'objective', in: ['quantile'] } }),
  rising: z.array(z.string()).default([]).meta({ title: 'Predictions rise with', description: 'With these columns a prediction may only rise, all else equal.', control: 'columns', from: 'table', types: ['boolean', 'integer', 'float'], advanced: true }),
  falling: z.array(z.string()).default([]).meta({ title: 'Predictions fall with', description: 'With these columns a prediction may only fall, all else equal.', control: 'columns', from: 'table', types: ['boolean', 'integer', 'float'], advanced: true }),
  growth: z.enum(['leaf-wise', 'depth-wise']).default('leaf-wise').meta({ title: 'Growth', labels: { 'leaf-wise': 'Where it gains most', 'depth-wise': 'Level by level' }, advanced: true }),
  maxDepth: z.int().min(0).max(64).default(0).meta({ title: 'Deepest', description: 'Splits between root and leaf; 0: any number.', control: 'number', min: 0, max: 64, advanced: true }),
  l2: z.number().min(0).default(0).meta({ title: 'L2 penalty', description: 'Pulls the values of leaves towards zero.', control: 'number', min: 0, step: 0.1, advanced: true }),
  minGain: z.number().min(0).default(0).meta({ title: 'Least gain', description: 'A split must lower the loss by this much.', control: 'number', min: 0, step: 0.1, advanced: true }),
  rowShare: z.number().positive().max(1).default(1).meta({ title: 'Rows a tree', description: 'Share of the rows each tree sees.', control: 'slider', min: 0.1, max: 1, step: 0.05, advanced: true }),
  featureShare: z.number().positive().max(1).default(1).meta({ title: 'Features a tree', description: 'Share of the features each tree sees.', control: 'slider', min: 0.1, max: 1, step: 0.05, advanced: true }),
  maxBins: z.int().min(2).max(255).default(255).meta({ title: 'Bins', description: 'Numbers are cut into so many parts before training.', control: 'number', min: 2, max: 255, advanced: true }),
  seed: trainingSeedParam('trees'),
});

export type Params = z.output<typeof paramsSchema>;

export function trainerSpec(params: Params): TrainerSpec {
  const { target: _target, features: _features, task, rising, falling, ...rest } = params;
  const monotone = Object.fromEntries([...falling.map((name) => [name, 'falling'] as const), ...rising.map((name) => [name, 'rising'] as const)]);
  return { algorithm: 'gradient-boosting', task, params: { ...rest, monotone }, takesMissing: true };
}

export const definition = defineNode({
  type: 'train/gradient-boosting',
  version: 1,
  title: 'Gradient Boosting',
  summary: 'Trees that each mend the mistakes of those before: for most tables the best predictions, with missing values and text as they are.',
  keywords: ['gbdt', 'boosted trees', 'lightgbm', 'xgboost', 'catboost', 'hist', 'ensemble', 'classification', 'regression', 'quantile', 'monotone'],
  inputs: trainerInputs,
  outputs: trainerOutputs,
  params: paramsSchema,
  describe: (params, say) => describeTrainerBy(params, say`${params.iterations} rounds, ${params.maxLeaves} leaves`, say),
  configure: (context) => configureTrainer(context, trainerSpec(context.params)),
  suggest: (context) => suggestTarget(context, context.params.task),
});
