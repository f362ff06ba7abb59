import type { DuckDBConnection } from '@duckdb/node-api';
import type { PenstockError } from '#app/core/errors.ts';
import type { Schema } from '#app/relation/types.ts';
import type { CsvDialect } from '#app/sdk/node.ts';
import { badQuote, badValue, csvError, raggedRow, wrongEncoding } from './errors.ts';
import { maxRecordBytes } from './prepare.ts';
import { RecordScanner, isBlank, type CsvRecord } from './records.ts';
import { fits } from './sniff.ts';
import { misfit } from './strict-cast.ts';
import { openText } from './text.ts';

export type Diagnosis =
  | { readonly kind: 'error'; readonly error: PenstockError }
  /** CR LF, LF and CR are mixed: readable once unified. */
  | { readonly kind: 'mixed-line-ends' }
  /** A record is longer than the default buffers. */
  | { readonly kind: 'long-record' }
  | { readonly kind: 'none' };

/** A record this long may not fit DuckDB's default line size of 2 MB. */
const longRecord = 1_000_000;

/**
 * Reads the file record by record until the first structural fault. `original` is named in errors, `path` (UTF-8) is read;
 * `badBytes`: DuckDB met bytes that are not UTF-8.
 */
export async function diagnoseStructure(
  original: string,
  path: string,
  dialect: CsvDialect,
  width: number,
  badBytes: boolean,
  signal: AbortSignal | undefined,
): Promise<Diagnosis> {
  const scanner = new RecordScanner(dialect.delimiter, dialect.quote);
  let error: PenstockError | null = null;
  let long = false;
  const check = (record: CsvRecord): boolean => {
    if (record.length > longRecord) long = true;
    if (record.length > maxRecordBytes) error = longLine(original, record.line);
    else if (record.problem !== undefined) error = badQuote(original, record.line);
    else if (badBytes && record.fields.some((field) => field.includes('\ufffd'))) error = wrongEncoding(original, dialect.encoding, '', record.line);
    else if ((width === 1 || !isBlank(record)) && !fits(record, width)) error = raggedRow(original, record.line, record.fields.length, width);
    return error === null;
  };
  await scanFile(path, scanner, check, signal);
  if (error !== null) return { kind: 'error', error };
  if (scanner.lineEnds.size > 1) return { kind: 'mixed-line-ends' };
  return long ? { kind: 'long-record' } : { kind: 'none' };
}

async function scanFile(path: string, scanner: RecordScanner, visit: (record: CsvRecord) => boolean, signal: AbortSignal | undefined): Promise<void> {
  for await (const piece of openText(path, 'utf-8', signal)) if (!scanner.push(piece, visit)) return;
  scanner.end(visit);
}

function longLine(path: string, line: number): PenstockError {
  return csvError('csv-long-line', path, 'a row is longer than 64 MB.', 'Check the delimiter and the quotes of the file; a quote may be missing its partner.', { line });
}

/** The first value that does not fit its column, with the line it stands on; null when there is none. `cells`: SQL of each column. */
export async function findBadValue(
  connection: DuckDBConnection,
  csv: { original: string; path: string; source: string; cells: readonly string[]; dialect: CsvDialect; schema: Schema },
  signal: AbortSignal | undefined,
): Promise<PenstockError | null> {
  const tests = csv.schema.map((column, i) => misfit(csv.cells[i] ?? '', column.type));
  const which = tests.map((test, i) => `when ${test} then ${i}`).join(' ');
  const reader = await connection.runAndReadAll(
    `select n, which from (select row_number() over () as n, case ${which} end as which from ${csv.source}) where which is not null order by n limit 1`,
  );
  const found = reader.getRows()[0];
  if (found === undefined) return null;
  const [wanted, index] = found.map(Number);
  const column = csv.schema[index ?? 0];
  if (column === undefined || wanted === undefined || index === undefined) return null;
  let seen = csv.dialect.header ? -1 : 0;
  let error: PenstockError | null = null;
  let started = false;
  const visit = (record: CsvRecord): boolean => {
    if (isBlank(record) && (csv.schema.length > 1 || !started)) return true;
    started = true;
    seen += 1;
    if (seen < wanted) return true;
    error = badValue(csv.original, record.line, column.name, record.fields[index] ?? '', column.type);
    return false;
  };
  await scanFile(csv.path, new RecordScanner(csv.dialect.delimiter, csv.dialect.quote), visit, signal);
  return error;
}
