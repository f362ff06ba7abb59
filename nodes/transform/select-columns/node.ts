import { z } from 'zod';
import { paramMissing } from '#app/sdk/configuration.ts';
import { defineNode } from '#app/sdk/node.ts';

const types = ['same', 'boolean', 'integer', 'float', 'string', 'date', 'time', 'timestamp'] as const;

const change = z.object({
  column: z.string().default('').meta({ title: 'Column', control: 'column', from: 'table' }),
  name: z.string().default('').meta({ title: 'New name', control: 'text', placeholder: 'unchanged' }),
  type: z
    .enum(types)
    .default('same')
    .meta({
      title: 'New type',
      control: 'select',
      labels: { same: 'Unchanged', boolean: 'True/false', integer: 'Whole number', float: 'Number', string: 'Text', date: 'Date', time: 'Time of day', timestamp: 'Date and time' },
    }),
});

const params = z.object({
  mode: z.enum(['drop', 'keep']).default('drop').meta({ title: 'Columns', control: 'select', labels: { drop: 'Drop the chosen columns', keep: 'Keep only the chosen columns, in this order' } }),
  columns: z.array(z.string()).default([]).meta({ title: 'Chosen columns', control: 'columns', from: 'table' }),
  first: z.array(z.string()).default([]).meta({ title: 'Put first', control: 'columns', from: 'table', advanced: true, visibleWhen: { param: 'mode', in: ['drop'] }, description: 'These columns come first; the others keep their order.' }),
  changes: z.array(change).default([]).meta({ title: 'Rename and retype', control: 'rows' }),
  onError: z
    .enum(['fail', 'null'])
    .default('fail')
    .meta({ title: 'Values that cannot be converted', control: 'select', advanced: true, labels: { fail: 'Stop with an error', null: 'Become missing' } }),
});

export type SelectColumnsParams = z.output<typeof params>;

export const definition = defineNode({
  type: 'transform/select-columns',
  version: 1,
  title: 'Select Columns',
  summary: 'Keeps, drops, renames, reorders and retypes columns.',
  keywords: ['keep', 'drop', 'remove columns', 'rename', 'reorder', 'cast', 'type', 'convert', 'project'],
  inputs: [{ name: 'table', title: 'Table', kind: 'table', arity: 'one' }],
  outputs: [{ name: 'table', title: 'Table', kind: 'table', summary: 'The same rows with the chosen columns.' }],
  params,
  describe: ({ mode, columns, first, changes }) => {
    const parts = [
      ...(mode === 'keep' ? [`keep ${listed(columns)}`] : columns.length > 0 ? [`drop ${listed(columns)}`] : []),
      ...(mode === 'drop' && first.length > 0 ? [`${listed(first)} first`] : []),
      ...changes.flatMap(({ column, name, type }) => [...(name !== '' ? [`${column} → ${name}`] : []), ...(type === 'same' ? [] : [`${column} as ${type}`])]),
    ];
    return parts.length === 0 ? 'All columns' : parts.join(', ');
  },
  configure: ({ params: { mode, columns, changes } }) => ({
    diagnostics: [
      ...(mode === 'keep' && columns.length === 0 ? [paramMissing(['columns'], 'There is no column to keep.', 'Choose the columns to keep, or drop columns instead.')] : []),
      ...changes.flatMap(({ column }, i) => (column === '' ? [paramMissing(['changes', i, 'column'], `Change ${i + 1} has no column.`, 'Choose a column, or remove the row.')] : [])),
    ],
  }),
});

const listed = (names: readonly string[]): string => (names.length <= 3 ? names.join(', ') : `${names.length} columns`);
