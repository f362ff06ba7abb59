import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { CancelledError, PenstockError, type Diagnostic } from '#app/core/errors.ts';
import { formatCount } from '#app/core/units.ts';
import type { ColumnType, Schema } from '#app/relation/types.ts';
import type { ExcelOptions, ExcelPlan, Misfits } from '#app/sdk/formats.ts';
import { kindOf } from '../csv/infer.ts';
import { cellPosition, columnLetters, readMerged, readSharedStrings, readSheet, type ExcelCell, type ExcelRow, type SheetReading } from './excel-cells.ts';
import { readWorkbook, sharedStringsPart, type Workbook } from './excel-workbook.ts';
import { ExcelZip } from './excel-zip.ts';
import { RowAppender } from './row-appender.ts';
import { copyStrictly, type StrictResult } from './strict-copy.ts';

/** Rows looked at to find columns and types; what comes later is checked. */
const sampleRows = 10_000;

async function withWorkbook<T>(path: string, signal: AbortSignal | undefined, work: (zip: ExcelZip, workbook: Workbook) => Promise<T>): Promise<T> {
  const zip = await ExcelZip.open(path, signal);
  try {
    return await work(zip, await readWorkbook(zip));
  } finally {
    zip.close();
  }
}

interface Range {
  readonly firstRow: number;
  readonly lastRow: number | null;
  readonly firstColumn: number;
  readonly lastColumn: number | null;
}

/** @throws PenstockError `excel-range`. */
export function parseRange(text: string): Range {
  const bare = text.replaceAll('$', '').trim();
  if (bare === '') return { firstRow: 1, lastRow: null, firstColumn: 1, lastColumn: null };
  const match = /^([A-Za-z]{1,3})(\d{1,7})?(?::([A-Za-z]{1,3})(\d{1,7})?)?$/.exec(bare);
  const a = cellPosition(`${match?.[1] ?? ''}${match?.[2] ?? ''}`);
  const b = cellPosition(`${match?.[3] ?? ''}${match?.[4] ?? ''}`);
  const range = { firstRow: a.row || 1, lastRow: b.row || null, firstColumn: a.column, lastColumn: b.column || null };
  const ordered = (range.lastRow ?? Infinity) >= range.firstRow && (range.lastColumn ?? Infinity) >= range.firstColumn;
  if (match !== null && ordered) return range;
  throw new PenstockError('excel-range', `“${text}” is not a range of cells.`, { remedy: 'Write it like B3:F200, B3 (everything from there on) or A:D.', place: { param: ['range'] } });
}

function sheetOf(path: string, workbook: Workbook, name: string): Workbook['sheets'][number] {
  const sheet = name === '' ? (workbook.sheets.find(({ hidden }) => !hidden) ?? workbook.sheets[0]) : workbook.sheets.find((one) => one.name === name);
  if (sheet !== undefined) return sheet;
  throw new PenstockError('excel-sheet', `${basename(path)} has no sheet “${name}”.`, {
    remedy: `Its sheets are ${workbook.sheets.slice(0, 20).map((one) => `“${one.name}”`).join(', ')}.`,
    place: { param: ['sheet'], file: path },
  });
}

/** Gives the cells of merged areas their top left value, row by row. */
class MergedCells {
  readonly #areas: { top: number; left: number; bottom: number; right: number; cell: ExcelCell | null }[];

  constructor(areas: readonly { top: number; left: number; bottom: number; right: number }[]) {
    this.#areas = areas.map((area) => ({ ...area, cell: null }));
  }

  fill(row: ExcelRow): ExcelRow {
    const touching = this.#areas.filter(({ top, bottom }) => top <= row.row && bottom >= row.row);
    if (touching.length === 0) return row;
    const cells = new Map(row.cells.map((cell) => [cell.column, cell]));
    for (const area of touching) {
      if (area.top === row.row) area.cell = cells.get(area.left) ?? null;
      if (area.cell === null) continue;
      for (let column = area.left; column <= area.right; column += 1) if (!cells.has(column)) cells.set(column, { ...area.cell, column });
    }
    return { row: row.row, cells: [...cells.values()].toSorted((a, b) => a.column - b.column) };
  }
}

