import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import { asReadBefore, checkCsvParams, csvColumns, csvColumnsParam, csvColumnTypes, csvDialectParams, csvRejectParams } from '#app/sdk/csv-params.ts';
import { rejectsSchema } from '#app/sdk/csv.ts';
import { paramMissing } from '#app/sdk/configuration.ts';
import { defineNode, type Facts, type PortMeta } from '#app/sdk/node.ts';
import { fileName } from '#app/sdk/reader-params.ts';

const params = z.object({
  path: z.string().default('').meta({
    title: 'File',
    description: 'A text file with one row a line, its values separated by commas, semicolons, tabs or bars; may be compressed with gzip or zstd.',
    control: 'file',
    extensions: ['csv', 'tsv', 'txt', 'gz', 'zst'],
  }),
  types: csvColumnsParam.previewed,
  ...csvRejectParams,
  ...csvDialectParams,
});

export type CsvReaderParams = z.output<typeof params>;

const sniffed = z.object({
  dialect: z.object({
    delimiter: z.string(),
    quote: z.string(),
    escape: z.string().optional(),
    header: z.boolean(),
    encoding: z.enum(['utf-8', 'utf-16', 'latin-1']),
    nullWords: z.array(z.string()),
    decimal: z.enum(['.', ',']).default('.'),
    thousands: z.enum(['', ',', '.', ' ', "'"]).default(''),
    dates: z.enum(['auto', 'iso', 'dmy', 'mdy', 'ymd']).default('iso'),
    comment: z.string().optional(),
    skipLines: z.number().default(0),
  }),
  schema: z.array(z.object({ name: z.string(), type: z.enum([...csvColumnTypes, 'binary']), format: z.string().optional(), why: z.string().default('') })),
  notes: z.array(z.custom<Diagnostic>((value) => typeof value === 'object' && value !== null)).default([]),
});

export function csvFacts(facts: Facts | null) {
  const parsed = sniffed.safeParse(facts);
  if (!parsed.success) return null;
  const { dialect, schema, notes } = parsed.data;
  const { escape, comment, ...rest } = dialect;
  return {
    dialect: { ...rest, ...(escape === undefined ? {} : { escape }), ...(comment === undefined ? {} : { comment }) },
    schema: schema.map(({ format, ...column }) => ({ ...column, ...(format === undefined ? {} : { format }) })),
    notes,
  };
}


export const definition = defineNode({
  type: 'data/csv-reader',
  version: 2,
  title: 'CSV Reader',
  summary: 'Reads a CSV or other delimited text file, strictly: no value is changed or dropped unseen.',
  keywords: ['import', 'load', 'open', 'text file', 'delimited', 'tsv', 'comma', 'semicolon', 'spreadsheet', 'read_csv', 'File Reader', 'Input Data', 'CSV File Import'],
  inputs: [],
  outputs: [
    { name: 'table', title: 'Table', kind: 'table', summary: 'The rows of the file.' },
    { name: 'rejects', title: 'Rejects', kind: 'table', summary: 'The rows that could not be read, with line, column and reason.' },
  ],
  params,
  migrate: { 1: asReadBefore },
  describe: ({ path }, say) => (path === '' ? say`No file yet` : fileName(path)),
  configure: ({ params: given, facts }) => {
    const rejects: PortMeta = { kind: 'table', schema: rejectsSchema };
    const unknown: Record<string, PortMeta> = { table: { kind: 'table', schema: null }, rejects };
    if (given.path === '') {
      return { outputs: unknown, diagnostics: [paramMissing(['path'], 'No file is chosen.', 'Choose a CSV file.')] };
    }
    const found = csvFacts(facts);
    const wrong = checkCsvParams(given, found?.schema ?? null, fileName(given.path));
    if (found === null) return { outputs: unknown, diagnostics: wrong };
    const chosen = new Set(given.types.filter(({ type }) => type !== 'found').map(({ column }) => column));
    const notes = found.notes.filter(({ place }) => place?.column === undefined || !chosen.has(place.column));
        const schema = csvColumns(found.schema, given.types).map(({ name, type }) => ({ name, type }));
    return { outputs: { table: { kind: 'table', schema }, rejects }, diagnostics: [...wrong, ...notes] };
  },
});
