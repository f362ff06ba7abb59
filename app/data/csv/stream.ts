import type { CsvPart } from '#app/sdk/csv.ts';
import { everyCellFits, readCsvSource, tableSql, wide } from './cells.ts';
import { inspectCells } from './plain-cells/inspect.ts';
import { openBytes, packingOf } from './text.ts';

const block = 1 << 20;

/**
 * A query that reads a sound CSV file where it lies, as strictly as `readCsvFile`: it fails at the first row that does not fit, without
 * saying where. For tables that are read once: nothing is written. Null where the file needs more than DuckDB's reader (compressed,
 * another encoding, comments, lines to skip, NUL, very long lines, very many columns): then it has to be read by `readCsvFile`.
 */
export async function csvStreamSql(part: CsvPart, signal: AbortSignal | undefined): Promise<string | null> {
  const { path, dialect, columns } = part;
  if (columns.length > wide || dialect.encoding !== 'utf-8' || (dialect.skipLines ?? 0) > 0 || (dialect.comment ?? '') !== '') return null;
  if ((await packingOf(path)) !== null) return null;
  const plain = await inspectCells(path, columns, dialect, signal);
  if (plain === null && !(await isSound(path, signal))) return null;
  const cells = { columns, dialect, native: plain?.native ?? new Set<number>() };
  // A query may not want every column, and then would not convert it: a row with a bad cell there has to fail all the same, because a
  // kept table would not hold it.
  return tableSql({ ...cells, source: `(select * from ${readCsvSource(path, columns, dialect, [], cells.native)} where ${everyCellFits(cells)})` }, part.layout, false);
}

/** No NUL, and a line end at least in every block. Looks through the file at memory speed. */
async function isSound(path: string, signal: AbortSignal | undefined): Promise<boolean> {
  let stretch = 0;
  let size = 0;
  for await (const bytes of openBytes(path, signal)) {
    size += bytes.length;
    if (bytes.includes(0)) return false;
    for (let from = 0; from < bytes.length; from += block) {
      const part = bytes.subarray(from, from + block);
      const last = part.lastIndexOf(10);
      stretch = last === -1 ? stretch + part.length : part.length - 1 - last;
      if (stretch > block) return false;
      const first = part.indexOf(10);
      if (last !== -1 && first > block / 2) return false;
    }
  }
  return size > 0;
}
