import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import type { Schema } from '#app/relation/types.ts';
import { schemaAt } from '#app/sdk/configuration.ts';
import { defineNode } from '#app/sdk/node.ts';

const params = z.object({
  columns: z.array(z.string()).default([]).meta({
    title: 'Columns',
    description: 'None chosen: the first 12 that can be drawn.',
    control: 'columns',
    from: 'table',
    types: ['boolean', 'integer', 'float', 'string', 'date', 'timestamp'],
  }),
  groupBy: z.string().default('').meta({
    title: 'Colour by',
    description: 'Splits each distribution by the values of this column.',
    control: 'column',
    from: 'table',
    types: ['boolean', 'integer', 'string'],
  }),
  bins: z.int().min(4).max(100).default(24).meta({ title: 'Bins', description: 'At most this many bars for numbers and dates.', control: 'slider', min: 4, max: 100, step: 1 }),
  categories: z.int().min(2).max(50).default(12).meta({ title: 'Categories', description: 'Most frequent values of text shown one by one; the rest is summed up.', control: 'slider', min: 2, max: 50, step: 1, advanced: true }),
  measure: z.enum(['count', 'share']).default('count').meta({ title: 'Height of the bars', control: 'select', labels: { count: 'Number of rows', share: 'Share of the group' } }),
});

export type DistributionsParams = z.output<typeof params>;

const drawable = new Set(['boolean', 'integer', 'float', 'string', 'date', 'timestamp']);
const defaultColumns = 12;

/** The columns to draw, in table order where none were chosen. */
export function drawnColumns({ columns, groupBy }: DistributionsParams, schema: Schema): Schema {
  if (columns.length > 0) return columns.flatMap((name) => schema.find((column) => column.name === name && drawable.has(column.type)) ?? []);
  return schema.filter(({ name, type }) => drawable.has(type) && name !== groupBy).slice(0, defaultColumns);
}

export const definition = defineNode({
  type: 'explore/distributions',
  version: 1,
  title: 'Distributions',
  summary: 'Histograms of numbers and dates and bar charts of categories, over all rows, split by a group if wanted.',
  keywords: ['histogram', 'bar chart', 'frequency', 'density', 'compare groups', 'plot', 'chart'],
  inputs: [{ name: 'table', title: 'Table', kind: 'table', arity: 'one' }],
  outputs: [{ name: 'report', title: 'Charts', kind: 'report', summary: 'One chart a column.' }],
  params,
  describe: ({ columns, groupBy }) => {
    const what = columns.length === 0 ? 'First columns' : columns.length <= 2 ? columns.join(', ') : `${columns.length} columns`;
    return groupBy === '' ? what : `${what} by ${groupBy}`;
  },
  configure: (context) => {
    const schema = schemaAt(context);
    const { columns, groupBy } = context.params;
    const diagnostics: Diagnostic[] = [];
    const check = (name: string, param: (string | number)[]): void => {
      const column = schema?.find((candidate) => candidate.name === name);
      if (schema === null) return;
      if (column === undefined) {
        diagnostics.push({ severity: 'error', code: 'unknown-column', message: `There is no column “${name}” in the table.`, remedy: 'Choose the column again.', place: { param, column: name } });
      } else if (!drawable.has(column.type)) {
        diagnostics.push({ severity: 'error', code: 'column-type', message: `Column “${name}” is ${column.type} and cannot be drawn.`, remedy: 'Choose another column, or convert it first.', place: { param, column: name } });
      }
    };
    columns.forEach((name, i) => check(name, ['columns', i]));
    if (groupBy !== '') check(groupBy, ['groupBy']);
    if (schema !== null && diagnostics.length === 0 && drawnColumns(context.params, schema).length === 0) {
      diagnostics.push({ severity: 'warning', code: 'no-columns', message: 'The table has no column that can be drawn.', remedy: 'Connect a table with numbers, text, dates or true/false columns.', place: { port: 'table' } });
    }
    return { outputs: { report: { kind: 'report' } }, diagnostics };
  },
});
