import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import { defineNode } from '#app/sdk/node.ts';

const types = ['boolean', 'integer', 'float', 'string', 'date', 'time', 'timestamp'] as const;

export const paramsSchema = z.object({
  mode: z
    .enum(['keep', 'drop'])
    .default('drop')
    .meta({ title: 'Columns below', labels: { keep: 'Keep only these', drop: 'Leave these out' } }),
  columns: z.array(z.string()).default([]).meta({ title: 'Columns', control: 'columns', description: 'Kept columns come out in this order.' }),
  rename: z
    .array(
      z.object({
        column: z.string().default('').meta({ title: 'Column', control: 'column' }),
        name: z.string().max(200).default('').meta({ title: 'New name', control: 'text' }),
      }),
    )
    .default([])
    .meta({ title: 'Rename', control: 'rows' }),
  retype: z
    .array(
      z.object({
        column: z.string().default('').meta({ title: 'Column', control: 'column' }),
        type: z.enum(types).default('string').meta({ title: 'Type' }),
        onError: z
          .enum(['fail', 'null'])
          .default('fail')
          .meta({ title: 'A value that does not fit', labels: { fail: 'Stops the run', null: 'Becomes missing' } }),
      }),
    )
    .default([])
    .meta({ title: 'Change type', control: 'rows' }),
});

export type Params = z.output<typeof paramsSchema>;

export const definition = defineNode({
  type: 'transform/select-columns',
  version: 1,
  title: 'Select Columns',
  summary: 'Keeps, leaves out, renames, reorders and retypes columns.',
  keywords: ['columns', 'keep', 'drop', 'remove', 'rename', 'reorder', 'cast', 'type', 'column filter', 'select'],
  inputs: [{ name: 'table', title: 'Table', kind: 'table', arity: 'one' }],
  outputs: [{ name: 'table', title: 'Table', kind: 'table' }],
  params: paramsSchema,
  describe: (params) => {
    const parts: string[] = [];
    if (params.columns.length > 0) parts.push(`${params.mode === 'keep' ? 'keep' : 'drop'} ${params.columns.length === 1 ? params.columns[0] : `${params.columns.length} columns`}`);
    if (params.rename.length > 0) parts.push(`rename ${params.rename.length}`);
    if (params.retype.length > 0) parts.push(`retype ${params.retype.length}`);
    return parts.join(', ') || 'all columns';
  },
  configure: ({ params }) => {
    const diagnostics: Diagnostic[] = [];
    if (params.mode === 'keep' && params.columns.length === 0) {
      diagnostics.push({
        severity: 'error',
        code: 'param-missing',
        message: 'No column is kept.',
        remedy: 'Choose the columns to keep, or leave columns out instead.',
        place: { param: ['columns'] },
      });
    }
    return { diagnostics };
  },
});
