import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import { defineNode } from '#app/sdk/node.ts';
import { columnTypeNames, columnTypeLabels } from '#app/sdk/reader-params.ts';
import { maxGridCells, misfitOf } from './cells.ts';

const column = z.object({
  name: z.string().max(500).default(''),
  type: z.enum(columnTypeNames).default('string').meta({ labels: columnTypeLabels }),
});
/** Cells as they were typed; empty or null is missing. */
const cell = z.union([z.string(), z.number(), z.boolean(), z.null()]);

const grid = z.object({ columns: z.array(column).max(2000).default([]), rows: z.array(z.array(cell)).max(100_000).default([]) });

const params = z.object({
  table: grid.default({ columns: [{ name: 'column_1', type: 'string' }, { name: 'column_2', type: 'float' }], rows: [] }).meta({
    title: 'Table',
    description: 'Type, or paste from a spreadsheet. Pasted cells make the table as large as they need.',
    control: 'grid',
  }),
});

export type TableCreatorParams = z.output<typeof params>;

const reported = 20;

export const definition = defineNode({
  type: 'data/table-creator',
  version: 1,
  title: 'Table Creator',
  summary: 'A small table typed or pasted by hand.',
  keywords: ['manual', 'input', 'text input', 'paste', 'enter data', 'editable', 'spreadsheet', 'grid', 'lookup', 'Paint Data', 'DataFrame', 'constants'],
  inputs: [],
  outputs: [{ name: 'table', title: 'Table', kind: 'table', summary: 'The rows as they were typed.' }],
  params,
  describe: ({ table: { columns, rows } }, say) => (columns.length === 0 ? say`No columns yet` : `${rows.length === 1 ? say`1 row` : say`${rows.length} rows`}, ${columns.length === 1 ? say`1 column` : say`${columns.length} columns`}`),
  configure: ({ params: { table } }) => {
    const { columns, rows } = table;
    const diagnostics: Diagnostic[] = [];
    const param = ['table'];
    if (columns.length === 0) diagnostics.push({ severity: 'error', code: 'no-columns', message: 'The table has no columns.', remedy: 'Add a column, or paste a table.', place: { param } });
    if (columns.length * rows.length > maxGridCells) diagnostics.push({ severity: 'error', code: 'grid-too-large', message: 'The table has more than 500 000 cells.', remedy: 'Save it as a file and use the CSV Reader or the Excel Reader.', place: { param } });
    const seen = new Set<string>();
    columns.forEach(({ name }, i) => {
      if (name.trim() === '') diagnostics.push({ severity: 'error', code: 'column-name', message: `Column ${i + 1} has no name.`, remedy: 'Give it a name.', place: { param: ['table', 'columns', i, 'name'] } });
      else if (seen.has(name.toLowerCase())) diagnostics.push({ severity: 'error', code: 'duplicate-column', message: `There are two columns “${name}”.`, remedy: 'Rename one of them; capital letters make no difference.', place: { param: ['table', 'columns', i, 'name'], column: name } });
      seen.add(name.toLowerCase());
    });
    let misfits = 0;
    rows.forEach((row, r) => {
      if (row.length > columns.length && row.slice(columns.length).some((value) => value !== null && value !== '')) {
        misfits += 1;
        if (misfits <= reported) diagnostics.push({ severity: 'error', code: 'bad-row', message: `Row ${r + 1} has more cells than there are columns.`, remedy: 'Add a column, or remove the cells.', place: { param: ['table', 'rows', r], line: r + 1 } });
      }
      columns.forEach(({ name, type }, c) => {
        const fault = misfitOf(row[c] ?? null, type);
        if (fault === null) return;
        misfits += 1;
        if (misfits <= reported) diagnostics.push({ severity: 'error', code: 'bad-value', message: `Row ${r + 1}, column “${name}”: ${fault}.`, remedy: 'Correct the cell, or change the type of the column.', place: { param: ['table', 'rows', r, c], column: name, line: r + 1 } });
      });
    });
    if (misfits > reported) diagnostics.push({ severity: 'error', code: 'bad-values', message: `${misfits - reported} more cells do not fit their columns.`, remedy: 'They are marked in the grid.', place: { param } });
    return { diagnostics };
  },
});
