import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { CancelledError, PenstockError } from '#app/core/errors.ts';
import type { CsvColumn, CsvDialect } from '#app/sdk/csv.ts';
import { wide } from '../cells.ts';
import { fileSize } from '../text.ts';
import { cellKinds, type CellKind, type CellLayout } from './cell-scanner.ts';
import { scanRange, type RangeFound, type RangeTask } from './scan-range.ts';

export interface PlainCells {
  /** Rows of the file, without its header. */
  readonly rows: number;
  /** Columns whose every cell is a plain spelling of their type, which DuckDB's reader may convert. Columns of text are not among them. */
  readonly native: ReadonlySet<number>;
}

export interface InspectOptions {
  /** Files from this size on are scanned beside the event loop. */
  readonly threadedFrom?: number;
  /** Bytes that are worth a thread. */
  readonly rangeBytes?: number;
}

const entry = import.meta.url.endsWith('.ts') ? new URL('./range-worker.ts', import.meta.url) : new URL('./csv-range-worker.js', import.meta.url);
const mostThreads = 8;

/**
 * Looks through a whole UTF-8 file, in threads, before it is read. Null: its text is not plain, or it is of a kind that this does not look
 * at (another escape character, very many columns), so that nothing is known of its cells.
 */
export async function inspectCells(path: string, columns: readonly CsvColumn[], dialect: CsvDialect, signal: AbortSignal | undefined, options: InspectOptions = {}): Promise<PlainCells | null> {
  const layout = layoutOf(columns, dialect);
  if (layout === null) return null;
  const { threadedFrom = 8 << 20, rangeBytes = 32 << 20 } = options;
  const size = await fileSize(path);
  if (size === 0) return null;
  const whole: RangeTask = { path, size, layout, header: dialect.header, from: 0, exact: true, to: size };
  const found = size < threadedFrom ? scanRange(whole) : await scanInThreads(whole, rangeBytes, signal);
  if (found === null) return null;
  return { rows: found.rows, native: new Set(layout.kinds.flatMap((kind, i) => (kind === cellKinds.text || found.odd[i] === 1 ? [] : [i]))) };
}

function layoutOf(columns: readonly CsvColumn[], dialect: CsvDialect): CellLayout | null {
  const { delimiter, quote, escape } = dialect;
  const isByte = (character: string): boolean => character.length === 1 && character.charCodeAt(0) < 128;
  if (columns.length > wide || !isByte(delimiter) || (quote !== '' && !isByte(quote)) || (escape !== undefined && escape !== quote)) return null;
  return {
    kinds: columns.map((column) => kindOf(column, dialect)),
    delimiter: delimiter.charCodeAt(0),
    quote: quote === '' ? -1 : quote.charCodeAt(0),
    nullWords: dialect.nullWords.map((word) => Uint8Array.from(Buffer.from(word, 'utf8'))),
  };
}

/** Numbers in another style and dates of another format are left to the casts. */
function kindOf({ type, format = '' }: CsvColumn, { decimal = '.', thousands = '' }: CsvDialect): CellKind {
  if (format !== '' || type === 'string' || type === 'binary' || type === 'time') return cellKinds.text;
  if ((type === 'integer' || type === 'float') && (thousands !== '' || (type === 'float' && decimal !== '.'))) return cellKinds.text;
  return cellKinds[type];
}

/**
 * Each thread but the first begins at a line end and takes it for the end of a record. That is so where the part before ended just there;
 * where it is not (a quoted value of many lines), the rest is scanned again from the place that is known.
 */
async function scanInThreads(whole: RangeTask, rangeBytes: number, signal: AbortSignal | undefined): Promise<RangeFound | null> {
  const count = Math.max(1, Math.min(mostThreads, availableParallelism(), Math.ceil(whole.size / rangeBytes)));
  const bounds = Array.from({ length: count + 1 }, (_, i) => Math.round((whole.size * i) / count));
  const tasks = bounds.slice(0, -1).map((from, i): RangeTask => ({ ...whole, from, exact: i === 0, to: bounds[i + 1] ?? whole.size }));
  const parts = await Promise.all(tasks.map((task) => inThread(task, signal)));
  let all = parts[0] ?? null;
  for (const part of parts.slice(1)) {
    if (all === null) return null;
    if (part === null || part.begin !== all.finish) return joined(all, await inThread({ ...whole, from: all.finish, to: whole.size }, signal));
    all = joined(all, part);
  }
  return all;
}

function joined(a: RangeFound, b: RangeFound | null): RangeFound | null {
  if (b === null || (a.lineEnd !== 0 && b.lineEnd !== 0 && a.lineEnd !== b.lineEnd)) return null;
  return { begin: a.begin, finish: b.finish, rows: a.rows + b.rows, odd: a.odd.map((odd, i) => odd | (b.odd[i] ?? 0)), lineEnd: a.lineEnd || b.lineEnd };
}

function inThread(task: RangeTask, signal: AbortSignal | undefined): Promise<RangeFound | null> {
  if (signal?.aborted) return Promise.reject(new CancelledError());
  return new Promise((resolve, reject) => {
    const worker = new Worker(entry, { workerData: task, execArgv: [], name: 'penstock-csv' });
    const stop = (): void => {
      reject(new CancelledError());
      void worker.terminate();
    };
    signal?.addEventListener('abort', stop, { once: true });
    worker.once('message', (found: RangeFound | null) => resolve(found));
    worker.once('error', (error: unknown) => reject(new PenstockError('csv-unreadable', `The file ${task.path} could not be read: ${error instanceof Error ? error.message : String(error)}`, { remedy: 'Check that the file can be opened.', place: { file: task.path }, cause: error })));
    worker.once('exit', () => {
      signal?.removeEventListener('abort', stop);
      reject(new PenstockError('worker-ended', 'The thread that looked through the file ended before it was done.', { remedy: 'Run again.' }));
    });
  });
}
