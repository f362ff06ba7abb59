import { basename } from 'node:path';
import type { Diagnostic } from '#app/core/errors.ts';
import type { Schema } from '#app/relation/types.ts';
import type { CsvDialect } from '#app/sdk/node.ts';
import { badQuote, emptyFile, nulCharacter, raggedRow } from './errors.ts';
import { headerNames, inferColumn, kindOf, type ColumnEvidence } from './infer.ts';
import { RecordScanner, isBlank, type CsvRecord } from './records.ts';
import { fileSize, guessEncoding, readStart, textDecoder } from './text.ts';

export interface SniffedCsv {
  readonly dialect: CsvDialect;
  readonly schema: Schema;
  /** What was decided that a person may want to know: null words found, renamed headers, decimal commas … */
  readonly notes: Diagnostic[];
}

/** Bytes looked at; a file whose first records are longer is looked at further. */
const sampleSizes = [1 << 20, 1 << 24, 72 << 20];
const sampleRecords = 20_000;
const delimiters = [',', ';', '\t', '|'];

/**
 * Dialect and schema from the file's first megabyte. Own sniffing rather than DuckDB's, which reads a ragged file as one column and
 * takes ambiguous dates, octal-like codes and `1_000` for what they may not be. Types are the narrowest that lose nothing.
 * @throws PenstockError `file-missing`, `csv-empty`, `csv-nul`, `csv-ragged`, `csv-quote`, `csv-gzip`.
 */
export async function sniffCsvFile(path: string, overrides: Partial<CsvDialect>, signal?: AbortSignal): Promise<SniffedCsv> {
  if ((await fileSize(path)) === 0) throw emptyFile(path);
  for (const [i, size] of sampleSizes.entries()) {
    const { bytes, whole } = await readStart(path, size, signal);
    const encoding = overrides.encoding ?? guessEncoding(bytes);
    const text = textDecoder(encoding, bytes).decode(bytes, { stream: !whole });
    const nul = text.indexOf('\0');
    if (nul !== -1) throw nulCharacter(path, text.slice(0, nul).split('\n').length);
    if (text.trim() === '') throw emptyFile(path);
    const quote = overrides.quote ?? '"';
    const delimiter = overrides.delimiter ?? chooseDelimiter(text, quote, whole);
    const records = readSample(text, delimiter, quote, whole);
    if (records.length < 2 && !whole && i + 1 < sampleSizes.length) continue;
    return describe(path, records, { ...overrides, encoding, quote, delimiter });
  }
  throw emptyFile(path);
}

function readSample(text: string, delimiter: string, quote: string, whole: boolean): CsvRecord[] {
  const records: CsvRecord[] = [];
  const scanner = new RecordScanner(delimiter, quote);
  const keep = (record: CsvRecord) => {
    records.push(record);
    return records.length < sampleRecords;
  };
  // A record cut off by the end of the sample is left out.
  if (scanner.push(text, keep) && whole) scanner.end(keep);
  return records;
}

/** The delimiter that splits most lines into the same number (≥ 2) of values; the first of the list on ties; comma without any. */
function chooseDelimiter(text: string, quote: string, whole: boolean): string {
  let best = { delimiter: ',', share: 0, width: 1 };
  for (const delimiter of delimiters) {
    const counts = new Map<number, number>();
    const records = readSample(text.slice(0, 200_000), delimiter, quote, whole && text.length <= 200_000).slice(0, 1000);
    const kept = records.filter((record) => !isBlank(record));
    for (const record of kept) counts.set(record.fields.length, (counts.get(record.fields.length) ?? 0) + 1);
    const header = kept[0]?.fields.length ?? 1;
    for (const [width, count] of counts) {
      // A file with a ragged majority still has the right width in its header.
      const share = (count + (width === header ? 0.5 : 0)) / kept.length;
      if (width < 2 || share < 0.3) continue;
      if (share > best.share + 1e-9 || (Math.abs(share - best.share) < 1e-9 && width > best.width)) best = { delimiter, share, width };
    }
  }
  return best.delimiter;
}

