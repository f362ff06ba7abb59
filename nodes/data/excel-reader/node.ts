import { z } from 'zod';
import { paramMissing } from '#app/sdk/configuration.ts';
import type { ExcelOptions } from '#app/sdk/formats.ts';
import { defineNode, type Facts } from '#app/sdk/node.ts';
import { chosenTypes, columnTypesParam, fileName, misfitsParam, notesFact, readerOutputs, rejectColumns, schemaFact, unknownTypes } from '#app/sdk/reader-params.ts';

const params = z.object({
  path: z.string().default('').meta({ title: 'File', description: 'An Excel workbook (.xlsx, .xlsm).', control: 'file', extensions: ['xlsx', 'xlsm', 'xltx'] }),
  sheet: z.string().default('').meta({ title: 'Sheet', description: 'Empty: the first visible sheet.', control: 'text', placeholder: 'Sheet1' }),
  range: z.string().default('').meta({ title: 'Range', description: 'Cells to read, such as B3:F200, B3 (everything from there on) or A:D. Empty: all.', control: 'text', placeholder: 'B3:F200' }),
  header: z.boolean().default(true).meta({ title: 'First row holds the names', control: 'switch' }),
  merged: z.enum(['first', 'fill']).default('first').meta({
    title: 'Merged cells',
    description: 'Only the top left cell of a merged area has a value in the file.',
    control: 'select',
    labels: { first: 'Leave as they are', fill: 'Fill with the value' },
    advanced: true,
  }),
  types: columnTypesParam,
  misfits: misfitsParam,
});

export type ExcelReaderParams = z.output<typeof params>;

const found = z.object({
  plan: z.object({
    sheet: z.string(),
    sheets: z.array(z.string()),
    header: z.boolean(),
    merged: z.enum(['first', 'fill']),
    firstRow: z.number(),
    lastRow: z.number().nullable(),
    firstColumn: z.number(),
    lastColumn: z.number().nullable(),
    schema: schemaFact,
  }),
  notes: notesFact,
});

export type ExcelFacts = z.output<typeof found>;

export function excelFacts(facts: Facts | null): ExcelFacts | null {
  const parsed = found.safeParse(facts);
  return parsed.success ? parsed.data : null;
}

export const excelOptions = ({ sheet, range, header, merged, types }: ExcelReaderParams): ExcelOptions => ({ sheet: sheet.trim(), range, header, merged, types: chosenTypes(types) });

export const definition = defineNode({
  type: 'data/excel-reader',
  version: 1,
  title: 'Excel Reader',
  summary: 'Reads a sheet of an Excel workbook, with dates as dates and formulas as their last values.',
  keywords: ['import', 'load', 'open', 'xlsx', 'xls', 'xlsm', 'spreadsheet', 'workbook', 'sheet', 'read_excel', 'openpyxl', 'libreoffice'],
  inputs: [],
  outputs: readerOutputs,
  params,
  describe: ({ path, sheet }, say) => (path === '' ? say`No file yet` : sheet === '' ? fileName(path) : say`${sheet} of ${fileName(path)}`),
  configure: ({ params: given, facts }) => {
    if (given.path === '') return { diagnostics: [paramMissing(['path'], 'No file is chosen.', 'Choose an Excel workbook.')] };
    const known = excelFacts(facts);
    if (known === null) return {};
    const { schema, sheet, sheets } = known.plan;
    const others = sheets.filter((name) => name !== sheet);
    return {
      outputs: { table: { kind: 'table', schema }, rejects: { kind: 'table', schema: rejectColumns } },
      diagnostics: [
        ...unknownTypes(given.types, schema, `The sheet “${sheet}”`),
        ...known.notes,
        ...(given.sheet.trim() === '' && others.length > 0
          ? [{ severity: 'info', code: 'excel-sheets', message: `The sheet “${sheet}” is read; there ${others.length === 1 ? 'is' : 'are'} also ${others.slice(0, 10).map((name) => `“${name}”`).join(', ')}.`, place: { param: ['sheet'] } } as const]
          : []),
      ],
    };
  },
});
