import type { DuckDBConnection } from '@duckdb/node-api';
import type { PenstockError } from '#app/core/errors.ts';
import type { CsvColumn, RejectedRow } from '#app/sdk/csv.ts';
import { badCellsSql, type CsvCells } from './cells.ts';
import { badValue, tooManyRejects } from './errors.ts';
import { isBlank, type CsvRecord } from './records.ts';
import { keptText, reasonOf, scanFile, type ScannedFile } from './structure.ts';

/** A cell that does not fit its column: the how-manieth row DuckDB read (1-based), and the column. */
export interface BadCell {
  readonly row: number;
  readonly column: number;
}

export interface LocatedCell {
  readonly row: RejectedRow;
  readonly error: PenstockError;
}

/** The first bad cell of each row that has one, in the order of the file, at most `limit`. */
export async function findBadCells(connection: DuckDBConnection, cells: CsvCells, limit: number): Promise<BadCell[]> {
  const query = badCellsSql(cells, limit);
  if (query === null) return [];
  const reader = await connection.runAndReadAll(query.sql);
  return reader.getRows().map(([row, ...found]) => ({ row: Number(row), column: query.column(found) }));
}

/**
 * The places of bad cells, as rejected rows, found by counting the file's records. `skip`: first lines of rows that DuckDB was not
 * given. Reads no further than the last bad cell.
 */
export async function locateBadCells(file: ScannedFile, bad: readonly BadCell[], columns: readonly CsvColumn[], skip: ReadonlySet<number>): Promise<LocatedCell[]> {
  const found: LocatedCell[] = [];
  let seen = file.dialect.header ? -1 : 0;
  let started = false;
  let next = 0;
  const visit = (record: CsvRecord): boolean => {
    if (record.comment || skip.has(record.line) || (isBlank(record) && (columns.length > 1 || !started))) return true;
    started = true;
    seen += 1;
    const wanted = bad[next];
    if (wanted === undefined) return false;
    if (seen < wanted.row) return true;
    const column = columns[wanted.column];
    const value = keptText(record.fields[wanted.column] ?? '');
    if (column !== undefined) {
      const error = badValue(file.original, record.line, column, value);
      found.push({ row: { file: file.original, line: record.line, column: column.name, value, reason: reasonOf(error, file.original), row: keptText(record.raw) }, error });
    }
    next += 1;
    return next < bad.length;
  };
  if (bad.length > 0) await scanFile(file, visit);
  return found;
}

/** @throws PenstockError `csv-too-many-rejects` with the first bad cell's place. */
export async function refuseSoMany(file: ScannedFile, first: BadCell | undefined, columns: readonly CsvColumn[], skip: ReadonlySet<number>, maxRejects: number): Promise<never> {
  const [located] = await locateBadCells(file, first === undefined ? [] : [first], columns, skip);
  throw tooManyRejects(file.original, maxRejects, located?.error);
}
