import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import { paramMissing } from '#app/sdk/configuration.ts';
import { defineNode } from '#app/sdk/node.ts';

const order = z.object({
  column: z.string().default('').meta({ title: 'Column', control: 'column', from: 'table' }),
  direction: z.enum(['ascending', 'descending']).default('ascending').meta({ title: 'Direction', control: 'select', labels: { ascending: 'Smallest first', descending: 'Greatest first' } }),
});

const params = z.object({
  method: z
    .enum(['fraction', 'rows', 'first', 'every'])
    .default('fraction')
    .meta({ title: 'Take', control: 'select', labels: { fraction: 'A share of the rows, at random', rows: 'A number of rows, at random', first: 'The first rows', every: 'Every so-many-th row' } }),
  fraction: z.number().gt(0).max(1).default(0.1).meta({ title: 'Share', control: 'slider', min: 0.01, max: 1, step: 0.01, visibleWhen: { param: 'method', in: ['fraction'] } }),
  count: z.int().min(1).max(1_000_000_000).default(1000).meta({ title: 'Rows', control: 'number', min: 1, step: 1, visibleWhen: { param: 'method', in: ['rows', 'first'] }, description: 'Of each group where there is one; fewer where there are not so many.' }),
  every: z.int().min(1).max(1_000_000_000).default(10).meta({ title: 'Every', control: 'number', min: 1, step: 1, visibleWhen: { param: 'method', in: ['every'] }, description: '10 takes the first row, the 11th, the 21st …' }),
  groups: z.array(z.string()).default([]).meta({ title: 'From each', control: 'columns', from: 'table', description: 'The same share or number from each value of these columns (stratified); missing values are a value. Without a column: from the whole table.' }),
  orderBy: z.array(order).default([]).meta({ title: 'In the order of', control: 'rows', visibleWhen: { param: 'method', in: ['first', 'every'] }, description: 'Without a column: the order in which the rows come in.' }),
  key: z.array(z.string()).default([]).meta({ title: 'Key', control: 'columns', from: 'table', advanced: true, visibleWhen: { param: 'method', in: ['fraction', 'rows'] }, description: 'Columns that tell a row from others: with them the sample is quicker, and stays the same when other columns change. Without one, all columns decide.' }),
  seed: z.int().min(0).max(4_294_967_295).default(42).meta({ title: 'Seed', control: 'number', min: 0, step: 1, visibleWhen: { param: 'method', in: ['fraction', 'rows'] }, description: 'Another seed gives another sample.' }),
});

export type SampleParams = z.output<typeof params>;

export const definition = defineNode({
  type: 'transform/sample',
  version: 1,
  title: 'Sample',
  summary: 'Takes some of the rows, at random or in order, the same way every time; the others come out at a second output.',
  keywords: ['sample', 'row sampling', 'random sample', 'data sampler', 'limit', 'head', 'top n', 'first n', 'every nth', 'stratified', 'subset', 'downsample', 'undersample', 'random % sample'],
  inputs: [{ name: 'table', title: 'Table', kind: 'table', arity: 'one' }],
  outputs: [
    { name: 'table', title: 'Sample', kind: 'table', summary: 'The rows that were taken.' },
    { name: 'rest', title: 'Rest', kind: 'table', summary: 'All other rows.' },
  ],
  params,
  describe: ({ method, fraction, count, every, groups }, say) => {
    const what = { fraction: `${Math.round(fraction * 1000) / 10} %`, rows: say`${count} rows`, first: say`first ${count} rows`, every: say`every ${every} rows` }[method];
    return groups.length === 0 ? what : say`${what} of each ${groups.join(', ')}`;
  },
  configure: ({ params: { method, orderBy } }) => {
    if (method !== 'first' && method !== 'every') return {};
    const diagnostics: Diagnostic[] = orderBy.flatMap(({ column }, i) => (column === '' ? [paramMissing(['orderBy', i, 'column'], `Order ${i + 1} has no column.`, 'Choose a column, or remove the row.')] : []));
    if (orderBy.length === 0 && method === 'every') {
      diagnostics.push({ severity: 'info', code: 'sample-unordered', message: 'There is no order, so rows count in the order in which they come in.', remedy: 'Add a column to the order to be sure of it.', place: { param: ['orderBy'] } });
    }
    return { diagnostics };
  },
});
