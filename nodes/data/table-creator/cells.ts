import type { ColumnType } from '#app/relation/types.ts';
import { cellFault, cellValue, type GridCell } from '#app/sdk/grid.ts';

/** More belongs in a file: the cells are part of the pipeline's document. */
export const maxGridCells = 500_000;

/** What is wrong with a typed cell, or null. */
export const misfitOf = (cell: GridCell, type: ColumnType): string | null => cellFault(cell, type);

/** A typed cell as the relation holds it. */
export const valueOf = (cell: GridCell, type: ColumnType): null | boolean | number | string => cellValue(cell, type);
