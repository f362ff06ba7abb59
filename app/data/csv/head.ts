import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { PenstockError } from '#app/core/errors.ts';
import type { CsvPart } from '#app/sdk/csv.ts';
import { readCsvFile } from './read.ts';
import { RecordScanner } from './records.ts';
import { fileSize, openText } from './text.ts';

/** Smaller files are read whole in the blink of an eye. */
export const headFrom = 8_000_000;
/** Characters looked at for the first rows; rows of images as text may be long. */
const most = 32 << 20;

export interface CsvHead {
  readonly part: CsvPart;
  /** Rows wanted. */
  readonly rows: number;
  readonly tempDir: string;
  readonly signal: AbortSignal | undefined;
}

/**
 * The first rows of a big file as a Parquet file in `tempDir`, read as the whole would be, in a time that does not depend on its size.
 * Null where the whole has to be read: a small file, one without so many rows, or one whose beginning is at fault, so that the fault is
 * told with its place.
 */
export async function readCsvHead(connection: DuckDBConnection, { part, rows, tempDir, signal }: CsvHead): Promise<{ readonly path: string; readonly rows: number } | null> {
  if (part.layout !== undefined || (await fileSize(part.path)) < headFrom) return null;
  const folder = await mkdtemp(join(tempDir, 'head-'));
  try {
    const text = await beginning(part, rows, signal);
    if (text === null) return null;
    const path = join(folder, 'head.csv');
    await writeFile(path, text);
    const outPath = join(tempDir, `head-${randomBytes(6).toString('hex')}.parquet`);
    const written = await readCsvFile(connection, { ...part, path, dialect: { ...part.dialect, encoding: 'utf-8' }, outPath, tempDir, maxRejects: null, signal });
    return { path: outPath, rows: written.rows };
  } catch (thrown) {
    if (thrown instanceof PenstockError && thrown.code.startsWith('csv-')) return null;
    throw thrown;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The text up to the end of the record that is the last one wanted; null where it is not reached, or something stands wrong before it. */
async function beginning({ path, dialect }: CsvPart, rows: number, signal: AbortSignal | undefined): Promise<string | null> {
  const wanted = rows + (dialect.header ? 1 : 0);
  const scanner = new RecordScanner(dialect);
  let [text, skipped, left, found, end] = ['', 0, dialect.skipLines ?? 0, 0, -1];
  for await (const piece of openText(path, dialect.encoding, signal)) {
    text += piece;
    let fresh = piece;
    for (; left > 0; left -= 1) {
      const line = text.indexOf('\n', skipped);
      if (line === -1) break;
      skipped = line + 1;
      fresh = text.slice(skipped);
    }
    if (left > 0 && text.length <= most) continue;
    if (left > 0) return null;
    const sound = scanner.push(fresh, (record) => {
      if (record.problem !== undefined) return false;
      if (found === wanted) end = skipped + record.start;
      found += record.comment === true ? 0 : 1;
      return end === -1;
    });
    if (end !== -1) return text.slice(0, end);
    if (!sound || text.length > most) return null;
  }
  return null;
}
