import { CancelledError, PenstockError } from '#app/core/errors.ts';

/** What DuckDB threw as a value for people: cancelled, disk full, out of memory, a missing or damaged file, a failed conversion. */
export function toQueryError(thrown: unknown, context: { memoryLimit: string; tempDir: string }): Error {
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
    return new PenstockError('bad-value', `A value could not be converted: ${first}`, {
      remedy: 'Convert with “null on error”, or filter the value out first.',
      cause: thrown,
    });
  }
  return new PenstockError('query-failed', `The query failed: ${first}`, {
    remedy: 'Check the params of the node; if they look right, this is a fault of Penstock worth reporting.',
    cause: thrown,
  });
}

export function diskFull(path: string, cause?: unknown): PenstockError {
  return new PenstockError('disk-full', `The disk is full: ${path} could not be written.`, {
    remedy: 'Free some space and run again; the partial file was removed and nothing finished was lost.',
    place: { file: path },
    cause,
  });
}
