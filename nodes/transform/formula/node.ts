import { z } from 'zod';
import { paramMissing } from '#app/sdk/configuration.ts';
import { defineNode } from '#app/sdk/node.ts';

const formula = z.object({
  name: z.string().default('').meta({ title: 'Column', control: 'text', placeholder: 'ratio', description: 'A new name adds a column; the name of a column replaces it.' }),
  expression: z.string().default('').meta({ title: 'Expression', control: 'expression', from: 'table', placeholder: 'price / quantity', seesEarlier: true }),
});

const params = z.object({
  columns: z.array(formula).default([]).meta({ title: 'Formulas', control: 'rows', description: 'Computed from top to bottom: a formula can use the columns above it.' }),
});

export type FormulaParams = z.output<typeof params>;

export const definition = defineNode({
  type: 'transform/formula',
  version: 1,
  title: 'Formula',
  summary: 'Adds or replaces columns computed from the other columns of a row.',
  keywords: ['calculate', 'compute', 'expression', 'mutate', 'derive', 'new column', 'math', 'case when'],
  inputs: [{ name: 'table', title: 'Table', kind: 'table', arity: 'one' }],
  outputs: [{ name: 'table', title: 'Table', kind: 'table', summary: 'The same rows with the computed columns.' }],
  params,
  describe: ({ columns: [first, ...more] }, say) => {
    if (first === undefined) return say`No formula yet`;
    const line = `${first.name || '…'} = ${first.expression.replace(/\s+/g, ' ').trim() || '…'}`;
    return more.length === 0 ? line : say`${line}, and ${more.length} more`;
  },
  configure: ({ params: { columns } }) => ({
    diagnostics: [
      ...(columns.length === 0 ? [paramMissing(['columns'], 'There is no formula yet.', 'Add a row with a column name and an expression.')] : []),
      ...columns.flatMap(({ name, expression }, i) => [
        ...(name.trim() === '' ? [paramMissing(['columns', i, 'name'], `Formula ${i + 1} has no column name.`, 'Name the column it computes.')] : []),
        ...(expression.trim() === '' ? [paramMissing(['columns', i, 'expression'], `Formula ${i + 1} has no expression.`, 'Type an expression such as price / quantity.')] : []),
      ]),
    ],
  }),
});
