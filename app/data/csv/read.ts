import { rm } from 'node:fs/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { CancelledError, PenstockError } from '#app/core/errors.ts';
import type { CsvPart, RejectedRow } from '#app/sdk/csv.ts';
import { copyToParquet } from '../parquet.ts';
import { findBadCells, locateBadCells, refuseSoMany } from './bad-cells.ts';
import { readCsvSource, tableSql, type CsvCells } from './cells.ts';
import { csvError, emptyFile } from './errors.ts';
import { maxRecordBytes, prepareCsv, type ReadableCsv } from './prepare.ts';
import { inspectCells, type PlainCells } from './plain-cells/inspect.ts';
import { isBlank } from './records.ts';
import { badValueMark } from './strict-cast.ts';
import { inspectStructure, scanFile, type ScannedFile, type Structure } from './structure.ts';
import { fileSize, packingOf } from './text.ts';

/** One file to be read. Column order is the file's; types are met exactly, or the row is rejected, or the read fails. */
export interface CsvRead extends CsvPart {
  readonly outPath: string;
  readonly tempDir: string;
  /** Rows that may be set apart; null: the first bad one fails the read. */
  readonly maxRejects: number | null;
  readonly signal: AbortSignal | undefined;
}

export interface CsvWritten {
  readonly rows: number;
  readonly bytes: number;
  /** In the order of the file. */
  readonly rejects: readonly RejectedRow[];
}

/**
 * CSV → Parquet, strictly: every value fits its column's type and every row has every column; other rows are rejected or fail the read.
 * Empty values (quoted or not) and null words are null. Blank lines are skipped (in a file of one column they are null).
 *
 * A sound file is read in one pass of DuckDB. Only where that fails the file is looked through record by record, and read again
 * without what does not belong.
 * @throws PenstockError `file-missing`, `csv-empty`, `csv-bad-value`, `csv-ragged`, `csv-quote`, `csv-encoding`, `csv-nul`,
 * `csv-long-line`, `csv-columns`, `csv-gzip`, `csv-zstd`, `csv-unreadable`, `csv-too-many-rejects`, `disk-full`.
 */
export async function readCsvFile(connection: DuckDBConnection, read: CsvRead): Promise<CsvWritten> {
  if ((await fileSize(read.path)) === 0) throw emptyFile(read.path);
  const { skipLines = 0, comment = '', encoding } = read.dialect;
  if (encoding === 'utf-8' && skipLines === 0 && comment === '' && (await packingOf(read.path)) === null) return await readPlain(connection, read);
  const ready = await prepareCsv(read.path, encoding, read.tempDir, { signal: read.signal, allowNul: read.maxRejects !== null });
  try {
    const file: ScannedFile = { original: read.path, path: ready.path, dialect: read.dialect, signal: read.signal };
    const skipped = await checkWidth(read, file);
    if (comment !== '' || ready.hasNul) return await readCleaned(connection, read, file, ready, '');
    if (skipped > 0) {
      return await withCopy(read, ready, { without: [[0, skipped]] }, (copy) => attempt(connection, read, file, ready, copy));
    }
    return await attempt(connection, read, file, ready, ready);
  } finally {
    await ready.dispose();
  }
}

/**
 * A file that DuckDB can read where it lies. Where our own look through it finds nothing but plain text, DuckDB's reader converts the plain
 * columns. Else it is looked through for NUL and long lines while DuckDB reads it as text.
 */
async function readPlain(connection: DuckDBConnection, read: CsvRead): Promise<CsvWritten> {
  const file: ScannedFile = { original: read.path, path: read.path, dialect: read.dialect, signal: read.signal };
  await checkWidth(read, file);
  const plain = await inspectCells(read.path, read.columns, read.dialect, read.signal);
  const written = plain === null ? null : await copyInspected(connection, read, plain);
  return written ?? (await readWatched(connection, read, file));
}

