import { quotePath } from '#app/relation/emitters/duckdb/index.ts';
import type { CsvPart } from '#app/sdk/csv.ts';
import { quoteText } from '../sql.ts';
import { tableSql } from './cells.ts';
import { badValueMark, misfit } from './strict-cast.ts';
import { openBytes, packingOf } from './text.ts';

const block = 1 << 20;

/**
 * A query that reads a sound CSV file where it lies, as strictly as `readCsvFile`: it fails at the first row that does not fit, without
 * saying where. For tables that are read once: nothing is written. Null where the file needs more than DuckDB's reader (compressed,
 * another encoding, comments, lines to skip, NUL, very long lines, very many columns): then it has to be read by `readCsvFile`.
 */
export async function csvStreamSql(part: CsvPart, signal: AbortSignal | undefined): Promise<string | null> {
  const { path, dialect, columns } = part;
  if (columns.length > 200 || dialect.encoding !== 'utf-8' || (dialect.skipLines ?? 0) > 0 || (dialect.comment ?? '') !== '') return null;
  if ((await packingOf(path)) !== null || !(await isSound(path, signal))) return null;
  const options = [
    'auto_detect = false',
    `delim = ${quoteText(dialect.delimiter)}`,
    `quote = ${quoteText(dialect.quote)}`,
    `escape = ${quoteText(dialect.quote === '' ? '' : (dialect.escape ?? dialect.quote))}`,
    `header = ${dialect.header}`,
    `columns = {${columns.map((_, i) => `c${i}: 'VARCHAR'`).join(', ')}}`,
  ];
  const source = `read_csv(${quotePath(path)}, ${options.join(', ')})`;
  return tableSql({ source: `(select * from ${source} where ${everyCellFits(part)})`, columns, dialect }, part.layout, false);
}

/**
 * The query above may not want every column, and then would not convert it: a row with a bad cell there has to fail all the same, because
 * a kept table would not hold it.
 */
function everyCellFits({ columns, dialect }: CsvPart): string {
  const words = dialect.nullWords.filter((word) => word !== '').map(quoteText);
  const tests = columns.map((column, i) => misfit(words.length === 0 ? `c${i}` : `case when c${i} in (${words.join(', ')}) then null else c${i} end`, column, dialect)).filter((test) => test !== 'false');
  return tests.length === 0 ? 'true' : `case when ${tests.join(' or ')} then error(${quoteText(badValueMark)}) else true end`;
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
