import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import { paramMissing, schemaAt } from '#app/sdk/configuration.ts';
import { defineNode } from '#app/sdk/node.ts';
import { automaticFormats, kinds, kindTitles, outputName, parts, partTitles, unitTitles, units } from './outputs.ts';

const output = z.object({
  kind: z.enum(kinds).default('part').meta({ title: 'Make', control: 'select', labels: kindTitles }),
  part: z.enum(parts).default('year').meta({ title: 'Part', control: 'select', labels: partTitles, visibleWhen: { param: 'kind', in: ['part'] } }),
  unit: z.enum(units).default('day').meta({ title: 'Unit', control: 'select', labels: unitTitles, visibleWhen: { param: 'kind', in: ['start', 'difference', 'shift'] } }),
  to: z.string().default('').meta({ title: 'To column', control: 'column', from: 'table', types: ['date', 'timestamp'], visibleWhen: { param: 'kind', in: ['difference'] }, description: 'From the date to this one; empty: to the fixed date.' }),
  toDate: z.string().default('').meta({ title: 'To date', control: 'text', placeholder: '2024-12-31', visibleWhen: { param: 'kind', in: ['difference'] } }),
  complete: z.boolean().default(true).meta({ title: 'Complete units only', control: 'switch', visibleWhen: { param: 'kind', in: ['difference'] }, description: 'On: as an age is counted. Off: how many years (months, midnights …) begin in between.' }),
  amount: z.int().min(-1_000_000_000).max(1_000_000_000).default(1).meta({ title: 'Amount', control: 'number', step: 1, visibleWhen: { param: 'kind', in: ['shift'] }, description: 'Below 0 is earlier.' }),
  format: z.string().default('%Y-%m-%d').meta({ title: 'Format', control: 'text', placeholder: '%-d %B %Y', visibleWhen: { param: 'kind', in: ['format'] }, description: '%Y year, %m month, %d day, %H hour, %M minute, %S second, %B month name, %A day name; %-d without a zero.' }),
  name: z.string().default('').meta({ title: 'Name', control: 'text', placeholder: 'automatic', description: 'The name of a column replaces it.' }),
});

const params = z.object({
  column: z.string().default('').meta({ title: 'Column', control: 'column', from: 'table', types: ['date', 'timestamp', 'time', 'string', 'integer', 'float'], description: 'A date, a date and time, text that is read as one, or a number of seconds since 1970.' }),
  parse: z
    .enum(['automatic', 'formats', 'seconds', 'milliseconds'])
    .default('automatic')
    .meta({ title: 'Read it as', control: 'select', labels: { automatic: 'Automatic', formats: 'Formats', seconds: 'Seconds since 1970', milliseconds: 'Milliseconds since 1970' }, description: 'Dates are taken as they are. Automatic reads text in the common forms, the year first, or the day first with points.' }),
  formats: z.array(z.object({ format: z.string().default('').meta({ title: 'Format', control: 'text', placeholder: '%d/%m/%Y %H:%M' }) })).default([]).meta({ title: 'Formats', control: 'rows', visibleWhen: { param: 'parse', in: ['formats'] }, description: 'The first that fits a text counts.' }),
  as: z.enum(['timestamp', 'date']).default('timestamp').meta({ title: 'Type', control: 'select', labels: { timestamp: 'Date and time', date: 'Date' }, description: 'Of what is read from text or numbers.' }),
  replace: z.boolean().default(true).meta({ title: 'Replace the column', control: 'switch', description: 'Puts the date that was read in the place of text or numbers. Off: the column stays as it is.' }),
  unread: z.string().default('').meta({ title: 'Mark what could not be read', control: 'text', placeholder: 'no column', advanced: true, description: 'Name of a new true/false column.' }),
  outputs: z.array(output).default([]).meta({ title: 'New columns', control: 'rows' }),
});

export type DateAndTimeParams = z.output<typeof params>;
export type DateOutput = z.output<typeof output>;

function problems({ column, parse, formats, outputs }: DateAndTimeParams): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  if (column === '') diagnostics.push(paramMissing(['column'], 'There is no column with dates.', 'Choose one.'));
  if (parse === 'formats' && formats.every(({ format }) => format.trim() === '')) diagnostics.push(paramMissing(['formats'], 'There is no format to read dates in.', 'Add one, such as %d/%m/%Y, or choose automatic.'));
  outputs.forEach(({ kind, to, toDate, format }, i) => {
    if (kind === 'difference' && to === '' && toDate.trim() === '') diagnostics.push(paramMissing(['outputs', i, 'to'], `New column ${i + 1} has nothing to measure the difference to.`, 'Choose a column, or type a date.'));
    if (kind === 'format' && format.trim() === '') diagnostics.push(paramMissing(['outputs', i, 'format'], `New column ${i + 1} has no format.`, 'Type one, such as %-d %B %Y.'));
  });
  return diagnostics;
}

export const definition = defineNode({
  type: 'transform/date-and-time',
  version: 1,
  title: 'Date and Time',
  summary: 'Reads dates from text or numbers, and makes parts, starts of periods, differences, shifts and texts of them.',
  keywords: ['parse date', 'to_datetime', 'string to date', 'date parts', 'extract date fields', 'year', 'month', 'weekday', 'difference', 'duration', 'age', 'truncate', 'shift date', 'format date', 'strftime', 'datetime', 'timestamp', 'unix time'],
  inputs: [{ name: 'table', title: 'Table', kind: 'table', arity: 'one' }],
  outputs: [{ name: 'table', title: 'Table', kind: 'table', summary: 'The same rows with the dates and the new columns.' }],
  params,
  describe: (chosen, say) => {
    const names = chosen.outputs.map((each) => outputName(each, chosen.column || '…'));
    return `${chosen.column || '…'}${names.length === 0 ? '' : ` → ${names.length <= 2 ? names.join(', ') : say`${names.length} columns`}`}`;
  },
  configure: (context) => {
    const { params: chosen } = context;
    const type = schemaAt(context)?.find(({ name }) => name === chosen.column)?.type;
    const nothing = chosen.outputs.length === 0 && (type === 'date' || type === 'timestamp' || type === 'time');
    return {
      diagnostics: [
        ...problems(chosen),
        ...(nothing ? [paramMissing(['outputs'], `“${chosen.column}” is a date already, and there is no new column to make of it.`, 'Add a new column.')] : []),
        ...(type === 'string' && chosen.parse === 'automatic'
          ? [{ severity: 'info' as const, code: 'date-automatic', message: `Text is read in these forms: ${automaticFormats.map(({ example }) => example).join(', ')}. Anything else is missing.`, remedy: 'Give the format where the day and the month could be confused.', place: { param: ['parse'] } }]
          : []),
      ],
    };
  },
  suggest: (context) => {
    if (context.params.column !== '') return null;
    const schema = schemaAt(context) ?? [];
    const found = schema.find(({ type }) => type === 'timestamp' || type === 'date') ?? schema.find(({ name, type }) => type === 'string' && /date|time|_at$|^day$/i.test(name));
    return found === undefined ? null : { column: found.name };
  },
});