/** Null where DuckDB does not read the file as we do: then it is read with all care. */
async function copyInspected(connection: DuckDBConnection, read: CsvRead, plain: PlainCells): Promise<CsvWritten | null> {
  try {
    const written = await copyStrictly(connection, read, cellsOf(read, read.path, false, plain.native));
    if (written.rows === plain.rows) return { ...written, rejects: [] };
  } catch (thrown) {
    if (!isOfTheFile(read, thrown)) throw thrown;
  }
  await rm(read.outPath, { force: true });
  return null;
}

async function readWatched(connection: DuckDBConnection, read: CsvRead, file: ScannedFile): Promise<CsvWritten> {
  const plain: ReadableCsv = { path: read.path, longLines: false, hasNul: false, dispose: async () => {} };
  const looking = prepareCsv(read.path, 'utf-8', read.tempDir, { signal: read.signal, allowNul: read.maxRejects !== null });
  looking.catch(() => connection.interrupt());
  const [looked, copied] = await Promise.allSettled([looking, copyStrictly(connection, read, cellsOf(read, plain.path, false))]);
  if (looked.status === 'fulfilled' && copied.status === 'fulfilled' && !looked.value.hasNul && !looked.value.longLines) return { ...copied.value, rejects: [] };
  // A table read from a file that is not sound must not stay.
  if (copied.status === 'fulfilled') await rm(read.outPath, { force: true });
  if (looked.status === 'rejected') throw looked.reason;
  if (looked.value.hasNul) return await readCleaned(connection, read, file, looked.value, '');
  if (looked.value.longLines || copied.status === 'fulfilled') return await attempt(connection, read, file, looked.value, looked.value);
  return await afterFailure(connection, read, file, looked.value, copied.reason);
}

async function attempt(connection: DuckDBConnection, read: CsvRead, file: ScannedFile, ready: ReadableCsv, source: ReadableCsv): Promise<CsvWritten> {
  try {
    return { ...(await copyStrictly(connection, read, cellsOf(read, source.path, source.longLines))), rejects: [] };
  } catch (thrown) {
    return await afterFailure(connection, read, file, ready, thrown);
  }
}

/** What the one pass failed of, unless it has nothing to do with the file’s text, is dealt with by a second reading. */
async function afterFailure(connection: DuckDBConnection, read: CsvRead, file: ScannedFile, ready: ReadableCsv, thrown: unknown): Promise<CsvWritten> {
  if (!isOfTheFile(read, thrown)) throw thrown;
  return await readCleaned(connection, read, file, ready, messageOf(thrown), thrown);
}

/** Whether a query failed of the file’s text. @throws CancelledError */
function isOfTheFile(read: CsvRead, thrown: unknown): boolean {
  if (read.signal?.aborted) throw new CancelledError();
  const text = messageOf(thrown);
  return !(thrown instanceof PenstockError) && (text.includes(badValueMark) || /CSV|max_line_size|Maximum line size/i.test(text));
}

const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

async function withCopy<T>(read: CsvRead, ready: ReadableCsv, options: { without?: Structure['without']; unifyLineEnds?: boolean }, work: (copy: ReadableCsv) => Promise<T>): Promise<T> {
  const copy = await prepareCsv(ready.path, 'utf-8', read.tempDir, { ...options, signal: read.signal });
  try {
    return await work(copy);
  } finally {
    await copy.dispose();
  }
}

/** A file whose columns changed since its schema was taken would shift values between columns. @returns characters of the skipped lines. */
async function checkWidth(read: CsvRead, file: ScannedFile): Promise<number> {
  let width = 0;
  const { skipped } = await scanFile(file, (record) => {
    if (record.comment || (isBlank(record) && width === 0 && read.columns.length > 1)) return true;
    width = isBlank(record) ? 0 : record.fields.length;
    return width === 0;
  });
  if (width === 0) throw emptyFile(read.path);
  if (width !== read.columns.length) {
    throw csvError('csv-columns', read.path, `the first row has ${width} columns where ${read.columns.length} were expected.`, 'The file changed, or another delimiter is needed: check the settings of the CSV Reader.', { line: 1 });
  }
  return skipped;
}

