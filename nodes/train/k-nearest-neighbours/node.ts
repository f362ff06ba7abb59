import { z } from 'zod';
import { defineNode } from '#app/sdk/node.ts';
import { configureTrainer, describeTrainerBy, featuresParam, suggestTarget, targetParam, taskParam, trainerInputs, trainerOutputs, type TrainerSpec } from '#app/sdk/trainer.ts';

export const paramsSchema = z.object({
  target: targetParam(['string', 'boolean', 'integer', 'float']),
  features: featuresParam,
  task: taskParam,
  neighbours: z.int().min(1).max(1000).default(5).meta({ title: 'Neighbours', description: 'Few follow every detail, many smooth it over.', control: 'number', min: 1, max: 1000 }),
  weights: z
    .enum(['uniform', 'distance'])
    .default('uniform')
    .meta({ title: 'Weights', control: 'select', labels: { uniform: 'Every neighbour counts the same', distance: 'Nearer ones count more' } }),
});

export type Params = z.output<typeof paramsSchema>;

export const trainerSpec = ({ task, neighbours, weights }: Params): TrainerSpec => ({ algorithm: 'k-nearest-neighbours', task, params: { neighbours, weights } });

export const definition = defineNode({
  type: 'train/k-nearest-neighbours',
  version: 1,
  title: 'K-Nearest Neighbours',
  summary: 'Predicts what the most similar training rows have: their most frequent class, or their mean.',
  keywords: ['knn', 'k-nn', 'neighbour', 'neighbor', 'nearest', 'instance based', 'lazy', 'classification', 'regression', 'similar'],
  inputs: trainerInputs,
  outputs: trainerOutputs,
  params: paramsSchema,
  describe: (params, say) => describeTrainerBy(params, say`${params.neighbours} neighbours`, say),
  configure: (context) => configureTrainer(context, trainerSpec(context.params)),
  suggest: (context) => suggestTarget(context, context.params.task),
});
