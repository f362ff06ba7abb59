import { z } from 'zod';
import { defineNode } from '#app/sdk/node.ts';

export const paramsSchema = z.object({
  condition: z
    .string()
    .max(20_000)
    .default('')
    .meta({ title: 'Condition', control: 'expression', description: 'True, false or missing for each row.', placeholder: "age >= 18 and city in ('Oslo', 'Bergen')" }),
  matching: z
    .enum(['keep', 'remove'])
    .default('keep')
    .meta({ title: 'Rows where it is true', labels: { keep: 'Keep', remove: 'Remove' } }),
});

export type Params = z.output<typeof paramsSchema>;

export const definition = defineNode({
  type: 'transform/filter-rows',
  version: 1,
  title: 'Filter Rows',
  summary: 'Keeps or removes the rows that meet a condition.',
  keywords: ['filter', 'where', 'rows', 'condition', 'subset', 'row filter', 'query'],
  inputs: [{ name: 'table', title: 'Table', kind: 'table', arity: 'one' }],
  outputs: [{ name: 'table', title: 'Table', kind: 'table' }],
  params: paramsSchema,
  describe: (params) => (params.condition.trim() === '' ? 'no condition yet' : `${params.matching === 'remove' ? 'not: ' : ''}${params.condition.trim()}`),
  configure: ({ params }) =>
    params.condition.trim() === ''
      ? {
          diagnostics: [
            {
              severity: 'error',
              code: 'param-missing',
              message: 'There is no condition yet.',
              remedy: 'Write one, such as age >= 18.',
              place: { param: ['condition'] },
            },
          ],
        }
      : {},
});
