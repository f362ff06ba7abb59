import { basename } from 'node:path';
import type { Diagnostic } from '#app/core/errors.ts';
import type { CsvDialect, CsvSniffed, SniffOptions, SniffedColumn } from '#app/sdk/csv.ts';
import { badQuote, emptyFile, nulCharacter, raggedRow, mostColumns, tooWide } from './errors.ts';
import { findNumberStyle, headerNames, inferColumn, kindOf, type ColumnEvidence, type NumberEvidence, type ValueStyle } from './infer.ts';
import { RecordScanner, fits, isBlank, type CsvRecord } from './records.ts';
import { fileSize, guessEncoding, packingOf, readBlock, readStart, textDecoder } from './text.ts';

/** Bytes looked at; a file whose first records are longer is looked at further. */
const sampleSizes = [1 << 20, 1 << 24, 72 << 20];
const sampleRecords = 20_000;
/** Places further in a big plain file, each of this many bytes, that are looked at for types. */
const furtherPlaces = 8;
const furtherBytes = 1 << 16;
const delimiters = [',', ';', '\t', '|'];
/** Rows of the sample that may not fit before the settings are taken to be wrong. */
const tolerated = 0.2;

/**
 * Dialect and schema from the file's first megabyte, and types also from places further in. Own sniffing rather than DuckDB's, which
 * reads a ragged file as one column and takes ambiguous dates, octal-like codes and `1_000` for what they may not be. Types are the
 * narrowest that lose nothing.
 * @throws PenstockError `file-missing`, `csv-empty`, `csv-nul`, `csv-ragged`, `csv-quote`, `csv-gzip`, `csv-zstd`.
 */
export async function sniffCsvFile(path: string, overrides: Partial<CsvDialect>, signal?: AbortSignal, options: SniffOptions = {}): Promise<CsvSniffed> {
  const sample = await sampleCsv(path, overrides, signal, options);
  return describe(path, sample, overrides, options.tolerant === true);
}

export interface CsvSample {
  readonly delimiter: string;
  readonly quote: string;
  readonly encoding: CsvDialect['encoding'];
  readonly skipLines: number;
  /** Lines before the first row that are no rows, when they were found rather than given. */
  readonly skipFound: boolean;
  /** The first records, comments left out. */
  readonly records: readonly CsvRecord[];
  /** Records from further in, which tell types but not lines. */
  readonly further: readonly CsvRecord[];
}

/** The first records of a file, read with what is known or found of its dialect. Never the whole file. */
export async function sampleCsv(path: string, overrides: Partial<CsvDialect>, signal: AbortSignal | undefined, options: SniffOptions = {}): Promise<CsvSample> {
  const size = await fileSize(path);
  if (size === 0) throw emptyFile(path);
  for (const [i, bytesWanted] of sampleSizes.entries()) {
    const { bytes, whole } = await readStart(path, bytesWanted, signal);
    const encoding = overrides.encoding ?? guessEncoding(bytes);
    const text = textDecoder(encoding, bytes).decode(bytes, { stream: !whole });
    const nul = text.indexOf('\0');
    if (nul !== -1 && options.tolerant !== true) throw nulCharacter(path, text.slice(0, nul).split('\n').length);
    if (text.trim() === '') throw emptyFile(path);
    const quote = overrides.quote ?? '"';
    const style = { quote, escape: overrides.escape, comment: overrides.comment };
    const given = overrides.skipLines ?? 0;
    const body = dropLines(text, given);
    const delimiter = overrides.delimiter ?? chooseDelimiter(body, style, whole);
    const all = readSample(body, { ...style, delimiter }, whole, given + 1);
    if (all.length < 2 && !whole && i + 1 < sampleSizes.length) continue;
    const skipLines = overrides.skipLines ?? linesBefore(all);
    const records = all.filter((record) => record.line > skipLines);
    const width = records.find((record) => !isBlank(record))?.fields.length ?? 0;
    const further = whole || encoding === 'utf-16' || (await packingOf(path)) !== null ? [] : await readFurther(path, size, bytesWanted, encoding, { ...style, delimiter }, width);
    return { delimiter, quote, encoding, skipLines, skipFound: overrides.skipLines === undefined && skipLines > 0, records, further };
  }
  throw emptyFile(path);
}

function dropLines(text: string, count: number): string {
  let at = 0;
  for (let i = 0; i < count; i += 1) {
    const end = /\r\n|\n|\r/g;
    end.lastIndex = at;
    const match = end.exec(text);
    if (match === null) return '';
    at = match.index + match[0].length;
  }
  return text.slice(at);
}

/** Lines of a title above the table: up to 20 rows of one value before rows that nearly all have the same number of two or more. */
function linesBefore(records: readonly CsvRecord[]): number {
  const first = records.findIndex((record) => record.fields.length > 1);
  if (first <= 0 || first > 20) return 0;
  const width = records[first]?.fields.length ?? 0;
  const rest = records.slice(first).filter((record) => !isBlank(record));
  const fitting = rest.filter((record) => fits(record, width)).length;
  const above = records.slice(0, first).filter((record) => !isBlank(record));
  return above.length > 0 && rest.length >= 2 && fitting >= 0.9 * rest.length ? (records[first]?.line ?? 1) - 1 : 0;
}

