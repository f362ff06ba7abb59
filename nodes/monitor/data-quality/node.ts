import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import { checkColumns } from '#app/sdk/chart-node.ts';
import { schemaAt } from '#app/sdk/configuration.ts';
import { windowParam } from '#app/sdk/drift.ts';
import { defineNode } from '#app/sdk/node.ts';

const checkedTypes = ['boolean', 'integer', 'float', 'string'] as const;

export const paramsSchema = z.object({
  columns: z.array(z.string()).max(300).default([]).meta({ title: 'Columns', description: 'None chosen: all numbers, texts and true/false of both tables.', control: 'columns', from: 'current', types: [...checkedTypes] }),
  time: z.string().default('').meta({ title: 'Time', description: 'Of the new rows: each window is a batch, the last one is judged. Empty: all rows are one batch.', control: 'column', from: 'current', types: ['date', 'timestamp'] }),
  window: windowParam,
  batches: z.int().min(5).max(1000).default(100).meta({ title: 'One false alarm in … batches', description: 'Over all columns and checks together.', control: 'number', min: 5, max: 1000 }),
});

export type Params = z.output<typeof paramsSchema>;

export const definition = defineNode({
  type: 'monitor/data-quality',
  version: 1,
  title: 'Data Quality Monitor',
  summary: 'Missing values, values out of range and new categories of each batch against a reference, over time.',
  keywords: ['data quality', 'missing values', 'nulls', 'completeness', 'validity', 'out of range', 'new categories', 'unseen values', 'great expectations', 'deequ', 'monitoring'],
  inputs: [
    { name: 'reference', title: 'Reference', kind: 'table', arity: 'one', summary: 'How it should be: the training table, or a good month.' },
    { name: 'current', title: 'Current', kind: 'table', arity: 'one', summary: 'The new batch, or several with a time.' },
  ],
  outputs: [
    { name: 'report', title: 'Report', kind: 'report' },
    { name: 'columns', title: 'Columns', kind: 'table', summary: 'One row for each check of a column, the worst first.' },
    { name: 'evaluation', title: 'Evaluation', kind: 'evaluation', summary: 'For Alert: drift is above 1 where there are more bad values than chance gives.' },
  ],
  params: paramsSchema,
  describe: ({ columns, batches }, say) => (columns.length === 0 ? say`all columns, one false alarm in ${batches}` : say`${columns.length} columns, one false alarm in ${batches}`),
  configure: (context) => {
    const { columns, time } = context.params;
    const diagnostics: Diagnostic[] = checkColumns(schemaAt(context, 'current'), [
      ...columns.map((name, i) => ({ param: ['columns', i], name, types: checkedTypes, words: 'numbers, text and true/false are compared' })),
      ...(time === '' ? [] : [{ param: ['time'], name: time, types: ['date', 'timestamp'] as const, words: 'a time is a date or timestamp' }]),
    ]);
    return {
      outputs: {
        report: { kind: 'report' },
        columns: {
          kind: 'table',
          schema: [
            { name: 'column', type: 'string' },
            { name: 'check', type: 'string' },
            { name: 'bad', type: 'boolean' },
            { name: 'values', type: 'integer' },
            ...(['share', 'share_reference', 'threshold', 'ratio'] as const).map((name) => ({ name, type: 'float' as const })),
          ],
        },
        evaluation: { kind: 'evaluation' },
      },
      diagnostics,
    };
  },
});
