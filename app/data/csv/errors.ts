import { basename } from 'node:path';
import { PenstockError, type Place } from '#app/core/errors.ts';
import { formatCount } from '#app/core/units.ts';
import type { ColumnType } from '#app/relation/types.ts';
import type { CsvColumn } from '#app/sdk/csv.ts';

/** A CSV fault in one sentence that starts with the file, the line and the column. `line` is the line as a text editor counts it. */
export function csvError(
  code: `csv-${string}`,
  path: string,
  fault: string,
  remedy: string,
  at: { line?: number; column?: string; cause?: unknown } = {},
): PenstockError {
  const where = [
    basename(path),
    ...(at.line === undefined ? [] : [`line ${formatCount(at.line)}`]),
    ...(at.column === undefined ? [] : [`column “${at.column}”`]),
  ].join(', ');
  const place: Place = {
    file: path,
    ...(at.line === undefined ? {} : { line: at.line }),
    ...(at.column === undefined ? {} : { column: at.column }),
  };
  return new PenstockError(code, `${where}: ${fault}`, { remedy, place, ...(at.cause === undefined ? {} : { cause: at.cause }) });
}

export function emptyFile(path: string): PenstockError {
  return csvError('csv-empty', path, 'the file is empty.', 'Choose a file with a header row and data.');
}

export function nulCharacter(path: string, line: number): PenstockError {
  return csvError('csv-nul', path, 'there is a NUL character; this is not a text file, or its encoding is not the chosen one.', 'Choose the encoding UTF-16 if that is what it is, or export the file as CSV again.', { line });
}

export function raggedRow(path: string, line: number, found: number, expected: number): PenstockError {
  const values = `${found} ${found === 1 ? 'value' : 'values'}`;
  return csvError(
    'csv-ragged',
    path,
    `${values} where ${expected} ${expected === 1 ? 'column is' : 'columns are'} expected.`,
    found > expected ? 'Put values that contain the delimiter in quotes, or correct the line.' : 'Correct the line, or choose another delimiter.',
    { line },
  );
}

/** More columns than this take minutes: what looks at pairs of columns or plans a query grows with their square. */
export const mostColumns = 20_000;

export function tooWide(path: string, found: number): PenstockError {
  return csvError('csv-too-wide', path, `there are ${formatCount(found)} columns; up to ${formatCount(mostColumns)} can be read.`, 'Choose another delimiter, or turn columns into rows before.');
}

export function badQuote(path: string, line: number): PenstockError {
  return csvError('csv-quote', path, 'a quoted value does not end properly.', 'Double the quotes inside quoted values, or choose another quote character (or none).', { line });
}

/** `where` is said in words when the line is known only roughly. */
export function wrongEncoding(path: string, encoding: string, where: string, line?: number): PenstockError {
  const fault = `there are bytes that are not ${encoding.toUpperCase()}${where === '' ? '' : `, ${where}`}.`;
  return csvError('csv-encoding', path, fault, 'Choose the encoding Latin-1 (Windows-1252) or UTF-16, or save the file as UTF-8.', line === undefined ? {} : { line });
}

const kinds: Readonly<Record<ColumnType, string>> = {
  boolean: 'true or false (boolean)',
  integer: 'a whole number (integer)',
  float: 'a number (float)',
  string: 'text (string)',
  date: 'a date like 2024-01-31 (date)',
  time: 'a time like 10:30:00 (time)',
  timestamp: 'a date and time like 2024-01-31 10:30:00 (timestamp)',
  binary: 'binary',
};

export function badValue(path: string, line: number, column: Pick<CsvColumn, 'name' | 'type' | 'format'>, value: string): PenstockError {
  const { name, type, format } = column;
  const shown = value.length > 80 ? `${value.slice(0, 80)}…` : value;
  const other = type === 'integer' && /^\s*[+-]?\d*\.?\d+([eE][+-]?\d+)?\s*$/.test(value) ? 'float' : 'string';
  const kind = format && (type === 'date' || type === 'timestamp') ? `a date written as ${format} (${type})` : kinds[type];
  return csvError(
    'csv-bad-value',
    path,
    `“${shown}” is not ${kind}.`,
    `Add “${shown}” to the null words if it means “missing”, or choose the type ${other} for this column.`,
    { line, column: name },
  );
}

/** More rows do not fit than a person allowed: then it is the settings that do not fit. `first`: the first fault. */
export function tooManyRejects(path: string, limit: number, first: PenstockError | undefined): PenstockError {
  const line = first?.place?.line;
  const column = first?.place?.column;
  const example = first === undefined ? '' : ` The first: ${first.message.slice(basename(path).length).replace(/^, /, '')}`;
  return new PenstockError('csv-too-many-rejects', `${basename(path)}: more than ${formatCount(limit)} ${limit === 1 ? 'row' : 'rows'} cannot be read with these settings.${example}`, {
    remedy: 'Correct the settings of the reader (delimiter, types, decimal comma, dates, null words), or allow more rejected rows.',
    place: { file: path, ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { column }) },
  });
}
