import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DOUBLE, DuckDBDataChunk, VARCHAR, type DuckDBConnection } from '@duckdb/node-api';
import { CancelledError, PenstockError } from '#app/core/errors.ts';
import { quotePath, readParquet, sealedTableId, tableKeyOption } from '#app/relation/emitters/duckdb/index.ts';
import type { ColumnType, Schema } from '#app/relation/types.ts';
import { cellExpression, describeQuery } from './query.ts';
import { diskFull } from './query-errors.ts';
import { contiguousItems } from './chunks.ts';
import { isNumeric, physicalType } from './column-types.ts';
import { quoteName, quoteText } from './sql.ts';

/** Columns made in JS; numbers for boolean, integer, float (NaN → null), text for the others. */
export interface ColumnValues {
  readonly name: string;
  readonly type: ColumnType;
  readonly values: ArrayLike<number | string | null>;
}

/** Level 1 and the encodings of version 2: on 5 million rows of 12 columns a quarter faster to write than level 3 of version 1, no larger, and faster to scan. */
const parquetOptions = 'format parquet, compression zstd, compression_level 1, parquet_version v2';

/**
 * Writes a query's result as Parquet (zstd) in row order: to a temporary name in the same folder, flushed to the disk, then renamed,
 * so that `path` is either whole or absent.
 * @param options.rowGroup rows in a group; DuckDB’s 122 880 unless given
 * @throws PenstockError `disk-full` naming the path; the partial file is removed.
 */
export async function copyToParquet(connection: DuckDBConnection, sql: string, path: string, options: { readonly rowGroup?: number } = {}): Promise<{ rows: number; bytes: number }> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = join(dirname(path), `.${randomBytes(6).toString('hex')}.parquet.partial`);
  const key = tableKeyOption(path);
  try {
    const result = await connection.runAndReadAll(`copy (${sql}) to ${quoteText(temporary)} (${parquetOptions}${options.rowGroup === undefined ? '' : `, row_group_size ${options.rowGroup}`}${key === null ? '' : `, ${key.write}`})`);
    const rows = Number(result.getRows()[0]?.[0] ?? 0);
    const file = await open(temporary, 'r+');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
    const { size } = await stat(temporary);
    await rename(temporary, path);
    await syncFolder(dirname(path));
    return { rows, bytes: size };
  } catch (thrown) {
    const told = isDiskFull(thrown, temporary) ? diskFull(path, thrown, await stat(temporary).then(({ size }) => size, () => 0)) : thrown;
    await rm(temporary, { force: true });
    throw told;
  }
}

/** Whether there was no room for `written`. Sorting and joining spill elsewhere: an error that names another file is about that one. */
export function isDiskFull(thrown: unknown, written?: string): boolean {
  if (!(thrown instanceof Error)) return false;
  const named = /file "([^"]+)"/.exec(thrown.message)?.[1];
  if (written !== undefined && named !== undefined && !named.startsWith(written)) return false;
  return (thrown as { code?: unknown }).code === 'ENOSPC' || /No space left on device|not enough space on the disk/i.test(thrown.message);
}

/** A renamed file survives a power cut only once its folder is flushed; Windows has no such call. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const chunkRows = 2048;

/** Columns of equal length → Parquet. @throws PenstockError `column-lengths`, `not-whole`, and those of copyToParquet. */
export async function copyColumns(
  connection: DuckDBConnection,
  columns: readonly ColumnValues[],
  path: string,
  signal: AbortSignal | undefined,
): Promise<{ rows: number; bytes: number }> {
  const rows = columns[0]?.values.length ?? 0;
  for (const column of columns) {
    if (column.values.length === rows) continue;
    throw new PenstockError('column-lengths', `Column “${column.name}” has ${column.values.length} values where the first column has ${rows}.`, {
      place: { column: column.name },
    });
  }
  const table = `columns_${randomBytes(6).toString('hex')}`;
  const types = columns.map((column) => (isNumeric(column.type) ? DOUBLE : VARCHAR));
  await connection.run(`create temp table ${table} (${types.map((type, i) => `c${i} ${String(type)}`).join(', ')})`);
  try {
    const appender = await connection.createAppender(table);
    try {
      for (let from = 0; from < rows; from += chunkRows) {
        if (from % (chunkRows * 64) === 0) {
          if (signal?.aborted) throw new CancelledError();
          // Keeps the event loop answering while a long column is copied.
          await new Promise((resolve) => setImmediate(resolve));
        }
        const count = Math.min(chunkRows, rows - from);
        const chunk = DuckDBDataChunk.create(types, count);
        columns.forEach((column, i) => fillColumn(chunk, i, column, from));
        appender.appendDataChunk(chunk);
      }
    } finally {
      appender.closeSync();
    }
    const cells = columns.map((column, i) => `${fromCarrier(`c${i}`, column.type)} as ${quoteName(column.name)}`);
    return await copyToParquet(connection, `select ${cells.join(', ')} from ${table}`, path);
  } finally {
    await connection.run(`drop table ${table}`);
  }
}

