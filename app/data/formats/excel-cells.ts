import { excelError, type ExcelZip } from './excel-zip.ts';
import type { DateStyle, Workbook } from './excel-workbook.ts';

/** A cell's value as text, and what it is. Errors (#N/A …) have no value. */
export interface ExcelCell {
  readonly column: number;
  readonly kind: 'number' | 'text' | 'boolean' | 'date' | 'time' | 'timestamp' | 'error';
  readonly text: string;
}

export interface ExcelRow {
  /** 1-based. */
  readonly row: number;
  readonly cells: readonly ExcelCell[];
}

/** Texts held in memory; Excel itself gives up earlier. */
const maxSharedCharacters = 512 << 20;
const maxRow = 1_048_576;
const maxColumn = 16_384;

/** @throws PenstockError `excel-too-large`. */
export async function readSharedStrings(zip: ExcelZip, part: string): Promise<string[]> {
  const texts: string[] = [];
  let text = '';
  let size = 0;
  let reading = false;
  let phonetic = 0;
  await zip.parse(part, {
    open(name) {
      if (name === 'si') text = '';
      else if (name === 'rPh') phonetic += 1;
      reading = name === 't' && phonetic === 0;
    },
    text(piece) {
      if (!reading) return;
      text += piece;
      size += piece.length;
      if (size > maxSharedCharacters) throw excelError('excel-too-large', zip.path, 'the workbook holds more than 512 million characters of text', 'Save the table as CSV and use the CSV Reader.');
    },
    close(name) {
      reading = false;
      if (name === 'rPh') phonetic -= 1;
      else if (name === 'si') texts.push(unescaped(text));
    },
  });
  return texts;
}

/** `_x000D_` stands for a character that XML cannot hold. */
const unescaped = (text: string): string => (text.includes('_x') ? text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16))) : text);

/** `AB12` → [12, 28]; 0 where a part is absent. */
export function cellPosition(reference: string): { row: number; column: number } {
  let column = 0;
  let i = 0;
  for (; i < reference.length; i += 1) {
    const code = reference.charCodeAt(i) & ~32;
    if (code < 65 || code > 90) break;
    column = column * 26 + code - 64;
  }
  return { row: Number(reference.slice(i)) || 0, column };
}

export function columnLetters(column: number): string {
  let letters = '';
  for (let rest = column; rest > 0; rest = Math.floor((rest - 1) / 26)) letters = String.fromCharCode(65 + ((rest - 1) % 26)) + letters;
  return letters;
}

const dayMs = 86_400_000;

/**
 * A serial number as ISO text. Days count from 1900-01-01 = 1, with a 29 February 1900 that never was (serial 60), or from 1904-01-01 = 0.
 * Null where there is no such date.
 */
export function serialText(serial: number, style: Exclude<DateStyle, null>, date1904: boolean): { kind: 'date' | 'time' | 'timestamp'; text: string } | null {
  if (!Number.isFinite(serial) || serial < 0) return null;
  const whole = Math.floor(serial);
  if (!date1904 && whole === 60) return null;
  // Excel keeps milliseconds at best; rounding takes off the error of the binary fraction.
  const ms = Math.round((serial - whole) * dayMs);
  if (style === 'time' && whole === 0) return { kind: 'time', text: new Date(ms % dayMs).toISOString().slice(11, 23).replace(/\.000$/, '') };
  const epoch = date1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, whole < 60 ? 31 : 30);
  const at = epoch + whole * dayMs + ms;
  if (at > Date.UTC(9999, 11, 31, 23, 59, 59, 999)) return null;
  const iso = new Date(at).toISOString();
  if (style === 'date' && ms === 0) return { kind: 'date', text: iso.slice(0, 10) };
  return { kind: 'timestamp', text: `${iso.slice(0, 10)} ${iso.slice(11, 23).replace(/\.000$/, '')}` };
}

export interface SheetReading {
  readonly workbook: Workbook;
  readonly part: string;
  readonly shared: readonly string[];
  readonly firstRow: number;
  readonly lastRow: number;
  readonly firstColumn: number;
  readonly lastColumn: number;
}

