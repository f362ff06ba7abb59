import { z } from 'zod';
import { schedules } from '../../autodiff/schedule.ts';
import { devices } from '../network/device.ts';
import { backends } from '../network/stepper.ts';

/** The vocabulary and how far texts are read are the recipe's. */
export const textParams = z.object({
  /** Numbers a word becomes. */
  embedding: z.number().int().min(1).max(1024).default(64),
  pooling: z.enum(['mean', 'attention']).default('attention'),
  hiddenLayers: z.array(z.number().int().min(1).max(8192)).max(6).default([64]),
  dropout: z.number().min(0).max(0.9).default(0.2),
  epochs: z.number().int().min(1).max(10_000).default(20),
  batchSize: z.number().int().min(1).max(65_536).default(32),
  learningRate: z.number().positive().max(100).default(0.003),
  schedule: z.enum(schedules).default('constant'),
  warmUp: z.number().min(0).max(0.5).default(0),
  weightDecay: z.number().min(0).max(10).default(0.01),
  optimizer: z.enum(['adam', 'adamw', 'sgd']).default('adamw'),
  earlyStopping: z.boolean().default(true),
  patience: z.number().int().min(1).max(10_000).default(4),
  validationFraction: z.number().min(0).max(0.5).default(0.1),
  classWeights: z.enum(['none', 'balanced']).default('none'),
  clipNorm: z.number().min(0).default(1),
  backend: z.enum(backends).default('onnxruntime'),
  device: z.enum(devices).default('cpu'),
  /** Absent: the run's seed. */
  seed: z.number().int().min(0).max(0xffff_ffff).nullish(),
});

export type TextParams = z.output<typeof textParams>;
