import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import type { Schema } from '#app/relation/types.ts';
import { paramMissing } from './configuration.ts';
import type { ChosenTypes } from './formats.ts';

/** What the readers of files have in common: types that a person sets, and what becomes of values that do not fit. */

export const columnTypeNames = ['boolean', 'integer', 'float', 'string', 'date', 'time', 'timestamp'] as const;

export const columnTypeLabels: Readonly<Record<(typeof columnTypeNames)[number], string>> = {
  boolean: 'True / false',
  integer: 'Whole number',
  float: 'Number',
  string: 'Text',
  date: 'Date',
  time: 'Time',
  timestamp: 'Date and time',
};

export const columnTypesParam = z
  .array(
    z.object({
      column: z.string().default('').meta({ title: 'Column', control: 'text' }),
      type: z.enum(columnTypeNames).default('string').meta({ title: 'Type', control: 'select', labels: columnTypeLabels }),
    }),
  )
  .default([])
  .meta({ title: 'Column types', control: 'rows', description: 'Types other than those found.' });

export type ColumnTypesParam = z.output<typeof columnTypesParam>;

export const misfitsParam = z
  .enum(['stop', 'set-aside'])
  .default('stop')
  .meta({
    title: 'Values that do not fit',
    description: 'Of a column’s type. Set aside: the whole row goes to the output “Rejects”, with the value and the reason.',
    control: 'select',
    labels: { stop: 'Stop and name it', 'set-aside': 'Set the row aside' },
  });

export const chosenTypes = (types: ColumnTypesParam): ChosenTypes =>
  // Without a prototype: a column may be called “toString”.
  Object.assign(Object.create(null) as ChosenTypes, Object.fromEntries(types.filter(({ column }) => column !== '').map(({ column, type }) => [column, type])));

/** Types for columns that are not there. */
export function unknownTypes(types: ColumnTypesParam, schema: Schema, where: string): Diagnostic[] {
  return types.flatMap(({ column }, i): Diagnostic[] => {
    if (column === '') return [paramMissing(['types', i, 'column'], `Column type ${i + 1} has no column.`, 'Enter a column name, or remove the row.')];
    if (schema.some(({ name }) => name === column)) return [];
    const names = schema.map(({ name }) => name).slice(0, 20);
    return [
      {
        severity: 'error',
        code: 'unknown-column',
        message: `${where} has no column “${column}”.`,
        remedy: `Its columns are ${names.join(', ')}${schema.length > names.length ? ' …' : ''}.`,
        place: { param: ['types', i, 'column'], column },
      },
    ];
  });
}

export const fileName = (path: string): string => path.split(/[\\/]/).at(-1) ?? path;

/** The rejects of a reader: one row for each value that does not fit. */
export const rejectColumns: Schema = [
  { name: 'file', type: 'string' },
  { name: 'line', type: 'integer' },
  { name: 'column', type: 'string' },
  { name: 'value', type: 'string' },
  { name: 'reason', type: 'string' },
];

export const readerOutputs = [
  { name: 'table', title: 'Table', kind: 'table', summary: 'The rows that fit.' },
  { name: 'rejects', title: 'Rejects', kind: 'table', summary: 'One row for each value that does not fit: file, line, column, value, reason.' },
] as const;

const columnSchema = z.object({ name: z.string(), type: z.enum([...columnTypeNames, 'binary']) });
export const schemaFact = z.array(columnSchema);
export const notesFact = z.array(z.custom<Diagnostic>((value) => typeof value === 'object' && value !== null)).default([]);

/** File name extensions of images, without the dot. */
export const imageExtensions = ['jpg', 'jpeg', 'png', 'gif', 'bmp', 'webp', 'tif', 'tiff', 'svg', 'avif', 'heic', 'jxl', 'ico'] as const;
