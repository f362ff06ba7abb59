import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import type { ColumnType, Schema } from '#app/relation/types.ts';
import { checkColumns, groupTypes } from '#app/sdk/chart-node.ts';
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
    onChart: true,
  }),
  bins: z.int().min(4).max(100).default(24).meta({ title: 'Bins', description: 'About this many bars for numbers and dates; their edges are round numbers.', control: 'slider', min: 4, max: 100, step: 1 }),
  log: z.boolean().default(false).meta({ title: 'Bins by powers of ten', description: 'For numbers over several powers of ten; zero and negative values are left out then.', control: 'switch', advanced: true }),
  categories: z.int().min(2).max(50).default(12).meta({ title: 'Categories', description: 'Most frequent values of text shown one by one; the rest is summed up.', control: 'slider', min: 2, max: 50, step: 1, advanced: true }),
  measure: z.enum(['count', 'share']).default('count').meta({ title: 'Height of the bars', control: 'select', labels: { count: 'Number of rows', share: 'Share of the group' } }),
});

export type DistributionsParams = z.output<typeof params>;

const drawable: readonly ColumnType[] = ['boolean', 'integer', 'float', 'string', 'date', 'timestamp'];
const defaultColumns = 12;

/** The columns to draw, in table order where none were chosen. */
export function drawnColumns({ columns, groupBy }: DistributionsParams, schema: Schema): Schema {
  if (columns.length > 0) return columns.flatMap((name) => schema.find((column) => column.name === name && drawable.includes(column.type)) ?? []);
  return schema.filter(({ name, type }) => drawable.includes(type) && name !== groupBy).slice(0, defaultColumns);
}

export const definition = defineNode({
  type: 'explore/distributions',
  version: 2,
  // Bins have round edges since version 2; what was chosen means the same.
  migrate: { 1: (params) => params },
  title: 'Distributions',
  summary: 'Histograms of numbers and dates and bar charts of categories, over all rows, split by a group if wanted.',
  keywords: ['histogram', 'bar chart', 'frequency', 'density', 'compare groups', 'plot', 'chart'],
  inputs: [{ name: 'table', title: 'Table', kind: 'table', arity: 'one' }],
  outputs: [{ name: 'report', title: 'Charts', kind: 'report', summary: 'One chart a column.' }],
  params,
  describe: ({ columns, groupBy }, say) => {
    const what = columns.length === 0 ? say`First columns` : columns.length <= 2 ? columns.join(', ') : say`${columns.length} columns`;
    return groupBy === '' ? what : say`${what} by ${groupBy}`;
  },
  configure: (context) => {
    const schema = schemaAt(context);
    const { columns, groupBy } = context.params;
    const diagnostics: Diagnostic[] = checkColumns(schema, [
      ...columns.map((name, i) => ({ param: ['columns', i], name, types: drawable, words: 'it cannot be drawn' })),
      { param: ['groupBy'], name: groupBy, types: groupTypes, words: 'it makes no groups' },
    ]);
    if (schema !== null && diagnostics.length === 0 && drawnColumns(context.params, schema).length === 0) {
      diagnostics.push({ severity: 'warning', code: 'no-columns', message: 'The table has no column that can be drawn.', remedy: 'Connect a table with numbers, text, dates or true/false columns.', place: { port: 'table' } });
    }
    return { outputs: { report: { kind: 'report' } }, diagnostics };
  },
});
