import { z } from 'zod';
import { schemaAt } from '#app/sdk/configuration.ts';
import { defineNode } from '#app/sdk/node.ts';

const params = z.object({
  header: z.string().default('').meta({ title: 'Names from', control: 'column', from: 'table', description: 'Its values become the names of the new columns. Without a column they are called row_1, row_2 …' }),
  nameColumn: z.string().default('column').meta({ title: 'Column for the old names', control: 'text', description: 'The first new column, with the names of the old ones.' }),
});

export type TransposeParams = z.output<typeof params>;

export const definition = defineNode({
  type: 'transform/transpose',
  version: 1,
  title: 'Transpose',
  summary: 'Turns a small table on its side: rows become columns and columns become rows.',
  keywords: ['flip', 'swap rows and columns', 'rotate', 'turn'],
  inputs: [{ name: 'table', title: 'Table', kind: 'table', arity: 'one' }],
  outputs: [{ name: 'table', title: 'Turned table', kind: 'table', summary: 'One row for each old column; the columns are known once the node has been run.' }],
  params,
  describe: ({ header }, say) => (header === '' ? say`Rows become columns` : say`Columns named by ${header}`),
  configure: (context) => {
    const { header, nameColumn } = context.params;
    const schema = schemaAt(context);
    const outputs = { table: { kind: 'table', schema: null } } as const;
    if (nameColumn.trim() === '') {
      return { outputs, diagnostics: [{ severity: 'error', code: 'param-missing', message: 'The column for the old names has no name.', remedy: 'Give it one.', place: { param: ['nameColumn'] } }] };
    }
    if (header === '' || schema === null || schema.some(({ name }) => name === header)) return { outputs };
    return {
      outputs,
      diagnostics: [{ severity: 'error', code: 'unknown-column', message: `There is no column “${header}” in the table.`, remedy: 'Choose the column for the names again.', place: { param: ['header'], column: header } }],
    };
  },
});
