import { z } from 'zod';
import { paramMissing } from '#app/sdk/configuration.ts';
import { defineNode } from '#app/sdk/node.ts';

const order = z.object({
  column: z.string().default('').meta({ title: 'Column', control: 'column', from: 'table' }),
  direction: z.enum(['ascending', 'descending']).default('ascending').meta({ title: 'Keep', control: 'select', labels: { ascending: 'Smallest', descending: 'Greatest' } }),
});

const params = z.object({
  columns: z.array(z.string()).default([]).meta({ title: 'Equal in', control: 'columns', from: 'table', description: 'Rows that are equal in all of these are duplicates. Without a column: in every column.' }),
  keep: z
    .enum(['first', 'last', 'by-order', 'none'])
    .default('first')
    .meta({
      title: 'Row to keep',
      control: 'select',
      labels: { first: 'First', last: 'Last', 'by-order': 'Smallest or greatest of a column', none: 'None: only rows without a duplicate' },
    }),
  order: z.array(order).default([]).meta({ title: 'Order', control: 'rows', visibleWhen: { param: 'keep', in: ['by-order'] }, description: 'The row that is smallest or greatest here is kept; missing values count last. Later columns decide among equals.' }),
  count: z.string().default('').meta({ title: 'Count column', control: 'text', placeholder: 'none', description: 'Name of a new column with the number of rows that were equal.' }),
});

export type DeduplicateParams = z.output<typeof params>;

export const definition = defineNode({
  type: 'transform/deduplicate',
  version: 1,
  title: 'Deduplicate',
  summary: 'Keeps one of several rows that are equal in the chosen columns, and gives the others at a second output.',
  keywords: ['unique', 'distinct', 'duplicates', 'drop_duplicates', 'duplicate row filter', 'remove duplicates', 'latest record'],
  inputs: [{ name: 'table', title: 'Table', kind: 'table', arity: 'one' }],
  outputs: [
    { name: 'table', title: 'Unique rows', kind: 'table', summary: 'One row of each group of equals.' },
    { name: 'removed', title: 'Removed rows', kind: 'table', summary: 'The rows that were left out, with the number of rows in their group in the last column.' },
  ],
  params,
  describe: ({ columns, keep, order: keys }, say) => {
    const by = columns.length === 0 ? say`all columns` : columns.length <= 3 ? columns.join(', ') : say`${columns.length} columns`;
    const chosen = keys.filter(({ column }) => column !== '').map(({ column, direction }) => (direction === 'ascending' ? say`smallest ${column}` : say`greatest ${column}`));
    const what = { first: say`first`, last: say`last`, 'by-order': chosen.join(', ') || say`one row`, none: say`only unrepeated` }[keep];
    return say`${what} by ${by}`;
  },
  configure: ({ params: { keep, order: keys } }) => ({
    diagnostics:
      keep !== 'by-order'
        ? []
        : [
            ...(keys.length === 0 ? [paramMissing(['order'], 'There is no column that says which row to keep.', 'Add a column, or keep the first row.')] : []),
            ...keys.flatMap(({ column }, i) => (column === '' ? [paramMissing(['order', i, 'column'], `Order ${i + 1} has no column.`, 'Choose a column, or remove the row.')] : [])),
          ],
  }),
});