interface SampleStyle {
  readonly delimiter: string;
  readonly quote: string;
  readonly escape: string | undefined;
  readonly comment: string | undefined;
}

function readSample(text: string, style: SampleStyle, whole: boolean, firstLine = 1): CsvRecord[] {
  const records: CsvRecord[] = [];
  const scanner = new RecordScanner(style, firstLine);
  const keep = (record: CsvRecord) => {
    if (!record.comment) records.push(record);
    return records.length < sampleRecords;
  };
  // A record cut off by the end of the sample is left out.
  if (scanner.push(text, keep) && whole) scanner.end(keep);
  return records;
}

/** Blocks from evenly spread places. One that begins inside quotes shows by its widths, and is left out. */
async function readFurther(path: string, size: number, from: number, encoding: CsvDialect['encoding'], style: SampleStyle, width: number): Promise<CsvRecord[]> {
  const found: CsvRecord[] = [];
  const step = Math.floor((size - from) / furtherPlaces);
  if (width < 2 || step < furtherBytes) return found;
  for (let i = 1; i <= furtherPlaces; i += 1) {
    const bytes = await readBlock(path, Math.min(from + i * step, size) - furtherBytes, furtherBytes);
    const text = new TextDecoder(encoding === 'latin-1' ? 'windows-1252' : 'utf-8').decode(bytes);
    const start = text.search(/[\r\n]/);
    if (start === -1) continue;
    const records = readSample(text.slice(start + 1).replace(/^\n/, ''), style, false).filter((record) => !isBlank(record));
    const good = records.filter((record) => record.problem === undefined && fits(record, width));
    if (good.length >= 0.9 * records.length) found.push(...good);
  }
  return found;
}

