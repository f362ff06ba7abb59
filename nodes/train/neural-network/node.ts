import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import { defineNode } from '#app/sdk/node.ts';
import { configureTrainer, describeTrainerBy, featuresParam, suggestTarget, targetParam, taskParam, trainerInputs, trainerOutputs, type TrainerSpec } from '#app/sdk/trainer.ts';
import { backendParam, classWeightsParam, deviceParam, trainingSeedParam } from '#app/sdk/training-params.ts';

export const paramsSchema = z.object({
  target: targetParam(['string', 'boolean', 'integer', 'float']),
  features: featuresParam,
  task: taskParam,
  hiddenLayers: z
    .array(z.int().min(1).max(8192))
    .max(12)
    .default([64, 32])
    .meta({ title: 'Hidden layers', description: 'Units of each hidden layer, first layer first. None makes a linear model.' }),
  activation: z
    .enum(['relu', 'tanh', 'sigmoid', 'gelu'])
    .default('relu')
    .meta({ title: 'Activation', labels: { relu: 'ReLU', tanh: 'tanh', sigmoid: 'Sigmoid', gelu: 'GELU' } }),
  epochs: z.int().min(1).max(100_000).default(50).meta({ title: 'Epochs', description: 'Passes over the training rows, at most.', control: 'number', min: 1, max: 100_000 }),
  batchSize: z.int().min(1).max(1_000_000).default(256).meta({ title: 'Batch size', unit: 'rows', control: 'number', min: 1 }),
  learningRate: z.number().positive().max(100).default(0.001).meta({ title: 'Learning rate', control: 'number', min: 0, step: 0.001 }),
  schedule: z
    .enum(['constant', 'step', 'cosine'])
    .default('constant')
    .meta({ title: 'Learning rate over time', labels: { constant: 'Stays', step: 'A tenth at half and at three quarters of the epochs', cosine: 'Falls along half a cosine' }, advanced: true }),
  warmUp: z.number().min(0).max(0.5).default(0).meta({ title: 'Warm-up', description: 'Share of the training in which the learning rate rises from almost 0.', control: 'slider', min: 0, max: 0.5, step: 0.05, advanced: true }),
  earlyStopping: z.boolean().default(true).meta({ title: 'Early stopping', description: 'Stops once the loss on held-back rows no longer improves, and keeps the best epoch.' }),
  patience: z
    .int()
    .min(1)
    .max(10_000)
    .default(10)
    .meta({ title: 'Patience', unit: 'epochs', control: 'number', min: 1, visibleWhen: { param: 'earlyStopping', in: [true] } }),
  validationFraction: z
    .number()
    .min(0)
    .max(0.5)
    .default(0.1)
    .meta({ title: 'Held-back share', description: 'Share of the rows that is only measured on while training. 0 turns early stopping off.', control: 'slider', min: 0, max: 0.5, step: 0.05 }),
  classWeights: classWeightsParam,
  dropout: z.number().min(0).max(0.9).default(0).meta({ title: 'Dropout', description: 'Share of hidden units switched off in each step, against overfitting.', control: 'slider', min: 0, max: 0.9, step: 0.05, advanced: true }),
  weightDecay: z.number().min(0).max(10).default(0.0001).meta({ title: 'Weight decay', control: 'number', min: 0, step: 0.0001, advanced: true }),
  optimizer: z.enum(['adam', 'adamw', 'sgd']).default('adam').meta({ title: 'Optimiser', labels: { adam: 'Adam', adamw: 'AdamW', sgd: 'SGD' }, advanced: true }),
  clipNorm: z.number().min(0).default(0).meta({ title: 'Gradient limit', description: 'Largest norm of the gradient in a step; 0: no limit.', control: 'number', min: 0, advanced: true }),
  backend: backendParam,
  device: deviceParam,
  seed: trainingSeedParam('network'),
});

export type Params = z.output<typeof paramsSchema>;

export function trainerSpec(params: Params): TrainerSpec {
  const { target: _target, features: _features, task, ...rest } = params;
  return { algorithm: 'mlp', task, params: rest };
}

export const definition = defineNode({
  type: 'train/neural-network',
  version: 1,
  title: 'Neural Network',
  summary: 'Trains a multi-layer perceptron for classes or numbers, with a live loss curve and early stopping.',
  keywords: ['mlp', 'perceptron', 'deep learning', 'network', 'classification', 'regression', 'adam', 'epochs'],
  inputs: trainerInputs,
  outputs: trainerOutputs,
  params: paramsSchema,
  describe: (params, say) => {
    const layers = params.hiddenLayers.length === 0 ? say`linear` : params.hiddenLayers.join('-');
    return describeTrainerBy(params, say`${layers}, ${params.epochs} epochs`, say);
  },
  configure: (context) => {
    const result = configureTrainer(context, trainerSpec(context.params));
    return { ...result, diagnostics: [...(result.diagnostics ?? []), ...remarks(context.params)] };
  },
  suggest: (context) => suggestTarget(context, context.params.task),
});

function remarks(params: Params): Diagnostic[] {
  if (!params.earlyStopping || params.validationFraction > 0) return [];
  return [
    {
      severity: 'info',
      code: 'no-validation',
      message: 'No rows are held back, so early stopping has nothing to measure on and is off.',
      remedy: 'Give the held-back share a value above 0.',
      place: { param: ['validationFraction'] },
    },
  ];
}
