import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import { commonType, typeTitles } from '#app/relation/index.ts';
import { paramMissing, schemaAt } from '#app/sdk/configuration.ts';
import { defineNode } from '#app/sdk/node.ts';
import { chosenColumns } from './chosen.ts';

const params = z.object({
  mode: z.enum(['chosen', 'others', 'numbers']).default('chosen').meta({ title: 'Columns to turn', control: 'select', labels: { chosen: 'The chosen columns', others: 'All but the chosen columns', numbers: 'All number columns' } }),
  columns: z.array(z.string()).default([]).meta({ title: 'Chosen columns', control: 'columns', from: 'table', visibleWhen: { param: 'mode', in: ['chosen', 'others'] } }),
  nameColumn: z.string().default('name').meta({ title: 'Column for the names', control: 'text' }),
  valueColumn: z.string().default('value').meta({ title: 'Column for the values', control: 'text' }),
  dropMissing: z.boolean().default(false).meta({ title: 'Leave out missing values', control: 'switch' }),
});

export type UnpivotParams = z.output<typeof params>;

export const definition = defineNode({
  type: 'transform/unpivot',
  version: 1,
  title: 'Unpivot',
  summary: 'Turns columns into rows: one row for each value, with the column’s name beside it.',
  keywords: ['melt', 'unpivoting', 'wide to long', 'gather', 'transpose columns', 'stack', 'pivot longer', 'tidy'],
  inputs: [{ name: 'table', title: 'Table', kind: 'table', arity: 'one' }],
  outputs: [{ name: 'table', title: 'Long table', kind: 'table', summary: 'The other columns, repeated; then the name and the value.' }],
  params,
  describe: ({ mode, columns, nameColumn, valueColumn }, say) => {
    const some = columns.length <= 2 ? columns.join(', ') : say`${columns.length} columns`;
    const what = mode === 'numbers' ? say`all numbers` : mode === 'others' ? (columns.length === 0 ? say`all columns` : say`all but ${some}`) : some || say`no column yet`;
    return say`${what} into ${nameColumn}, ${valueColumn}`;
  },
  configure: (context) => {
    const { params: chosen } = context;
    const diagnostics: Diagnostic[] = [];
    if (chosen.mode === 'chosen' && chosen.columns.length === 0) diagnostics.push(paramMissing(['columns'], 'There is no column to turn into rows.', 'Choose the columns that hold values of one kind, such as one a month.'));
    if (chosen.nameColumn.trim() === '') diagnostics.push(paramMissing(['nameColumn'], 'The column for the names has no name.', 'Give it one.'));
    if (chosen.valueColumn.trim() === '') diagnostics.push(paramMissing(['valueColumn'], 'The column for the values has no name.', 'Give it one.'));
    const schema = schemaAt(context);
    if (schema === null) return { diagnostics };
    const turned = schema.filter(({ name }) => chosenColumns(chosen, schema).includes(name));
    const [first] = turned;
    if (chosen.mode === 'numbers' && first === undefined) diagnostics.push(paramMissing(['mode'], 'The table has no number column to turn into rows.', 'Choose columns instead.'));
    const odd = first && turned.find(({ type }) => commonType(first.type, type) === null);
    if (first && odd) {
      diagnostics.push({
        severity: 'warning',
        code: 'types-differ',
        message: `“${first.name}” is ${typeTitles[first.type]} and “${odd.name}” is ${typeTitles[odd.type]}, so all values become text.`,
        remedy: 'Turn only columns of one kind to keep it.',
        place: { param: ['columns'], column: odd.name },
      });
    }
    return { diagnostics };
  },
  suggest: (context) => {
    const schema = schemaAt(context);
    if (schema === null || context.params.mode !== 'chosen' || context.params.columns.length > 0) return null;
    // Columns of one wide table are mostly the numbers behind the keys: 2019, 2020, …
    const years = schema.filter(({ name, type }) => (type === 'integer' || type === 'float') && /^[a-z_ ]*\d{2,4}$/i.test(name)).map(({ name }) => name);
    return years.length >= 2 ? { columns: years } : null;
  },
});
