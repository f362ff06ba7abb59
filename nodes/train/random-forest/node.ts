import { z } from 'zod';
import { defineNode } from '#app/sdk/node.ts';
import { configureTrainer, describeTrainerBy, featuresParam, suggestTarget, targetParam, taskParam, trainerInputs, trainerOutputs, type TrainerSpec } from '#app/sdk/trainer.ts';
import { classWeightsParam, trainingSeedParam } from '#app/sdk/training-params.ts';

export const paramsSchema = z.object({
  target: targetParam(['string', 'boolean', 'integer', 'float']),
  features: featuresParam,
  task: taskParam,
  kind: z.enum(['random-forest', 'extra-trees']).default('random-forest').meta({ title: 'Kind', description: 'Extra trees draw their cuts at random: quicker, and smoother predictions.', labels: { 'random-forest': 'Random forest', 'extra-trees': 'Extra trees' } }),
  trees: z.int().min(1).max(10_000).default(100).meta({ title: 'Trees', description: 'More are steadier, never worse, and take longer.', control: 'number', min: 1, max: 10_000 }),
  minRows: z.int().min(1).default(5).meta({ title: 'Rows in a leaf', description: 'At least so many. 1 grows trees to the end; the model file then becomes large.', control: 'number', min: 1 }),
  perNode: z.enum(['automatic', 'sqrt', 'third', 'all']).default('automatic').meta({ title: 'Features a split', description: 'Drawn anew for each split. Fewer make trees more different from each other.', labels: { automatic: 'Root for classes, all for numbers', sqrt: 'Square root of their number', third: 'A third', all: 'All' } }),
  drawRows: z.boolean().default(false).meta({ title: 'Draw rows', description: 'Each tree sees rows drawn with replacement, as those of a random forest do: gives an out-of-bag score.', visibleWhen: { param: 'kind', in: ['extra-trees'] }, advanced: true }),
  maxDepth: z.int().min(0).max(64).default(0).meta({ title: 'Deepest', description: 'Splits between root and leaf; 0: any number.', control: 'number', min: 0, max: 64 }),
  classWeights: classWeightsParam,
  minGain: z.number().min(0).max(1).default(0).meta({ title: 'Least gain', description: 'A split must lower the impurity by this share of the whole.', control: 'number', min: 0, max: 1, step: 0.0001, advanced: true }),
  maxBins: z.int().min(2).max(255).default(255).meta({ title: 'Bins', description: 'Numbers are cut into so many parts before training.', control: 'number', min: 2, max: 255, advanced: true }),
  seed: trainingSeedParam('trees'),
});

export type Params = z.output<typeof paramsSchema>;

export function trainerSpec(params: Params): TrainerSpec {
  const { target: _target, features: _features, task, kind, perNode, drawRows, ...rest } = params;
  const isExtra = kind === 'extra-trees';
  return { algorithm: 'random-forest', task, params: { ...rest, features: perNode, randomCuts: isExtra, bootstrap: !isExtra || drawRows }, takesMissing: true };
}

export const definition = defineNode({
  type: 'train/random-forest',
  version: 1,
  title: 'Random Forest / Extra Trees',
  summary: 'Many trees over rows and features drawn at random, whose predictions are averaged: good without tuning, hard to overfit.',
  keywords: ['bagging', 'ensemble', 'extra trees', 'extremely randomized', 'ranger', 'classification', 'regression', 'bootstrap'],
  inputs: trainerInputs,
  outputs: trainerOutputs,
  params: paramsSchema,
  describe: (params, say) => describeTrainerBy(params, params.kind === 'extra-trees' ? say`${params.trees} extra trees` : say`${params.trees} trees`, say),
  configure: (context) => configureTrainer(context, trainerSpec(context.params)),
  suggest: (context) => suggestTarget(context, context.params.task),
});
