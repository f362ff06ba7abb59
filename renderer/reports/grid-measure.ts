import { gridColumns, gridGap, rowHeight } from '#app/reports/document.ts';

/** Where the columns and rows of the page are on the screen, in px. */
export interface GridMeasure {
  readonly left: number;
  readonly top: number;
  readonly column: number;
  /** Heights of the rows that there are; further ones have the usual height. */
  readonly rows: readonly number[];
}

export function measureGrid(element: HTMLElement): GridMeasure {
  const box = element.getBoundingClientRect();
  const style = getComputedStyle(element);
  const rows = style.gridTemplateRows.split(' ').map(Number.parseFloat).filter(Number.isFinite);
  return { left: box.left, top: box.top, column: (box.width - gridGap * (gridColumns - 1)) / gridColumns, rows };
}

/** Column and row under a point; the point may be outside. */
export function gridAt({ left, top, column, rows }: GridMeasure, x: number, y: number): { readonly column: number; readonly row: number } {
  const across = Math.round((x - left - column / 2) / (column + gridGap));
  let at = top;
  let row = 0;
  for (; row < 10_000; row += 1) {
    const height = (rows[row] ?? rowHeight) + gridGap;
    if (y < at + height) break;
    at += height;
  }
  return { column: Math.max(-gridColumns, Math.min(gridColumns, across)), row };
}
