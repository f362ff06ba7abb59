import { z } from 'zod';
import { schedules } from '../../autodiff/schedule.ts';
import { devices } from '../network/device.ts';
import { backends } from '../network/stepper.ts';

export const activations = ['relu', 'tanh', 'sigmoid', 'gelu'] as const;

export const mlpParams = z.object({
  /** Units of each hidden layer; none: a linear model. */
  hiddenLayers: z.array(z.number().int().min(1).max(8192)).max(12).default([64, 32]),
  activation: z.enum(activations).default('relu'),
  /** Share of hidden units switched off in each training step. */
  dropout: z.number().min(0).max(0.9).default(0),
  epochs: z.number().int().min(1).max(100_000).default(50),
  /** Rows a step; more than there are counts as all. */
  batchSize: z.number().int().min(1).max(1_000_000).default(256),
  learningRate: z.number().positive().max(100).default(0.001),
  schedule: z.enum(schedules).default('constant'),
  /** Share of all steps in which the learning rate rises. */
  warmUp: z.number().min(0).max(0.5).default(0),
  weightDecay: z.number().min(0).max(10).default(0.0001),
  optimizer: z.enum(['adam', 'adamw', 'sgd']).default('adam'),
  /** Stop once the validation loss has not improved for `patience` epochs, and take the weights of the best epoch. */
  earlyStopping: z.boolean().default(true),
  patience: z.number().int().min(1).max(10_000).default(10),
  /** Share of the rows kept out of training to measure on; 0: none, and no early stopping. */
  validationFraction: z.number().min(0).max(0.5).default(0.1),
  classWeights: z.enum(['none', 'balanced']).default('none'),
  /** Largest norm of the gradient; 0: not limited. */
  clipNorm: z.number().min(0).default(0),
  backend: z.enum(backends).default('onnxruntime'),
  device: z.enum(devices).default('cpu'),
  /** Absent: the run's seed. */
  seed: z.number().int().min(0).max(0xffff_ffff).nullish(),
});

export type MlpParams = z.output<typeof mlpParams>;
