import type { Connection } from 'mysql2/promise';
import { PenstockError } from '#app/core/errors.ts';
import type { ColumnType } from '#app/relation/types.ts';
import { mysqlDialect } from '../pushdown/mysql.ts';
import type { TextRows, WriteOutcome, WriteRequest } from '../types.ts';
import { noTable, tableExists } from '../write-errors.ts';
import { mysqlCreateType } from './types.ts';

const { quote } = mysqlDialect;
/** The protocol takes at most 65 535 parameters a statement. */
const maxParameters = 60_000;

/** Writes in one transaction by inserts of many rows. CREATE TABLE ends a transaction in MySQL, so a table made here is dropped on failure. */
export async function writeMysql(connection: Connection, request: WriteRequest, rows: TextRows): Promise<WriteOutcome> {
  const { table, mode, keys, columns } = request;
  const ask = async (sql: string, values: readonly string[] = []): Promise<unknown[][]> => (await connection.execute({ sql, values: [...values], rowsAsArray: true }))[0] as unknown[][];
  const schema = request.schema || String((await ask('select database()'))[0]?.[0] ?? '');
  if (schema === 'null' || schema === '') throw new PenstockError('database-no-schema', 'The connection names no database to write into.', { remedy: 'Set the schema of the node, or the database of the connection.', place: { param: ['schema'] } });
  const into = `${quote(schema)}.${quote(table)}`;
  const [found] = await ask('select engine from information_schema.tables where table_schema = ? and table_name = ?', [schema, table]);
  const exists = found !== undefined;
  if (exists && mode === 'create') throw tableExists(`${schema}.${table}`);
  if (!exists && mode === 'append') throw noTable(`${schema}.${table}`);
  if (exists && found[0] !== null && String(found[0]).toLowerCase() !== 'innodb') {
    throw new PenstockError('database-no-transactions', `The table ${schema}.${table} is kept by the engine ${String(found[0])}, which cannot take back a half-written table.`, { remedy: 'Change its engine to InnoDB (alter table … engine = InnoDB), or write to another table.', place: { param: ['table'] } });
  }
  if (exists && mode === 'upsert') await checkKeys(ask, schema, table, keys);
  // What does not fit must fail, not be cut.
  await connection.query("set session sql_mode = concat(@@sql_mode, ',STRICT_ALL_TABLES')");
  if (!exists) {
    const isKey = (name: string): boolean => mode === 'upsert' && keys.includes(name);
    const made = columns.map(({ name, type }) => `${quote(name)} ${mysqlCreateType(type, isKey(name))}`);
    const key = mode === 'upsert' ? `, primary key (${keys.map(quote).join(', ')})` : '';
    await connection.query(`create table ${into} (${made.join(', ')}${key}) engine = InnoDB default character set utf8mb4`);
  }
  try {
    await connection.query('start transaction');
    const [deleted] = mode === 'replace' && exists ? await connection.query(`delete from ${into}`) : [null];
    const count = await insertRows(connection, into, request, rows);
    await connection.query('commit');
    return { rows: count, schema, created: !exists, removed: (deleted as { affectedRows?: number } | null)?.affectedRows ?? null };
  } catch (error) {
    await connection.query('rollback').catch(() => undefined);
    if (!exists) await connection.query(`drop table if exists ${into}`).catch(() => undefined);
    throw error;
  }
}

async function insertRows(connection: Connection, into: string, { columns, mode, keys }: WriteRequest, rows: TextRows): Promise<number> {
  const names = columns.map(({ name }) => quote(name));
  const place = `(${columns.map(() => '?').join(', ')})`;
  const rest = columns.filter(({ name }) => !keys.includes(name)).map(({ name }) => quote(name));
  // Where all columns are keys, setting one to itself changes nothing.
  const updates = (rest.length === 0 ? keys.map(quote) : rest).map((name) => `${name} = values(${name})`).join(', ');
  const tail = mode === 'upsert' ? ` on duplicate key update ${updates}` : '';
  const perInsert = Math.max(1, Math.min(500, Math.floor(maxParameters / columns.length)));
  let count = 0;
  for await (const batch of rows) {
    for (let from = 0; from < batch.length; from += perInsert) {
      const some = batch.slice(from, from + perInsert);
      const values = some.flatMap((row) => row.map((cell, i) => toParameter(cell, columns[i]?.type ?? 'string', columns[i]?.name ?? '')));
      await connection.execute(`insert into ${into} (${names.join(', ')}) values ${some.map(() => place).join(', ')}${tail}`, values);
      count += some.length;
    }
  }
  return count;
}

function toParameter(cell: string | null, type: ColumnType, column: string): string | Buffer | null {
  if (cell === null) return null;
  if (type === 'boolean') return cell === 'true' ? '1' : '0';
  if (type === 'binary') return Buffer.from(cell, 'hex');
  if (type === 'float' && !Number.isFinite(Number(cell))) {
    throw new PenstockError('database-bad-row', `Column “${column}” holds ${cell}, which MySQL has no value for.`, { remedy: 'Replace such values before the Database Writer, for example by missing ones.', place: { column } });
  }
  return cell;
}

async function checkKeys(ask: (sql: string, values: readonly string[]) => Promise<unknown[][]>, schema: string, table: string, keys: readonly string[]): Promise<void> {
  const indexed = await ask('select index_name, column_name from information_schema.statistics where table_schema = ? and table_name = ? and non_unique = 0', [schema, table]);
  const indexes = new Map<string, Set<string>>();
  for (const [index, column] of indexed) {
    const key = String(index);
    indexes.set(key, (indexes.get(key) ?? new Set()).add(String(column).toLowerCase()));
  }
  const wanted = new Set(keys.map((key) => key.toLowerCase()));
  for (const columns of indexes.values()) if (columns.size === wanted.size && [...columns].every((column) => wanted.has(column))) return;
  throw new PenstockError('database-no-key', `${schema}.${table} has no unique key over ${keys.map((key) => `“${key}”`).join(', ')}.`, { remedy: 'Make a unique index over these columns, or choose the columns of one that exists.', place: { param: ['keys'] } });
}
