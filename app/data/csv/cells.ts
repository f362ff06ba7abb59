import type { CsvColumn, CsvDialect, CsvLayoutColumn } from '#app/sdk/csv.ts';
import { quotePath } from '#app/relation/emitters/duckdb/index.ts';
import { physicalType } from '../column-types.ts';
import { quoteName, quoteText } from '../sql.ts';
import { badValueMark, misfit, strictCast } from './strict-cast.ts';

/**
 * The SQL over a CSV whose cells are text, in columns c0, c1, … of `source`.
 *
 * Up to `wide` columns have an expression each. DuckDB's time to plan such a query grows with the square of their number, so wider
 * tables put the cells of one type into a list and convert it by one expression: 10,000 columns then take seconds, not minutes.
 */
export interface CsvCells {
  readonly source: string;
  readonly columns: readonly CsvColumn[];
  readonly dialect: CsvDialect;
  /** Columns (up to `wide` in all) that DuckDB's reader has converted, because `inspectCells` found them plain; the others are text. */
  readonly native?: ReadonlySet<number>;
}

export const wide = 200;

interface Group {
  readonly column: CsvColumn;
  readonly indices: readonly number[];
}

function groupsOf(columns: readonly CsvColumn[]): Group[] {
  const groups = new Map<string, { column: CsvColumn; indices: number[] }>();
  columns.forEach((column, i) => {
    const key = `${column.type} ${column.format ?? ''}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { column, indices: [i] });
    else group.indices.push(i);
  });
  return [...groups.values()];
}

/** DuckDB's reader over a file, all cells as text but those of `native` columns. @param more further options */
export function readCsvSource(path: string, columns: readonly CsvColumn[], dialect: CsvDialect, more: readonly string[] = [], native: ReadonlySet<number> = noneNative): string {
  const words = wordsOf(dialect);
  const options = [
    'auto_detect = false',
    `delim = ${quoteText(dialect.delimiter)}`,
    `quote = ${quoteText(dialect.quote)}`,
    `escape = ${quoteText(dialect.quote === '' ? '' : (dialect.escape ?? dialect.quote))}`,
    `header = ${dialect.header}`,
    `columns = {${columns.map(({ type }, i) => `c${i}: '${native.has(i) ? physicalType[type] : 'VARCHAR'}'`).join(', ')}}`,
    ...(native.size === 0 || words.length === 0 ? [] : [`nullstr = [${["''", ...words].join(', ')}]`]),
    ...more,
  ];
  return `read_csv(${quotePath(path)}, ${options.join(', ')})`;
}

const noneNative: ReadonlySet<number> = new Set();

const wordsOf = (dialect: CsvDialect): string[] => dialect.nullWords.filter((word) => word !== '').map(quoteText);

function masked(cell: string, words: readonly string[]): string {
  return words.length === 0 ? cell : `case when ${cell} in (${words.join(', ')}) then null else ${cell} end`;
}

/** A source whose null words are null. */
function maskedSource({ source, columns, dialect, native = noneNative }: CsvCells): string {
  const words = wordsOf(dialect);
  return words.length === 0 ? source : `(select ${columns.map((_, i) => (native.has(i) ? `c${i}` : `${masked(`c${i}`, words)} as c${i}`)).join(', ')} from ${source})`;
}

function listOf({ dialect }: CsvCells, group: Group): string {
  const words = wordsOf(dialect);
  const list = `[${group.indices.map((i) => `c${i}`).join(', ')}]`;
  return words.length === 0 ? list : `list_transform(${list}, lambda y: ${masked('y', words)})`;
}

const badList = (cells: CsvCells, group: Group): string => `list_transform(${listOf(cells, group)}, lambda x: ${misfit('x', group.column, cells.dialect)})`;

/** A condition that fails the query, as a conversion would, at a row with any cell that does not fit. For up to `wide` columns. */
export function everyCellFits({ columns, dialect, native = noneNative }: Omit<CsvCells, 'source'>): string {
  const words = wordsOf(dialect);
  const tests = columns.map((column, i) => (native.has(i) ? 'false' : misfit(masked(`c${i}`, words), column, dialect))).filter((test) => test !== 'false');
  return tests.length === 0 ? 'true' : `case when ${tests.join(' or ')} then error(${quoteText(badValueMark)}) else true end`;
}

/** The query that gives the table; with `onlyGood` without the rows that have a bad cell, otherwise failing at the first. */
export function tableSql(cells: CsvCells, layout: readonly CsvLayoutColumn[] | undefined, onlyGood: boolean): string {
  const { columns, dialect, native = noneNative } = cells;
  const laidOut = layout ?? columns.map(({ name, type }, from): CsvLayoutColumn => ({ name, type, from }));
  const select = (cell: (index: number) => string) =>
    laidOut
      .map(({ name, type, from }) => {
        const value = from === null ? `null::${physicalType[type]}` : typeof from === 'number' ? retyped(cell(from), columns[from]?.type, type) : quoteText(from.text);
        return `${value} as ${quoteName(name)}`;
      })
      .join(', ');
  if (columns.length <= wide) {
    const tests = onlyGood ? columns.map((column, i) => (native.has(i) ? 'false' : misfit(`c${i}`, column, dialect))).filter((test) => test !== 'false') : [];
    const where = tests.length === 0 ? '' : ` where not (${tests.join(' or ')})`;
    return `select ${select((i) => native.has(i) ? `c${i}` : strictCast(`c${i}`, columns[i] ?? { type: 'string' }, dialect))} from ${maskedSource(cells)}${where}`;
  }
  const groups = groupsOf(columns);
  const places = new Map(groups.flatMap((group, g) => group.indices.map((index, at) => [index, `l${g}[${at + 1}]`] as const)));
  const lists = groups.map((group, g) => `list_transform(${listOf(cells, group)}, lambda x: ${strictCast('x', group.column, dialect)}) as l${g}`);
  const tests = onlyGood ? groups.map((group) => `list_contains(${badList(cells, group)}, true)`) : [];
  const where = tests.length === 0 ? '' : ` where not (${tests.join(' or ')})`;
  return `select ${select((i) => places.get(i) ?? 'null')} from (select ${lists.join(', ')} from ${cells.source}${where})`;
}

const retyped = (value: string, from: string | undefined, to: keyof typeof physicalType): string => (from === to ? value : `(${value})::${physicalType[to]}`);

export interface BadCellsQuery {
  readonly sql: string;
  /** Index of the first bad column from the cells of a result row after its number. */
  column(found: readonly unknown[]): number;
}

/** Rows with a bad cell by number (1-based, as DuckDB reads them), at most `limit`; null when every text fits. */
export function badCellsSql(cells: CsvCells, limit: number): BadCellsQuery | null {
  const { columns, dialect } = cells;
  if (columns.length <= wide) {
    const branches = columns.flatMap((column, i) => {
      const test = misfit(`c${i}`, column, dialect);
      return test === 'false' ? [] : [`when ${test} then ${i}`];
    });
    if (branches.length === 0) return null;
    const sql = `select n, which from (select row_number() over () as n, case ${branches.join(' ')} end as which from ${maskedSource(cells)}) where which is not null order by n limit ${limit}`;
    return { sql, column: ([which]) => Number(which) };
  }
  const groups = groupsOf(columns).filter((group) => misfit('x', group.column, dialect) !== 'false');
  if (groups.length === 0) return null;
  const positions = groups.map((group, g) => `coalesce(list_position(${badList(cells, group)}, true), 0) as p${g}`);
  const sql = `select n, ${groups.map((_, g) => `p${g}`).join(', ')} from (select row_number() over () as n, ${positions.join(', ')} from ${cells.source}) where ${groups.map((_, g) => `p${g} > 0`).join(' or ')} order by n limit ${limit}`;
  return { sql, column: (found) => Math.min(...groups.map((group, g) => (Number(found[g]) > 0 ? (group.indices[Number(found[g]) - 1] ?? 0) : Infinity))) };
}
