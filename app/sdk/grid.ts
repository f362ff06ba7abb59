import type { ColumnType } from '#app/relation/types.ts';

/** Cells typed into an editable grid (control `grid`), and what they mean. Used by the node and by the grid itself. */

export type GridCell = null | boolean | number | string;

export interface GridColumn {
  readonly name: string;
  readonly type: Exclude<ColumnType, 'binary'>;
}

export interface GridTable {
  readonly columns: readonly GridColumn[];
  readonly rows: readonly (readonly GridCell[])[];
}

const trues = new Set(['true', 't', 'yes', 'y', '1']);
const falses = new Set(['false', 'f', 'no', 'n', '0']);

const kinds: Readonly<Record<ColumnType, string>> = {
  boolean: 'true or false',
  integer: 'a whole number',
  float: 'a number',
  string: 'text',
  date: 'a date like 2024-01-31',
  time: 'a time like 10:30:00',
  timestamp: 'a date and time like 2024-01-31 10:30:00',
  binary: 'binary',
};

/** A typed cell as a value of its column; null for empty cells and for what does not fit. Whole numbers beyond 2⁵³ stay text, exact. */
export function cellValue(cell: GridCell, type: ColumnType): null | boolean | number | string {
  if (cell === null || cell === '') return null;
  if (type === 'string') return String(cell);
  const text = String(cell).trim();
  switch (type) {
    case 'boolean':
      return trues.has(text.toLowerCase()) ? true : falses.has(text.toLowerCase()) ? false : null;
    case 'integer': {
      if (!/^[+-]?\d{1,19}$/.test(text)) return null;
      const whole = BigInt(text.replace('+', ''));
      if (whole < -(2n ** 63n) || whole >= 2n ** 63n) return null;
      return Number.isSafeInteger(Number(text)) ? Number(text) : String(whole);
    }
    case 'float':
      return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) && Number.isFinite(Number(text)) ? Number(text) : null;
    case 'date':
      return isDate(text) ? text : null;
    case 'time':
      return isTime(text) ? text : null;
    case 'timestamp': {
      const match = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)Z?)?$/.exec(text);
      if (match?.[1] === undefined || !isDate(match[1]) || (match[2] !== undefined && !isTime(match[2]))) return null;
      return `${match[1]} ${match[2] ?? '00:00:00'}`;
    }
    default:
      return text;
  }
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const at = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}

function isTime(text: string): boolean {
  const [hours = 0, minutes = 0, seconds = 0] = text.split(':').map(Number);
  return /^\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?$/.test(text) && hours < 24 && minutes < 60 && seconds < 60;
}

/** Why a cell does not fit its column, as the end of a sentence; null where it does. Empty cells fit everywhere. */
export function cellFault(cell: GridCell, type: ColumnType): string | null {
  if (cell === null || cell === '' || cellValue(cell, type) !== null) return null;
  const text = String(cell);
  return `“${text.length > 40 ? `${text.slice(0, 40)}…` : text}” is not ${kinds[type]}`;
}

/** The narrowest type that all of these texts fit; text where there are none. Codes with leading zeros stay text. */
export function typeForCells(cells: readonly GridCell[]): GridColumn['type'] {
  const filled = cells.filter((cell) => cell !== null && cell !== '');
  if (filled.length === 0 || filled.some((cell) => /^[+-]?0\d/.test(String(cell).trim()))) return 'string';
  const words = filled.every((cell) => /^(true|false)$/i.test(String(cell).trim()));
  if (words) return 'boolean';
  return (['integer', 'float', 'date', 'time', 'timestamp'] as const).find((type) => filled.every((cell) => cellValue(cell, type) !== null)) ?? 'string';
}

/** Text from a spreadsheet (tabs and lines; quoted cells may hold both) as rows of cells. */
export function parsePasted(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  let started = false;
  for (let i = 0; i < text.length; i += 1) {
    const letter = text[i] ?? '';
    if (quoted) {
      if (letter !== '"') cell += letter;
      else if (text[i + 1] === '"') {
        cell += '"';
        i += 1;
      } else quoted = false;
    } else if (letter === '"' && !started && closesAsCell(text, i)) quoted = true;
    else if (letter === '\t') {
      row.push(cell);
      cell = '';
      started = false;
      continue;
    } else if (letter === '\n' || letter === '\r') {
      if (letter === '\r' && text[i + 1] === '\n') i += 1;
      row.push(cell);
      rows.push(row);
      row = [];
      cell = '';
      started = false;
      continue;
    } else cell += letter;
    started = true;
  }
  if (started || cell !== '' || row.length > 0) rows.push([...row, cell]);
  return rows;
}

/** A quote at a cell's start is a wrapping only if its partner stands before a tab, a line end or the end. */
function closesAsCell(text: string, at: number): boolean {
  for (let i = at + 1; i < text.length; i += 1) {
    if (text[i] !== '"') continue;
    if (text[i + 1] === '"') i += 1;
    else return text[i + 1] === undefined || /[\t\r\n]/.test(text[i + 1] ?? '');
  }
  return false;
}

/** Cells as text for the clipboard of a spreadsheet. */
export function clipboardText(rows: readonly (readonly GridCell[])[]): string {
  const cell = (value: GridCell): string => {
    const text = value === null ? '' : String(value);
    return /[\t\r\n]|^"/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return rows.map((row) => row.map(cell).join('\t')).join('\n');
}