function describe(path: string, records: readonly CsvRecord[], known: Partial<CsvDialect> & Pick<CsvDialect, 'delimiter' | 'quote' | 'encoding'>): SniffedCsv {
  const first = records.find((record) => !isBlank(record));
  if (first === undefined) throw emptyFile(path);
  const width = first.fields.length;
  const rows = records.slice(records.indexOf(first)).filter((record) => width === 1 || !isBlank(record));
  for (const record of rows) {
    if (record.problem !== undefined) throw badQuote(path, record.line);
    if (!fits(record, width)) throw raggedRow(path, record.line, record.fields.length, width);
  }
  const header = known.header ?? looksLikeHeader(rows, width);
  const body = header ? rows.slice(1) : rows;
  const columns = Array.from({ length: width }, (_, c) => body.map((record) => record.fields[c] ?? ''));
  const found = known.nullWords === undefined ? foundWords(columns) : [];
  const nullWords = known.nullWords ?? found;
  const words = new Set(nullWords);
  const evidence = columns.map((values) => inferColumn(values, words, false));
  const names = headerNames(header ? first.fields : first.fields.map(() => ''));
  const schema = names.map((name, c) => ({ name, type: evidence[c]?.type ?? ('string' as const) }));
  const dialect: CsvDialect = { delimiter: known.delimiter, quote: known.quote, header, encoding: known.encoding, nullWords };
  return { dialect, schema, notes: notesOf(path, { dialect, found, header: header ? first.fields : [], names, evidence }) };
}

/** One empty value too many is a trailing delimiter: nothing is lost by dropping it. */
export function fits(record: CsvRecord, width: number): boolean {
  return record.fields.length === width || (record.fields.length === width + 1 && record.fields[width] === '' && width > 1);
}

function foundWords(columns: readonly (readonly string[])[]): string[] {
  const words = new Set<string>();
  for (const values of columns) for (const word of inferColumn(values, new Set(), true).words) words.add(word);
  return [...words].sort();
}

/** A first row is a header unless it looks like one more row: numbers or dates where the rows below have them, and no name above any. */
function looksLikeHeader(rows: readonly CsvRecord[], width: number): boolean {
  const [first, ...body] = rows;
  if (first === undefined || body.length === 0) return first !== undefined && first.fields.every((field) => kindOf(field) === 'text');
  let typedLikeBody = 0;
  for (let c = 0; c < width; c += 1) {
    const type = inferColumn(body.slice(0, 1000).map((record) => record.fields[c] ?? ''), new Set(), true).type;
    if (type === 'string') continue;
    const value = first.fields[c] ?? '';
    if (value !== '' && kindOf(value) === 'text') return true;
    if (value !== '') typedLikeBody += 1;
  }
  return typedLikeBody === 0;
}

function notesOf(
  path: string,
  seen: { dialect: CsvDialect; found: readonly string[]; header: readonly string[]; names: readonly string[]; evidence: readonly ColumnEvidence[] },
): Diagnostic[] {
  const notes: Diagnostic[] = [];
  const file = basename(path);
  const note = (severity: 'info' | 'warning', code: string, message: string, remedy: string, column?: string) =>
    notes.push({ severity, code, message: `${file}: ${message}`, remedy, place: { file: path, ...(column === undefined ? {} : { column }) } });
  if (seen.found.length > 0) {
    const list = seen.found.map((word) => `“${word}”`).join(', ');
    note('info', 'csv-null-words', `${list} ${seen.found.length === 1 ? 'is' : 'are'} read as missing, in every column.`, 'Set the null words yourself if that is not meant.');
  }
  const renamed = seen.header.flatMap((field, i) => (field.trim() === seen.names[i] ? [] : [`“${seen.names[i] ?? ''}”`]));
  if (renamed.length > 0) {
    note('warning', 'csv-headers-renamed', `empty or repeated headers were named ${renamed.join(', ')}.`, 'Give the columns distinct names in the file, or rename them in Select Columns.');
  }
  if (seen.dialect.encoding === 'latin-1') {
    note('info', 'csv-latin-1', 'the text is not UTF-8 and is read as Latin-1 (Windows-1252).', 'Choose the encoding yourself if letters look wrong.');
  }
  seen.evidence.forEach((evidence, i) => {
    const name = seen.names[i] ?? '';
    if (evidence.decimalComma) {
      note('warning', 'csv-decimal-comma', `column “${name}” looks like numbers with a decimal comma and is kept as text.`, 'Convert it in a Formula node, or export the file with decimal points.', name);
    }
    if (evidence.localDates) {
      note('info', 'csv-local-dates', `column “${name}” looks like dates whose order of day and month is not certain and is kept as text.`, 'Convert it in a Formula node, or export dates as 2024-01-31.', name);
    }
  });
  return notes;
}
