import type { DuckDBConnection } from '@duckdb/node-api';
import { PenstockError } from '#app/core/errors.ts';
import type { Column, ColumnType, Schema } from '#app/relation/types.ts';
import type { PositionedQuery } from '../positioned.ts';
import { quoteName } from '../sql.ts';

export type SqlValue = null | boolean | number | string;

/** A table to be drawn: edges, categories and colours come from the whole of it, heights from the rows under a slice. */
export interface ChartSource {
  /** SQL of the whole table. */
  readonly whole: string;
  /** SQL of the rows to draw; the same text as `whole` without a slice. */
  readonly rows: string;
  readonly schema: Schema;
  /** SQL of these expressions over the whole or the rows to draw, and of each row’s number as `place`: what a hash of it chooses is a random sample, the same each time. */
  numbered(expressions: string, of: 'whole' | 'rows'): string;
  query(sql: string): Promise<SqlValue[][]>;
  /** Answers about the whole table are asked once. */
  remember<T>(key: string, ask: () => Promise<T>): Promise<T>;
}

export interface SourceSql {
  readonly whole: string;
  readonly rows: string;
  /** The same, where they know their place in a file: numbering them anew keeps one core busy. */
  readonly positioned: { readonly whole: PositionedQuery | null; readonly rows: PositionedQuery | null };
}

export function sourceOver(connection: DuckDBConnection, { whole, rows, positioned }: SourceSql, schema: Schema, remember: ChartSource['remember']): ChartSource {
  return {
    whole,
    rows,
    schema,
    remember,
    numbered(expressions, of) {
      const known = positioned[of];
      return known === null ? `select ${expressions}, row_number() over () as place from (${of === 'whole' ? whole : rows})` : `select ${expressions}, ${known.position} as place from (${known.sql})`;
    },
    async query(sql) {
      const reader = await connection.runAndReadAll(sql);
      return reader.getRows().map((row) => row.map(toValue));
    },
  };
}

const toValue = (value: unknown): SqlValue => (typeof value === 'bigint' ? Number(value) : value === undefined ? null : typeof value === 'object' && value !== null ? String(value) : (value as SqlValue));

export const isTime = (type: ColumnType): type is 'date' | 'timestamp' => type === 'date' || type === 'timestamp';
export const isNumber = (type: ColumnType): boolean => type === 'integer' || type === 'float';

/** @throws PenstockError `unknown-column` */
export function columnOf(source: Pick<ChartSource, 'schema'>, name: string): Column {
  const column = source.schema.find((one) => one.name === name);
  if (column !== undefined) return column;
  throw new PenstockError('unknown-column', `There is no column “${name}” in the table.`, { remedy: 'Choose the column again.', place: { column: name } });
}

/** @throws PenstockError `unknown-column`, `column-type` where the column is none of the types that `what` takes. */
export function typedColumn(source: Pick<ChartSource, 'schema'>, name: string, types: readonly ColumnType[], what: string): Column {
  const column = columnOf(source, name);
  if (types.includes(column.type)) return column;
  throw new PenstockError('column-type', `Column “${name}” is ${column.type}; ${what}.`, { remedy: 'Choose another column, or convert it first.', place: { column: name } });
}

export const numbers: readonly ColumnType[] = ['integer', 'float'];
export const ordered: readonly ColumnType[] = ['integer', 'float', 'date', 'timestamp'];
export const grouping: readonly ColumnType[] = ['boolean', 'integer', 'float', 'string', 'date', 'timestamp', 'time'];

/** Range of a column over the whole table: numbers, or ms since 1970. Null ends: no value that can be drawn. */
export interface Extent {
  /** Rows of the table, and those with a value. */
  readonly rows: number;
  readonly present: number;
  readonly low: number | null;
  readonly high: number | null;
  /** Smallest value above zero, for logarithmic axes. */
  readonly lowPositive: number | null;
  /** Infinities or NaN occur. */
  readonly odd: boolean;
}

export function extentOf(source: ChartSource, column: Column, log = false): Promise<Extent> {
  return source.remember(`extent ${column.name} ${log}`, async () => {
    const name = quoteName(column.name);
    const time = isTime(column.type);
    const finite = (sql: string): string => `isfinite(${sql}${time ? '' : '::double'})`;
    const position = (sql: string): string => `case when ${finite(sql)} then ${time ? `epoch_ms((${sql})::timestamp)` : `(${sql})::double`} end`;
    // Without a filter the answer comes from the file's own statistics; infinities and NaN, which are rare, show in it.
    const [row] = await source.query(`select count(*), count(${name}), ${finite(`min(${name})`)} and ${finite(`max(${name})`)}, ${position(`min(${name})`)}, ${position(`max(${name})`)} from (${source.whole})`);
    const odd = row?.[2] === false;
    const within = (condition: string): string => `(select ${name} from (${source.whole}) where ${condition})`;
    const ends = odd ? (await source.query(`select ${position(`min(${name})`)}, ${position(`max(${name})`)} from ${within(finite(name))}`))[0] : row?.slice(3);
    const positive = log ? (await source.query(`select min(${name})::double from ${within(`${name} > 0 and ${finite(name)}`)}`))[0]?.[0] : null;
    const number = (value: SqlValue | undefined): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null);
    return { rows: Number(row?.[0] ?? 0), present: Number(row?.[1] ?? 0), low: number(ends?.[0]), high: number(ends?.[1]), lowPositive: number(positive), odd };
  });
}
