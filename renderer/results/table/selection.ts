/** A rectangle of cells: where it was started and where it has been drawn to. Row -1 is the header. */
export interface Selection {
  readonly anchor: CellAt;
  readonly focus: CellAt;
}

export interface CellAt {
  readonly row: number;
  readonly column: number;
}

export interface Extent {
  readonly firstRow: number;
  readonly lastRow: number;
  readonly firstColumn: number;
  readonly lastColumn: number;
}

export const at = (row: number, column: number): Selection => ({ anchor: { row, column }, focus: { row, column } });

export function extentOf({ anchor, focus }: Selection): Extent {
  return {
    firstRow: Math.max(0, Math.min(anchor.row, focus.row)),
    lastRow: Math.max(anchor.row, focus.row),
    firstColumn: Math.min(anchor.column, focus.column),
    lastColumn: Math.max(anchor.column, focus.column),
  };
}

export function contains(extent: Extent, row: number, column: number): boolean {
  return row >= extent.firstRow && row <= extent.lastRow && column >= extent.firstColumn && column <= extent.lastColumn;
}

export interface GridKey {
  readonly key: string;
  readonly shift: boolean;
  readonly ctrl: boolean;
}

export interface GridSize {
  readonly rows: number;
  readonly columns: number;
  /** Whole rows in view. */
  readonly page: number;
}

/** Where a key takes the selection, after the ARIA grid pattern; null where the key means nothing here. */
export function moveSelection(selection: Selection | null, { key, shift, ctrl }: GridKey, size: GridSize): Selection | null {
  if (ctrl && key.toLowerCase() === 'a') {
    return { anchor: { row: 0, column: 0 }, focus: { row: size.rows - 1, column: size.columns - 1 } };
  }
  if (selection === null) return ['ArrowDown', 'ArrowUp', 'ArrowLeft', 'ArrowRight', 'Home', 'End', 'PageDown'].includes(key) ? at(0, 0) : null;
  const { row, column } = selection.focus;
  const to = target(key, ctrl, row, column, size);
  if (to === null) return null;
  const clamped = {
    row: Math.min(Math.max(to.row, shift ? 0 : -1), Math.max(-1, size.rows - 1)),
    column: Math.min(Math.max(to.column, 0), size.columns - 1),
  };
  return shift ? { anchor: selection.anchor, focus: clamped } : { anchor: clamped, focus: clamped };
}

function target(key: string, ctrl: boolean, row: number, column: number, size: GridSize): CellAt | null {
  switch (key) {
    case 'ArrowDown':
      return { row: ctrl ? size.rows - 1 : row + 1, column };
    case 'ArrowUp':
      return { row: ctrl ? 0 : row - 1, column };
    case 'ArrowRight':
      return { row, column: ctrl ? size.columns - 1 : column + 1 };
    case 'ArrowLeft':
      return { row, column: ctrl ? 0 : column - 1 };
    case 'PageDown':
      return { row: row + size.page, column };
    case 'PageUp':
      return { row: Math.max(0, row - size.page), column };
    case 'Home':
      return { row: ctrl ? 0 : row, column: 0 };
    case 'End':
      return { row: ctrl ? size.rows - 1 : row, column: size.columns - 1 };
    default:
      return null;
  }
}