/** Numbers travel as DOUBLE with NaN for null, straight into the vector's memory; everything else as text. */
function fillColumn(chunk: DuckDBDataChunk, index: number, column: ColumnValues, from: number): void {
  const { values } = column;
  const count = chunk.rowCount;
  if (!isNumeric(column.type)) {
    const texts = Array.from({ length: count }, (_, i) => {
      const value = values[from + i] ?? null;
      return value === null || Number.isNaN(value) ? null : String(value);
    });
    chunk.setColumnValues(index, texts);
    return;
  }
  const items = contiguousItems(chunk, index);
  for (let i = 0; i < count; i += 1) {
    const value = values[from + i] ?? null;
    const number = value === null ? Number.NaN : Number(value);
    if (column.type === 'integer' && !Number.isInteger(number) && !Number.isNaN(number)) {
      throw new PenstockError('not-whole', `Column “${column.name}” is integer but holds ${value}.`, { place: { column: column.name } });
    }
    items[i] = number;
  }
  chunk.getColumnVector(index).flush();
}

function fromCarrier(carrier: string, type: ColumnType): string {
  const number = `case when not isnan(${carrier}) then ${carrier} end`;
  switch (type) {
    case 'float':
      return number;
    case 'integer':
      return `(${number})::bigint`;
    case 'boolean':
      return `(${number}) <> 0`;
    case 'binary':
      return `unhex(${carrier})`;
    case 'string':
      return carrier;
    default:
      return `${carrier}::${physicalType[type]}`;
  }
}

/** Logical schema and row count from a Parquet file's footer. @throws PenstockError `file-missing`, `parquet-damaged`. */
export async function readParquetSchema(connection: DuckDBConnection, path: string): Promise<{ schema: Schema; rows: number }> {
  await stat(path).catch((cause: unknown) => {
    throw new PenstockError('file-missing', `The file ${path} does not exist.`, {
      remedy: 'Check the path, or choose the file again.',
      place: { file: path },
      cause,
    });
  });
  try {
    const { schema } = await describeQuery(connection, `from ${readParquet([path])}`);
    const result = await connection.runAndReadAll(rowCount(path));
    return { schema, rows: Number(result.getRows()[0]?.[0] ?? 0) };
  } catch (cause) {
    throw new PenstockError('parquet-damaged', `${path} is not a whole Parquet file.`, {
      remedy: 'Write the file again; if it is another format, use the reader for that format.',
      place: { file: path },
      cause,
    });
  }
}

/** DuckDB shows the footers of plain files only; of an encrypted one it counts the rows by the footer all the same. */
const rowCount = (path: string): string => (sealedTableId(path) === null ? `select sum(num_rows) from parquet_file_metadata(${quotePath(path)})` : `select count(*) from ${readParquet([path])}`);

/** A query's columns cast to the carriers of their logical types, so that what we write holds only those. */
export async function normalisedQuery(connection: DuckDBConnection, sql: string): Promise<string> {
  const { schema } = await describeQuery(connection, sql);
  const cells = schema.map((column) => {
    const quoted = quoteName(column.name);
    return column.type === 'string' ? `${cellExpression(column.name, 'string')} as ${quoted}` : `${quoted}::${physicalType[column.type]} as ${quoted}`;
  });
  return `select ${cells.join(', ')} from (${sql})`;
}
