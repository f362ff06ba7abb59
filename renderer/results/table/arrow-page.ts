import { DataType, TimeUnit, tableFromIPC } from 'apache-arrow';
import type { Vector } from 'apache-arrow';
import { checkArrowStream, damagedPage } from '#app/protocol/arrow-stream.ts';
import type { Schema } from '#app/relation/types.ts';
import type { Cell } from './cell-format.ts';

/** One page of a table, read cell by cell from the Arrow buffers (no row objects are made). */
export interface TablePage {
  readonly schema: Schema;
  readonly rows: number;
  cell(row: number, column: number): Cell;
}

/** Decodes an Arrow IPC stream. `schema` gives the logical types; columns are matched by position. @throws PenstockError `page-damaged`. */
export function decodePage(bytes: Uint8Array, schema: Schema): TablePage {
  checkArrowStream(bytes);
  const { rows, readers } = opened(bytes, schema);
  return { schema, rows, cell: (row, column) => readers[column]?.(row) ?? null };
}

function opened(bytes: Uint8Array, schema: Schema): { readonly rows: number; readonly readers: readonly ((row: number) => Cell)[] } {
  try {
    const table = tableFromIPC(bytes);
    const readers = schema.map((_, index) => {
      const vector = table.getChildAt(index);
      const read = reader(vector);
      // Times that do not go with their unit show only when they are read: here rather than while the window is drawn.
      if (vector !== null && isTime(vector.type)) for (let row = 0; row < table.numRows; row += 1) read(row);
      return read;
    });
    return { rows: table.numRows, readers };
  } catch (error) {
    throw damagedPage(error);
  }
}

const isTime = (type: DataType): boolean => DataType.isDate(type) || DataType.isTimestamp(type) || DataType.isTime(type);

/** An empty table still has a page: its columns. */
export const emptyPage = (schema: Schema): TablePage => ({ schema, rows: 0, cell: () => null });

function reader(vector: Vector | null): (row: number) => Cell {
  if (vector === null) return () => null;
  const { type } = vector;
  if (DataType.isDate(type)) return dated(vector, (ms) => isoDate(ms));
  if (DataType.isTimestamp(type)) return dated(vector, (ms) => isoTimestamp(ms));
  if (DataType.isTime(type)) {
    const perSecond = { [TimeUnit.SECOND]: 1, [TimeUnit.MILLISECOND]: 1e3, [TimeUnit.MICROSECOND]: 1e6, [TimeUnit.NANOSECOND]: 1e9 }[type.unit];
    return dated(vector, (value) => isoTime(value / perSecond));
  }
  return (row) => {
    const value: unknown = vector.get(row);
    if (value === null || value === undefined) return null;
    if (typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string') return value;
    if (typeof value === 'bigint') {
      const number = Number(value);
      return Number.isSafeInteger(number) ? number : value.toString();
    }
    if (value instanceof Uint8Array) return hex(value);
    return String(value);
  };
}

function dated(vector: Vector, text: (value: number) => string): (row: number) => Cell {
  return (row) => {
    const value: unknown = vector.get(row);
    return value === null || value === undefined ? null : text(Number(value));
  };
}

function isoDate(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? String(ms) : date.toISOString().slice(0, 10);
}

/** Milliseconds since 1970 (with a fraction for microseconds) → "2026-03-01T12:00:00[.123456]". */
function isoTimestamp(ms: number): string {
  const whole = Math.floor(ms);
  const date = new Date(whole);
  if (Number.isNaN(date.getTime())) return String(ms);
  const micros = Math.round((ms - Math.floor(ms / 1000) * 1000) * 1000);
  return date.toISOString().slice(0, 19) + fraction(micros);
}

function isoTime(seconds: number): string {
  const whole = Math.floor(seconds);
  const micros = Math.round((seconds - whole) * 1e6);
  return new Date(whole * 1000).toISOString().slice(11, 19) + fraction(micros);
}

function fraction(micros: number): string {
  if (micros === 0) return '';
  return `.${String(micros).padStart(6, '0').replace(/0+$/, '')}`;
}

function hex(bytes: Uint8Array): string {
  const shown = Array.from(bytes.subarray(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return bytes.length > 16 ? `${shown}… (${bytes.length} B)` : shown;
}
