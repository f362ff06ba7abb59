import { z } from 'zod';
import { defineNode } from '#app/sdk/node.ts';

export const paramsSchema = z.object({
  keys: z
    .array(
      z.object({
        column: z.string().default('').meta({ title: 'Column', control: 'column' }),
        direction: z
          .enum(['ascending', 'descending'])
          .default('ascending')
          .meta({ title: 'Order', labels: { ascending: 'Smallest first', descending: 'Largest first' } }),
        nulls: z.enum(['last', 'first']).default('last').meta({ title: 'Missing values', labels: { last: 'Last', first: 'First' } }),
      }),
    )
    .default([])
    .meta({ title: 'Sort by', control: 'rows', description: 'The first decides; the next ones break ties.' }),
});

export type Params = z.output<typeof paramsSchema>;

export const definition = defineNode({
  type: 'transform/sort',
  version: 1,
  title: 'Sort',
  summary: 'Orders the rows by one or more columns.',
  keywords: ['sort', 'order', 'rank', 'ascending', 'descending', 'sorter'],
  inputs: [{ name: 'table', title: 'Table', kind: 'table', arity: 'one' }],
  outputs: [{ name: 'table', title: 'Table', kind: 'table' }],
  params: paramsSchema,
  describe: (params) => (params.keys.length === 0 ? 'no column yet' : `by ${params.keys.map((key) => `${key.column}${key.direction === 'descending' ? ' ↓' : ''}`).join(', ')}`),
  configure: ({ params }) => {
    const empty = params.keys.findIndex((key) => key.column === '');
    if (params.keys.length > 0 && empty === -1) return {};
    return {
      diagnostics: [
        {
          severity: 'error',
          code: 'param-missing',
          message: 'No column to sort by is chosen.',
          remedy: 'Choose one.',
          place: { param: params.keys.length === 0 ? ['keys'] : ['keys', empty, 'column'] },
        },
      ],
    };
  },
});
