import type { CsvDialect } from '#app/sdk/csv.ts';

/**
 * The cells of a delimited file read in the plainest way (RFC 4180 in the file's dialect), to compare what the app made of it. Null where
 * the file is of a kind that this does not look at: a dialect of its own, text that is not UTF-8.
 */
export function csvCells(bytes: Uint8Array, dialect: CsvDialect): string[][] | null {
  if (dialect.encoding !== 'utf-8' || dialect.comment !== undefined || (dialect.skipLines ?? 0) > 0 || dialect.quote.length !== 1 || dialect.delimiter.length !== 1) return null;
  if (dialect.escape !== undefined && dialect.escape !== dialect.quote) return null;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let isQuoted = false;
  let wasQuoted = false;
  const endRow = (): void => {
    const isBlank = row.length === 0 && cell === '' && !wasQuoted;
    if (!isBlank) rows.push([...row, cell]);
    row = [];
    cell = '';
    wasQuoted = false;
  };
  for (let i = 0; i < text.length; i += 1) {
    const character = text[i] as string;
    if (isQuoted) {
      if (character !== dialect.quote) cell += character;
      else if (text[i + 1] === dialect.quote) {
        cell += character;
        i += 1;
      } else isQuoted = false;
    } else if (character === dialect.quote && cell === '' && !wasQuoted) {
      isQuoted = true;
      wasQuoted = true;
    } else if (character === dialect.delimiter) {
      row.push(cell);
      cell = '';
      wasQuoted = false;
    } else if (character === '\n' || character === '\r') {
      if (character === '\r' && text[i + 1] === '\n') i += 1;
      endRow();
    } else cell += character;
  }
  if (row.length > 0 || cell !== '' || wasQuoted) endRow();
  return dialect.header ? rows.slice(1) : rows;
}
