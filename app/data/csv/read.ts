import type { DuckDBConnection } from '@duckdb/node-api';
import { CancelledError, PenstockError } from '#app/core/errors.ts';
import { quotePath } from '#app/relation/emitters/duckdb/index.ts';
import type { Schema } from '#app/relation/types.ts';
import type { CsvDialect } from '#app/sdk/node.ts';
import { copyToParquet } from '../parquet.ts';
import { quoteName, quoteText } from '../sql.ts';
import { diagnoseStructure, findBadValue } from './diagnose.ts';
import { csvError, emptyFile } from './errors.ts';
import { maxRecordBytes, prepareCsv, type ReadableCsv } from './prepare.ts';
import { badValueMark, strictCast } from './strict-cast.ts';
import { RecordScanner, isBlank } from './records.ts';
import { fileSize, openText } from './text.ts';

export interface CsvRead {
  readonly path: string;
  readonly dialect: CsvDialect;
  /** Column order is the file's; types are met exactly or the read fails. */
  readonly schema: Schema;
  readonly outPath: string;
  readonly tempDir: string;
  readonly signal: AbortSignal | undefined;
}

/**
 * CSV → Parquet, strictly: every value fits its column's type, every row has every column, or the read fails and says where.
 * Empty values (quoted or not) and null words are null. Blank lines are skipped (in a file of one column they are null).
 * @throws PenstockError `file-missing`, `csv-empty`, `csv-bad-value`, `csv-ragged`, `csv-quote`, `csv-encoding`, `csv-nul`,
 * `csv-long-line`, `csv-columns`, `csv-gzip`, `csv-unreadable`, `disk-full`.
 */
export async function readCsvFile(connection: DuckDBConnection, read: CsvRead): Promise<{ rows: number; bytes: number }> {
  if ((await fileSize(read.path)) === 0) throw emptyFile(read.path);
  const ready = await prepareCsv(read.path, read.dialect.encoding, read.tempDir, { signal: read.signal });
  try {
    await checkWidth(read, ready.path);
    return await copyOnce(connection, read, ready, ready.longLines).catch((thrown: unknown) => recover(connection, read, ready, thrown));
  } finally {
    await ready.dispose();
  }
}

/** A file whose columns changed since its schema was taken would shift values between columns. */
async function checkWidth(read: CsvRead, path: string): Promise<void> {
  const scanner = new RecordScanner(read.dialect.delimiter, read.dialect.quote);
  let width = 0;
  for await (const piece of openText(path, 'utf-8', read.signal)) {
    const visit = (record: { fields: readonly string[]; length: number; line: number }) => {
      if (record.length === 0) return true;
      width = record.fields.length;
      return false;
    };
    if (!scanner.push(piece, visit)) break;
  }
  if (width === 0) scanner.end((record) => void (width = isBlank(record) ? 0 : record.fields.length));
  if (width === 0) throw emptyFile(read.path);
  if (width !== read.schema.length) {
    throw csvError('csv-columns', read.path, `the first row has ${width} columns where ${read.schema.length} were expected.`, 'The file changed, or another delimiter is needed: check the settings of the CSV Reader.', { line: 1 });
  }
}

function sourceOf(read: CsvRead, path: string, longLines: boolean): { source: string; cells: string[] } {
  const { dialect, schema } = read;
  const options = [
    'auto_detect = false',
    `delim = ${quoteText(dialect.delimiter)}`,
    `quote = ${quoteText(dialect.quote)}`,
    `escape = ${quoteText(dialect.quote)}`,
    `header = ${dialect.header}`,
    `columns = {${schema.map((_, i) => `c${i}: 'VARCHAR'`).join(', ')}}`,
    ...(longLines ? [`max_line_size = ${maxRecordBytes}`, `buffer_size = ${2 * maxRecordBytes}`] : []),
  ];
  const words = dialect.nullWords.filter((word) => word !== '').map(quoteText);
  const cells = schema.map((_, i) => `c${i}`);
  const raw = `read_csv(${quotePath(path)}, ${options.join(', ')})`;
  if (words.length === 0) return { source: raw, cells };
  const masked = cells.map((cell) => `case when ${cell} in (${words.join(', ')}) then null else ${cell} end as ${cell}`);
  return { source: `(select ${masked.join(', ')} from ${raw})`, cells };
}