/** The second reading: finds the faults, then reads the file without them, or fails with the first. `failure`: what DuckDB said, if it was asked. */
async function readCleaned(connection: DuckDBConnection, read: CsvRead, file: ScannedFile, ready: ReadableCsv, failure: string, cause?: unknown): Promise<CsvWritten> {
  const structure = await inspectStructure(file, read.columns.length, read.maxRejects, /unicode|utf-8 encoded/i.test(failure));
  const long = ready.longLines || structure.longRecord;
  if (structure.without.length === 0 && !structure.mixedLineEnds) {
    if (failure !== '' && !failure.includes(badValueMark) && !(long && !ready.longLines)) throw unreadable(read, failure, cause);
    return await copySplit(connection, read, file, structure, { ...ready, longLines: long });
  }
  return await withCopy(read, ready, { without: structure.without, unifyLineEnds: structure.mixedLineEnds }, (copy) =>
    copySplit(connection, read, file, structure, { ...copy, longLines: copy.longLines || long }),
  );
}

/** Good rows to Parquet; bad cells among the rejects, or the first of them thrown. */
async function copySplit(connection: DuckDBConnection, read: CsvRead, file: ScannedFile, structure: Structure, source: ReadableCsv): Promise<CsvWritten> {
  const { columns, maxRejects } = read;
  const cells = cellsOf(read, source.path, source.longLines);
  try {
    const room = maxRejects === null ? 0 : maxRejects - structure.rejects.length;
    const bad = await findBadCells(connection, cells, room + 1);
    if (bad.length > room) {
      if (maxRejects !== null) return await refuseSoMany(file, bad[0], columns, structure.rejectedLines, maxRejects);
      const [first] = await locateBadCells(file, bad, columns, structure.rejectedLines);
      if (first !== undefined) throw first.error;
    }
    const written = await copyStrictly(connection, read, cells, bad.length > 0);
    const located = await locateBadCells(file, bad, columns, structure.rejectedLines);
    const cellRejects = located.map(({ row }) => row);
    return { ...written, rejects: [...structure.rejects, ...cellRejects].toSorted((a, b) => a.line - b.line) };
  } catch (thrown) {
    if (read.signal?.aborted) throw new CancelledError();
    if (thrown instanceof PenstockError || !/CSV|max_line_size|Maximum line size/i.test(messageOf(thrown))) throw thrown;
    throw unreadable(read, messageOf(thrown), thrown);
  }
}

function cellsOf(read: CsvRead, path: string, longLines: boolean, native: ReadonlySet<number> = new Set()): CsvCells {
  const { dialect, columns } = read;
  const more = longLines ? [`max_line_size = ${maxRecordBytes}`, `buffer_size = ${2 * maxRecordBytes}`] : [];
  return { source: readCsvSource(path, columns, dialect, more, native), columns, dialect, native };
}

function copyStrictly(connection: DuckDBConnection, read: CsvRead, cells: CsvCells, onlyGood = false): Promise<{ rows: number; bytes: number }> {
  return copyToParquet(connection, tableSql(cells, read.layout, onlyGood), read.outPath);
}

function unreadable(read: CsvRead, text: string, cause: unknown): PenstockError {
  const line = /CSV Error on Line: (\d+)/.exec(text)?.[1];
  const reason = text.split('\n').find((part) => part !== '' && !/^(Original Line|Invalid Input Error: CSV Error on Line)/.test(part)) ?? text;
  return csvError('csv-unreadable', read.path, `the file cannot be read with these settings (${reason.slice(0, 200)}).`, 'Check delimiter, quote and encoding.', {
    cause,
    ...(line === undefined ? {} : { line: Number(line) }),
  });
}