/** Columns and types of a sheet. @throws PenstockError `excel-…`, `file-missing`. */
export function sniffExcel(path: string, options: ExcelOptions, signal: AbortSignal | undefined): Promise<{ plan: ExcelPlan; notes: Diagnostic[] }> {
  return withWorkbook(path, signal, async (zip, workbook) => {
    const range = parseRange(options.range);
    const sheet = sheetOf(path, workbook, options.sheet);
    const rows: ExcelRow[] = [];
    const merged = options.merged === 'fill' ? new MergedCells(await readMerged(zip, sheet.part)) : null;
    const reading = await readingOf(zip, workbook, sheet.part, range);
    await readSheet(zip, reading, (row) => rows.push(merged === null ? row : merged.fill(row)) < sampleRows, async () => undefined);
    const notes: Diagnostic[] = [];
    const [first] = rows;
    const sheets = workbook.sheets.map(({ name }) => name);
    if (first === undefined) throw new PenstockError('excel-empty', `The sheet “${sheet.name}” of ${basename(path)} holds no values${options.range.trim() === '' ? '' : ` in ${options.range.trim()}`}.`, { remedy: `Choose another sheet or range. The sheets are ${sheets.slice(0, 20).map((one) => `“${one}”`).join(', ')}.`, place: { param: ['sheet'], file: path } });
    const firstColumn = range.lastColumn === null && range.firstColumn === 1 ? Math.min(...rows.map(({ cells }) => cells[0]?.column ?? Infinity)) : range.firstColumn;
    const lastColumn = range.lastColumn ?? Math.max(...rows.map(({ cells }) => cells.at(-1)?.column ?? 0));
    const width = lastColumn - firstColumn + 1;
    const names = namesOf(options.header ? first : null, firstColumn, width, notes);
    const data = options.header ? rows.slice(1) : rows;
    const schema: Schema = names.map((name, i) => ({ name, type: options.types[name] ?? typeOf(data, firstColumn + i, name, notes) }));
    const plan: ExcelPlan = { sheet: sheet.name, sheets, header: options.header, merged: options.merged, firstRow: first.row, lastRow: range.lastRow, firstColumn, lastColumn: range.lastColumn, schema };
    return { plan, notes };
  });
}

async function readingOf(zip: ExcelZip, workbook: Workbook, part: string, range: Range): Promise<SheetReading> {
  const strings = await sharedStringsPart(zip);
  return {
    workbook,
    part,
    shared: strings === null ? [] : await readSharedStrings(zip, strings),
    firstRow: range.firstRow,
    lastRow: range.lastRow ?? Infinity,
    firstColumn: range.firstColumn,
    lastColumn: range.lastColumn ?? Infinity,
  };
}

function namesOf(header: ExcelRow | null, firstColumn: number, width: number, notes: Diagnostic[]): string[] {
  const taken = new Set<string>();
  return Array.from({ length: width }, (_, i) => {
    const given = header?.cells.find(({ column }) => column === firstColumn + i)?.text.trim() ?? '';
    const plain = given === '' ? `column_${i + 1}` : given;
    let name = plain;
    for (let n = 2; taken.has(name.toLowerCase()); n += 1) name = `${plain}_${n}`;
    taken.add(name.toLowerCase());
    if (header !== null && name !== given) {
      const what = given === '' ? `has no header and` : `has the header “${given}”, which another has too, and`;
      notes.push({ severity: 'warning', code: 'column-renamed', message: `Column ${columnLetters(firstColumn + i)} ${what} is named “${name}”.`, remedy: 'Correct the header row, or rename it in Select Columns.', place: { column: name } });
    }
    return name;
  });
}

