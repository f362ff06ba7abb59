import type { CsvReadingParams } from '#app/sdk/csv-params.ts';
import type { CsvPreviewAnswer } from '#app/protocol/sections/csv.ts';

type Row = CsvReadingParams['types'][number];

/** A type, for dates with the way they are written, that a column may be read as. */
export interface TypeChoice {
  readonly id: string;
  readonly label: string;
  readonly type: Row['type'];
  readonly format: string;
}

const plain: readonly (readonly [Row['type'], string])[] = [
  ['string', 'Text'],
  ['integer', 'Whole number'],
  ['float', 'Number'],
  ['boolean', 'True / false'],
  ['date', 'Date 2024-01-31'],
  ['timestamp', 'Date and time, ISO'],
  ['time', 'Time'],
];
const words: Readonly<Record<string, string>> = { string: 'text', integer: 'whole number', float: 'number', boolean: 'true / false', date: 'date', timestamp: 'date and time', time: 'time', binary: 'bytes' };

/** Choices for a column; orders of day and month are offered in the spelling that its values have. */
export function columnChoices(column: CsvPreviewAnswer['columns'][number], texts: readonly string[]): TypeChoice[] {
  const found = `Found: ${words[column.found] ?? column.found}`;
  const dated = texts.map((text) => /^\s*\d{1,2}([./-])\d{1,2}\1(\d{4}|\d{2})(?:\s+\d{1,2}:\d{2}(:\d{2})?)?\s*$/.exec(text)).find((match) => match !== null);
  const orders: TypeChoice[] = [];
  if (dated) {
    const [whole, separator = '.', year = '', seconds] = dated;
    const time = whole.includes(':') ? (seconds === undefined ? ' hh:mm' : ' hh:mm:ss') : '';
    const type = time === '' ? 'date' : 'timestamp';
    const years = year.length === 4 ? 'yyyy' : 'yy';
    for (const [order, parts] of [['Day first', ['dd', 'mm']], ['Month first', ['mm', 'dd']]] as const) {
      const format = `${[...parts, years].join(separator)}${time}`;
      orders.push({ id: `${type} ${format}`, label: `${order}, ${format}`, type, format });
    }
  }
  return [{ id: 'found', label: found, type: 'found', format: '' }, ...orders, ...plain.map(([type, label]): TypeChoice => ({ id: type, label, type, format: '' }))];
}

/** The choice in effect, null where it is none of those offered (a format typed by hand). */
export function chosenItem(types: readonly Row[], header: string, items: readonly TypeChoice[]): string | null {
  const row = types.find(({ column }) => column === header);
  if (row === undefined) return 'found';
  return items.find(({ type, format }) => type === row.type && format === (row.type === 'date' || row.type === 'timestamp' ? row.format : ''))?.id ?? null;
}

/** The corrections with one column read otherwise; “as found” without a new name needs no row. */
export function withChoice(types: readonly Row[], header: string, choice: TypeChoice | null): Row[] {
  if (choice === null) return [...types];
  const before = types.find(({ column }) => column === header);
  const row: Row = { column: header, type: choice.type, format: choice.format, name: before?.name ?? '' };
  if (row.type === 'found' && row.name === '') return types.filter(({ column }) => column !== header);
  return before === undefined ? [...types, row] : types.map((other) => (other.column === header ? row : other));
}
