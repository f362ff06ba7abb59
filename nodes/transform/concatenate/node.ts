import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import { typeTitles } from '#app/relation/index.ts';
import type { Schema } from '#app/relation/types.ts';
import { defineNode } from '#app/sdk/node.ts';
import { align, listed, tableNumbers, typesByTable, type AlignedColumn } from './align.ts';

const kinds = ['all', 'distinct', 'intersect', 'except'] as const;

const params = z.object({
  kind: z
    .enum(kinds)
    .default('all')
    .meta({
      title: 'Rows',
      control: 'select',
      labels: { all: 'All rows of all tables', distinct: 'Different rows of all tables', intersect: 'Rows that are in every table', except: 'Rows of the first table that are in no other' },
    }),
  match: z.enum(['name', 'position']).default('name').meta({ title: 'Match columns by', control: 'select', labels: { name: 'Name', position: 'Position' } }),
  columns: z
    .enum(['all', 'common'])
    .default('all')
    .meta({ title: 'Columns', control: 'select', labels: { all: 'All, missing values where a table has none', common: 'Only those that every table has' } }),
  conflicts: z
    .enum(['fail', 'text'])
    .default('fail')
    .meta({ title: 'Columns of different kinds', control: 'select', labels: { fail: 'Stop with an error', text: 'Become text' }, description: 'For example text in one table and a number in another. Whole numbers and numbers, dates and times, always fit.' }),
  source: z.string().default('').meta({ title: 'Source column', control: 'text', placeholder: 'none', visibleWhen: { param: 'kind', in: ['all'] }, description: 'Name of a new first column that says from which table a row comes.' }),
  names: z.array(z.string()).default([]).meta({ title: 'Names of the tables', visibleWhen: { param: 'kind', in: ['all'] }, description: 'What the source column says, in the order of the connections; without a name, the table’s number.' }),
});

export type ConcatenateParams = z.output<typeof params>;

export const definition = defineNode({
  type: 'transform/concatenate',
  version: 1,
  title: 'Concatenate',
  summary: 'Puts the rows of several tables under each other, or keeps the rows that are in all of them or only in the first.',
  keywords: ['union', 'append', 'stack', 'concat', 'rbind', 'bind rows', 'intersect', 'except', 'set', 'difference', 'minus'],
  inputs: [{ name: 'tables', title: 'Tables', kind: 'table', arity: 'many' }],
  outputs: [{ name: 'table', title: 'Table', kind: 'table', summary: 'The rows of the tables, in the order of the connections.' }],
  params,
  describe: ({ kind, match, columns, source }, say) => {
    const what = { all: say`all rows`, distinct: say`different rows`, intersect: say`rows in every table`, except: say`rows only in the first` }[kind];
    const by = match === 'name' ? say`${what} by name` : say`${what} by position`;
    return [by, ...(columns === 'common' ? [say`common columns`] : []), ...(kind === 'all' && source.trim() !== '' ? [say`source in ${source.trim()}`] : [])].join(', ');
  },
  configure: ({ inputs, params: chosen }) => {
    const schemas: Schema[] = [];
    for (const meta of inputs['tables'] ?? []) {
      if (meta.kind !== 'table' || meta.schema === null) return {};
      schemas.push(meta.schema);
    }
    return schemas.length === 0 ? {} : { diagnostics: differences(schemas, chosen) };
  },
});

/** How the tables differ, in words; where they cannot be put together, the relation says so. */
function differences(schemas: readonly Schema[], params: ConcatenateParams): Diagnostic[] {
  let columns: readonly AlignedColumn[];
  let leftOut: readonly AlignedColumn[];
  try {
    ({ columns, leftOut } = align(schemas, params));
  } catch {
    return [];
  }
  const found: Diagnostic[] = [];
  const say = (severity: Diagnostic['severity'], code: string, message: string, remedy?: string): number => found.push({ severity, code, message, ...(remedy === undefined ? {} : { remedy }) });
  if (schemas.length === 1) say('info', 'one-table', 'Only one table is connected.', 'Connect the others to the same input.');
  const some = columns.filter((column) => column.sources.includes(null));
  if (some.length > 0) say('warning', 'columns-differ', `Not every table has ${inSome(some)}. The others get missing values there.`, 'Rename columns that mean the same, or keep only those that every table has.');
  if (leftOut.length > 0) say('info', 'columns-left-out', `Left out, because not every table has them: ${inSome(leftOut)}.`);
  const texts = columns.filter((column) => column.asText);
  if (texts.length > 0) say('warning', 'types-differ', `${several(texts, (column) => `“${column.name}” is ${typesByTable(column.sources)}`)}: all values become text.`, 'Retype the column in one of the tables to keep its kind.');
  const wider = columns.filter((column) => !column.asText && new Set(column.sources.flatMap((source) => source?.type ?? [])).size > 1);
  if (wider.length > 0) say('info', 'types-widened', `${several(wider, (column) => `“${column.name}” is ${typesByTable(column.sources)} and becomes ${typeTitles[column.type]}`)}.`);
  if (params.match === 'position') {
    const renamed = columns.filter((column) => column.sources.some((source) => source !== null && source.name !== column.name));
    if (renamed.length > 0) say('info', 'names-differ', `Columns are matched by position: ${several(renamed, (column) => `“${column.name}” also takes ${listed([...new Set(column.sources.flatMap((source) => (source === null || source.name === column.name ? [] : [`“${source.name}”`])))])}`)}.`);
  }
  return found;
}

const inSome = (columns: readonly AlignedColumn[]): string =>
  several(columns, (column) => `“${column.name}” (${typeTitles[column.type]}, only in ${tableNumbers(column.sources.flatMap((source, at) => (source === null ? [] : [at + 1])))})`);

function several(columns: readonly AlignedColumn[], say: (column: AlignedColumn) => string): string {
  const shown = columns.slice(0, 6).map(say);
  return listed(columns.length > 6 ? [...shown, `${columns.length - 6} more`] : shown);
}
