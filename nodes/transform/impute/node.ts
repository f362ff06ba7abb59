import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import { paramMissing } from '#app/sdk/configuration.ts';
import { defineNode } from '#app/sdk/node.ts';
import type { Say } from '#app/sdk/say.ts';

export const methods = ['mean', 'median', 'most-frequent', 'minimum', 'maximum', 'constant', 'previous', 'next', 'interpolate', 'drop'] as const;
export type Method = (typeof methods)[number];

export const methodTitles: Readonly<Record<Method, string>> = {
  mean: 'Mean',
  median: 'Median',
  'most-frequent': 'Most frequent value',
  minimum: 'Minimum',
  maximum: 'Maximum',
  constant: 'Fixed value',
  previous: 'Previous value',
  next: 'Next value',
  interpolate: 'On the line between neighbours',
  drop: 'Drop the row',
};

/** Methods that go along the rows in an order. */
export const needsOrder = (method: Method): boolean => method === 'previous' || method === 'next' || method === 'interpolate';

const step = z.object({
  columns: z
    .enum(['numbers', 'texts', 'all', 'chosen'])
    .default('chosen')
    .meta({ title: 'Of', control: 'select', labels: { numbers: 'All number columns', texts: 'All text columns', all: 'All columns', chosen: 'Chosen columns' } }),
  names: z.array(z.string()).default([]).meta({ title: 'Columns', control: 'columns', from: 'table', visibleWhen: { param: 'columns', in: ['chosen'] } }),
  method: z.enum(methods).default('median').meta({ title: 'Fill with', control: 'select', labels: methodTitles }),
  value: z.string().default('').meta({ title: 'Value', control: 'text', placeholder: '0', visibleWhen: { param: 'method', in: ['constant'] } }),
});

const order = z.object({
  column: z.string().default('').meta({ title: 'Column', control: 'column', from: 'table' }),
  direction: z.enum(['ascending', 'descending']).default('ascending').meta({ title: 'Direction', control: 'select', labels: { ascending: 'Smallest first', descending: 'Greatest first' } }),
});

const params = z.object({
  steps: z
    .array(step)
    .default([
      { columns: 'numbers', names: [], method: 'median', value: '' },
      { columns: 'texts', names: [], method: 'most-frequent', value: '' },
    ])
    .meta({ title: 'Fill', control: 'rows', description: 'A column is filled by the last row that names it; rows for all columns of a kind come before.' }),
  groups: z.array(z.string()).default([]).meta({ title: 'Within each', control: 'columns', from: 'table', description: 'Values are learnt from, and carried along, the rows that are equal in these columns. A group without a value keeps its missing ones.' }),
  orderBy: z.array(order).default([]).meta({ title: 'In the order of', control: 'rows', description: 'What previous, next and between mean. Without a column: the order in which the rows come in.' }),
  emptyText: z.boolean().default(false).meta({ title: 'Empty text is missing', control: 'switch' }),
  indicator: z.boolean().default(false).meta({ title: 'Mark what was missing', control: 'switch', description: 'Adds a true/false column for each filled column, named after it with “_missing”.' }),
});

export type ImputeParams = z.output<typeof params>;
export type ImputeStep = z.output<typeof step>;

function stepTitle({ columns, names, method }: ImputeStep, say: Say): string {
  const what = { numbers: say`numbers`, texts: say`texts`, all: say`all`, chosen: names.length <= 2 ? names.join(', ') || '…' : say`${names.length} columns` }[columns];
  return `${what}: ${say.within(methodTitles[method])}`;
}

export const definition = defineNode({
  type: 'transform/impute',
  version: 1,
  title: 'Impute',
  summary: 'Fills missing values of a table: with a mean, the most frequent value, the value before, or a fixed one.',
  keywords: ['missing value', 'fill', 'fillna', 'ffill', 'bfill', 'interpolate', 'replace missing', 'null', 'nan', 'simple imputer', 'drop missing', 'dropna', 'coalesce', 'imputation', 'data cleansing'],
  inputs: [{ name: 'table', title: 'Table', kind: 'table', arity: 'one' }],
  outputs: [{ name: 'table', title: 'Table', kind: 'table', summary: 'The rows with their missing values filled. The order of the rows is not fixed.' }],
  params,
  describe: ({ steps, groups }, say) => {
    const titles = steps.map((each) => stepTitle(each, say));
    const [first] = titles;
    if (first === undefined) return say`Nothing to fill yet`;
    const what = steps.length <= 2 ? titles.join('; ') : say`${first}, and ${steps.length - 1} more`;
    return groups.length === 0 ? what : say`${what} per ${groups.join(', ')}`;
  },
  configure: ({ params: { steps, orderBy } }) => {
    const diagnostics: Diagnostic[] = steps.length === 0 ? [paramMissing(['steps'], 'There is nothing to fill.', 'Add a row with columns and what to fill them with.')] : [];
    steps.forEach(({ columns, names, method, value }, i) => {
      if (columns === 'chosen' && names.length === 0) diagnostics.push(paramMissing(['steps', i, 'names'], `Row ${i + 1} has no column to fill.`, 'Choose columns, or all of a kind.'));
      if (method === 'constant' && value.trim() === '') diagnostics.push(paramMissing(['steps', i, 'value'], `Row ${i + 1} has no value to fill with.`, 'Type a value, such as 0 or unknown.'));
    });
    orderBy.forEach(({ column }, i) => {
      if (column === '') diagnostics.push(paramMissing(['orderBy', i, 'column'], `Order ${i + 1} has no column.`, 'Choose a column, or remove the row.'));
    });
    if (steps.some(({ method }) => needsOrder(method)) && orderBy.length === 0) {
      diagnostics.push({ severity: 'info', code: 'impute-unordered', message: 'There is no order, so the previous and next values are those of the rows as they come in.', remedy: 'Add a column to the order, such as a date.', place: { param: ['orderBy'] } });
    }
    return { diagnostics };
  },
});