/** The delimiter that splits most lines into the same number (≥ 2) of values; the first of the list on ties; comma without any. */
function chooseDelimiter(text: string, style: Omit<SampleStyle, 'delimiter'>, whole: boolean): string {
  let best = { delimiter: ',', share: 0, width: 1 };
  for (const delimiter of delimiters) {
    const counts = new Map<number, number>();
    const records = readSample(text.slice(0, 200_000), { ...style, delimiter }, whole && text.length <= 200_000).slice(0, 1000);
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

function describe(path: string, sample: CsvSample, known: Partial<CsvDialect>, tolerant: boolean): CsvSniffed {
  const { delimiter, quote, encoding, records, skipLines } = sample;
  const top = records.find((record) => !isBlank(record));
  if (top === undefined) throw emptyFile(path);
  const width = top.fields.length;
  if (width > mostColumns) throw tooWide(path, width);
  const all = records.slice(records.indexOf(top)).filter((record) => width === 1 || !isBlank(record));
  const rows = all.filter((record) => record.problem === undefined && fits(record, width) && !record.raw.includes('\0'));
  if (rows[0] !== top || !tolerant || rows.length < (1 - tolerated) * all.length) refuseBad(path, all, width);
  const header = known.header ?? looksLikeHeader(rows, width);
  const body = [...(header ? rows.slice(1) : rows), ...sample.further];
  const columns = Array.from({ length: width }, (_, c) => body.map((record) => record.fields[c] ?? ''));
  const seen = findNumberStyle(columns);
  const decimal = known.decimal ?? seen.decimal;
  const thousands = known.thousands ?? (seen.decimal === decimal ? seen.thousands : '');
  const numbers: NumberEvidence = known.decimal === undefined ? seen : { decimal, thousands: '' };
  const dates = known.dates ?? 'auto';
  const style = (words: readonly string[]): ValueStyle => ({ nullWords: new Set(words), decimal, thousands, dates });
  // Words are taken for missing values where the rest of a column is not text; then all columns are looked at again without them.
  const first = known.nullWords === undefined ? columns.map((values) => inferColumn(values, style([]), true)) : null;
  const found = [...new Set(first?.flatMap(({ words }) => words))].sort();
  const nullWords = known.nullWords ?? found;
  const evidence = first !== null && first.every(({ metWords }) => !metWords) ? first : columns.map((values) => inferColumn(values, style(nullWords), false));
  const names = headerNames(header ? top.fields.slice(0, width) : top.fields.map(() => ''));
  const schema = names.map((name, c): SniffedColumn => {
    const { type = 'string', format, why = '', empty = false } = evidence[c] ?? {};
    return { name, type, ...(format === undefined ? {} : { format }), ...(empty ? { empty } : {}), why };
  });
  const dialect: CsvDialect = {
    delimiter,
    quote,
    header,
    encoding,
    nullWords,
    decimal,
    thousands,
    dates,
    skipLines,
    ...(known.escape === undefined ? {} : { escape: known.escape }),
    ...(known.comment === undefined ? {} : { comment: known.comment }),
  };
  return { dialect, schema, notes: notesOf(path, { dialect, found, header: header ? top.fields : [], names, evidence, numbers, skipFound: sample.skipFound }) };
}

function refuseBad(path: string, rows: readonly CsvRecord[], width: number): void {
  for (const record of rows) {
    if (record.problem !== undefined) throw badQuote(path, record.line);
    if (!fits(record, width)) throw raggedRow(path, record.line, record.fields.length, width);
    if (record.raw.includes('\0')) throw nulCharacter(path, record.line);
  }
}

const anyStyle: ValueStyle = { nullWords: new Set(), decimal: '.', thousands: '', dates: 'auto' };

/** A first row is a header unless it looks like one more row: numbers or dates where the rows below have them, and no name above any. */
function looksLikeHeader(rows: readonly CsvRecord[], width: number): boolean {
  const [first, ...body] = rows;
  if (first === undefined || body.length === 0) return first !== undefined && first.fields.every((field) => kindOf(field) === 'text');
  let typedLikeBody = 0;
  for (let c = 0; c < width; c += 1) {
    const type = inferColumn(body.slice(0, 1000).map((record) => record.fields[c] ?? ''), anyStyle, true).type;
    if (type === 'string') continue;
    const value = first.fields[c] ?? '';
    if (value !== '' && kindOf(value) === 'text') return true;
    if (value !== '') typedLikeBody += 1;
  }
  return typedLikeBody === 0;
}

interface Seen {
  readonly dialect: CsvDialect;
  readonly found: readonly string[];
  readonly header: readonly string[];
  readonly names: readonly string[];
  readonly evidence: readonly ColumnEvidence[];
  readonly numbers: NumberEvidence;
  readonly skipFound: boolean;
}

function notesOf(path: string, seen: Seen): Diagnostic[] {
  const notes: Diagnostic[] = [];
  const file = basename(path);
  const note = (severity: 'info' | 'warning', code: string, message: string, remedy: string, column?: string) =>
    notes.push({ severity, code, message: `${file}: ${message}`, remedy, place: { file: path, ...(column === undefined ? {} : { column }) } });
  if (seen.skipFound) {
    const lines = seen.dialect.skipLines ?? 0;
    note('info', 'csv-lines-skipped', `${lines === 1 ? 'the first line is' : `the first ${lines} lines are`} taken as a title above the table and skipped.`, 'Set the lines to skip yourself if that is not meant.');
  }
  if (seen.found.length > 0) {
    const list = seen.found.map((word) => `“${word}”`).join(', ');
    note('info', 'csv-null-words', `${list} ${seen.found.length === 1 ? 'is' : 'are'} read as missing, in every column.`, 'Set the null words yourself if that is not meant.');
  }
  const renamed = seen.header.flatMap((field, i) => (field.trim() === seen.names[i] ? [] : [`“${seen.names[i] ?? ''}”`]));
  if (renamed.length > 0) {
    const list = `${renamed.slice(0, 10).join(', ')}${renamed.length > 10 ? ` and ${renamed.length - 10} more` : ''}`;
    note('warning', 'csv-headers-renamed', `empty or repeated headers were named ${list}.`, 'Give the columns distinct names in the file, or rename them in the reader.');
  }
  if (seen.dialect.encoding === 'latin-1') {
    note('info', 'csv-latin-1', 'the text is not UTF-8 and is read as Latin-1 (Windows-1252).', 'Choose the encoding yourself if letters look wrong.');
  }
  if (seen.numbers.proof !== undefined) {
    const what = seen.dialect.decimal === ',' ? 'a decimal comma' : 'a comma between thousands';
    note('info', 'csv-number-style', `numbers are read with ${what}, as in “${seen.numbers.proof}”.`, 'Set the decimal mark yourself if that is not meant.');
  }
  seen.evidence.forEach((evidence, i) => {
    const name = seen.names[i] ?? '';
    if (evidence.format !== undefined && seen.dialect.dates === 'auto') {
      const text = `${evidence.why.charAt(0).toLowerCase()}${evidence.why.slice(1)}`;
      note('info', 'csv-dates', `column “${name}” holds ${text}`, 'Choose the order of day and month yourself if that is not meant.', name);
    } else if (evidence.commaNumber !== undefined) {
      note('warning', 'csv-decimal-comma', `column “${name}” holds numbers with a comma, such as “${evidence.commaNumber.trim()}”, which may be decimals or thousands, and is kept as text.`, 'Choose the decimal mark in the reader.', name);
    } else if (evidence.localDate !== undefined) {
      const ambiguous = seen.dialect.dates === 'auto' ? 'whose order of day and month is not certain' : 'in an order that was not chosen';
      note('warning', 'csv-local-dates', `column “${name}” holds dates ${ambiguous}, such as “${evidence.localDate.trim()}”, and is kept as text.`, 'Choose the order of day and month in the reader, for the file or for this column.', name);
    }
  });
  return notes;
}
