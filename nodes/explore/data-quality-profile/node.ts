import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import type { Schema } from '#app/relation/types.ts';
import { checkColumns, groupTypes } from '#app/sdk/chart-node.ts';
import { schemaAt } from '#app/sdk/configuration.ts';
import { defineNode } from '#app/sdk/node.ts';

export const mostColumns = 1000;

const share = (title: string, value: number, description: string) => z.number().min(0).max(1).default(value).meta({ title, description, control: 'slider', min: 0, max: 1, step: 0.01, advanced: true });

const params = z.object({
  columns: z.array(z.string()).default([]).meta({ title: 'Columns', description: 'None chosen: every column.', control: 'columns', from: 'table' }),
  target: z.string().default('').meta({ title: 'Target', description: 'If one is to be predicted: columns that give it away are named.', control: 'column', from: 'table', types: ['boolean', 'integer', 'float', 'string'] }),
  missing: share('Many missing values', 0.2, 'From this share on missing values weigh more.'),
  constant: share('Nearly constant', 0.99, 'A column of which one value has this share.'),
  drift: share('Text that looks like numbers or dates', 0.8, 'From this share of the values on it is said.'),
  leakage: share('Gives the target away', 0.9, 'Share of the target’s uncertainty that a single column takes away.'),
  duplicates: z.boolean().default(true).meta({ title: 'Repeated rows and copied columns', description: 'Compares whole rows; the slowest part on big tables.', control: 'switch', advanced: true }),
});

export type DataQualityParams = z.output<typeof params>;

export const findingsSchema: Schema = [
  { name: 'column', type: 'string' },
  { name: 'check', type: 'string' },
  { name: 'severity', type: 'string' },
  { name: 'count', type: 'integer' },
  { name: 'share', type: 'float' },
  { name: 'finding', type: 'string' },
  { name: 'examples', type: 'string' },
  { name: 'advice', type: 'string' },
];

export const definition = defineNode({
  type: 'explore/data-quality-profile',
  version: 1,
  title: 'Data Quality Profile',
  summary: 'What is wrong with a table, over all its rows: missing, repeated, constant, odd and leaking values, how bad, and which node mends it.',
  keywords: ['data quality', 'profiling', 'pandas profiling', 'ydata', 'missing values', 'duplicates', 'constant', 'leakage', 'type drift', 'validation', 'audit', 'statistics', 'browse'],
  inputs: [{ name: 'table', title: 'Table', kind: 'table', arity: 'one' }],
  outputs: [
    { name: 'report', title: 'Profile', kind: 'report' },
    { name: 'findings', title: 'Findings', kind: 'table', summary: 'One row for each finding, the worst first: to filter, or to stop a pipeline by.' },
  ],
  params,
  describe: ({ columns, target }, say) => {
    const what = columns.length === 0 ? say`Every column` : columns.length === 1 ? say`1 column` : say`${columns.length} columns`;
    return target === '' ? what : say`${what}, target ${target}`;
  },
  configure: (context) => {
    const { columns, target } = context.params;
    const schema = schemaAt(context);
    const diagnostics: Diagnostic[] = checkColumns(schema, [
      ...columns.map((name, i) => ({ param: ['columns', i], name, types: [...groupTypes, 'binary' as const], words: 'it cannot be profiled' })),
      { param: ['target'], name: target, types: ['boolean', 'integer', 'float', 'string'], words: 'a target is a number, text or true/false' },
    ]);
    const count = columns.length === 0 ? (schema?.length ?? 0) : columns.length;
    if (count > mostColumns) diagnostics.push({ severity: 'error', code: 'too-many-columns', message: `There are ${count} columns; at most ${mostColumns} can be profiled at once.`, remedy: 'Choose fewer columns.', place: { param: ['columns'] } });
    return { outputs: { report: { kind: 'report' }, findings: { kind: 'table', schema: findingsSchema } }, diagnostics };
  },
});