function copyOnce(connection: DuckDBConnection, read: CsvRead, ready: ReadableCsv, longLines: boolean): Promise<{ rows: number; bytes: number }> {
  const { source, cells } = sourceOf(read, ready.path, longLines);
  const columns = read.schema.map((column, i) => `${strictCast(cells[i] ?? '', column.type)} as ${quoteName(column.name)}`);
  return copyToParquet(connection, `select ${columns.join(', ')} from ${source}`, read.outPath);
}

/** Finds out why DuckDB refused, from the file itself; reads again where the reason is one that can be dealt with. */
async function recover(connection: DuckDBConnection, read: CsvRead, ready: ReadableCsv, thrown: unknown): Promise<{ rows: number; bytes: number }> {
  if (read.signal?.aborted) throw new CancelledError();
  if (thrown instanceof PenstockError) throw thrown;
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  const csvFault = text.includes(badValueMark) || /CSV|max_line_size|Maximum line size/i.test(text);
  if (!csvFault) throw thrown;
  const diagnosis = await diagnoseStructure(read.path, ready.path, read.dialect, read.schema.length, /unicode|utf-8 encoded/i.test(text), read.signal);
  if (diagnosis.kind === 'error') throw diagnosis.error;
  if (text.includes(badValueMark)) {
    const { source, cells } = sourceOf(read, ready.path, ready.longLines);
    const csv = { original: read.path, path: ready.path, source, cells, dialect: read.dialect, schema: read.schema };
    const bad = await findBadValue(connection, csv, read.signal);
    if (bad !== null) throw bad;
  } else if (diagnosis.kind === 'mixed-line-ends') {
    const unified = await prepareCsv(ready.path, 'utf-8', read.tempDir, { unifyLineEnds: true, signal: read.signal });
    try {
      return await copyOnce(connection, read, unified, unified.longLines).catch((again: unknown) => afterRetry(connection, read, unified, again));
    } finally {
      await unified.dispose();
    }
  } else if (diagnosis.kind === 'long-record' && !ready.longLines) {
    const long = { ...ready, longLines: true };
    return await copyOnce(connection, read, long, true).catch((again: unknown) => afterRetry(connection, read, long, again));
  }
  throw unreadable(read, text, thrown);
}

async function afterRetry(connection: DuckDBConnection, read: CsvRead, ready: ReadableCsv, thrown: unknown): Promise<never> {
  if (read.signal?.aborted) throw new CancelledError();
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  if (!text.includes(badValueMark)) throw thrown instanceof PenstockError ? thrown : unreadable(read, text, thrown);
  const { source, cells } = sourceOf(read, ready.path, ready.longLines);
  const csv = { original: read.path, path: ready.path, source, cells, dialect: read.dialect, schema: read.schema };
  throw (await findBadValue(connection, csv, read.signal)) ?? unreadable(read, text, thrown);
}

function unreadable(read: CsvRead, text: string, cause: unknown): PenstockError {
  const line = /CSV Error on Line: (\d+)/.exec(text)?.[1];
  const reason = text.split('\n').find((part) => part !== '' && !/^(Original Line|Invalid Input Error: CSV Error on Line)/.test(part)) ?? text;
  return csvError('csv-unreadable', read.path, `the file cannot be read with these settings (${reason.slice(0, 200)}).`, 'Check delimiter, quote and encoding.', {
    cause,
    ...(line === undefined ? {} : { line: Number(line) }),
  });
}
