import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { PenstockError } from '#app/core/errors.ts';
import { postgresDialect } from '../pushdown/postgres.ts';
import type { TextRows, WriteOutcome, WriteRequest } from '../types.ts';
import { noTable, tableExists } from '../write-errors.ts';
import { postgresCreateTypes } from './types.ts';

const { quote } = postgresDialect;

/** Writes in one transaction by COPY; the caller rolls back when it throws. */
export async function writePostgres(client: Client, request: WriteRequest, rows: TextRows): Promise<WriteOutcome> {
  const { table, mode, keys, columns } = request;
  const one = async (text: string, values: readonly unknown[] = []): Promise<unknown> => (await client.query<unknown[]>({ text, values: [...values], rowMode: 'array' })).rows[0]?.[0];
  const schema = request.schema || String(await one('select coalesce(current_schema(), \'public\')'));
  const into = `${quote(schema)}.${quote(table)}`;
  await client.query('begin');
  const exists = (await one('select to_regclass($1) is not null', [into])) === 't';
  if (exists && mode === 'create') throw tableExists(`${schema}.${table}`);
  if (!exists && mode === 'append') throw noTable(`${schema}.${table}`);
  if (!exists) {
    const key = mode === 'upsert' ? `, primary key (${keys.map(quote).join(', ')})` : '';
    await client.query(`create table ${into} (${columns.map(({ name, type }) => `${quote(name)} ${postgresCreateTypes[type]}`).join(', ')}${key})`);
  }
  const names = columns.map(({ name }) => quote(name)).join(', ');
  const removed = mode === 'replace' && exists ? ((await client.query(`delete from ${into}`)).rowCount ?? null) : null;
  let written: number;
  if (mode === 'upsert') {
    await client.query(`create temp table penstock_rows on commit drop as select ${names} from ${into} with no data`);
    written = await copyRows(client, `penstock_rows (${names})`, request, rows);
    const rest = columns.filter(({ name }) => !keys.includes(name));
    const then = rest.length === 0 ? 'nothing' : `update set ${rest.map(({ name }) => `${quote(name)} = excluded.${quote(name)}`).join(', ')}`;
    await client.query(`insert into ${into} (${names}) select ${names} from penstock_rows on conflict (${keys.map(quote).join(', ')}) do ${then}`).catch((error: { code?: unknown }) => {
      if (error.code !== '42P10') throw error;
      throw new PenstockError('database-no-key', `${schema}.${table} has no unique key over ${keys.map((key) => `“${key}”`).join(', ')}.`, { remedy: 'Make a unique index over these columns, or choose the columns of one that exists.', place: { param: ['keys'] } });
    });
  } else written = await copyRows(client, `${into} (${names})`, request, rows);
  await client.query('commit');
  return { rows: written, schema, created: !exists, removed };
}

async function copyRows(client: Client, into: string, { columns }: WriteRequest, rows: TextRows): Promise<number> {
  const binary = columns.map(({ type }) => type === 'binary');
  let count = 0;
  async function* lines(): AsyncGenerator<string> {
    for await (const batch of rows) {
      count += batch.length;
      yield batch.map((row) => `${row.map((cell, i) => (cell === null ? '\\N' : binary[i] === true ? `\\\\x${cell}` : escaped(cell))).join('\t')}\n`).join('');
    }
  }
  await pipeline(Readable.from(lines(), { objectMode: false, highWaterMark: 1 << 18 }), client.query(copyFrom(`copy ${into} from stdin`)));
  return count;
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
const escaped = (text: string): string => text.replace(/[\\\t\n\r]/g, (letter) => escapes[letter] ?? letter);
