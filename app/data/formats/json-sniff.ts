import { basename } from 'node:path';
import { PenstockError, type Diagnostic } from '#app/core/errors.ts';
import { formatCount } from '#app/core/units.ts';
import type { JsonOptions, JsonPlan } from '#app/sdk/formats.ts';
import { isObject, parseExactly, planColumns } from './json-plan.ts';
import { JsonFault, JsonSplitter } from './json-split.ts';
import { openUtf8, requireFile } from './open-bytes.ts';

/** As much is looked at to find layout, columns and types. */
const sampleBytes = 4 << 20;
const sampleRecords = 20_000;

export function jsonSyntax(path: string, fault: string, line: number, cause?: unknown): PenstockError {
  return new PenstockError('json-syntax', `${basename(path)}, line ${formatCount(line)}: ${fault}.`, {
    remedy: 'Correct the file, or write it again with the tool that made it.',
    place: { file: path, line },
    ...(cause === undefined ? {} : { cause }),
  });
}

/**
 * Layout, columns and types from the file's first 4 MB (20 000 records).
 * @throws PenstockError `file-missing`, `json-empty`, `json-syntax`, `json-path`, `file-damaged`.
 */
export async function sniffJson(path: string, options: JsonOptions, signal: AbortSignal | undefined): Promise<{ plan: JsonPlan; notes: Diagnostic[] }> {
  await requireFile(path);
  const { bytes, whole } = await readSample(path, signal);
  const text = bytes.toString('utf8');
  const first = text.trimStart()[0];
  if (first === undefined) throw new PenstockError('json-empty', `${basename(path)} is empty.`, { remedy: 'Choose a file with records.', place: { file: path } });
  const wanted = options.path.trim();
  const { layout, note } = layoutOf(path, text, first, wanted, whole);
  const { samples, all } = sampled(path, bytes, layout, whole);
  const { plan, notes } = planColumns(samples, options, layout, all);
  if (plan.columns.length === 0) throw new PenstockError('json-empty', `${basename(path)} holds no record with a key, so there is no column.`, { remedy: 'Choose another file, or check the path to the list.', place: { file: path } });
  return { plan, notes: note === null ? notes : [note, ...notes] };
}

async function readSample(path: string, signal: AbortSignal | undefined): Promise<{ bytes: Buffer; whole: boolean }> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const block of openUtf8(path, signal)) {
    parts.push(block);
    size += block.length;
    if (size > sampleBytes) return { bytes: Buffer.concat(parts).subarray(0, sampleBytes), whole: false };
  }
  return { bytes: Buffer.concat(parts), whole: true };
}

function layoutOf(path: string, text: string, first: string, wanted: string, whole: boolean): { layout: JsonPlan['layout']; note: Diagnostic | null } {
  if (wanted !== '') return { layout: { form: 'array', path: wanted.split('.') }, note: null };
  const lines = text.split('\n', 40).map((line) => line.trim()).filter((line) => line !== '');
  const complete = whole && lines.length < 40 ? lines : lines.slice(0, -1);
  // A list of lists written one a line also begins with a bracket; two lines that are values by themselves are no list.
  if (complete.length >= 2 && complete.slice(0, 2).some((line) => parses(line)) && (first !== '[' || complete.slice(0, 2).every(parses))) return { layout: { form: 'lines' }, note: null };
  if (first === '[') return { layout: { form: 'array', path: [] }, note: null };
  if (first !== '{') return { layout: { form: 'lines' }, note: null };
  if (severalValues(text)) return { layout: { form: 'values' }, note: null };
  if (lines.length === 1 && complete.length === 1 && !whole) return { layout: { form: 'lines' }, note: null };
  const root = whole ? tryParse(text) : tryParse(closed(text));
  const lists = root === undefined ? [] : listsIn(root, []);
  const [only] = lists;
  if (lists.length === 0 || only === undefined) return { layout: { form: 'values' }, note: null };
  if (lists.length > 1) {
    throw new PenstockError('json-path', `${basename(path)} holds several lists of records: ${lists.slice(0, 8).map((one) => `“${one.join('.')}”`).join(', ')}.`, {
      remedy: 'Enter the path of the one to read.',
      place: { param: ['list'], file: path },
    });
  }
  return {
    layout: { form: 'array', path: only },
    note: { severity: 'info', code: 'json-path-found', message: `The records are those of the list “${only.join('.')}”.`, remedy: 'Enter another path to read something else.', place: { param: ['list'] } },
  };
}

const tryParse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
const parses = (text: string): boolean => tryParse(text) !== undefined;

function severalValues(text: string): boolean {
  let count = 0;
  const splitter = new JsonSplitter({ form: 'values' }, () => (count += 1) < 2);
  try {
    splitter.push(Buffer.from(text, 'utf8'));
  } catch {
    return count > 1;
  }
  return count > 1;
}

/** Text cut off somewhere, cut back to its last comma and with its brackets closed. */
function closed(text: string): string {
  const stack: string[] = [];
  let inString = false;
  let cut = 0;
  let closers = '';
  for (let i = 0; i < text.length; i += 1) {
    const letter = text[i];
    if (inString) {
      if (letter === '\\') i += 1;
      else if (letter === '"') inString = false;
    } else if (letter === '"') inString = true;
    else if (letter === '{') stack.push('}');
    else if (letter === '[') stack.push(']');
    else if (letter === '}' || letter === ']') stack.pop();
    else if (letter === ',') {
      cut = i;
      closers = stack.toReversed().join('');
    }
  }
  return text.slice(0, cut) + closers;
}

/** Paths of lists of objects, at most three keys deep. */
function listsIn(value: unknown, path: readonly string[]): string[][] {
  if (!isObject(value) || path.length >= 3) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (Array.isArray(inner)) return inner.length > 0 && inner.every(isObject) && !key.includes('.') ? [[...path, key]] : [];
    return key.includes('.') ? [] : listsIn(inner, [...path, key]);
  });
}

function sampled(path: string, bytes: Buffer, layout: JsonPlan['layout'], whole: boolean): { samples: unknown[]; all: boolean } {
  const samples: unknown[] = [];
  let all = whole;
  const splitter = new JsonSplitter(layout, (line, record) => {
    try {
      samples.push(parseExactly(record.toString('utf8')));
    } catch (cause) {
      // Trailing commas and the like; the reader decides what is JSON and says so by line.
      if (samples.length === 0) throw jsonSyntax(path, `this is not JSON (${jsonReason(cause)})`, line, cause);
    }
    if (samples.length < sampleRecords) return true;
    all = false;
    return false;
  });
  try {
    splitter.push(Buffer.from(bytes));
    if (whole) splitter.end();
  } catch (thrown) {
    if (!(thrown instanceof JsonFault)) throw thrown;
    const isPath = layout.form === 'array' && layout.path.length > 0 && /no list|not a list|no path/.test(thrown.message);
    if (isPath) throw new PenstockError('json-path', `${basename(path)}: ${thrown.message}.`, { remedy: 'Check the path to the list; keys are separated by dots.', place: { param: ['list'], file: path }, cause: thrown });
    throw jsonSyntax(path, thrown.message, thrown.line, thrown);
  }
  return { samples, all };
}

/** The engine's reason without its offsets, which count from the record's start. */
const jsonReason = (cause: unknown): string => (cause instanceof Error ? cause.message.replace(/,? ?(?:\.\.\.)?".*$/s, '').replace(/ in JSON at position.*$/s, '').replace(/ is not valid JSON$/, '') : 'unreadable');
