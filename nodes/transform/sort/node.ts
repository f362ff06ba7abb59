import { z } from 'zod';
import { paramMissing } from '#app/sdk/configuration.ts';
import { defineNode } from '#app/sdk/node.ts';

const key = z.object({
  column: z.string().default('').meta({ title: 'Column', control: 'column', from: 'table' }),
  direction: z.enum(['ascending', 'descending']).default('ascending').meta({ title: 'Direction', control: 'select', labels: { ascending: 'Ascending', descending: 'Descending' } }),
  nulls: z.enum(['last', 'first']).default('last').meta({ title: 'Missing values', control: 'select', labels: { last: 'Last', first: 'First' } }),
});

const params = z.object({
  keys: z.array(key).default([]).meta({ title: 'Sort by', control: 'rows', description: 'Later columns decide among rows that are equal in the earlier ones.' }),
});

export type SortParams = z.output<typeof params>;

export const definition = defineNode({
  type: 'transform/sort',
  version: 1,
  title: 'Sort',
  summary: 'Puts the rows in the order of one or more columns.',
  keywords: ['order by', 'arrange', 'rank', 'ascending', 'descending'],
  inputs: [{ name: 'table', title: 'Table', kind: 'table', arity: 'one' }],
  outputs: [{ name: 'table', title: 'Sorted rows', kind: 'table', summary: 'The same rows in order.' }],
  params,
  describe: ({ keys }, say) => {
    const parts = keys.filter(({ column }) => column !== '').map(({ column, direction }) => (direction === 'ascending' ? column : `${column} ↓`));
    return parts.length === 0 ? say`No order yet` : say`by ${parts.join(', ')}`;
  },
  configure: ({ params: { keys } }) => ({
    diagnostics: [
      ...(keys.length === 0 ? [paramMissing(['keys'], 'There is no column to sort by.', 'Add a column.')] : []),
      ...keys.flatMap(({ column }, i) => (column === '' ? [paramMissing(['keys', i, 'column'], `Sort key ${i + 1} has no column.`, 'Choose a column, or remove the row.')] : [])),
    ],
  }),
});
