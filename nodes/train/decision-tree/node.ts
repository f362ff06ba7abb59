import { z } from 'zod';
import { defineNode } from '#app/sdk/node.ts';
import { configureTrainer, describeTrainerBy, featuresParam, suggestTarget, targetParam, taskParam, trainerInputs, trainerOutputs, type TrainerSpec } from '#app/sdk/trainer.ts';
import { classWeightsParam } from '#app/sdk/training-params.ts';

export const paramsSchema = z.object({
  target: targetParam(['string', 'boolean', 'integer', 'float']),
  features: featuresParam,
  task: taskParam,
  maxDepth: z.int().min(0).max(64).default(5).meta({ title: 'Deepest', description: 'Splits between root and leaf; 0: any number. A shallow tree can be read.', control: 'number', min: 0, max: 64 }),
  minRows: z.int().min(1).default(10).meta({ title: 'Rows in a leaf', description: 'At least so many.', control: 'number', min: 1 }),
  classWeights: classWeightsParam,
  minGain: z.number().min(0).max(1).default(0).meta({ title: 'Least gain', description: 'A split must lower the impurity by this share of the whole.', control: 'number', min: 0, max: 1, step: 0.0001, advanced: true }),
  maxBins: z.int().min(2).max(255).default(255).meta({ title: 'Bins', description: 'Numbers are cut into so many parts before training.', control: 'number', min: 2, max: 255, advanced: true }),
});

export type Params = z.output<typeof paramsSchema>;

export function trainerSpec(params: Params): TrainerSpec {
  const { target: _target, features: _features, task, ...rest } = params;
  return { algorithm: 'decision-tree', task, params: rest, takesMissing: true };
}

export const definition = defineNode({
  type: 'train/decision-tree',
  version: 1,
  title: 'Decision Tree',
  summary: 'One tree of questions that leads to a class or a number; a shallow one can be read by people.',
  keywords: ['cart', 'tree', 'rules', 'classification', 'regression', 'interpretable', 'j48', 'c4.5'],
  inputs: trainerInputs,
  outputs: trainerOutputs,
  params: paramsSchema,
  describe: (params, say) => describeTrainerBy(params, params.maxDepth === 0 ? say`any depth` : say`depth ${params.maxDepth}`, say),
  configure: (context) => configureTrainer(context, trainerSpec(context.params)),
  suggest: (context) => suggestTarget(context, context.params.task),
});
