import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import { defineNode } from '#app/sdk/node.ts';
import { configureRawTrainer, describeRaw, rawTrainerInputs, rawTrainerOutputs, suggestRaw, type RawTrainerSpec } from '#app/sdk/raw-trainer.ts';
import { targetParam } from '#app/sdk/trainer.ts';
import { backendParam, classWeightsParam, deviceParam, trainingSeedParam } from '#app/sdk/training-params.ts';

export const paramsSchema = z.object({
  target: targetParam(['string', 'boolean', 'integer']),
  column: z.string().default('').meta({ title: 'Images', description: 'The column with the paths of PNG or JPEG files, as Image Folder gives them.', control: 'column', from: 'table', types: ['string'] }),
  size: z.int().min(8).max(256).default(64).meta({ title: 'Image size', description: 'Width and height that every image is brought to.', unit: 'pixels', control: 'number', min: 8, max: 256 }),
  colour: z.enum(['rgb', 'grey']).default('rgb').meta({ title: 'Colours', labels: { rgb: 'Red, green, blue', grey: 'Grey' } }),
  blocks: z
    .array(z.int().min(1).max(1024))
    .min(1)
    .max(7)
    .default([16, 32, 64])
    .meta({ title: 'Blocks', description: 'Channels of each block, first block first: convolution, batch normalisation, ReLU, then half the width and height.' }),
  hiddenLayers: z.array(z.int().min(1).max(8192)).max(4).default([64]).meta({ title: 'Hidden layers', description: 'Units of each dense layer after the blocks. None: straight to the classes.' }),
  flip: z.boolean().default(true).meta({ title: 'Mirror', description: 'Half of the training images are mirrored left to right. Not for letters and digits.' }),
  shift: z.number().min(0).max(0.5).default(0.1).meta({ title: 'Move', description: 'Training images are moved by up to this share of their size.', control: 'slider', min: 0, max: 0.5, step: 0.05 }),
  rotate: z.number().min(0).max(45).default(10).meta({ title: 'Turn', description: 'Training images are turned by up to so much.', unit: '°', control: 'slider', min: 0, max: 45, step: 5 }),
  epochs: z.int().min(1).max(10_000).default(30).meta({ title: 'Epochs', description: 'Passes over the training images, at most.', control: 'number', min: 1, max: 10_000 }),
  batchSize: z.int().min(2).max(4096).default(32).meta({ title: 'Batch size', unit: 'images', control: 'number', min: 2 }),
  learningRate: z.number().positive().max(100).default(0.003).meta({ title: 'Learning rate', control: 'number', min: 0, step: 0.001 }),
  earlyStopping: z.boolean().default(true).meta({ title: 'Early stopping', description: 'Stops once the loss on held-back images no longer improves, and keeps the best epoch.' }),
  patience: z.int().min(1).max(10_000).default(15).meta({ title: 'Patience', unit: 'epochs', control: 'number', min: 1, visibleWhen: { param: 'earlyStopping', in: [true] } }),
  validationFraction: z.number().min(0).max(0.5).default(0.15).meta({ title: 'Held-back share', description: 'Share of the images that is only measured on while training. 0 turns early stopping off.', control: 'slider', min: 0, max: 0.5, step: 0.05 }),
  classWeights: classWeightsParam,
  kernel: z.union([z.literal(3), z.literal(5)]).default(3).meta({ title: 'Kernel', unit: 'pixels', control: 'select', labels: { 3: '3 × 3', 5: '5 × 5' }, advanced: true }),
  pooling: z.enum(['max', 'average']).default('max').meta({ title: 'Pooling', labels: { max: 'Largest of four', average: 'Mean of four' }, advanced: true }),
  dropout: z.number().min(0).max(0.9).default(0.2).meta({ title: 'Dropout', description: 'Share of values switched off before each dense layer in each step.', control: 'slider', min: 0, max: 0.9, step: 0.05, advanced: true }),
  weightDecay: z.number().min(0).max(10).default(0.01).meta({ title: 'Weight decay', control: 'number', min: 0, step: 0.001, advanced: true }),
  schedule: z.enum(['constant', 'step', 'cosine']).default('cosine').meta({ title: 'Learning rate over time', labels: { constant: 'Stays', step: 'A tenth at half and at three quarters of the epochs', cosine: 'Falls along half a cosine' }, advanced: true }),
  backend: backendParam,
  device: deviceParam,
  seed: trainingSeedParam('network'),
});

export type Params = z.output<typeof paramsSchema>;

export const trainerSpec = ({ target: _target, column: _column, size, ...params }: Params): RawTrainerSpec => ({
  algorithm: 'convolutional-network',
  params,
  reads: { step: 'pixels', width: size, height: size },
});

export const definition = defineNode({
  type: 'train/convolutional-network',
  version: 2,
  title: 'Convolutional Network',
  summary: 'Learns to tell images apart: blocks of convolution and pooling, with images mirrored, moved and turned at random while training.',
  keywords: ['cnn', 'convnet', 'image classification', 'vision', 'pictures', 'photos', 'deep learning', 'Conv2D', 'batch norm', 'augmentation', 'Image Folder'],
  inputs: rawTrainerInputs,
  outputs: rawTrainerOutputs,
  params: paramsSchema,
  // Version 2 has a learner output: results of version 1 have none.
  migrate: { 1: (params) => params },
  describe: (params, say) => (params.target === '' || params.column === '' ? describeRaw(params, say) : `${params.target} · ${params.size} px, ${params.blocks.join('-')}`.slice(0, 60)),
  configure: (context) => {
    const result = configureRawTrainer(context, 'paths of images', trainerSpec(context.params));
    return { ...result, diagnostics: [...(result.diagnostics ?? []), ...tooManyBlocks(context.params)] };
  },
  suggest: (context) => suggestRaw(context, /^(path|image|file|filename|filepath|picture|photo)$/i),
});

function tooManyBlocks({ size, blocks }: Params): Diagnostic[] {
  const most = Math.floor(Math.log2(size));
  if (blocks.length <= most) return [];
  return [{ severity: 'error', code: 'too-many-blocks', message: `Images of ${size} × ${size} pixels can be halved ${most} times, but there are ${blocks.length} blocks.`, remedy: 'Use fewer blocks or larger images.', place: { param: ['blocks'] } }];
}
