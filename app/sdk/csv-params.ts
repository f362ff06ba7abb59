import { z } from 'zod';
import { toDiagnostic, type Diagnostic } from '#app/core/errors.ts';
import { parseDateFormat } from './csv-dates.ts';
import type { CsvColumn, CsvDialect, SniffedColumn } from './csv.ts';

/** The params of nodes that read delimited text, and what they mean. What is not set is found out from the file. */

export const csvColumnTypes = ['boolean', 'integer', 'float', 'string', 'date', 'time', 'timestamp'] as const;

const typeLabels = {
  found: 'As found',
  boolean: 'True / false',
  integer: 'Whole number',
  float: 'Number',
  string: 'Text',
  date: 'Date',
  time: 'Time',
  timestamp: 'Date and time',
};

const findOut = 'Find out';

/** A person's types, formats and names by column; shown as plain rows, or over a live preview of the file. */
const columnsParam = (control: 'rows' | 'csv-dialect') =>
  z
    .array(
      z.object({
        column: z.string().default('').meta({ title: 'Column', control: 'text' }),
        type: z.enum(['found', ...csvColumnTypes]).default('string').meta({ title: 'Type', control: 'select', labels: typeLabels }),
        format: z.string().default('').meta({
          title: 'Date format',
          control: 'text',
          placeholder: 'dd.mm.yyyy',
          visibleWhen: { param: 'type', in: ['date', 'timestamp'] },
        }),
        name: z.string().default('').meta({ title: 'Rename to', control: 'text', placeholder: 'keep the name' }),
      }),
    )
    .default([])
    .meta({ title: 'Columns', control, description: 'Types other than those found, and new names. A value that does not fit its type rejects its row, or stops the run.' });

export const csvColumnsParam = { plain: columnsParam('rows'), previewed: columnsParam('csv-dialect') };

export const csvDialectParams = {
  delimiter: z.enum(['auto', 'comma', 'semicolon', 'tab', 'bar', 'space', 'other']).default('auto').meta({
    title: 'Delimiter',
    control: 'select',
    advanced: true,
    labels: { auto: findOut, comma: 'Comma ,', semicolon: 'Semicolon ;', tab: 'Tab', bar: 'Bar |', space: 'Space', other: 'Another' },
  }),
  delimiterOther: z.string().max(1).default('').meta({
    title: 'Delimiting character',
    control: 'text',
    advanced: true,
    placeholder: '^',
    visibleWhen: { param: 'delimiter', in: ['other'] },
  }),
  quote: z.enum(['double', 'single', 'none']).default('double').meta({
    title: 'Quote',
    control: 'select',
    advanced: true,
    labels: { double: 'Double "', single: "Single '", none: 'None' },
  }),
  escape: z.enum(['doubled', 'backslash']).default('doubled').meta({
    title: 'Quotes within quotes',
    control: 'select',
    advanced: true,
    labels: { doubled: 'Doubled ""', backslash: 'Backslash \\"' },
  }),
  header: z.enum(['auto', 'yes', 'no']).default('auto').meta({
    title: 'First row holds the names',
    control: 'select',
    advanced: true,
    labels: { auto: findOut, yes: 'Yes', no: 'No' },
  }),
  skipLines: z.number().int().min(0).max(100_000).nullable().default(null).meta({
    title: 'Lines to skip',
    description: 'Lines above the header. Empty: a title above the table is found.',
    control: 'number',
    placeholder: 'found out',
    advanced: true,
  }),
  comment: z.string().max(1).default('').meta({
    title: 'Comment character',
    description: 'Lines that begin with it are left out.',
    control: 'text',
    placeholder: '#',
    advanced: true,
  }),
  encoding: z.enum(['auto', 'utf-8', 'utf-16', 'latin-1']).default('auto').meta({
    title: 'Encoding',
    control: 'select',
    advanced: true,
    labels: { auto: findOut, 'utf-8': 'UTF-8', 'utf-16': 'UTF-16', 'latin-1': 'Latin-1 (Windows-1252)' },
  }),
  decimal: z.enum(['auto', 'point', 'comma']).default('auto').meta({
    title: 'Decimal mark',
    control: 'select',
    advanced: true,
    labels: { auto: findOut, point: 'Point 1.5', comma: 'Comma 1,5' },
  }),
  thousands: z.enum(['auto', 'none', 'comma', 'point', 'space', 'apostrophe']).default('auto').meta({
    title: 'Thousands',
    control: 'select',
    advanced: true,
    labels: { auto: findOut, none: 'No separator', comma: 'Comma 1,234', point: 'Point 1.234', space: 'Space 1 234', apostrophe: "Apostrophe 1'234" },
  }),
  dates: z.enum(['auto', 'iso', 'dmy', 'mdy', 'ymd']).default('auto').meta({
    title: 'Dates',
    description: 'How dates other than 2024-01-31 are written. “Find out” takes an order only where the values leave no doubt.',
    control: 'select',
    advanced: true,
    labels: { auto: findOut, iso: 'Only 2024-01-31', dmy: 'Day first, 31.01.2024', mdy: 'Month first, 01/31/2024', ymd: 'Year first, 2024/01/31' },
  }),
  nullWords: z.string().default('').meta({
    title: 'Null words',
    description: 'Words that mean “missing”, separated by commas. Empty: words such as NA are found where the rest of a column is numbers or dates.',
    control: 'text',
    placeholder: 'NA, n/a, -',
    advanced: true,
  }),
};

