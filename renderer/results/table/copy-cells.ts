import { PenstockError } from '#app/core/errors.ts';
import { toTsv } from './cell-format.ts';
import type { Cell } from './cell-format.ts';
import { extentOf } from './selection.ts';
import type { Selection } from './selection.ts';
import { fetchPage } from './use-table-pages.ts';
import type { ShownTable } from './use-table-pages.ts';
import type { Subject } from './table-subject.ts';
import { texts } from '../../text/texts.ts';

/** Cells that a clipboard takes without freezing what pastes it. */
export const maxCopiedCells = 1_000_000;
const chunk = 5000;

/**
 * The selected cells as tab-separated text, with a header line when more than one row is copied.
 * @throws PenstockError `selection-too-large` over a million cells.
 */
export async function copyCells(subject: Subject, port: string, table: ShownTable, selection: Selection): Promise<{ text: string; rows: number; columns: number }> {
  const { firstRow, lastRow, firstColumn, lastColumn } = extentOf(selection);
  const columns = lastColumn - firstColumn + 1;
  const count = lastRow - firstRow + 1;
  if (count * columns > maxCopiedCells) {
    throw new PenstockError('selection-too-large', texts.table.tooMany, {
      remedy: texts.table.tooManyRemedy,
    });
  }
  const rows: Cell[][] = [];
  for (let start = firstRow; start <= lastRow; start += chunk) {
    const page = await fetchPage(subject, port, table.query, start, Math.min(chunk, lastRow - start + 1));
    for (let row = 0; row < page.rows; row++) rows.push(Array.from({ length: columns }, (_, index) => page.cell(row, firstColumn + index)));
  }
  const header = table.schema.slice(firstColumn, lastColumn + 1).map((column) => column.name);
  return { text: toTsv(count > 1 ? header : null, rows), rows: rows.length, columns };
}
