import { z } from 'zod';
import { defineNode } from '#app/sdk/node.ts';
import { configureTrainer, describeTrainerBy, featuresParam, suggestTarget, targetParam, taskParam, trainerInputs, trainerOutputs, type TrainerSpec } from '#app/sdk/trainer.ts';
import { classWeightsParam } from '#app/sdk/training-params.ts';

export const paramsSchema = z.object({
  target: targetParam(['string', 'boolean', 'integer', 'float']),
  features: featuresParam,
  task: taskParam,
  kernel: z
    .enum(['rbf', 'linear'])
    .default('rbf')
    .meta({ title: 'Kernel', control: 'select', labels: { rbf: 'Radial: bent boundaries', linear: 'Linear: straight boundaries' } }),
  c: z.number().positive().max(1e9).default(1).meta({ title: 'C', description: 'What an error costs: more follows the training rows more closely, less makes a smoother model.', control: 'number', min: 0, step: 0.1 }),
  gamma: z
    .number()
    .min(0)
    .default(0)
    .meta({ title: 'Gamma', description: 'How near rows must be to count as alike: more makes smaller bumps. 0: by the number of features and their variance.', control: 'number', min: 0, step: 0.01, visibleWhen: { param: 'kernel', in: ['rbf'] } }),
  epsilon: z.number().min(0).default(0.1).meta({ title: 'Epsilon', description: 'For numbers: errors up to so many standard deviations of the target cost nothing.', control: 'number', min: 0, step: 0.05 }),
  classWeights: classWeightsParam,
  tolerance: z.number().positive().max(1).default(1e-3).meta({ title: 'Tolerance', description: 'Stops once the conditions of the best solution are met so closely.', control: 'number', advanced: true }),
});

export type Params = z.output<typeof paramsSchema>;

export function trainerSpec({ task, kernel, c, gamma, epsilon, classWeights, tolerance }: Params): TrainerSpec {
  return { algorithm: 'support-vector-machine', task, params: { kernel, c, gamma, epsilon, classWeights, tolerance } };
}

export const definition = defineNode({
  type: 'train/svm',
  version: 1,
  title: 'SVM',
  summary: 'Support vector machine: parts classes by the widest margin, or fits numbers within a band; straight or bent.',
  keywords: ['support vector machine', 'svc', 'svr', 'kernel', 'rbf', 'radial', 'linear', 'margin', 'libsvm', 'classification', 'regression'],
  inputs: trainerInputs,
  outputs: trainerOutputs,
  params: paramsSchema,
  describe: (params, say) => describeTrainerBy(params, params.kernel === 'rbf' ? say`radial, C ${params.c}` : say`linear, C ${params.c}`, say),
  configure: (context) => configureTrainer(context, trainerSpec(context.params)),
  suggest: (context) => suggestTarget(context, context.params.task),
});
