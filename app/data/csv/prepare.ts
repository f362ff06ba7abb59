import { randomBytes } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CancelledError } from '#app/core/errors.ts';
import { diskFull } from '../query-errors.ts';
import { isDiskFull } from '../parquet.ts';
import { csvError, nulCharacter } from './errors.ts';
import { packingOf, openBytes, openText, type CsvEncoding } from './text.ts';

/** A file that DuckDB can read as it is: UTF-8, not compressed, without NUL unless those were allowed. */
export interface ReadableCsv {
  readonly path: string;
  /** A line longer than DuckDB's default buffers take was seen. */
  readonly longLines: boolean;
  /** A NUL was seen (only where they are allowed). */
  readonly hasNul: boolean;
  /** Removes the temporary copy, if one was made. */
  dispose(): Promise<void>;
}

const block = 1 << 20;
/** Longest record we read. 64 MB: DuckDB holds two such buffers a thread. */
export const maxRecordBytes = 64 << 20;

interface PrepareOptions {
  readonly unifyLineEnds?: boolean;
  /** NUL characters are noted instead of refused. */
  readonly allowNul?: boolean;
  /** Stretches of the text to leave out, [from, to) in characters, in order. */
  readonly without?: readonly (readonly [number, number])[];
  readonly signal?: AbortSignal | undefined;
}

/**
 * Plain UTF-8 files are only looked through (memory speed); others are rewritten as UTF-8 in `tempDir`. With `unifyLineEnds` every
 * line end becomes LF, also inside quoted values.
 * @throws PenstockError `csv-nul`, `csv-long-line`, `csv-encoding`, `csv-gzip`, `disk-full`.
 */
export async function prepareCsv(
  path: string,
  encoding: CsvEncoding,
  tempDir: string,
  options: PrepareOptions = {},
): Promise<ReadableCsv> {
  const { allowNul = false, without } = options;
  if (encoding === 'utf-8' && options.unifyLineEnds !== true && without === undefined && (await packingOf(path)) === null) {
    const lines = new LineWatch(path, allowNul);
    for await (const bytes of openBytes(path, options.signal)) lines.look(bytes);
    return { path, longLines: lines.long, hasNul: lines.nul, dispose: async () => {} };
  }
  const copy = join(tempDir, `csv-${randomBytes(6).toString('hex')}.csv`);
  const dispose = () => rm(copy, { force: true });
  try {
    const lines = new LineWatch(path, allowNul);
    const file = await open(copy, 'w');
    try {
      let held = '';
      const write = async (text: string) => {
        const bytes = Buffer.from(text, 'utf8');
        lines.look(bytes);
        if (bytes.length > 0) await file.writeFile(bytes);
      };
      // What is left out may hold bytes of another encoding; whatever else does was refused before.
      const strict = without === undefined;
      for await (const piece of cutOut(openText(path, encoding, options.signal, strict), without ?? [])) {
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
    return { path: copy, longLines: lines.long, hasNul: lines.nul, dispose };
  } catch (thrown) {
    await dispose();
    if (isDiskFull(thrown)) throw diskFull(copy, thrown);
    throw thrown;
  }
}

async function* cutOut(pieces: AsyncIterable<string>, ranges: readonly (readonly [number, number])[]): AsyncGenerator<string> {
  let before = 0;
  let next = 0;
  for await (const piece of pieces) {
    const end = before + piece.length;
    let at = before;
    while (at < end) {
      const range = ranges[next];
      if (range === undefined || range[0] >= end) {
        yield piece.slice(at - before);
        break;
      }
      if (range[0] > at) yield piece.slice(at - before, range[0] - before);
      at = Math.max(at, Math.min(range[1], end));
      if (range[1] <= end) next += 1;
    }
    before = end;
  }
}

/** Follows the blocks of a file for NUL characters and for stretches without a line end. */
class LineWatch {
  readonly #path: string;
  readonly #allowNul: boolean;
  #stretch = 0;
  #lines = 1;
  long = false;
  nul = false;

  constructor(path: string, allowNul: boolean) {
    this.#path = path;
    this.#allowNul = allowNul;
  }

  look(bytes: Buffer): void {
    const nul = bytes.indexOf(0);
    if (nul !== -1 && !this.#allowNul) throw nulCharacter(this.#path, this.#lines + countLines(bytes.subarray(0, nul)));
    if (nul !== -1) this.nul = true;
    for (let from = 0; from < bytes.length; from += block) {
      const part = bytes.subarray(from, from + block);
      const last = Math.max(part.lastIndexOf(10), part.lastIndexOf(13));
      if (last === -1) this.#stretch += part.length;
      else {
        if (this.#stretch + firstLineEnd(part) > block) this.long = true;
        this.#stretch = part.length - 1 - last;
      }
      if (this.#stretch > block) this.long = true;
      if (this.#stretch > maxRecordBytes) {
        throw csvError('csv-long-line', this.#path, 'a line is longer than 64 MB.', 'Check the delimiter and the quotes of the file; values of this size do not belong in a CSV file.', {
          line: this.#lines + countLines(bytes.subarray(0, from)),
        });
      }
    }
    this.#lines += countLines(bytes);
  }
}

function firstLineEnd(part: Buffer): number {
  const feed = part.indexOf(10);
  const line = feed === -1 ? part : part.subarray(0, feed);
  const carriage = line.indexOf(13);
  return carriage === -1 ? line.length : carriage;
}

/** `indexOf` searches many bytes at a time: several times faster than a loop over them where lines are not very short. */
function countLines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) count += 1;
  return count;
}
