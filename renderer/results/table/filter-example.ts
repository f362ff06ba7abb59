import type { TablePage } from './arrow-page.ts';
import { isNumeric } from './cell-format.ts';

const quoteName = (name: string): string => (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`);
const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const longest = 24;
/** A number as somebody would type it: three digits are enough for an example. */
const short = (value: number): number => (Number.isInteger(value) ? value : Number(value.toPrecision(3)));

/** A condition that this table's first rows suggest: a text column's value and a number's size; null where it has neither. */
export function filterExample(page: TablePage): string | null {
  const parts: string[] = [];
  const text = firstOf(page, (column, value) => column.type === 'string' && typeof value === 'string' && value !== '' && value.length <= longest);
  const number = firstOf(page, (column, value) => isNumeric(column.type) && typeof value === 'number' && Number.isFinite(value));
  if (number) parts.push(`${quoteName(number.name)} > ${short(Number(number.value))}`);
  if (text) parts.push(`${quoteName(text.name)} = ${quoteText(String(text.value))}`);
  return parts.length === 0 ? null : parts.join(' and ');
}

type Fits = (column: TablePage['schema'][number], value: ReturnType<TablePage['cell']>) => boolean;

function firstOf(page: TablePage, fits: Fits): { readonly name: string; readonly value: ReturnType<TablePage['cell']> } | null {
  for (const [index, column] of page.schema.entries()) {
    for (let row = 0; row < Math.min(page.rows, 20); row++) {
      const value = page.cell(row, index);
      if (fits(column, value)) return { name: column.name, value };
    }
  }
  return null;
}
