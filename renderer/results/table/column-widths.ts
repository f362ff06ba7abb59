import type { Column } from '#app/relation/types.ts';
import type { TablePage } from './arrow-page.ts';
import { decimalsFor, formatCell, isNumeric } from './cell-format.ts';
import type { Cell } from './cell-format.ts';

export const minWidth = 64;
const maxWidth = 280;
/** Average advance of Inter at 12 px, tabular figures; enough for a first guess. */
const charWidth = 6.7;
/** The same of the names, which are semibold. */
const nameWidth = 7.6;

/** How a column is drawn: measured on its first page, so that it stays put while scrolling. */
export interface ColumnLook {
  readonly width: number;
  readonly decimals: number | null;
  readonly right: boolean;
}

export function lookOf(column: Column, index: number, page: TablePage): ColumnLook {
  const sample: Cell[] = [];
  for (let row = 0; row < Math.min(page.rows, 100); row++) sample.push(page.cell(row, index));
  const decimals = column.type === 'float' ? decimalsFor(sample) : 0;
  let longest = 4;
  for (const value of sample) if (value !== null) longest = Math.max(longest, formatCell(value, column.type, decimals).length);
  // Beside the name: type badge (of a timestamp the longest), sort arrow and paddings.
  const header = column.name.length * nameWidth + (column.type === 'timestamp' ? 104 : 76);
  const width = Math.round(Math.min(maxWidth, Math.max(minWidth + 40, header, longest * charWidth + 24)));
  return { width, decimals, right: isNumeric(column.type) };
}
