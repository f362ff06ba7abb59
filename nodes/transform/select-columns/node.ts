import { z } from 'zod';
import { paramMissing } from '#app/sdk/configuration.ts';
import { defineNode } from '#app/sdk/node.ts';
import { kinds, kindTitles } from './matching.ts';
import type { Say } from '#app/sdk/say.ts';

const types = ['same', 'boolean', 'integer', 'float', 'string', 'date', 'time', 'timestamp'] as const;

const typeLabels = { same: 'Unchanged', boolean: 'True/false', integer: 'Whole number', float: 'Number', string: 'Text', date: 'Date', time: 'Time of day', timestamp: 'Date and time' };

const change = z.object({
  column: z.string().default('').meta({ title: 'Column', control: 'column', from: 'table' }),
  name: z.string().default('').meta({ title: 'New name', control: 'text', placeholder: 'unchanged' }),
  type: z
    .enum(types)
    .default('same')
    .meta({
      title: 'New type',
      control: 'select',
      labels: typeLabels,
    }),
});

const bulk = z.object({
  of: z.enum(['all', 'kind', 'pattern']).default('all').meta({ title: 'Columns', control: 'select', labels: { all: 'All', kind: 'Of a type', pattern: 'By name' } }),
  kind: z.enum(kinds).default('string').meta({ title: 'Type', control: 'select', labels: kindTitles, visibleWhen: { param: 'of', in: ['kind'] } }),
  pattern: z.string().max(200).default('').meta({ title: 'Names like', control: 'text', placeholder: '^price_', visibleWhen: { param: 'of', in: ['pattern'] }, description: 'A regular expression; capital letters do not matter.' }),
  type: z.enum(types).default('same').meta({ title: 'New type', control: 'select', labels: typeLabels }),
  find: z.string().max(200).default('').meta({ title: 'Replace in the name', control: 'text', placeholder: 'nothing', description: 'A regular expression.' }),
  replace: z.string().default('').meta({ title: 'By', control: 'text', placeholder: 'nothing', description: '$1 is what the first bracket of the expression found.' }),
  letters: z.enum(['same', 'lower', 'upper', 'snake']).default('same').meta({ title: 'Letters', control: 'select', labels: { same: 'Unchanged', lower: 'Small', upper: 'CAPITAL', snake: 'snake_case' } }),
});

const params = z.object({
  mode: z.enum(['drop', 'keep']).default('drop').meta({ title: 'Columns', control: 'select', labels: { drop: 'Drop the chosen columns', keep: 'Keep the chosen, in this order' } }),
  by: z.enum(['names', 'kind', 'pattern']).default('names').meta({ title: 'Choose them', control: 'select', labels: { names: 'One by one', kind: 'By type', pattern: 'By name' } }),
  columns: z.array(z.string()).default([]).meta({ title: 'Chosen columns', control: 'columns', from: 'table', visibleWhen: { param: 'by', in: ['names'] } }),
  kind: z.enum(kinds).default('string').meta({ title: 'All of type', control: 'select', labels: kindTitles, visibleWhen: { param: 'by', in: ['kind'] } }),
  pattern: z.string().max(200).default('').meta({ title: 'All with a name like', control: 'text', placeholder: '^price_|_id$', visibleWhen: { param: 'by', in: ['pattern'] }, description: 'A regular expression; capital letters do not matter. ^ is the start of the name, $ its end, | means or.' }),
  except: z.array(z.string()).default([]).meta({ title: 'Except', control: 'columns', from: 'table', visibleWhen: { param: 'by', in: ['kind', 'pattern'] } }),
  first: z.array(z.string()).default([]).meta({ title: 'Put first', control: 'columns', from: 'table', advanced: true, visibleWhen: { param: 'mode', in: ['drop'] }, description: 'These columns come first; the others keep their order.' }),
  changes: z.array(change).default([]).meta({ title: 'Rename and retype', control: 'rows' }),
  bulk: z.array(bulk).default([]).meta({ title: 'Rename and retype many', control: 'rows', description: 'By rule: all of a type, or all with a name like. The changes of single columns come first.' }),
  onError: z
    .enum(['fail', 'null'])
    .default('fail')
    .meta({ title: 'Values that cannot be converted', control: 'select', advanced: true, labels: { fail: 'Stop with an error', null: 'Become missing' } }),
});

export type SelectColumnsParams = z.output<typeof params>;
export type BulkChange = z.output<typeof bulk>;

export const definition = defineNode({
  type: 'transform/select-columns',
  version: 1,
  title: 'Select Columns',
  summary: 'Keeps, drops, renames, reorders and retypes columns.',
  keywords: ['select by type', 'regex', 'snake case', 'clean names', 'column filter', 'keep', 'drop', 'remove columns', 'rename', 'reorder', 'cast', 'type', 'convert', 'project'],
  inputs: [{ name: 'table', title: 'Table', kind: 'table', arity: 'one' }],
  outputs: [{ name: 'table', title: 'Table', kind: 'table', summary: 'The same rows with the chosen columns.' }],
  params,
  describe: ({ mode, by, kind, pattern, columns, first, changes, bulk: many }, say) => {
    const rule = by === 'kind' ? say.within(kindTitles[kind]) : by === 'pattern' ? (pattern === '' ? '' : say`names like ${pattern}`) : listed(columns, say);
    const parts = [
      ...(mode === 'keep' || rule !== '' ? [(mode === 'keep' ? say`keep ${rule}` : say`drop ${rule}`).trim()] : []),
      ...(mode === 'drop' && first.length > 0 ? [say`${listed(first, say)} first`] : []),
      ...changes.flatMap(({ column, name, type }) => [...(name !== '' ? [`${column} → ${name}`] : []), ...(type === 'same' ? [] : [say`${column} as ${type}`])]),
      ...(many.length > 0 ? [many.length === 1 ? say`1 rule` : say`${many.length} rules`] : []),
    ];
    return parts.length === 0 ? say`All columns` : parts.join(', ');
  },
  configure: ({ params: { mode, by, pattern, columns, changes, bulk: many } }) => ({
    diagnostics: [
      ...(mode === 'keep' && by === 'names' && columns.length === 0 ? [paramMissing(['columns'], 'There is no column to keep.', 'Choose the columns to keep, or drop columns instead.')] : []),
      ...(by === 'pattern' && pattern === '' ? [paramMissing(['pattern'], 'There is no pattern to choose columns by.', 'Write for example ^price_ for names that begin with price_.')] : []),
      ...changes.flatMap(({ column }, i) => (column === '' ? [paramMissing(['changes', i, 'column'], `Change ${i + 1} has no column.`, 'Choose a column, or remove the row.')] : [])),
      ...many.flatMap(({ of, pattern: like }, i) => (of === 'pattern' && like === '' ? [paramMissing(['bulk', i, 'pattern'], `Rule ${i + 1} has no pattern.`, 'Write one, or choose all columns or a type.')] : [])),
    ],
  }),
});

const listed = (names: readonly string[], say: Say): string => (names.length <= 3 ? names.join(', ') : say`${names.length} columns`);
