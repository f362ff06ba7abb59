import { z } from 'zod';
import { paramMissing } from '#app/sdk/configuration.ts';
import { defineNode } from '#app/sdk/node.ts';

const params = z.object({
  expression: z.string().default('').meta({ title: 'Condition', control: 'expression', from: 'table', placeholder: "income > 30000 and city = 'Oslo'", description: 'An expression that is true or false for each row.' }),
  mode: z
    .enum(['keep', 'remove'])
    .default('keep')
    .meta({ title: 'Matching rows', control: 'select', labels: { keep: 'Keep matching rows', remove: 'Remove matching rows' }, description: 'Rows where the condition is unknown, because a value is missing, do not match.' }),
});

export type FilterRowsParams = z.output<typeof params>;

export const definition = defineNode({
  type: 'transform/filter-rows',
  version: 1,
  title: 'Filter Rows',
  summary: 'Keeps or removes the rows for which a condition is true.',
  keywords: ['where', 'condition', 'subset', 'remove rows', 'row filter', 'select rows'],
  inputs: [{ name: 'table', title: 'Table', kind: 'table', arity: 'one' }],
  outputs: [{ name: 'table', title: 'Rows', kind: 'table', summary: 'The rows that remain, with all their columns.' }],
  params,
  describe: ({ expression, mode }) => {
    const condition = expression.replace(/\s+/g, ' ').trim();
    return condition === '' ? 'No condition yet' : mode === 'keep' ? condition : `without ${condition}`;
  },
  configure: ({ params: { expression } }) => ({
    diagnostics: expression.trim() === '' ? [paramMissing(['expression'], 'There is no condition to filter by.', 'Type a condition such as income > 30000.')] : [],
  }),
});
