import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import { formatCount } from '#app/core/units.ts';
import type { Schema } from '#app/relation/types.ts';
import { runChild, type ChildCommand, type ChildEnd } from './child-process.ts';
import { encodeHeader, MessageReader, messageKind } from './frames.ts';
import { maxColumns, maxLineLength, maxLines, maxResultBytes, type ScriptLimits } from './limits.ts';
import { decodeColumns, resultSchema, typedColumns, type ResultHeader, type TypedColumn } from './returned.ts';

/** A table on its way to a script. */
export interface InputTable {
  readonly schema: Schema;
  readonly rows: number;
  /** By column: one part of float64 for numbers and booleans (NaN is missing), else parts of JSON arrays of text. */
  readonly columns: readonly (readonly Uint8Array[])[];
}

export interface ScriptTask {
  readonly code: string;
  readonly tables: readonly InputTable[];
  readonly params: Readonly<Record<string, string | number | boolean | null>>;
  /** Declared columns of the result; null: as they come. */
  readonly columns: Schema | null;
  readonly seed: number;
  readonly limits: ScriptLimits;
  log(line: string): void;
}

/** What a language says of the ways to fail that depend on it. */
export interface Language {
  readonly name: string;
  /** Whether what is left on standard error means that memory ran out. */
  isOutOfMemory(end: ChildEnd): boolean;
}

const failureSchema = z.object({
  code: z.string().max(100),
  message: z.string(),
  remedy: z.string().optional(),
  line: z.int().nullish(),
  column: z.int().nullish(),
  length: z.int().nullish(),
});

const codePlace = { param: ['code'] };

/**
 * Runs a script in a child process and gives the columns it returned.
 * @throws CancelledError; PenstockError at the param “code”: `script-error`, `script-syntax`, `script-time`, `script-memory`,
 *   `script-died`, `script-result`, and those of returned.ts.
 */
export async function runScript(command: ChildCommand, language: Language, task: ScriptTask, signal: AbortSignal): Promise<TypedColumn[]> {
  const { limits } = task;
  let failure: PenstockError | null = null;
  let result: ResultHeader | null = null;
  let lines = 0;
  let bytes = 0;
  const parts: Uint8Array[] = [];
  const reader = new MessageReader(maxResultBytes, (kind, payload) => {
    bytes += payload.length;
    if (bytes > maxResultBytes) {
      failure ??= new PenstockError('script-result', 'The script returned more than 1 GB.', { remedy: 'Return less: aggregate, or leave columns out.', place: codePlace });
      throw new RangeError('too much');
    }
    if (kind === messageKind.log) {
      lines += 1;
      if (lines <= maxLines + 1) task.log(new TextDecoder().decode(payload.subarray(0, maxLineLength * 4)));
    } else if (kind === messageKind.failure) failure ??= failureOf(task.code, payload);
    else if (kind === messageKind.result && result === null) result = resultSchema.parse(JSON.parse(new TextDecoder().decode(payload)));
    else if (kind === messageKind.part && result !== null && parts.length < 1_000_000) parts.push(payload);
    else throw new RangeError('unknown message');
  });
  const header = encodeHeader({
    code: task.code,
    params: task.params,
    seed: task.seed,
    maxRows: limits.rows,
    maxColumns,
    maxLines,
    maxLineLength,
    tables: task.tables.map(({ schema, rows, columns }) => ({ rows, columns: schema.map(({ name, type }, i) => ({ name, type, parts: (columns[i] ?? []).map((part) => part.byteLength) })) })),
  });
  const input = [header, ...task.tables.flatMap(({ columns }) => columns.flat())];
  const end = await runChild(command, input, limits, signal, (chunk) => reader.add(chunk));
  if (failure !== null) throw failure;
  if (result === null || end.reason !== 'ended') throw diedOf(end, language, limits);
  const returned: ResultHeader = result;
  if (returned.rows > limits.rows) throw new PenstockError('script-rows', `The script returned ${formatCount(returned.rows)} rows; the limit is ${formatCount(limits.rows)}.`, { remedy: 'Return fewer rows, or raise the limit of rows.', place: codePlace });
  return typedColumns(decodeColumns(returned, parts), task.columns, task.tables.map(({ schema }) => schema));
}

function failureOf(code: string, payload: Uint8Array): PenstockError {
  const read = failureSchema.safeParse(JSON.parse(new TextDecoder().decode(payload)));
  if (!read.success) return new PenstockError('script-died', 'The script broke off without saying why.', { place: codePlace });
  const { message, remedy, line, column, length } = read.data;
  const span = line === null || line === undefined ? null : spanOf(code, line, column ?? null, length ?? null);
  const where = span === null || line === null || line === undefined ? '' : `Line ${line}: `;
  return new PenstockError(read.data.code, `${where}${asSentence(message.slice(0, maxLineLength))}`, {
    remedy: remedy ?? (read.data.code === 'script-syntax' ? 'Correct the marked place.' : 'Correct the script; print() shows values in the log.'),
    place: { ...codePlace, ...(span === null ? {} : { span, line: line ?? 1 }) },
  });
}

const asSentence = (text: string): string => (/[.!?…]\s*$/.test(text) ? text : `${text}.`);

/** Characters of a place in the code: from the column on where it is known, else the line. Null for a line that is not there. */
function spanOf(code: string, line: number, column: number | null, length: number | null): { start: number; end: number } | null {
  const lines = code.split('\n');
  const text = lines[line - 1];
  if (text === undefined) return null;
  const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  const indent = text.length - text.trimStart().length;
  const from = start + Math.min(column === null ? indent : column - 1, text.length);
  const end = length === null || length <= 0 ? start + text.length : Math.min(from + length, start + text.length);
  return { start: from, end: Math.max(end, from) };
}

function diedOf(end: ChildEnd, language: Language, limits: ScriptLimits): PenstockError {
  if (end.reason === 'time') {
    return new PenstockError('script-time', `The script ran longer than ${formatCount(limits.seconds)} s and was stopped.`, { remedy: 'Look for a loop that does not end, make it quicker, or raise the time limit.', place: codePlace });
  }
  if (end.reason === 'memory' || language.isOutOfMemory(end)) {
    return new PenstockError('script-memory', `The script needed more than ${formatCount(limits.megabytes)} MB of memory and was stopped.`, { remedy: 'Work on fewer rows or columns, or raise the memory limit.', place: codePlace });
  }
  if (end.reason !== 'ended') return new PenstockError('script-result', 'The result of the script cannot be read.', { remedy: 'Return a DataFrame, a list of objects, or an object of columns.', place: codePlace });
  if (end.signal === 'SIGXCPU' || end.code === 152) return new PenstockError('script-time', 'The script used too much processor time and was stopped.', { remedy: 'Make it quicker, or raise the time limit.', place: codePlace });
  return new PenstockError('script-died', `The ${language.name} process ended without a result${end.signal === null ? end.code === null || end.code === 0 ? '' : ` (exit code ${end.code})` : ` (${end.signal})`}.`, { remedy: 'Return a table at the end of the script, and do not end the process.', place: codePlace });
}