/** Rows with at least one value, in order. `visit` answers false to end; `flush` is awaited after each block. */
export async function readSheet(zip: ExcelZip, reading: SheetReading, visit: (row: ExcelRow) => boolean, flush: () => Promise<void>): Promise<void> {
  const { workbook, shared } = reading;
  let row = 0;
  let column = 0;
  let cells: ExcelCell[] = [];
  let type = '';
  let style = 0;
  let value = '';
  let taking = false;
  let ended = false;
  const add = (): void => {
    if (row < reading.firstRow || column < reading.firstColumn || column > reading.lastColumn) return;
    const cell = cellOf(column, type, value, workbook.styles[style] ?? null, shared, workbook.date1904);
    if (cell !== null) cells.push(cell);
  };
  await zip.parse(reading.part, {
    open(name, attributes) {
      if (ended) return;
      if (name === 'c') {
        const reference = attributes['r'];
        column = reference === undefined ? column + 1 : cellPosition(reference).column;
        if (column < 1 || column > maxColumn) throw excelError('excel-damaged', zip.path, `row ${row} has a cell outside the sheet`, 'Open and save the workbook in Excel.');
        type = attributes['t'] ?? 'n';
        style = Number(attributes['s'] ?? 0);
        value = '';
      } else if (name === 'row') {
        const given = attributes['r'];
        row = given === undefined ? row + 1 : Number(given);
        if (!(row >= 1 && row <= maxRow)) throw excelError('excel-damaged', zip.path, 'a row lies outside the sheet', 'Open and save the workbook in Excel.');
        column = 0;
        cells = [];
        if (row > reading.lastRow) ended = true;
      } else if (name === 'rPh') type = type === 'inlineStr' ? 'phonetic' : type;
      taking = name === 'v' || (name === 't' && type === 'inlineStr');
    },
    text(piece) {
      if (taking) value += piece;
    },
    close(name) {
      taking = false;
      if (ended) return;
      if (name === 'c') add();
      else if (name === 'rPh') type = 'inlineStr';
      else if (name === 'row' && cells.length > 0) {
        if (!visit({ row, cells })) ended = true;
        cells = [];
      } else if (name === 'sheetData') ended = true;
    },
    flush,
    done: () => ended,
  });
}

function cellOf(column: number, type: string, value: string, style: DateStyle, shared: readonly string[], date1904: boolean): ExcelCell | null {
  switch (type) {
    case 's': {
      const text = shared[Number(value)];
      return text === undefined || text === '' ? null : { column, kind: 'text', text };
    }
    case 'str':
    case 'inlineStr':
      return value === '' ? null : { column, kind: 'text', text: unescaped(value) };
    case 'b':
      return value === '' ? null : { column, kind: 'boolean', text: value === '1' || value === 'true' ? 'true' : 'false' };
    case 'e':
      return { column, kind: 'error', text: value };
    case 'd': {
      const text = value.replace('T', ' ').replace(/Z$/, '');
      return value === '' ? null : { column, kind: text.length > 10 ? 'timestamp' : 'date', text };
    }
    default: {
      if (value.trim() === '') return null;
      const number = Number(value);
      if (Number.isNaN(number)) return { column, kind: 'text', text: value };
      if (style !== null) {
        const moment = serialText(number, style, date1904);
        if (moment !== null) return { column, ...moment };
      }
      return { column, kind: 'number', text: String(number) };
    }
  }
}

/** Merged areas; they stand behind the rows, so this reads the sheet once by itself. */
export async function readMerged(zip: ExcelZip, part: string): Promise<{ top: number; left: number; bottom: number; right: number }[]> {
  const areas: { top: number; left: number; bottom: number; right: number }[] = [];
  let tail = '';
  const decoder = new TextDecoder('utf-8');
  for await (const block of zip.bytes(part)) {
    const text = tail + decoder.decode(block, { stream: true });
    for (const [, reference] of text.matchAll(/<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z0-9:$]{1,30})"/gi)) {
      const [from = '', to = from] = (reference ?? '').split(':');
      const a = cellPosition(from);
      const b = cellPosition(to);
      areas.push({ top: a.row, left: a.column, bottom: b.row, right: b.column });
    }
    // Only what may be the beginning of an element is looked at again.
    const open = text.lastIndexOf('<');
    tail = open === -1 || text.indexOf('>', open) !== -1 ? '' : text.slice(open, open + 200);
  }
  return areas;
}
