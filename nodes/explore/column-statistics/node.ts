import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import { freeName } from '#app/relation/index.ts';
import type { Column, Schema } from '#app/relation/types.ts';
import { checkColumns, groupTypes } from '#app/sdk/chart-node.ts';
import { schemaAt } from '#app/sdk/configuration.ts';
import { defineNode } from '#app/sdk/node.ts';

const params = z.object({
  columns: z.array(z.string()).default([]).meta({ title: 'Columns', description: 'None chosen: every column.', control: 'columns', from: 'table' }),
  group: z.array(z.string()).default([]).meta({ title: 'Group by', description: 'Statistics of each combination of values.', control: 'columns', from: 'table', types: [...groupTypes] }),
  distinct: z.boolean().default(true).meta({ title: 'Count distinct values', description: 'Exact; the slowest part on big tables.', control: 'switch' }),
});

export type ColumnStatisticsParams = z.output<typeof params>;

const number = (name: string): Column => ({ name, type: 'float' });
const count = (name: string): Column => ({ name, type: 'integer' });
const text = (name: string): Column => ({ name, type: 'string' });

/** Columns of the statistics, after those of the groups. */
export const statisticColumns: Schema = [
  text('column'),
  text('type'),
  count('rows'),
  count('missing'),
  number('missing_share'),
  count('distinct'),
  text('mode'),
  number('mean'),
  number('stddev'),
  number('sum'),
  number('min'),
  number('p05'),
  number('q1'),
  number('median'),
  number('q3'),
  number('p95'),
  number('max'),
  number('skewness'),
  number('kurtosis'),
  text('first'),
  text('last'),
];

/** The schema of the table of statistics: group columns with their types (renamed where a statistic is called so), then the statistics. */
export function statisticsSchema(schema: Schema, group: readonly string[]): Schema {
  const keys: Column[] = [];
  for (const name of group) {
    const column = schema.find((one) => one.name === name);
    if (column !== undefined) keys.push({ name: freeName(name, [...statisticColumns, ...keys]), type: column.type });
  }
  return [...keys, ...statisticColumns];
}

export const definition = defineNode({
  type: 'explore/column-statistics',
  version: 2,
  // Groups and a table output are new in version 2; what was chosen means the same.
  migrate: { 1: (params) => params },
  title: 'Column Statistics',
  summary: 'Counts, missing values, means, quantiles, shape and most frequent values of every column, over all rows or by group.',
  keywords: ['summary', 'describe', 'summarise', 'mean', 'median', 'quartile', 'quantile', 'skewness', 'kurtosis', 'missing', 'distinct', 'profile', 'basic data profile', 'statistics'],
  inputs: [{ name: 'table', title: 'Table', kind: 'table', arity: 'one' }],
  outputs: [
    { name: 'report', title: 'Statistics', kind: 'report', summary: 'Tables of statistics by column.' },
    { name: 'statistics', title: 'Table of statistics', kind: 'table', summary: 'One row for each column (and group).' },
  ],
  params,
  describe: ({ columns, group }, say) => {
    const what = columns.length === 0 ? say`Every column` : columns.length <= 3 ? columns.join(', ') : say`${columns.length} columns`;
    return group.length === 0 ? what : say`${what} by ${group.join(', ')}`;
  },
  configure: (context) => {
    const schema = schemaAt(context);
    const { columns, group } = context.params;
    const unknown = schema === null ? [] : columns.filter((name) => !schema.some((column) => column.name === name));
    const diagnostics = unknown.map(
      (name): Diagnostic => ({
        severity: 'error',
        code: 'unknown-column',
        message: `There is no column “${name}” in the table.`,
        remedy: 'Choose the columns again.',
        place: { param: ['columns', columns.indexOf(name)], column: name },
      }),
    );
    diagnostics.push(...checkColumns(schema, group.map((name, i) => ({ param: ['group', i], name, types: groupTypes, words: 'it makes no groups' }))));
    return { outputs: { report: { kind: 'report' }, statistics: { kind: 'table', schema: schema === null ? null : statisticsSchema(schema, group) } }, diagnostics };
  },
});
