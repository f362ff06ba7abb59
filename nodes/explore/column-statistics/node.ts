import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import { schemaAt } from '#app/sdk/configuration.ts';
import { defineNode } from '#app/sdk/node.ts';

const params = z.object({
  columns: z.array(z.string()).default([]).meta({ title: 'Columns', description: 'None chosen: every column.', control: 'columns', from: 'table' }),
  distinct: z.boolean().default(true).meta({ title: 'Count distinct values', description: 'Exact; the slowest part on big tables.', control: 'switch' }),
});

export type ColumnStatisticsParams = z.output<typeof params>;

export const definition = defineNode({
  type: 'explore/column-statistics',
  version: 1,
  title: 'Column Statistics',
  summary: 'Counts, missing values, means, quartiles and most frequent values of every column, over all rows.',
  keywords: ['summary', 'describe', 'summarise', 'mean', 'median', 'quartile', 'missing', 'distinct', 'profile'],
  inputs: [{ name: 'table', title: 'Table', kind: 'table', arity: 'one' }],
  outputs: [{ name: 'report', title: 'Statistics', kind: 'report', summary: 'Tables of statistics by column.' }],
  params,
  describe: ({ columns }) => (columns.length === 0 ? 'Every column' : columns.length <= 3 ? columns.join(', ') : `${columns.length} columns`),
  configure: (context) => {
    const schema = schemaAt(context);
    const unknown = schema === null ? [] : context.params.columns.filter((name) => !schema.some((column) => column.name === name));
    const diagnostics = unknown.map(
      (name): Diagnostic => ({
        severity: 'error',
        code: 'unknown-column',
        message: `There is no column “${name}” in the table.`,
        remedy: 'Choose the columns again.',
        place: { param: ['columns', context.params.columns.indexOf(name)], column: name },
      }),
    );
    return { outputs: { report: { kind: 'report' } }, diagnostics };
  },
});
