import { statfsSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { diskFullError } from '#app/core/disk-full.ts';
import { CancelledError, PenstockError } from '#app/core/errors.ts';

/** How DuckDB's Parquet reader and the libraries under it say that the bytes make no sense. Most of them name no file. */
const damage = /[Cc]orrupt|Payload value|Failed to read file|TProtocolException|[Dd]ecompress|don't know what type|Invalid Parquet|No magic bytes|[Pp]arquet (file|reader|footer|page|type)|[Pp]age (header|size|type)|column chunk|row group|[Dd]ictionary|encoding|[Oo]ut of buffer|out of bounds|Invalid unicode|Snappy|ZSTD|GZIP|LZ4|[Vv]arint|BitPack|DBP|DELTA_|[Rr]epetition|[Dd]efinition level/;

/**
 * What DuckDB threw as a value for people: cancelled, disk full, out of memory, a missing or damaged file, a failed conversion.
 * `files`: Parquet files that the query read.
 */
export function toQueryError(thrown: unknown, context: { memoryLimit: string; tempDir: string; spills?: boolean }, files: readonly string[] = []): Error {
  if (thrown instanceof PenstockError) return thrown;
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  if (text.startsWith('INTERRUPT')) return new CancelledError();
  if (/No space left on device|not enough space|disk full/i.test(text) || /max_temp_directory_size/.test(text)) {
    return diskFull(/file "([^"]+)"/.exec(text)?.[1] ?? context.tempDir, thrown);
  }
  if (text.startsWith('Out of Memory')) {
    return new PenstockError('out-of-memory', `The query needs more memory than its limit of ${context.memoryLimit}.`, {
      remedy:
        context.spills === false
          ? 'This project is encrypted, and the system has no file system in memory to spill to: raise the memory limit of the project, or name a RAM disk with PENSTOCK_RAM_DIR.'
          : 'Raise the memory limit of the project, or work on fewer rows or columns.',
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

/** `written`: bytes of the partial file, which is still there. */
export function diskFull(file: string, cause?: unknown, written = 0): PenstockError {
  return diskFullError({ file, free: room(file, cause, written) }, cause);
}

function room(file: string, cause: unknown, written: number): number | null {
  // DuckDB's own limit of spilled data: “(95.3 MiB/95.3 MiB used)”.
  const limit = /\/(\d+(?:\.\d+)?) (KiB|MiB|GiB|TiB) used\)/.exec(cause instanceof Error ? cause.message : '');
  if (limit !== null) return Number(limit[1]) * 1024 ** (1 + ['KiB', 'MiB', 'GiB', 'TiB'].indexOf(limit[2] ?? ''));
  for (const place of [file, dirname(file)]) {
    try {
      const { bavail, bsize } = statfsSync(place);
      return bavail * bsize + written;
    } catch {
      // The file itself need not be there.
    }
  }
  return null;
}
