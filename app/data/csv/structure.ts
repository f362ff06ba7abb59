import { basename } from 'node:path';
import type { PenstockError } from '#app/core/errors.ts';
import type { CsvDialect, RejectedRow } from '#app/sdk/csv.ts';
import { badQuote, csvError, nulCharacter, raggedRow, tooManyRejects, wrongEncoding } from './errors.ts';
import { maxRecordBytes } from './prepare.ts';
import { RecordScanner, fits, isBlank, type CsvRecord } from './records.ts';
import { openText, withoutLines } from './text.ts';

/** Text of a rejected row or cell that is kept. A copy, for a slice would keep the piece of the file it is from. */
export const keptText = (text: string): string => Buffer.from(text.slice(0, 1000), 'utf8').toString('utf8');

export interface ScannedFile {
  /** Named in errors. */
  readonly original: string;
  /** UTF-8; what is read. */
  readonly path: string;
  readonly dialect: CsvDialect;
  readonly signal: AbortSignal | undefined;
}

/** Visits the records after the skipped lines, comments among them, until `visit` gives false. `skipped`: characters before them. */
export async function scanFile(file: ScannedFile, visit: (record: CsvRecord) => boolean): Promise<{ lineEnds: number; skipped: number }> {
  const skipLines = file.dialect.skipLines ?? 0;
  const scanner = new RecordScanner(file.dialect, skipLines + 1);
  const text = openText(file.path, 'utf-8', file.signal);
  let all = 0;
  let kept = 0;
  async function* counted(): AsyncGenerator<string> {
    for await (const piece of text) {
      all += piece.length;
      yield piece;
    }
  }
  let skipped = -1;
  for await (const piece of skipLines === 0 ? counted() : withoutLines(counted(), skipLines)) {
    kept += piece.length;
    if (skipped === -1) skipped = all - kept;
    if (!scanner.push(piece, visit)) return { lineEnds: scanner.lineEnds.size, skipped };
  }
  scanner.end(visit);
  return { lineEnds: scanner.lineEnds.size, skipped: skipped === -1 ? all : skipped };
}

export interface Structure {
  /** CR LF, LF and CR are mixed: readable once unified. */
  readonly mixedLineEnds: boolean;
  /** A record is longer than the default buffers. */
  readonly longRecord: boolean;
  readonly rejects: readonly RejectedRow[];
  /** First lines of rejected rows. */
  readonly rejectedLines: ReadonlySet<number>;
  /** What to leave out of the text for it to be sound: skipped lines, comments and rejected rows. */
  readonly without: readonly (readonly [number, number])[];
}

/** A record this long may not fit DuckDB's default line size of 2 MB. */
const longRecord = 1_000_000;

/**
 * Reads the file record by record. Structural faults (ragged rows, text after a closing quote, NUL, foreign bytes) become rejects as
 * far as `maxRejects` allows; null: the first one is thrown. Quotes that never end and rows over 64 MB are always errors: what follows
 * them cannot be told from them. `badBytes`: DuckDB met bytes that are not UTF-8.
 */
export async function inspectStructure(file: ScannedFile, width: number, maxRejects: number | null, badBytes: boolean): Promise<Structure> {
  const { original, dialect } = file;
  let error: PenstockError | null = null;
  let firstFault: PenstockError | null = null;
  let long = false;
  let records = 0;
  let open: number | null = null;
  const without: (readonly [number, number])[] = [];
  const rejects: RejectedRow[] = [];
  const lines = new Set<number>();
  const check = (record: CsvRecord): boolean => {
    if (open !== null) {
      without.push([open, record.start]);
      open = null;
    }
    if (record.comment) {
      open = record.start;
      return true;
    }
    if (record.length > longRecord) long = true;
    const found = faultOf(record, width, original, dialect, badBytes);
    if (found === null) {
      if (!isBlank(record)) records += 1;
      return true;
    }
    const isHeader = dialect.header && records === 0;
    if (maxRejects === null || isHeader || record.problem === 'unclosed' || record.length > maxRecordBytes) {
      error = found;
      return false;
    }
    open = record.start;
    lines.add(record.line);
    rejects.push({ file: original, line: record.line, column: null, value: null, reason: reasonOf(found, original), row: keptText(record.raw) });
    firstFault ??= found;
    if (rejects.length > maxRejects) error = tooManyRejects(original, maxRejects, firstFault);
    return error === null;
  };
  const { lineEnds, skipped } = await scanFile(file, check);
  if (error !== null) throw error;
  if (open !== null) without.push([open, Number.MAX_SAFE_INTEGER]);
  const shifted = without.map(([from, to]) => [from + skipped, to + skipped] as const);
  return {
    mixedLineEnds: lineEnds > 1,
    longRecord: long,
    rejects,
    rejectedLines: lines,
    without: skipped > 0 ? [[0, skipped] as const, ...shifted] : shifted,
  };
}

function faultOf(record: CsvRecord, width: number, path: string, dialect: CsvDialect, badBytes: boolean): PenstockError | null {
  if (record.length > maxRecordBytes) {
    return csvError('csv-long-line', path, 'a row is longer than 64 MB.', 'Check the delimiter and the quotes of the file; a quote may be missing its partner.', { line: record.line });
  }
  if (record.problem !== undefined) return badQuote(path, record.line);
  if (record.raw.includes('\0')) return nulCharacter(path, record.line);
  if (badBytes && record.raw.includes('\ufffd')) return wrongEncoding(path, dialect.encoding, '', record.line);
  if ((width === 1 || !isBlank(record)) && !fits(record, width)) return raggedRow(path, record.line, record.fields.length, width);
  return null;
}

/** The fault without file and line, which have columns of their own. */
export function reasonOf(error: PenstockError, path: string): string {
  const at = error.message.indexOf(': ', basename(path).length);
  const text = at === -1 ? error.message : error.message.slice(at + 2);
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
