import type { DuckDBConnection } from '@duckdb/node-api';
import type { Diagnostic } from '#app/core/errors.ts';
import type { CsvDialect, CsvColumn, SniffedColumn } from '#app/sdk/csv.ts';
import { quoteText } from '../sql.ts';
import { badValue, raggedRow } from './errors.ts';
import { fits, isBlank, type CsvRecord } from './records.ts';
import { sampleCsv, sniffCsvFile } from './sniff.ts';
import { misfit, triedCast } from './strict-cast.ts';
import { reasonOf } from './structure.ts';

export interface CsvPreviewRequest {
  readonly path: string;
  readonly overrides: Partial<CsvDialect>;
  /** A person's corrections, of the columns as they were found. */
  retype(found: readonly SniffedColumn[]): readonly CsvColumn[];
  /** Rows wanted. */
  readonly rows: number;
}

export interface PreviewCell {
  /** As it stands in the file, without its quotes; at most 200 characters. */
  readonly text: string;
  /** As it is read, as text; null where it is missing or wrong. */
  readonly value: string | null;
  /** Why it cannot be read. */
  readonly fault?: string;
}

export interface PreviewRow {
  readonly line: number;
  readonly cells: readonly PreviewCell[];
  /** Why the whole row cannot be read. */
  readonly fault?: string;
}

export interface CsvPreview {
  readonly dialect: CsvDialect;
  readonly found: readonly SniffedColumn[];
  /** In effect. */
  readonly columns: readonly CsvColumn[];
  readonly rows: readonly PreviewRow[];
  readonly notes: readonly Diagnostic[];
}

/** Columns of a preview; a table of 10,000 would not fit a page. */
export const previewColumns = 200;

/** Sniffs a file and shows its first rows as text and as read, by the casts that read the file. Reads only the file's samples. */
export async function previewCsvFile(connection: DuckDBConnection, request: CsvPreviewRequest, signal: AbortSignal | undefined): Promise<CsvPreview> {
  const { path } = request;
  const { dialect, schema: found, notes } = await sniffCsvFile(path, request.overrides, signal, { tolerant: true });
  const { records } = await sampleCsv(path, { ...dialect }, signal, { tolerant: true });
  const columns = request.retype(found);
  const width = found.length;
  const kept = records.filter((record) => !isBlank(record) || width === 1).slice(dialect.header ? 1 : 0, (dialect.header ? 1 : 0) + request.rows);
  const values = await convert(connection, kept.map((record) => record.fields), columns.slice(0, previewColumns), dialect);
  const rows = kept.map((record, r): PreviewRow => {
    const fault = rowFault(path, record, width);
    const cells = columns.slice(0, previewColumns).map((column, c): PreviewCell => {
      const text = record.fields[c] ?? '';
      const read = values[r]?.[c];
      const bad = fault === null && read?.bad === true;
      return { text: text.slice(0, 200), value: fault === null ? (read?.value ?? null) : null, ...(bad ? { fault: reasonOf(badValue(path, record.line, column, text), path) } : {}) };
    });
    return { line: record.line, cells, ...(fault === null ? {} : { fault }) };
  });
  return { dialect, found, columns, rows, notes };
}

function rowFault(path: string, record: CsvRecord, width: number): string | null {
  if (record.problem !== undefined) return 'A quoted value does not end properly.';
  if (record.raw.includes('\0')) return 'There is a NUL character.';
  return fits(record, width) ? null : reasonOf(raggedRow(path, record.line, record.fields.length, width), path);
}

async function convert(connection: DuckDBConnection, rows: readonly (readonly string[])[], columns: readonly CsvColumn[], dialect: CsvDialect): Promise<{ value: string | null; bad: boolean }[][]> {
  if (rows.length === 0 || columns.length === 0) return [];
  const words = new Set(dialect.nullWords);
  const literal = (text: string | undefined) => (text === undefined || text === '' || words.has(text) ? 'null::varchar' : quoteText(text.replaceAll('\0', '')));
  const tuples = rows.map((row) => `(${columns.map((_, c) => literal(row[c])).join(', ')})`);
  const cells = columns.map((_, c) => `c${c}`);
  const selected = columns.flatMap((column, c) => [`left((${triedCast(`c${c}`, column, dialect)})::varchar, 200)`, misfit(`c${c}`, column, dialect)]);
  const reader = await connection.runAndReadAll(`select ${selected.join(', ')} from (values ${tuples.join(', ')}) as t(${cells.join(', ')})`);
  return reader.getRows().map((row) => columns.map((_, c) => ({ value: row[2 * c] === null ? null : String(row[2 * c]), bad: row[2 * c + 1] === true })));
}
