import { z } from 'zod';
import { checkCsvParams, csvColumnsParam, csvColumnTypes, csvDialectParams, csvRejectParams } from '#app/sdk/csv-params.ts';
import { rejectsSchema } from '#app/sdk/csv.ts';
import { paramMissing } from '#app/sdk/configuration.ts';
import { defineNode, type Facts, type PortMeta } from '#app/sdk/node.ts';
import { notesFact } from '#app/sdk/reader-params.ts';

const params = z.object({
  path: z.string().default('').meta({
    title: 'Folder or pattern',
    description: 'A folder, or a pattern such as sales/2024-*.csv or data/**/*.csv.',
    control: 'folder',
  }),
  format: z.enum(['csv', 'parquet']).default('csv').meta({ title: 'Files', control: 'select', labels: { csv: 'CSV', parquet: 'Parquet' } }),
  below: z.boolean().default(false).meta({ title: 'Folders within too', control: 'switch' }),
  columns: z.enum(['by-name', 'same']).default('by-name').meta({
    title: 'Columns',
    description: '“By name” puts together the columns of all files; what a file lacks is missing.',
    control: 'select',
    labels: { 'by-name': 'By name, all of them', same: 'Must be the same' },
  }),
  fileColumn: z.string().default('file').meta({ title: 'Column with the file', description: 'Empty: none.', control: 'text', placeholder: 'none' }),
  ...csvRejectParams,
  types: csvColumnsParam.plain,
  ...csvDialectParams,
});

export type FolderOfFilesParams = z.output<typeof params>;

const dialect = z.custom<Record<string, unknown>>((value) => typeof value === 'object' && value !== null);
const columnType = z.enum([...csvColumnTypes, 'binary']);
const planned = z.object({
  files: z.array(z.object({ path: z.string(), name: z.string(), dialect: dialect.nullable(), columns: z.array(z.object({ name: z.string(), type: columnType, format: z.string().optional() })) })),
  /** Of the table, without the column with the file. */
  columns: z.array(z.object({ name: z.string(), type: columnType })),
  found: z.array(z.object({ name: z.string(), type: columnType })),
  notes: notesFact,
});

export type FolderFacts = z.output<typeof planned>;

export function folderFacts(facts: Facts | null): FolderFacts | null {
  const parsed = planned.safeParse(facts);
  return parsed.success ? parsed.data : null;
}

export const definition = defineNode({
  type: 'data/folder-of-files',
  version: 1,
  title: 'Folder of Files',
  summary: 'Reads all CSV or Parquet files of a folder or pattern into one table, columns matched by name.',
  keywords: ['glob', 'wildcard', 'many files', 'multiple files', 'directory', 'batch', 'append', 'union', 'List Files/Folders', 'Directory', 'Dynamic Input', 'read_csv', 'concat'],
  inputs: [],
  outputs: [
    { name: 'table', title: 'Table', kind: 'table', summary: 'The rows of all files, in the order of their names.' },
    { name: 'rejects', title: 'Rejects', kind: 'table', summary: 'The rows that could not be read, with file, line, column and reason.' },
  ],
  params,
  describe: ({ path, format }, say) => (path === '' ? say`No folder yet` : say`${format === 'csv' ? 'CSV' : 'Parquet'} of ${path}`.slice(0, 59)),
  configure: ({ params: given, facts }) => {
    const rejects: PortMeta = { kind: 'table', schema: rejectsSchema };
    const unknown: Record<string, PortMeta> = { table: { kind: 'table', schema: null }, rejects };
    if (given.path === '') return { outputs: unknown, diagnostics: [paramMissing(['path'], 'No folder is chosen.', 'Choose a folder, or enter a pattern such as data/*.csv.')] };
    const plan = folderFacts(facts);
    const wrong = checkCsvParams(given, plan?.found ?? null, 'No file');
    if (plan === null) return { outputs: unknown, diagnostics: wrong };
    const taken = given.fileColumn !== '' && plan.columns.some(({ name }) => name.toLowerCase() === given.fileColumn.toLowerCase());
    if (taken) {
      const message = `The files have a column “${given.fileColumn}” already.`;
      wrong.push({ severity: 'error', code: 'name-taken', message, remedy: 'Choose another name for the column with the file, or leave it empty.', place: { param: ['fileColumn'] } });
    }
    const schema = [...(given.fileColumn === '' ? [] : [{ name: given.fileColumn, type: 'string' as const }]), ...plan.columns];
    return { outputs: { table: { kind: 'table', schema: taken ? null : schema }, rejects }, diagnostics: [...wrong, ...plan.notes] };
  },
});
