import { randomBytes } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CancelledError } from '#app/core/errors.ts';
import { diskFull } from '../query-errors.ts';
import { isDiskFull } from '../parquet.ts';
import { csvError, nulCharacter } from './errors.ts';
import { isGzip, openBytes, openText, type CsvEncoding } from './text.ts';

/** A file that DuckDB can read as it is: UTF-8, not compressed, without NUL. */
export interface ReadableCsv {
  readonly path: string;
  /** A line longer than DuckDB's default buffers take was seen. */
  readonly longLines: boolean;
  /** Removes the temporary copy, if one was made. */
  dispose(): Promise<void>;
}

const block = 1 << 20;
/** Longest record we read. 64 MB: DuckDB holds two such buffers a thread. */
export const maxRecordBytes = 64 << 20;

/**
 * Plain UTF-8 files are only looked through (memory speed); others are rewritten as UTF-8 in `tempDir`. With `unifyLineEnds` every
 * line end becomes LF, also inside quoted values.
 * @throws PenstockError `csv-nul`, `csv-long-line`, `csv-encoding`, `csv-gzip`, `disk-full`.
 */
export async function prepareCsv(
  path: string,
  encoding: CsvEncoding,
  tempDir: string,
  options: { unifyLineEnds?: boolean; signal?: AbortSignal | undefined } = {},
): Promise<ReadableCsv> {
  if (encoding === 'utf-8' && options.unifyLineEnds !== true && !(await isGzip(path))) {
    const lines = new LineWatch(path);
    for await (const bytes of openBytes(path, options.signal)) lines.look(bytes);
    return { path, longLines: lines.long, dispose: async () => {} };
  }
  const copy = join(tempDir, `csv-${randomBytes(6).toString('hex')}.csv`);
  const dispose = () => rm(copy, { force: true });
  try {
    const lines = new LineWatch(path);
    const file = await open(copy, 'w');
    try {
      let held = '';
      const write = async (text: string) => {
        const bytes = Buffer.from(text, 'utf8');
        lines.look(bytes);
        if (bytes.length > 0) await file.writeFile(bytes);
      };
      for await (const piece of openText(path, encoding, options.signal, true)) {
        if (options.signal?.aborted) throw new CancelledError();
        if (options.unifyLineEnds !== true) {
          await write(piece);
          continue;
        }
        const text = held + piece;
        held = text.endsWith('\r') ? '\r' : '';
        await write(text.slice(0, text.length - held.length).replace(/\r\n?/g, '\n'));
      }
      if (held !== '') await write('\n');
    } finally {
      await file.close();
    }
    return { path: copy, longLines: lines.long, dispose };
  } catch (thrown) {
    await dispose();
    if (isDiskFull(thrown)) throw diskFull(copy, thrown);
    throw thrown;
  }
}

/** Follows the blocks of a file for NUL characters and for stretches without a line end. */
class LineWatch {
  readonly #path: string;
  #stretch = 0;
  #lines = 1;
  long = false;

  constructor(path: string) {
    this.#path = path;
  }

  look(bytes: Buffer): void {
    const nul = bytes.indexOf(0);
    if (nul !== -1) throw nulCharacter(this.#path, this.#lines + countByte(bytes.subarray(0, nul), 10));
    for (let from = 0; from < bytes.length; from += block) {
      const part = bytes.subarray(from, from + block);
      const last = Math.max(part.lastIndexOf(10), part.lastIndexOf(13));
      if (last === -1) this.#stretch += part.length;
      else {
        if (this.#stretch + part.length > block) this.long = true;
        this.#stretch = part.length - 1 - last;
      }
      if (this.#stretch > block) this.long = true;
      if (this.#stretch > maxRecordBytes) {
        throw csvError('csv-long-line', this.#path, 'a line is longer than 64 MB.', 'Check the delimiter and the quotes of the file; values of this size do not belong in a CSV file.', {
          line: this.#lines + countByte(bytes.subarray(0, from), 10),
        });
      }
    }
    this.#lines += countByte(bytes, 10);
  }
}

function countByte(bytes: Buffer, byte: number): number {
  let count = 0;
  for (let i = 0; i < bytes.length; i += 1) if (bytes[i] === byte) count += 1;
  return count;
}
