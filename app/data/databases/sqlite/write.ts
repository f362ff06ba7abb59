import type SQLite from 'better-sqlite3-multiple-ciphers';
import { CancelledError, PenstockError } from '#app/core/errors.ts';
import type { ColumnType } from '#app/relation/types.ts';
import { sqliteDialect } from '../pushdown/sqlite.ts';
import type { TextRows, WriteOutcome, WriteRequest } from '../types.ts';
import { noTable, tableExists } from '../write-errors.ts';

const { quote } = sqliteDialect;

const types: Readonly<Record<ColumnType, string>> = {
  boolean: 'boolean',
  integer: 'integer',
  float: 'real',
  string: 'text',
  date: 'date',
  time: 'time',
  timestamp: 'timestamp',
  binary: 'blob',
};

/** Writes in one transaction. */
export async function writeSqlite(database: SQLite.Database, request: WriteRequest, rows: TextRows, signal: AbortSignal): Promise<WriteOutcome> {
  const { table, mode, keys, columns } = request;
  const into = quote(table);
  database.exec('begin immediate');
  try {
    const exists = database.prepare("select 1 from sqlite_schema where name = ? and type = 'table'").get(table) !== undefined;
    if (exists && mode === 'create') throw tableExists(table);
    if (!exists && mode === 'append') throw noTable(table);
    if (!exists) {
      const key = mode === 'upsert' ? `, primary key (${keys.map(quote).join(', ')})` : '';
      database.exec(`create table ${into} (${columns.map(({ name, type }) => `${quote(name)} ${types[type]}`).join(', ')}${key})`);
    }
    const removed = mode === 'replace' && exists ? database.prepare(`delete from ${into}`).run().changes : null;
    const names = columns.map(({ name }) => quote(name)).join(', ');
    const rest = columns.filter(({ name }) => !keys.includes(name));
    const then = rest.length === 0 ? 'nothing' : `update set ${rest.map(({ name }) => `${quote(name)} = excluded.${quote(name)}`).join(', ')}`;
    const tail = mode === 'upsert' ? ` on conflict (${keys.map(quote).join(', ')}) do ${then}` : '';
    const insert = prepared(() => database.prepare(`insert into ${into} (${names}) values (${columns.map(() => '?').join(', ')})${tail}`), table, keys);
    let count = 0;
    for await (const batch of rows) {
      if (signal.aborted) throw new CancelledError();
      for (const row of batch) insert.run(row.map((cell, i) => toValue(cell, columns[i]?.type ?? 'string')));
      count += batch.length;
    }
    database.exec('commit');
    return { rows: count, schema: '', created: !exists, removed };
  } catch (error) {
    if (database.inTransaction) database.exec('rollback');
    throw error;
  }
}

function prepared(prepare: () => SQLite.Statement, table: string, keys: readonly string[]): SQLite.Statement {
  try {
    return prepare();
  } catch (error) {
    if (!(error instanceof Error) || !/ON CONFLICT clause does not match/.test(error.message)) throw error;
    throw new PenstockError('database-no-key', `${table} has no unique key over ${keys.map((key) => `“${key}”`).join(', ')}.`, { remedy: 'Make a unique index over these columns, or choose the columns of one that exists.', place: { param: ['keys'] } });
  }
}

function toValue(cell: string | null, type: ColumnType): string | number | bigint | Buffer | null {
  if (cell === null) return null;
  switch (type) {
    case 'boolean':
      return cell === 'true' ? 1 : 0;
    case 'integer':
      return BigInt(cell);
    case 'float':
      return cell === 'inf' ? Infinity : cell === '-inf' ? -Infinity : Number(cell);
    case 'binary':
      return Buffer.from(cell, 'hex');
    default:
      return cell;
  }
}
