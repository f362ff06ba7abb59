import { z } from 'zod';
import { defineNode } from '#app/sdk/node.ts';
import { overwriteParam, shownPath, writePathParam, writerConfiguration, writerInputs, writerOutputs } from '#app/sdk/writer.ts';

const params = z.object({
  path: writePathParam('exports/table.xlsx'),
  overwrite: overwriteParam,
  sheet: z
    .string()
    .min(1, 'needs a name')
    .max(31, 'may have at most 31 characters')
    .regex(/^(?!')[^[\]:*?/\\]*(?<!')$/, 'may not hold [ ] : * ? / \\ or begin or end with an apostrophe')
    .default('Table')
    .meta({ title: 'Sheet', control: 'text', placeholder: 'Table' }),
  header: z.boolean().default(true).meta({ title: 'Names in the first row', description: 'Bold, and fixed while scrolling.', control: 'switch' }),
});

export type ExcelWriterParams = z.output<typeof params>;

export const definition = defineNode({
  type: 'data/excel-writer',
  version: 1,
  title: 'Excel Writer',
  summary: 'Writes the table as a sheet of a new Excel workbook, with dates as dates and text as text.',
  keywords: ['export', 'save', 'output', 'to_excel', 'xlsx', 'spreadsheet', 'workbook', 'report', 'openpyxl'],
  inputs: writerInputs,
  outputs: writerOutputs,
  params,
  describe: ({ path }, say) => (path === '' ? say`No file yet` : shownPath(path)),
  configure: (context) => {
    const { path } = context.params;
    const other = path !== '' && !/\.xlsx$/i.test(path);
    return writerConfiguration(context, other ? [{ severity: 'error', code: 'excel-extension', message: 'The name of the workbook must end in .xlsx.', remedy: 'Add .xlsx to the path.', place: { param: ['path'] } }] : []);
  },
});
