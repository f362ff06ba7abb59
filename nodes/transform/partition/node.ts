import { z } from 'zod';
import { defineNode } from '#app/sdk/node.ts';

export const paramsSchema = z.object({
  fraction: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.7)
    .meta({ title: 'Share for training', control: 'slider', min: 0.05, max: 0.95, step: 0.05 }),
  method: z
    .enum(['random', 'stratified'])
    .default('random')
    .meta({ title: 'Rows are chosen', labels: { random: 'At random', stratified: 'At random within each value of a column' } }),
  column: z
    .string()
    .default('')
    .meta({ title: 'Column', control: 'column', description: 'Each of its values is split in the same proportion.', visibleWhen: { param: 'method', in: ['stratified'] } }),
  seed: z.int().min(0).max(2_147_483_647).default(42).meta({ title: 'Seed', description: 'The same seed gives the same rows.', advanced: true }),
});

export type Params = z.output<typeof paramsSchema>;

export const definition = defineNode({
  type: 'transform/partition',
  version: 1,
  title: 'Partition',
  summary: 'Splits the rows into a training and a test part.',
  keywords: ['partition', 'split', 'train', 'test', 'holdout', 'stratified', 'sampling', 'data sampler'],
  inputs: [{ name: 'table', title: 'Table', kind: 'table', arity: 'one' }],
  outputs: [
    { name: 'train', title: 'Training rows', kind: 'table' },
    { name: 'test', title: 'Test rows', kind: 'table' },
  ],
  params: paramsSchema,
  describe: (params) => `${Math.round(params.fraction * 100)} / ${Math.round((1 - params.fraction) * 100)}${params.method === 'stratified' && params.column !== '' ? `, by ${params.column}` : ''}`,
  configure: ({ params }) =>
    params.method === 'stratified' && params.column === ''
      ? {
          diagnostics: [
            {
              severity: 'error',
              code: 'param-missing',
              message: 'The column to stratify by is not chosen.',
              remedy: 'Choose one, usually the target.',
              place: { param: ['column'] },
            },
          ],
        }
      : {},
});
