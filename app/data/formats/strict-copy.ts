import type { DuckDBConnection } from '@duckdb/node-api';
import { PenstockError } from '#app/core/errors.ts';
import { formatCount } from '#app/core/units.ts';
import type { ColumnType, Schema } from '#app/relation/types.ts';
import { misfit, strictCast } from '../csv/strict-cast.ts';
import { copyToParquet } from '../parquet.ts';
import { quoteName, quoteText } from '../sql.ts';

/** Rows read as text, still to be given their types. */
export interface TextRows {
  /** A temporary table: `line` BIGINT, `problem` VARCHAR (why the row as a whole does not fit, or null), then `c0`, `c1` … VARCHAR. */
  readonly table: string;
  readonly schema: Schema;
  /** Shown to people. */
  readonly file: string;
  /** What `line` counts: lines of a text file, rows of a sheet. */
  readonly unit: 'line' | 'row';
}

export interface StrictResult {
  readonly table: { readonly rows: number; readonly bytes: number };
  readonly rejects: { readonly rows: number; readonly bytes: number };
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

/**
 * Text → typed Parquet, nothing changed unseen: a value that does not fit its column stops the copy, or its whole row goes to the rejects
 * with the value and the reason.
 * @throws PenstockError `bad-value`, `bad-record` naming file, line and column; those of copyToParquet.
 */
export async function copyStrictly(connection: DuckDBConnection, rows: TextRows, misfits: 'stop' | 'set-aside', outPath: string, rejectsPath: string): Promise<StrictResult> {
  const tests = rows.schema.map(({ type }, i) => ({ test: misfit(`c${i}`, { type }, {}), i })).filter(({ test }) => test !== 'false');
  const unfit = ['problem is not null', ...tests.map(({ test }) => test)].join(' or ');
  const columns = rows.schema.map(({ name, type }, i) => `${strictCast(`c${i}`, { type }, {})} as ${quoteName(name)}`).join(', ');
  if (misfits === 'stop') {
    const first = await connection.runAndReadAll(`select line, problem, ${whichSql(tests)} from ${rows.table} where ${unfit} order by line limit 1`);
    const found = first.getRows()[0];
    if (found !== undefined) throw await firstFault(connection, rows, Number(found[0]), found[1], found[2]);
  }
  const fitting = misfits === 'stop' ? '' : ` where not (${unfit})`;
  const table = await copyToParquet(connection, `select ${columns} from ${rows.table}${fitting}`, outPath);
  const rejects = await copyToParquet(connection, rejectsSql(rows, tests), rejectsPath);
  return { table, rejects };
}

type Test = { readonly test: string; readonly i: number };

const whichSql = (tests: readonly Test[]): string => (tests.length === 0 ? 'null::integer' : `case ${tests.map(({ test, i }) => `when ${test} then ${i}`).join(' ')} end`);

async function firstFault(connection: DuckDBConnection, rows: TextRows, line: number, problem: unknown, which: unknown): Promise<PenstockError> {
  const where = `${rows.file}, ${rows.unit} ${formatCount(line)}`;
  if (typeof problem === 'string') {
    return new PenstockError('bad-record', `${where}: ${problem}.`, { remedy: 'Correct the file, or set such rows aside.', place: { file: rows.file, line } });
  }
  const index = Number(which);
  const column = rows.schema[index];
  const cell = await connection.runAndReadAll(`select c${index} from ${rows.table} where line = ${line} limit 1`);
  const value = shortened(String(cell.getRows()[0]?.[0] ?? ''));
  return new PenstockError('bad-value', `${where}, column “${column?.name ?? ''}”: “${value}” is not ${kinds[column?.type ?? 'string']}.`, {
    remedy: 'Choose another type for the column, or set rows with such values aside.',
    place: { file: rows.file, line, ...(column === undefined ? {} : { column: column.name }) },
  });
}

const shortened = (text: string): string => (text.length > 80 ? `${text.slice(0, 80)}…` : text);

function rejectsSql(rows: TextRows, tests: readonly Test[]): string {
  const file = quoteText(rows.file);
  const parts = [
    `select line, -1 as place, null::varchar as name, null::varchar as value, problem as reason from ${rows.table} where problem is not null`,
    ...tests.map(({ test, i }) => {
      const column = rows.schema[i];
      const reason = `is not ${kinds[column?.type ?? 'string']}`;
      return `select line, ${i}, ${quoteText(column?.name ?? '')}, c${i}, ${quoteText(reason)} from ${rows.table} where ${test}`;
    }),
  ];
  return `select ${file}::varchar as file, line, name as "column", value, reason from (${parts.join(' union all ')}) order by line, place`;
}
