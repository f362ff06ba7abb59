import { z } from 'zod';
import { paramMissing, schemaAt } from '#app/sdk/configuration.ts';
import { defineNode } from '#app/sdk/node.ts';

const types = ['string', 'integer', 'float', 'boolean', 'date', 'time', 'timestamp'] as const;
const typeLabels = { string: 'Text', integer: 'Whole number', float: 'Number', boolean: 'True/false', date: 'Date', time: 'Time of day', timestamp: 'Date and time' };

const field = z.object({
  path: z.string().default('').meta({ title: 'Path', control: 'text', placeholder: 'address.city' }),
  type: z.enum(types).default('string').meta({ title: 'Type', control: 'select', labels: typeLabels }),
  name: z.string().default('').meta({ title: 'Name', control: 'text', placeholder: 'automatic' }),
});

const rows = { visibleWhen: { param: 'mode', in: ['rows'] } };
const columns = { visibleWhen: { param: 'mode', in: ['columns'] } };

const params = z.object({
  mode: z.enum(['rows', 'columns']).default('rows').meta({ title: 'Make', control: 'select', labels: { rows: 'A row for each element of a list', columns: 'Columns of the parts of an object' } }),
  column: z.string().default('').meta({ title: 'Column', control: 'column', from: 'table', types: ['string'] }),
  format: z.enum(['json', 'delimiter']).default('json').meta({ title: 'The list is', control: 'select', labels: { json: 'A JSON array', delimiter: 'Text with a separator' }, ...rows }),
  delimiter: z.string().default(',').meta({ title: 'Separator', control: 'text', ...rows, description: 'Between two elements of a text; for JSON arrays it does not matter.' }),
  elementType: z.enum(types).default('string').meta({ title: 'Elements are', control: 'select', labels: typeLabels, ...rows, description: 'An element that cannot be converted becomes missing.' }),
  name: z.string().default('').meta({ title: 'Name of the element', control: 'text', placeholder: 'the column’s', ...rows }),
  position: z.string().default('').meta({ title: 'Column for the position', control: 'text', placeholder: 'none', ...rows, description: 'Counts the elements of each list from 1.' }),
  keepEmpty: z.boolean().default(true).meta({ title: 'Keep rows without an element', control: 'switch', ...rows }),
  fields: z.array(field).default([]).meta({ title: 'Parts', control: 'rows', ...columns, description: 'Where each new column is in the object: names with points, places in lists in brackets, such as items[0].price.' }),
  keep: z.boolean().default(false).meta({ title: 'Keep the column itself', control: 'switch', ...columns }),
});

export type ExplodeParams = z.output<typeof params>;

/** Name of a part's column: the one given, else the path with underscores (`address.city` → `address_city`). */
export const fieldName = ({ name, path }: ExplodeParams['fields'][number]): string =>
  name.trim() !== '' ? name.trim() : path.replace(/^\$\.?/, '').replace(/[^\p{L}\p{N}]+/gu, '_').replace(/^_+|_+$/g, '') || 'value';

export const definition = defineNode({
  type: 'transform/explode',
  version: 1,
  title: 'Explode / Flatten',
  summary: 'Turns lists into rows, one for each element, and the parts of JSON objects into columns.',
  keywords: ['unnest', 'ungroup', 'json path', 'split to rows', 'text to columns', 'explode', 'flatten', 'json_normalize', 'array', 'nested', 'split'],
  inputs: [{ name: 'table', title: 'Table', kind: 'table', arity: 'one' }],
  outputs: [{ name: 'table', title: 'Table', kind: 'table' }],
  params,
  describe: ({ mode, column, format, delimiter, fields }, say) => {
    if (column === '') return say`No column yet`;
    if (mode === 'rows') return format === 'delimiter' ? say`${column} into rows at “${delimiter}”` : say`${column} into rows`;
    if (fields.length === 0) return say`${column}: no part yet`;
    const what = fields.length <= 3 ? fields.map(fieldName).join(', ') : say`${fields.length} columns`;
    return say`${column} into ${what}`;
  },
  configure: ({ params: { mode, column, format, delimiter, fields } }) => ({
    diagnostics: [
      ...(column === '' ? [paramMissing(['column'], mode === 'rows' ? 'The column with the lists is not chosen.' : 'The column with the objects is not chosen.', 'Choose a text column.')] : []),
      ...(mode === 'rows' && format === 'delimiter' && delimiter === '' ? [paramMissing(['delimiter'], 'There is nothing to separate the text at.', 'Type the separator, such as a comma.')] : []),
      ...(mode === 'columns' && fields.length === 0 ? [paramMissing(['fields'], 'There is no part to make a column of.', 'Add one and give its path, such as address.city.')] : []),
      ...(mode === 'columns' ? fields.flatMap(({ path }, i) => (path.trim() === '' ? [paramMissing(['fields', i, 'path'], `Part ${i + 1} has no path.`, 'Give it, such as address.city, or $ for the whole.')] : [])) : []),
    ],
  }),
  suggest: (context) => {
    if (context.params.column !== '') return null;
    const texts = schemaAt(context)?.filter(({ type }) => type === 'string') ?? [];
    const likely = texts.length === 1 ? texts[0] : texts.find(({ name }) => /(list|tags|items|json|payload|array|properties|attributes)$/i.test(name));
    return likely === undefined ? null : { column: likely.name };
  },
});
