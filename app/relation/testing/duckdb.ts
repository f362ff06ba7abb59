import type { DuckDBConnection } from '@duckdb/node-api';
import { duckdbTypes, quoteName } from '../emitters/duckdb/index.ts';
import { literalSql } from '../emitters/duckdb/literal.ts';
import type { Value } from '../functions/spec.ts';
import type { ColumnType, Schema } from '../types.ts';

/** A value as SQL of its type; bigints of all 64 bits too. */
export function valueSql(value: Value, type: ColumnType): string {
  return typeof value === 'bigint' ? `'${value}'::BIGINT` : literalSql(value, type);
}

export async function createTable(connection: DuckDBConnection, name: string, schema: Schema, rows: readonly (readonly Value[])[]): Promise<void> {
  await connection.run(`create or replace table ${quoteName(name)} (${schema.map((column) => `${quoteName(column.name)} ${duckdbTypes[column.type]}`).join(', ')})`);
  if (rows.length === 0) return;
  await connection.run(`insert into ${quoteName(name)} values ${rows.map((row) => `(${schema.map(({ type }, i) => valueSql(row[i] ?? null, type)).join(', ')})`).join(', ')}`);
}

/** Rows of a query in the interpreter's values. @throws Error where the query fails */
export async function queryRows(connection: DuckDBConnection, sql: string, schema: Schema): Promise<Value[][]> {
  const columns = schema.map(({ name, type }) => (type === 'date' || type === 'time' || type === 'timestamp' ? `${quoteName(name)}::varchar` : quoteName(name)));
  const reader = await connection.runAndReadAll(`select ${columns.join(', ')} from (${sql})`);
  return reader.getRows().map((row) => row.map(plainValue));
}

function plainValue(value: unknown): Value {
  if (value === null || typeof value === 'boolean' || typeof value === 'bigint' || typeof value === 'number' || typeof value === 'string') return value;
  throw new TypeError(`A value came out that no logical type has: ${String(value)}`);
}

/** Text of a row in which equal values are equal text: -0 is 0; floats to 12 digits, because sums depend on their order. */
export function rowText(row: readonly Value[]): string {
  return row.map((value) => (typeof value === 'number' ? (Number.isFinite(value) ? String(Number((value + 0).toPrecision(12))) : String(value)) : typeof value === 'string' ? JSON.stringify(value) : String(value))).join(' | ');
}
