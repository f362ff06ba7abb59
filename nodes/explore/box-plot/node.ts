import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import { checkColumns, groupTypes, numberTypes } from '#app/sdk/chart-node.ts';
import { paramMissing, schemaAt } from '#app/sdk/configuration.ts';
import { defineNode } from '#app/sdk/node.ts';

const params = z.object({
  columns: z.array(z.string()).max(50).default([]).meta({ title: 'Columns', description: 'Numbers; several are drawn beside one another on one axis.', control: 'columns', from: 'table', types: [...numberTypes] }),
  groupBy: z.string().default('').meta({ title: 'Group by', description: 'A box for each of the 24 most frequent values; the rest is “Other”.', control: 'column', from: 'table', types: [...groupTypes], onChart: true }),
  outliers: z.int().min(0).max(1000).default(100).meta({ title: 'Points beyond the whiskers', description: 'At most so many are drawn for a box; all are counted.', control: 'number', min: 0, max: 1000, step: 10, advanced: true }),
  log: z.boolean().default(false).meta({ title: 'Logarithmic axis', control: 'switch', advanced: true }),
});

export type BoxPlotParams = z.output<typeof params>;

export const definition = defineNode({
  type: 'explore/box-plot',
  version: 1,
  title: 'Box Plot',
  summary: 'Median, quartiles, whiskers and outliers of numbers, for each group: exact over all rows.',
  keywords: ['boxplot', 'whisker', 'quartiles', 'outliers', 'conditional box plot', 'iqr', 'spread', 'compare groups', 'plot', 'chart'],
  inputs: [{ name: 'table', title: 'Table', kind: 'table', arity: 'one' }],
  outputs: [{ name: 'report', title: 'Chart', kind: 'report' }],
  params,
  describe: ({ columns, groupBy }, say) => {
    if (columns.length === 0) return say`No column yet`;
    const what = columns.length <= 2 ? columns.join(', ') : say`${columns.length} columns`;
    return groupBy === '' ? what : say`${what} by ${groupBy}`;
  },
  configure: (context) => {
    const { columns, groupBy } = context.params;
    const diagnostics: Diagnostic[] = checkColumns(schemaAt(context), [
      ...columns.map((name, i) => ({ param: ['columns', i], name, types: numberTypes, words: 'a box plot takes numbers' })),
      { param: ['groupBy'], name: groupBy, types: groupTypes, words: 'it makes no groups' },
    ]);
    if (columns.length === 0) diagnostics.push(paramMissing(['columns'], 'No column is chosen.', 'Choose one or more columns of numbers.'));
    return { outputs: { report: { kind: 'report' } }, diagnostics };
  },
  suggest: (context) => {
    const schema = schemaAt(context);
    if (schema === null || context.params.columns.length > 0) return null;
    const measured = schema.find(({ type }) => type === 'float') ?? schema.find(({ type }) => type === 'integer');
    const group = schema.find(({ type }) => type === 'string' || type === 'boolean');
    return measured === undefined ? null : { columns: [measured.name], ...(group === undefined ? {} : { groupBy: group.name }) };
  },
});
