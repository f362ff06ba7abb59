import { z } from 'zod';
import { defineNode } from '#app/sdk/node.ts';
import { configureRawTrainer, describeRaw, rawTrainerInputs, rawTrainerOutputs, suggestRaw, type RawTrainerSpec } from '#app/sdk/raw-trainer.ts';
import { targetParam } from '#app/sdk/trainer.ts';
import { backendParam, classWeightsParam, deviceParam, trainingSeedParam } from '#app/sdk/training-params.ts';

export const paramsSchema = z.object({
  target: targetParam(['string', 'boolean', 'integer']),
  column: z.string().default('').meta({ title: 'Text', description: 'The column with the texts.', control: 'column', from: 'table', types: ['string'] }),
  vocabulary: z.int().min(10).max(200_000).default(10_000).meta({ title: 'Words known', description: 'The most frequent ones of the training rows; others are read over.', control: 'number', min: 10, max: 200_000 }),
  length: z.int().min(1).max(10_000).default(200).meta({ title: 'Words read', description: 'Of each text, from its beginning.', control: 'number', min: 1, max: 10_000 }),
  embedding: z.int().min(1).max(1024).default(64).meta({ title: 'Numbers a word', description: 'Length of the vector that a word becomes.', control: 'number', min: 1, max: 1024 }),
  pooling: z
    .enum(['mean', 'attention'])
    .default('attention')
    .meta({ title: 'Pooling', description: 'How the words of a text become one vector.', labels: { mean: 'Mean: every word counts the same', attention: 'Attention: words that matter count more' } }),
  hiddenLayers: z.array(z.int().min(1).max(8192)).max(6).default([64]).meta({ title: 'Hidden layers', description: 'Units of each dense layer after pooling. None: straight to the classes.' }),
  epochs: z.int().min(1).max(10_000).default(20).meta({ title: 'Epochs', description: 'Passes over the training rows, at most.', control: 'number', min: 1, max: 10_000 }),
  batchSize: z.int().min(1).max(65_536).default(32).meta({ title: 'Batch size', unit: 'rows', control: 'number', min: 1 }),
  learningRate: z.number().positive().max(100).default(0.003).meta({ title: 'Learning rate', control: 'number', min: 0, step: 0.001 }),
  earlyStopping: z.boolean().default(true).meta({ title: 'Early stopping', description: 'Stops once the loss on held-back rows no longer improves, and keeps the best epoch.' }),
  patience: z.int().min(1).max(10_000).default(4).meta({ title: 'Patience', unit: 'epochs', control: 'number', min: 1, visibleWhen: { param: 'earlyStopping', in: [true] } }),
  validationFraction: z.number().min(0).max(0.5).default(0.1).meta({ title: 'Held-back share', description: 'Share of the rows that is only measured on while training. 0 turns early stopping off.', control: 'slider', min: 0, max: 0.5, step: 0.05 }),
  classWeights: classWeightsParam,
  minRows: z.int().min(1).default(2).meta({ title: 'Rows with a word', description: 'Words in fewer rows are not learnt.', control: 'number', min: 1, advanced: true }),
  dropout: z.number().min(0).max(0.9).default(0.2).meta({ title: 'Dropout', description: 'Share of values switched off in each step, against overfitting.', control: 'slider', min: 0, max: 0.9, step: 0.05, advanced: true }),
  weightDecay: z.number().min(0).max(10).default(0.01).meta({ title: 'Weight decay', control: 'number', min: 0, step: 0.001, advanced: true }),
  schedule: z.enum(['constant', 'step', 'cosine']).default('constant').meta({ title: 'Learning rate over time', labels: { constant: 'Stays', step: 'A tenth at half and at three quarters of the epochs', cosine: 'Falls along half a cosine' }, advanced: true }),
  backend: backendParam,
  device: deviceParam,
  seed: trainingSeedParam('network'),
});

export type Params = z.output<typeof paramsSchema>;

export const trainerSpec = ({ target: _target, column: _column, vocabulary, minRows, length, ...params }: Params): RawTrainerSpec => ({
  algorithm: 'text-classifier',
  params,
  reads: { step: 'words', size: vocabulary, minRows, length },
});

export const definition = defineNode({
  type: 'train/text-classifier',
  version: 2,
  title: 'Text Classifier',
  summary: 'Learns to put texts into classes from the words in them; the model file takes the raw text.',
  keywords: ['text classification', 'sentiment', 'topic', 'spam', 'nlp', 'embedding', 'attention', 'words', 'fastText', 'EmbeddingBag', 'Text Classification', 'documents'],
  inputs: rawTrainerInputs,
  outputs: rawTrainerOutputs,
  params: paramsSchema,
  // Version 2 has a learner output: results of version 1 have none.
  migrate: { 1: (params) => params },
  describe: describeRaw,
  configure: (context) => configureRawTrainer(context, 'texts', trainerSpec(context.params)),
  suggest: (context) => suggestRaw(context, /^(text|review|comment|message|body|content|description|sentence|tweet|title)$/i),
});
