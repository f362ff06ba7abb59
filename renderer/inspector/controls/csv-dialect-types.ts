import type { CsvReadingParams } from '#app/sdk/csv-params.ts';
import type { CsvPreviewAnswer } from '#app/protocol/sections/csv.ts';
import { texts } from '../../text/texts.ts';

type Row = CsvReadingParams['types'][number];

/** A type, for dates with the way they are written, that a column may be read as. */
export interface TypeChoice {
  readonly id: string;
  readonly label: string;
  readonly type: Row['type'];
  readonly format: string;
}

const plain = (['string', 'integer', 'float', 'boolean', 'date', 'timestamp', 'time'] as const).map((type) => [type, texts.inspector.csv.types[type]] as const);
const words: Readonly<Record<string, string>> = texts.inspector.csv.words;

/** Choices for a column; orders of day and month are offered in the spelling that its values have. */
export function columnChoices(column: CsvPreviewAnswer['columns'][number], samples: readonly string[]): TypeChoice[] {
  const found = texts.inspector.csv.found(words[column.found] ?? column.found);
  const dated = samples.map((text) => /^\s*\d{1,2}([./-])\d{1,2}\1(\d{4}|\d{2})(?:\s+\d{1,2}:\d{2}(:\d{2})?)?\s*$/.exec(text)).find((match) => match !== null);
  const orders: TypeChoice[] = [];
  if (dated) {
    const [whole, separator = '.', year = '', seconds] = dated;
    const time = whole.includes(':') ? (seconds === undefined ? ' hh:mm' : ' hh:mm:ss') : '';
    const type = time === '' ? 'date' : 'timestamp';
    const years = year.length === 4 ? 'yyyy' : 'yy';
    for (const [order, parts] of [[texts.inspector.csv.dayFirst, ['dd', 'mm']], [texts.inspector.csv.monthFirst, ['mm', 'dd']]] as const) {
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
