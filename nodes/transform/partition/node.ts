import { z } from 'zod';
import { paramMissing } from '#app/sdk/configuration.ts';
import { defineNode } from '#app/sdk/node.ts';

const params = z.object({
  fraction: z.number().gt(0).lt(1).default(0.8).meta({ title: 'Training share', control: 'slider', min: 0.05, max: 0.95, step: 0.05, description: 'The part of the rows that goes to Train; the rest goes to Test.' }),
  method: z
    .enum(['random', 'stratified'])
    .default('random')
    .meta({ title: 'Method', control: 'select', labels: { random: 'Random', stratified: 'Stratified' }, description: 'Stratified gives both parts the same mix of one column’s values.' }),
  column: z.string().default('').meta({ title: 'Stratify by', control: 'column', from: 'table', types: ['boolean', 'integer', 'string', 'date'], visibleWhen: { param: 'method', in: ['stratified'] } }),
  seed: z.int().min(0).max(4_294_967_295).default(42).meta({ title: 'Seed', control: 'number', min: 0, step: 1, advanced: true, description: 'Another seed gives another split.' }),
});

export type PartitionParams = z.output<typeof params>;

export const definition = defineNode({
  type: 'transform/partition',
  version: 1,
  title: 'Partition',
  summary: 'Splits the rows into a training and a test part, the same way every time.',
  keywords: ['train test split', 'holdout', 'stratified', 'sample', 'validation', 'split'],
  inputs: [{ name: 'table', title: 'Table', kind: 'table', arity: 'one' }],
  outputs: [
    { name: 'train', title: 'Train', kind: 'table', summary: 'The rows to train on.' },
    { name: 'test', title: 'Test', kind: 'table', summary: 'All other rows.' },
  ],
  params,
  describe: ({ fraction, method, column }) => {
    const share = Math.round(fraction * 1000) / 10;
    const rest = Math.round((1 - fraction) * 1000) / 10;
    return `${share} % train, ${rest} % test${method === 'stratified' ? `, by ${column || '…'}` : ''}`;
  },
  configure: ({ params: { method, column } }) => ({
    diagnostics: method === 'stratified' && column === '' ? [paramMissing(['column'], 'There is no column to stratify by.', 'Choose a column, for example the target, or use the random method.')] : [],
  }),
});
