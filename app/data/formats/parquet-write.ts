import { randomBytes } from 'node:crypto';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { PenstockError } from '#app/core/errors.ts';
import { schemaOf } from '#app/relation/index.ts';
import type { Relation } from '#app/relation/types.ts';
import type { ParquetWriteOptions, WrittenFile } from '#app/sdk/formats.ts';
import { isDiskFull } from '../parquet.ts';
import { diskFull } from '../query-errors.ts';
import { quoteName, quoteText } from '../sql.ts';
import { assertWritable, writeWhole } from './whole-file.ts';

const codecs = { zstd: 'zstd', snappy: 'snappy', gzip: 'gzip', none: 'uncompressed' } as const;

/**
 * One Parquet file in row order, or with `partitionBy` a folder `column=value/…/data_0.parquet` (rows of a folder in no order).
 * @throws PenstockError those of writeWhole; `not-a-dataset` for a folder with other things in it; `partition-columns`.
 */
export async function writeParquetOut(connection: DuckDBConnection, sql: string, relation: Relation, path: string, options: ParquetWriteOptions): Promise<WrittenFile> {
  const codec = codecs[options.compression];
  const copy = async (to: string, more: string): Promise<number> => {
    const result = await connection.runAndReadAll(`copy (${sql}) to ${quoteText(to)} (format parquet, compression ${codec}${more})`);
    return Number(result.getRows()[0]?.[0] ?? 0);
  };
  if (options.partitionBy.length === 0) {
    const { result: rows, bytes } = await writeWhole(path, relation, options.overwrite, (temporary) => copy(temporary, ''));
    return { path, rows, bytes, files: 1, notes: [] };
  }
  const names = schemaOf(relation).map(({ name }) => name);
  if (names.every((name) => options.partitionBy.includes(name))) {
    throw new PenstockError('partition-columns', 'Every column is a folder, so that nothing is left for the files.', { remedy: 'Leave at least one column out of “Partition by”.', place: { param: ['partitionBy'] } });
  }
  await assertWritable(path, relation, options.overwrite, true);
  await assertDataset(path);
  const id = randomBytes(6).toString('hex');
  const temporary = join(dirname(path), `.${id}.partial`);
  const old = join(dirname(path), `.${id}.old`);
  try {
    const rows = await copy(temporary, `, partition_by (${options.partitionBy.map(quoteName).join(', ')})`);
    const there = (await stat(path).catch(() => null)) !== null;
    if (rows === 0) throw new PenstockError('empty-table', 'The table has no rows, so there is no folder to write.', { remedy: 'Write one file instead, or check the filters before.', place: { param: ['partitionBy'] } });
    if (there) await rename(path, old);
    await rename(temporary, path);
    await rm(old, { recursive: true, force: true });
    const { files, bytes } = await sizeOf(path);
    return { path, rows, bytes, files, notes: [] };
  } catch (thrown) {
    await rm(temporary, { recursive: true, force: true });
    if (isDiskFull(thrown, temporary)) throw diskFull(path, thrown);
    throw thrown;
  }
}

/** Replacing a folder must never remove anything but such a dataset. */
async function assertDataset(path: string): Promise<void> {
  const info = await stat(path).catch(() => null);
  if (info === null) return;
  const entries = info.isDirectory() ? await readdir(path, { withFileTypes: true, recursive: true }) : null;
  const foreign = entries === null ? basename(path) : entries.find((entry) => !(entry.isDirectory() ? entry.name.includes('=') : entry.isFile() && entry.name.endsWith('.parquet')))?.name;
  if (foreign === undefined) return;
  throw new PenstockError('not-a-dataset', `${path} is not a folder of Parquet files alone (there is “${foreign}”), so it is not replaced.`, { remedy: 'Choose a new folder.', place: { param: ['path'], file: path } });
}

async function sizeOf(folder: string): Promise<{ files: number; bytes: number }> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const sizes = await Promise.all(entries.filter((entry) => entry.isFile()).map(async (entry) => (await stat(join(entry.parentPath, entry.name))).size));
  return { files: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}
