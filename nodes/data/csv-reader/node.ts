import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import type { Schema } from '#app/relation/types.ts';
import { paramMissing } from '#app/sdk/configuration.ts';
import { defineNode, type CsvDialect, type Facts } from '#app/sdk/node.ts';

const columnTypes = ['boolean', 'integer', 'float', 'string', 'date', 'time', 'timestamp'] as const;
const typeLabels = {
  boolean: 'True / false',
  integer: 'Whole number',
  float: 'Number',
  string: 'Text',
  date: 'Date',
  time: 'Time',
  timestamp: 'Date and time',
};

const params = z.object({
  path: z.string().default('').meta({
    title: 'File',
    description: 'A text file with one row a line, its values separated by commas, semicolons, tabs or bars; may be gzip-compressed.',
    control: 'file',
    extensions: ['csv', 'tsv', 'txt', 'gz'],
  }),
  types: z
    .array(
      z.object({
        column: z.string().default('').meta({ title: 'Column', control: 'text' }),
        type: z.enum(columnTypes).default('string').meta({ title: 'Type', control: 'select', labels: typeLabels }),
      }),
    )
    .default([])
    .meta({ title: 'Column types', control: 'rows', description: 'Types other than those found. A value that does not fit its type stops the run and is named.' }),
  delimiter: z.enum(['auto', 'comma', 'semicolon', 'tab', 'bar']).default('auto').meta({
    title: 'Delimiter',
    control: 'select',
    advanced: true,
    labels: { auto: 'Find out', comma: 'Comma ,', semicolon: 'Semicolon ;', tab: 'Tab', bar: 'Bar |' },
  }),
  quote: z.enum(['double', 'single', 'none']).default('double').meta({
    title: 'Quote',
    control: 'select',
    advanced: true,
    labels: { double: 'Double "', single: "Single '", none: 'None' },
  }),
  header: z.enum(['auto', 'yes', 'no']).default('auto').meta({
    title: 'First row holds the names',
    control: 'select',
    advanced: true,
    labels: { auto: 'Find out', yes: 'Yes', no: 'No' },
  }),
  encoding: z.enum(['auto', 'utf-8', 'utf-16', 'latin-1']).default('auto').meta({
    title: 'Encoding',
    control: 'select',
    advanced: true,
    labels: { auto: 'Find out', 'utf-8': 'UTF-8', 'utf-16': 'UTF-16', 'latin-1': 'Latin-1 (Windows-1252)' },
  }),
  nullWords: z.string().default('').meta({
    title: 'Null words',
    description: 'Words that mean “missing”, separated by commas. Empty: words such as NA are found where the rest of a column is numbers or dates.',
    control: 'text',
    placeholder: 'NA, n/a, -',
    advanced: true,
  }),
});

export type CsvReaderParams = z.output<typeof params>;

/** Only what the person has set; the rest is found out from the file. */
export function dialectOverrides(given: CsvReaderParams): Partial<CsvDialect> {
  const delimiters = { comma: ',', semicolon: ';', tab: '\t', bar: '|' } as const;
  const quotes = { double: '"', single: "'", none: '' } as const;
  const words = given.nullWords
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  return {
    ...(given.delimiter === 'auto' ? {} : { delimiter: delimiters[given.delimiter] }),
    quote: quotes[given.quote],
    ...(given.header === 'auto' ? {} : { header: given.header === 'yes' }),
    ...(given.encoding === 'auto' ? {} : { encoding: given.encoding }),
    ...(words.length === 0 ? {} : { nullWords: words }),
  };
}

const sniffed = z.object({
  dialect: z.object({
    delimiter: z.string(),
    quote: z.string(),
    header: z.boolean(),
    encoding: z.enum(['utf-8', 'utf-16', 'latin-1']),
    nullWords: z.array(z.string()),
  }),
  schema: z.array(z.object({ name: z.string(), type: z.enum([...columnTypes, 'binary']) })),
  notes: z.array(z.custom<Diagnostic>((value) => typeof value === 'object' && value !== null)).default([]),
});

export type CsvFacts = z.output<typeof sniffed>;

export function csvFacts(facts: Facts | null): CsvFacts | null {
  const parsed = sniffed.safeParse(facts);
  return parsed.success ? parsed.data : null;
}

/** The found schema with the person's types in it. */
export function typedSchema(found: Schema, types: CsvReaderParams['types']): Schema {
  const chosen = new Map(types.map(({ column, type }) => [column, type]));
  return found.map(({ name, type }) => ({ name, type: chosen.get(name) ?? type }));
}

export const fileName = (path: string): string => path.split(/[\\/]/).at(-1) ?? path;

export const definition = defineNode({
  type: 'data/csv-reader',
  version: 1,
  title: 'CSV Reader',
  summary: 'Reads a CSV or other delimited text file, strictly: no value is changed or dropped unseen.',
  keywords: ['import', 'load', 'open', 'text file', 'delimited', 'tsv', 'comma', 'semicolon', 'spreadsheet'],
  inputs: [],
  outputs: [{ name: 'table', title: 'Table', kind: 'table', summary: 'The rows of the file.' }],
  params,
  describe: ({ path }) => (path === '' ? 'No file yet' : fileName(path)),
  configure: ({ params: given, facts }) => {
    if (given.path === '') {
      return { diagnostics: [paramMissing(['path'], 'No file is chosen.', 'Choose a CSV file.')] };
    }
    const found = csvFacts(facts);
    if (found === null) return {};
    const unknown = given.types.flatMap(({ column }, i): Diagnostic[] => {
      if (column === '') return [paramMissing(['types', i, 'column'], `Column type ${i + 1} has no column.`, 'Enter a column name, or remove the row.')];
      if (found.schema.some(({ name }) => name === column)) return [];
      const names = found.schema.map(({ name }) => name).slice(0, 20);
      return [
        {
          severity: 'error',
          code: 'unknown-column',
          message: `${fileName(given.path)} has no column “${column}”.`,
          remedy: `Its columns are ${names.join(', ')}${found.schema.length > names.length ? ' …' : ''}.`,
          place: { param: ['types', i, 'column'], column },
        },
      ];
    });
    const chosen = new Set(given.types.map(({ column }) => column));
    const notes = found.notes.filter(({ place }) => place?.column === undefined || !chosen.has(place.column));
    return { outputs: { table: { kind: 'table', schema: typedSchema(found.schema, given.types) } }, diagnostics: [...unknown, ...notes] };
  },
});
