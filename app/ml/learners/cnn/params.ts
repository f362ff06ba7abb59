import { z } from 'zod';
import { schedules } from '../../autodiff/schedule.ts';
import { devices } from '../network/device.ts';
import { backends } from '../network/stepper.ts';

/** The size of images is the recipe's. */
export const cnnParams = z.object({
  colour: z.enum(['rgb', 'grey']).default('rgb'),
  /** Channels of each block: convolution, batch normalisation, ReLU, pooling by two. */
  blocks: z.array(z.number().int().min(1).max(1024)).min(1).max(7).default([16, 32, 64]),
  /** Width of the kernels. */
  kernel: z.union([z.literal(3), z.literal(5)]).default(3),
  pooling: z.enum(['max', 'average']).default('max'),
  hiddenLayers: z.array(z.number().int().min(1).max(8192)).max(4).default([64]),
  dropout: z.number().min(0).max(0.9).default(0.2),
  /** Augmentation of training images: mirrored left to right with probability ½. */
  flip: z.boolean().default(true),
  /** Moved by up to this share of the size. */
  shift: z.number().min(0).max(0.5).default(0.1),
  /** Turned by up to so many degrees. */
  rotate: z.number().min(0).max(45).default(10),
  epochs: z.number().int().min(1).max(10_000).default(30),
  batchSize: z.number().int().min(2).max(4096).default(32),
  learningRate: z.number().positive().max(100).default(0.003),
  schedule: z.enum(schedules).default('cosine'),
  warmUp: z.number().min(0).max(0.5).default(0.05),
  weightDecay: z.number().min(0).max(10).default(0.01),
  optimizer: z.enum(['adam', 'adamw', 'sgd']).default('adamw'),
  earlyStopping: z.boolean().default(true),
  /** The rate falls until the last epoch, and the best network often comes late. */
  patience: z.number().int().min(1).max(10_000).default(15),
  validationFraction: z.number().min(0).max(0.5).default(0.15),
  classWeights: z.enum(['none', 'balanced']).default('none'),
  clipNorm: z.number().min(0).default(1),
  backend: z.enum(backends).default('onnxruntime'),
  device: z.enum(devices).default('cpu'),
  /** Absent: the run's seed. */
  seed: z.number().int().min(0).max(0xffff_ffff).nullish(),
});

export type CnnParams = z.output<typeof cnnParams>;

/** Sides of the maps after each block: the most blocks an image of this size allows are those that leave a side of at least 1. */
export function sidesOf(size: number, blocks: number): number[] {
  return Array.from({ length: blocks }, (_, i) => Math.floor(size / 2 ** (i + 1)));
}
