import { expect, it } from 'vitest';
import type { TablePage } from './arrow-page.ts';
import type { Cell } from './cell-format.ts';
import { filterExample } from './filter-example.ts';

const page = (schema: TablePage['schema'], rows: Cell[][]): TablePage => ({ schema, rows: rows.length, cell: (row, column) => rows[row]?.[column] ?? null });

it('suggests a condition in the names and values of the table', () => {
  const schema = [
    { name: 'first name', type: 'string' },
    { name: 'age', type: 'integer' },
  ] as const;
  expect(filterExample(page(schema, [[null, null], ["O'Hara", 31]]))).toBe(`age > 31 and "first name" = 'O''Hara'`);
  expect(filterExample(page(schema, []))).toBeNull();
});

it('rounds a measured number to what somebody would type', () => {
  const schema = [{ name: 'delay', type: 'float' }] as const;
  expect(filterExample(page(schema, [[11.849056603773585]]))).toBe('delay > 11.8');
});