export const csvRejectParams = {
  badRows: z.enum(['reject', 'stop']).default('reject').meta({
    title: 'Rows that cannot be read',
    control: 'select',
    labels: { reject: 'Set apart in “rejects”', stop: 'Stop the run' },
  }),
  maxRejects: z.number().int().min(0).max(1_000_000).default(1000).meta({
    title: 'Rejected rows at most',
    description: 'With more, the settings are taken to be wrong and the run stops.',
    control: 'number',
    visibleWhen: { param: 'badRows', in: ['reject'] },
  }),
};

export const csvReadingParams = z.object({ types: csvColumnsParam.plain, ...csvDialectParams, ...csvRejectParams });
export type CsvReadingParams = z.output<typeof csvReadingParams>;

const delimiters = { comma: ',', semicolon: ';', tab: '\t', bar: '|', space: ' ' } as const;
const quotes = { double: '"', single: "'", none: '' } as const;
const thousandsMarks = { none: '', comma: ',', point: '.', space: ' ', apostrophe: "'" } as const;

/** Only what the person has set; the rest is found out from the file. */
export function csvOverrides(given: Omit<CsvReadingParams, 'types' | 'badRows' | 'maxRejects'>): Partial<CsvDialect> {
  const words = given.nullWords
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  const delimiter = given.delimiter === 'auto' ? undefined : given.delimiter === 'other' ? given.delimiterOther || undefined : delimiters[given.delimiter];
  return {
    ...(delimiter === undefined ? {} : { delimiter }),
    quote: quotes[given.quote],
    ...(given.escape === 'backslash' ? { escape: '\\' } : {}),
    ...(given.header === 'auto' ? {} : { header: given.header === 'yes' }),
    ...(given.skipLines === null ? {} : { skipLines: given.skipLines }),
    ...(given.comment === '' ? {} : { comment: given.comment }),
    ...(given.encoding === 'auto' ? {} : { encoding: given.encoding }),
    ...(given.decimal === 'auto' ? {} : { decimal: given.decimal === 'comma' ? ',' : '.' }),
    ...(given.thousands === 'auto' ? {} : { thousands: thousandsMarks[given.thousands] }),
    dates: given.dates,
    ...(words.length === 0 ? {} : { nullWords: words }),
  };
}

/** The columns as found with the person's types, formats and names; formats only where dates are read. */
export function csvColumns(found: readonly (CsvColumn | SniffedColumn)[], types: CsvReadingParams['types']): CsvColumn[] {
  // A file's names never differ only in case; those of several files may.
  const chosen = new Map(types.map((row) => [row.column.toLowerCase(), row]));
  return found.map((column) => {
    const row = chosen.get(column.name.toLowerCase());
    const type = row === undefined || row.type === 'found' ? column.type : row.type;
    const format = row?.format || (type === column.type ? column.format : undefined);
    const dated = (type === 'date' || type === 'timestamp') && format !== undefined && format !== '';
    return { name: row?.name || column.name, type, ...(dated ? { format } : {}) };
  });
}

/** Mistakes in the params that the found columns show. `from`: the file or files, as in “orders.csv has no column …”. */
export function checkCsvParams(given: CsvReadingParams, found: readonly CsvColumn[] | null, from: string): Diagnostic[] {
  const wrong: Diagnostic[] = [];
  const error = (code: string, param: readonly (string | number)[], message: string, remedy: string, column?: string) =>
    wrong.push({ severity: 'error', code, message, remedy, place: { param, ...(column === undefined ? {} : { column }) } });
  if (given.delimiter === 'other' && given.delimiterOther === '') error('param-missing', ['delimiterOther'], 'No delimiting character is given.', 'Enter one character, or choose “Find out”.');
  given.types.forEach(({ column, type, format }, i) => {
    if (column === '') {
      error('param-missing', ['types', i, 'column'], `Column ${i + 1} of the list has no name.`, 'Enter a column name, or remove the row.');
    } else if (found !== null && !found.some(({ name }) => name.toLowerCase() === column.toLowerCase())) {
      const names = found.map(({ name }) => name);
      error('unknown-column', ['types', i, 'column'], `${from} has no column “${column}”.`, `Its columns are ${names.slice(0, 20).join(', ')}${names.length > 20 ? ' …' : ''}.`, column);
    }
    if (format !== '' && (type === 'date' || type === 'timestamp')) {
      try {
        parseDateFormat(format);
      } catch (thrown) {
        const { message, remedy } = toDiagnostic(thrown);
        error('csv-date-format', ['types', i, 'format'], message, remedy ?? '');
      }
    }
  });
  given.types.forEach(({ column, name }, i) => {
    if (name === '' || found === null) return;
    const others = csvColumns(found.filter((other) => other.name.toLowerCase() !== column.toLowerCase()), given.types);
    if (others.some((other) => other.name.toLowerCase() === name.toLowerCase())) error('name-taken', ['types', i, 'name'], `Two columns would be called “${name}”.`, 'Choose another name.', name);
  });
  return wrong;
}

/** Params of before rows could be set apart and decimal commas found: files are read as they were then. */
export function asReadBefore(params: Record<string, unknown>): Record<string, unknown> {
  return { badRows: 'stop', decimal: 'point', thousands: 'none', dates: 'iso', skipLines: 0, ...params };
}
