import { z } from 'zod';
import { defineNode } from '#app/sdk/node.ts';
import { overwriteParam, shownPath, writePathParam, writerConfiguration, writerInputs, writerOutputs } from '#app/sdk/writer.ts';

const params = z.object({
  path: writePathParam('exports/table.csv').meta({ title: 'File', description: 'A relative path is inside the project; folders are made. A name that ends in .gz is compressed.', control: 'text', placeholder: 'exports/table.csv.gz' }),
  overwrite: overwriteParam,
  delimiter: z.enum(['comma', 'semicolon', 'tab', 'bar']).default('comma').meta({ title: 'Delimiter', control: 'select', labels: { comma: 'Comma ,', semicolon: 'Semicolon ;', tab: 'Tab', bar: 'Bar |' } }),
  header: z.boolean().default(true).meta({ title: 'Names in the first row', control: 'switch' }),
  escapeFormulas: z.boolean().default(false).meta({
    title: 'Make formulas harmless',
    description: 'Puts an apostrophe before texts that begin with =, +, - or @, which a spreadsheet would run. Switch on for files that people open in Excel.',
    control: 'switch',
  }),
  quote: z.enum(['needed', 'text', 'all']).default('needed').meta({ title: 'Quotes', control: 'select', advanced: true, labels: { needed: 'Where needed', text: 'Around text', all: 'Around everything' } }),
  encoding: z.enum(['utf-8', 'utf-8-bom', 'utf-16', 'latin-1']).default('utf-8').meta({
    title: 'Encoding',
    description: 'Excel opens UTF-8 with a byte-order mark correctly by double-click.',
    control: 'select',
    advanced: true,
    labels: { 'utf-8': 'UTF-8', 'utf-8-bom': 'UTF-8 with byte-order mark', 'utf-16': 'UTF-16', 'latin-1': 'Latin-1 (Windows-1252)' },
  }),
  missing: z.string().max(50).default('').meta({ title: 'Missing values', description: 'What is written for them. Empty: nothing.', control: 'text', placeholder: 'NA', advanced: true }),
});

export type CsvWriterParams = z.output<typeof params>;

export const delimiters = { comma: ',', semicolon: ';', tab: '\t', bar: '|' } as const;

export const definition = defineNode({
  type: 'data/csv-writer',
  version: 1,
  title: 'CSV Writer',
  summary: 'Writes the table as a CSV or other delimited text file, whole or not at all.',
  keywords: ['export', 'save', 'output', 'to_csv', 'Output Data', 'delimited', 'tsv', 'text file', 'gzip', 'download'],
  inputs: writerInputs,
  outputs: writerOutputs,
  params,
  describe: ({ path }, say) => (path === '' ? say`No file yet` : shownPath(path)),
  configure: (context) => {
    const { missing, delimiter } = context.params;
    const clash = missing.includes(delimiters[delimiter]) || missing.includes('"') || /[\r\n]/.test(missing);
    return writerConfiguration(context, clash ? [{ severity: 'error', code: 'csv-missing-text', message: 'The text for missing values may hold no delimiter, quote or line end.', remedy: 'Use a word such as NA.', place: { param: ['missing'] } }] : []);
  },
});
