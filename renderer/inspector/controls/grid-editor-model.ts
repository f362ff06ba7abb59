import { typeForCells, type GridCell, type GridColumn, type GridTable } from '#app/sdk/grid.ts';

/** What can be done to the table of a grid; every function gives a new table. Rows and columns count from 0. */

export interface CellAt {
  readonly row: number;
  readonly column: number;
}

export interface Area {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

export const areaOf = (a: CellAt, b: CellAt): Area => ({
  top: Math.min(a.row, b.row),
  left: Math.min(a.column, b.column),
  bottom: Math.max(a.row, b.row),
  right: Math.max(a.column, b.column),
});

export const cellAt = (table: GridTable, { row, column }: CellAt): GridCell => table.rows[row]?.[column] ?? null;

const isEmpty = (cell: GridCell | undefined): boolean => cell === null || cell === undefined || cell === '';

export function newColumnName(columns: readonly GridColumn[]): string {
  const taken = new Set(columns.map(({ name }) => name.toLowerCase()));
  let n = columns.length + 1;
  while (taken.has(`column_${n}`)) n += 1;
  return `column_${n}`;
}

/** Sets a block of cells with its top left at `at`; the table grows to hold it. New columns get the type of what they hold. */
export function withBlock(table: GridTable, at: CellAt, block: readonly (readonly GridCell[])[]): GridTable {
  const width = Math.max(0, ...block.map((row) => row.length));
  const columns = [...table.columns];
  for (let c = columns.length; c < at.column + width; c += 1) {
    columns.push({ name: newColumnName(columns), type: typeForCells(block.map((row) => row[c - at.column] ?? null)) });
  }
  const rows = table.rows.map((row) => [...row]);
  while (rows.length < at.row + block.length) rows.push([]);
  block.forEach((cells, r) => {
    const row = rows[at.row + r] ?? [];
    cells.forEach((cell, c) => {
      while (row.length < at.column + c) row.push(null);
      row[at.column + c] = cell === '' ? null : cell;
    });
  });
  return { columns, rows };
}

/** Pasted cells. Into a table without values they make the table anew, with their first row as names if it looks like names. */
export function withPasted(table: GridTable, at: CellAt, block: readonly (readonly string[])[]): GridTable {
  const blank = table.rows.every((row) => row.every(isEmpty));
  if (!blank || at.row > 0 || at.column > 0 || block.length === 0) return withBlock(table, at, block);
  const [first = [], ...rest] = block;
  const width = Math.max(...block.map((row) => row.length));
  const named = rest.length > 0 && first.length === width && looksLikeNames(first);
  const body = named ? rest : block;
  const columns = Array.from({ length: Math.max(width, named ? width : table.columns.length) }, (_, c): GridColumn => {
    const old = table.columns[c];
    const type = typeForCells(body.map((row) => row[c] ?? null));
    if (named) return { name: (first[c] ?? '').trim(), type };
    return c < width ? { name: old?.name ?? `column_${c + 1}`, type } : (old ?? { name: `column_${c + 1}`, type: 'string' });
  });
  return { columns, rows: body.map((row) => row.map((cell) => (cell === '' ? null : cell))) };
}

function looksLikeNames(row: readonly string[]): boolean {
  const names = row.map((cell) => cell.trim().toLowerCase());
  return names.every((name) => name !== '' && name.length <= 100 && typeForCells([name]) === 'string' && !/^[\d.,-]+$/.test(name)) && new Set(names).size === names.length;
}

export function withCleared(table: GridTable, area: Area): GridTable {
  return { ...table, rows: table.rows.map((row, r) => (r < area.top || r > area.bottom ? row : row.map((cell, c) => (c < area.left || c > area.right ? cell : null)))) };
}

export const copied = (table: GridTable, area: Area): GridCell[][] =>
  Array.from({ length: area.bottom - area.top + 1 }, (_, r) => Array.from({ length: area.right - area.left + 1 }, (__, c) => cellAt(table, { row: area.top + r, column: area.left + c })));

export const withRows = (table: GridTable, at: number, count: number): GridTable => ({ ...table, rows: [...table.rows.slice(0, at), ...Array.from({ length: count }, () => []), ...table.rows.slice(at)] });

export const withoutRows = (table: GridTable, from: number, to: number): GridTable => ({ ...table, rows: table.rows.filter((_, r) => r < from || r > to) });

export function withColumn(table: GridTable, at: number): GridTable {
  const columns = [...table.columns.slice(0, at), { name: newColumnName(table.columns), type: 'string' } as const, ...table.columns.slice(at)];
  return { columns, rows: table.rows.map((row) => (row.length <= at ? row : [...row.slice(0, at), null, ...row.slice(at)])) };
}

export const withoutColumn = (table: GridTable, at: number): GridTable => ({ columns: table.columns.filter((_, c) => c !== at), rows: table.rows.map((row) => row.filter((_, c) => c !== at)) });

export const withColumnChanged = (table: GridTable, at: number, change: Partial<GridColumn>): GridTable => ({ ...table, columns: table.columns.map((column, c) => (c === at ? { ...column, ...change } : column)) });

export function withColumnMoved(table: GridTable, from: number, to: number): GridTable {
  const moved = <T>(list: readonly T[], fill: T): T[] => {
    const whole = [...list, ...Array.from({ length: Math.max(0, table.columns.length - list.length) }, () => fill)];
    const [one] = whole.splice(from, 1);
    if (one !== undefined) whole.splice(to, 0, one);
    return whole;
  };
  return { columns: moved(table.columns, { name: '', type: 'string' }), rows: table.rows.map((row) => moved<GridCell>(row, null)) };
}

/** Where a key leads from a cell, or null for keys that do not move. The row after the last one is there to be filled; row −1 holds the names. */
export function moved(table: GridTable, at: CellAt, key: string, options: { readonly shift: boolean; readonly control: boolean; readonly page: number }): CellAt | null {
  const lastRow = table.rows.length;
  const lastColumn = Math.max(0, table.columns.length - 1);
  const row = (to: number): number => Math.max(-1, Math.min(lastRow, to));
  const column = (to: number): number => Math.max(0, Math.min(lastColumn, to));
  switch (key) {
    case 'ArrowUp':
      return { ...at, row: options.control ? 0 : row(at.row - 1) };
    case 'ArrowDown':
      return { ...at, row: options.control ? Math.max(0, lastRow - 1) : row(at.row + 1) };
    case 'ArrowLeft':
      return { ...at, column: options.control ? 0 : column(at.column - 1) };
    case 'ArrowRight':
      return { ...at, column: options.control ? lastColumn : column(at.column + 1) };
    case 'Home':
      return { row: options.control ? 0 : at.row, column: 0 };
    case 'End':
      return { row: options.control ? Math.max(0, lastRow - 1) : at.row, column: lastColumn };
    case 'PageUp':
      return { ...at, row: Math.max(0, at.row - options.page) };
    case 'PageDown':
      return { ...at, row: row(at.row + options.page) };
    case 'Tab':
      if (options.shift) return at.column > 0 ? { ...at, column: at.column - 1 } : at.row > 0 ? { row: at.row - 1, column: lastColumn } : null;
      return at.column < lastColumn ? { ...at, column: at.column + 1 } : at.row < lastRow ? { row: at.row + 1, column: 0 } : null;
    default:
      return null;
  }
}