function typeOf(rows: readonly ExcelRow[], column: number, name: string, notes: Diagnostic[]): ColumnType {
  const kinds = new Set<ExcelCell['kind']>();
  let whole = true;
  for (const { cells } of rows) {
    const cell = cells.find((one) => one.column === column);
    if (cell === undefined || cell.kind === 'error') continue;
    kinds.add(cell.kind);
    if (cell.kind === 'number' && kindOf(cell.text) !== 'integer') whole = false;
  }
  const [only] = kinds;
  if (kinds.size === 1 && only !== undefined && only !== 'text') return only === 'number' ? (whole ? 'integer' : 'float') : only === 'error' ? 'string' : only;
  if (kinds.size === 2 && kinds.has('date') && kinds.has('timestamp')) return 'timestamp';
  if (kinds.size > 1) {
    notes.push({ severity: 'info', code: 'excel-mixed', message: `Column “${name}” holds ${[...kinds].map((kind) => kindWords[kind]).join(' and ')} and is kept as text.`, remedy: 'Choose a type for it to set aside what does not fit.', place: { column: name } });
  }
  return 'string';
}

const kindWords: Readonly<Record<ExcelCell['kind'], string>> = { number: 'numbers', text: 'text', boolean: 'true or false', date: 'dates', time: 'times', timestamp: 'dates with times', error: 'errors' };

export interface ExcelRead {
  readonly path: string;
  readonly plan: ExcelPlan;
  readonly misfits: Misfits;
  readonly outPath: string;
  readonly rejectsPath: string;
  readonly signal: AbortSignal | undefined;
}

/**
 * A sheet → Parquet, row by row. Blank rows are skipped; errors in cells are missing values, and counted.
 * @throws PenstockError `bad-value`, `bad-record`, `excel-…`.
 */
export async function readExcelFile(connection: DuckDBConnection, read: ExcelRead): Promise<StrictResult & { notes: Diagnostic[] }> {
  const { plan, path } = read;
  const table = `excel_${randomBytes(6).toString('hex')}`;
  try {
    const errors = new Map<string, { count: number; first: string }>();
    await withWorkbook(path, read.signal, async (zip, workbook) => {
      const sheet = sheetOf(path, workbook, plan.sheet);
      const merged = plan.merged === 'fill' ? new MergedCells(await readMerged(zip, sheet.part)) : null;
      const lastColumn = plan.firstColumn + plan.schema.length - 1;
      const reading = await readingOf(zip, workbook, sheet.part, { firstRow: plan.firstRow, lastRow: plan.lastRow, firstColumn: plan.firstColumn, lastColumn: plan.lastColumn });
      const appender = await RowAppender.create(connection, table, plan.schema.length);
      try {
        const visit = (given: ExcelRow): boolean => {
          if (plan.header && given.row === plan.firstRow) {
            merged?.fill(given);
            return true;
          }
          const { row, cells } = merged === null ? given : merged.fill(given);
          const texts: (string | null)[] = Array.from({ length: plan.schema.length }, () => null);
          let problem: string | null = null;
          for (const cell of cells) {
            if (cell.column > lastColumn) {
              problem ??= `column ${columnLetters(cell.column)} lies beyond the last column of the table and holds “${cell.text.slice(0, 40)}”`;
            } else if (cell.kind === 'error') {
              const known = errors.get(cell.text);
              if (known === undefined) errors.set(cell.text, { count: 1, first: `${columnLetters(cell.column)}${row}` });
              else known.count += 1;
            } else texts[cell.column - plan.firstColumn] = cell.text;
          }
          if (problem !== null || texts.some((text) => text !== null) || cells.some(({ kind, column }) => kind === 'error' && column <= lastColumn)) appender.add(row, problem, texts);
          return true;
        };
        await readSheet(zip, reading, visit, () => new Promise((resolve) => setImmediate(resolve)));
        appender.end();
      } catch (thrown) {
        appender.close();
        throw thrown;
      }
    });
    if (read.signal?.aborted) throw new CancelledError();
    const result = await copyStrictly(connection, { table, schema: plan.schema, file: basename(path), unit: 'row' }, read.misfits, read.outPath, read.rejectsPath);
    const notes = [...errors].map(([text, { count, first }]): Diagnostic => ({
      severity: 'warning',
      code: 'excel-error-cells',
      message: `${formatCount(count)} ${count === 1 ? 'cell holds' : 'cells hold'} the error ${text} (first in ${first}) and ${count === 1 ? 'is' : 'are'} missing in the table.`,
      remedy: 'Correct the formulas in the workbook if the values are needed.',
      place: { file: path },
    }));
    return { ...result, notes };
  } finally {
    await connection.run(`drop table if exists ${table}`).catch(() => undefined);
  }
}
