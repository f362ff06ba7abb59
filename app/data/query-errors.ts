import { basename } from 'node:path';
import { CancelledError, PenstockError } from '#app/core/errors.ts';

/** How DuckDB's Parquet reader and the libraries under it say that the bytes make no sense. Most of them name no file. */
const damage = /[Cc]orrupt|Payload value|Failed to read file|TProtocolException|[Dd]ecompress|don't know what type|Invalid Parquet|No magic bytes|[Pp]arquet (file|reader|footer|page|type)|[Pp]age (header|size|type)|column chunk|row group|[Dd]ictionary|encoding|[Oo]ut of buffer|out of bounds|Invalid unicode|Snappy|ZSTD|GZIP|LZ4|varint|BitPack|DBP|DELTA_|[Rr]epetition|[Dd]efinition level/;

/**
 * What DuckDB threw as a value for people: cancelled, disk full, out of memory, a missing or damaged file, a failed conversion.
 * `files`: Parquet files that the query read.
 */
export function toQueryError(thrown: unknown, context: { memoryLimit: string; tempDir: string }, files: readonly string[] = []): Error {
  if (thrown instanceof PenstockError) return thrown;
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  if (text.startsWith('INTERRUPT')) return new CancelledError();
  if (/No space left on device|not enough space|disk full/i.test(text) || /max_temp_directory_size/.test(text)) {
    const path = /file "([^"]+)"/.exec(text)?.[1] ?? context.tempDir;
    return diskFull(path, thrown);
  }
  if (text.startsWith('Out of Memory')) {
    return new PenstockError('out-of-memory', `The query needs more memory than its limit of ${context.memoryLimit}.`, {
      remedy: 'Raise the memory limit of the project, or work on fewer rows or columns.',
      cause: thrown,
    });
  }
  const missing = /(?:No files found that match the pattern|Cannot open file) "([^"]+)"/.exec(text);
  if (missing?.[1] !== undefined) {
    const denied = /Permission denied/.test(text);
    return new PenstockError(denied ? 'file-denied' : 'file-missing', `The file ${missing[1]} ${denied ? 'may not be read' : 'does not exist'}.`, {
      remedy: denied ? 'Check its permissions.' : 'Check the path, or choose the file again.',
      place: { file: missing[1] },
      cause: thrown,
    });
  }
  const first = (text.split('\n')[0] ?? text).replace(/^[A-Z][A-Za-z ]+ Error: /, '');
  if (text.startsWith('Conversion Error') || text.startsWith('Out of Range')) {
    return new PenstockError('bad-value', `A value could not be converted: ${asSentence(first)}`, {
      remedy: 'Convert with “null on error”, or filter the value out first.',
      cause: thrown,
    });
  }
  if (files.length > 0 && damage.test(text)) return damagedFile(/[Ff]ile "([^"]+)"/.exec(text)?.[1], files, first, thrown);
  return new PenstockError('query-failed', `The query failed: ${asSentence(first)}`, {
    remedy: 'Check the params of the node; if they look right, this is a fault of Penstock worth reporting.',
    cause: thrown,
  });
}

export function isDamage(thrown: unknown): boolean {
  return thrown instanceof Error && damage.test(thrown.message);
}

export function damagedFile(named: string | undefined, files: readonly string[], what: string, cause: unknown): PenstockError {
  const file = named ?? files[0] ?? '';
  const alone = named !== undefined || files.length === 1;
  return new PenstockError('parquet-damaged', `${alone ? basename(file) : `One of ${files.slice(0, 3).map((path) => basename(path)).join(', ')}${files.length > 3 ? ', …' : ''}`} is damaged: its footer is whole, but what lies before it cannot be read (${what.slice(0, 200).replace(/\.$/, '')}).`, {
    remedy: 'Fetch or write the file again.',
    place: { file },
    cause,
  });
}

const asSentence = (text: string): string => (/[.!?…]$/.test(text) ? text : `${text}.`);

export function diskFull(path: string, cause?: unknown): PenstockError {
  return new PenstockError('disk-full', `The disk is full: ${path} could not be written.`, {
    remedy: 'Free some space and run again; the partial file was removed and nothing finished was lost.',
    place: { file: path },
    cause,
  });
}
