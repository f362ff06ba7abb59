import { copyFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import SQLite from 'better-sqlite3-multiple-ciphers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isCancelled } from '#app/core/errors.ts';
import { openReader } from './testing/read-all.ts';
import type { Target } from './types.ts';

const table = (name: string, schema = '') => ({ kind: 'table', schema, table: name }) as const;
const sql = (text: string) => ({ kind: 'sql', text }) as const;
let reader: Awaited<ReturnType<typeof openReader>>;
beforeAll(async () => {
  reader = await openReader();
});
afterAll(() => reader.close());

const fileTarget = (kind: 'sqlite' | 'duckdb', file: string): Target => ({ name: 'file', kind, host: '', port: 0, database: '', user: '', tls: 'off', path: file, password: null });

describe('a SQLite file', () => {
  let target: Target;
  beforeAll(() => {
    const file = path.join(reader.folder, 'shop.sqlite');
    const database = new SQLite(file);
    database.exec(`
      create table kinds (id integer primary key, big bigint, r real, price decimal(10, 2), t text, nocase text collate nocase, mixed, yes boolean, day date, at datetime, raw blob, blank text, code int);
      insert into kinds values
        (1, 9223372036854775807, 0.5, 9.99, 'tab	“ö 日本 🦆', 'Oslo', 5, 1, '2024-02-29', '2024-01-02T03:04:05Z', x'00ff', null, 7),
        (2, -9223372036854775808, 2, 10, '', 'oslo', 'five', 0, '1999-12-31', '1999-12-31 23:59:59.5', x'', null, null),
        (3, null, null, null, null, null, null, null, null, null, null, null, null);
      create view both as select id, t from kinds;
      create table late (n int);
      with recursive c(i) as (select 1 union all select i + 1 from c where i < 100001) insert into late select i from c;
      insert into late values ('not a number');
      create table empty (a int, b real, c text, d date, e);
    `);
    database.close();
    target = fileTarget('sqlite', file);
  });

  it('gives each column the type that all its values have', async () => {
    const read = await reader.readAll(target, table('kinds'));
    expect(Object.fromEntries(read.columns.map(({ name, type }) => [name, type]))).toEqual({ id: 'integer', big: 'integer', r: 'float', price: 'float', t: 'string', nocase: 'string', mixed: 'string', yes: 'boolean', day: 'date', at: 'timestamp', raw: 'binary', blank: 'string', code: 'integer' });
    expect(read.rows).toEqual([
      ['1', '9223372036854775807', '0.5', '9.99', 'tab\t“ö 日本 🦆', 'Oslo', '5', 'true', '2024-02-29', '2024-01-02 03:04:05', '00FF', null, '7'],
      ['2', '-9223372036854775808', '2.0', '10.0', '', 'oslo', 'five', 'false', '1999-12-31', '1999-12-31 23:59:59.5', '', null, null],
      ['3', ...Array.from({ length: 12 }, () => null)],
    ]);
    expect(read.columns.find(({ name }) => name === 'mixed')?.note).toContain('Numbers and texts are mixed');
    expect((await reader.readAll(target, table('empty'))).columns.map(({ type }) => type)).toEqual(['integer', 'float', 'string', 'date', 'string']);
    expect((await reader.readAll(target, sql('select 1 as one, null as none where 0'))).columns.map(({ type }) => type)).toEqual(['string', 'string']);
  });

  it('lets SQLite filter, letter by letter, and does dates here', async () => {
    expect(await reader.readAll(target, table('kinds'), { columns: ['id'], filter: "nocase = 'oslo' and mixed = 'five' and t like ''", limit: 2 })).toMatchObject({ rows: [['2']], local: [], rowsRead: 1 });
    expect(await reader.readAll(target, table('kinds'), { columns: ['id'], filter: "day > date '2000-01-01' and yes" })).toMatchObject({ rows: [['1']], local: ["day > date '2000-01-01'"], pushed: ['yes'] });
    expect(await reader.readAll(target, table('kinds'), { columns: ['id'], filter: "t = ''' or 1=1; drop table kinds; --'" })).toMatchObject({ rows: [], rowsRead: 0 });
  });

  it('names the row where a later value does not fit, and reads only', async () => {
    await expect(reader.readAll(target, table('late'))).rejects.toMatchObject({ code: 'database-mixed-types', message: 'Row 100002: column “n” holds “not a number”, but the rows before it are whole numbers.' });
    expect((await reader.readAll(target, sql('select cast(n as text) as n from late order by rowid desc limit 1'))).rows).toEqual([['not a number']]);
    await expect(reader.readAll(target, sql('delete from late'))).rejects.toMatchObject({ code: 'database-read-only' });
    await expect(reader.readAll(target, sql('select 1; delete from late'))).rejects.toMatchObject({ code: expect.stringMatching(/^database-/) });
    await expect(reader.readAll(target, table('nothing'))).rejects.toMatchObject({ code: 'database-unknown-table' });
  });

  it('stops between rows when cancelled', async () => {
    const stop = new AbortController();
    const reading = reader.readAll(target, sql('with recursive c(i) as (select 1 union all select i + 1 from c) select i from c limit 5000000'), { signal: stop.signal });
    setImmediate(() => stop.abort());
    expect(isCancelled(await reading.catch((error: unknown) => error))).toBe(true);
  });

  it('says what is wrong with the file', async () => {
    await expect(reader.open({ ...target, path: path.join(reader.folder, 'none.sqlite') })).rejects.toMatchObject({ code: 'file-missing' });
    const text = path.join(reader.folder, 'text.sqlite');
    await writeFile(text, 'this is not a database, but it is long enough to be looked at as if it were one.'.repeat(20));
    await expect(reader.open({ ...target, path: text })).rejects.toMatchObject({ code: 'database-not-a-file' });
    const client = await reader.open(target);
    expect(await client.tables()).toEqual([{ schema: '', name: 'both', kind: 'view', rows: null }, { schema: '', name: 'empty', kind: 'table', rows: null }, { schema: '', name: 'kinds', kind: 'table', rows: null }, { schema: '', name: 'late', kind: 'table', rows: null }]);
    await client.close();
  });
});

describe('a DuckDB file', () => {
  let target: Target;
  beforeAll(async () => {
    const file = path.join(reader.folder, 'shop.duckdb');
    const instance = await DuckDBInstance.create(file);
    const connection = await instance.connect();
    await connection.run(`create schema sales; create type mood as enum ('sad', 'ok');
      create table sales.kinds (id bigint, h hugeint, ub ubigint, d decimal(10, 2), w decimal(38, 5), f float, g double, t varchar, m mood, u uuid, day date, tm time, ts timestamp, tz timestamptz, l integer[], s struct(a integer, b varchar), b blob, i interval);
      insert into sales.kinds values (9007199254740993, 170141183460469231731687303715884105727, 18446744073709551615, 12.5, 123456789012345678901234567890.12345, 0.5, 0.1, '“ö 🦆', 'ok', '00112233-4455-6677-8899-aabbccddeeff', '2024-02-29', '12:34:56.789', '2024-01-02 03:04:05.678901', '2024-06-01 12:00:00+02', [1, null], {'a': 1, 'b': 'x'}, '\\x00\\xFF', interval 1 day), (1, null, null, null, null, 'nan', 'inf', null, null, null, null, null, null, null, null, null, null, null);
      create view sales.few as select id from sales.kinds`);
    connection.closeSync();
    instance.closeSync();
    target = fileTarget('duckdb', file);
  });

  it('gives every type exactly, or says what it does to it', async () => {
    const read = await reader.readAll(target, table('kinds', 'sales'), { decimals: 'text' });
    expect(read.columns.map(({ type }) => type)).toEqual(['integer', 'string', 'string', 'string', 'string', 'float', 'float', 'string', 'string', 'string', 'date', 'time', 'timestamp', 'timestamp', 'string', 'string', 'binary', 'string']);
    expect(read.rows[0]).toEqual(['9007199254740993', '170141183460469231731687303715884105727', '18446744073709551615', '12.50', '123456789012345678901234567890.12345', '0.5', '0.1', '“ö 🦆', 'ok', '00112233-4455-6677-8899-aabbccddeeff', '2024-02-29', '12:34:56.789', '2024-01-02 03:04:05.678901', '2024-06-01 10:00:00', '[1,null]', '{"a":1,"b":"x"}', '00FF', '1 day']);
    const numbers = await reader.readAll(target, table('kinds', 'sales'));
    expect(numbers.columns.find(({ name }) => name === 'ub')).toMatchObject({ type: 'float', note: expect.stringContaining('15 digits') });
  });

  it('does the whole filter there', async () => {
    expect(await reader.readAll(target, table('kinds', 'sales'), { columns: ['id'], filter: "lower(m) = 'ok' and tz < timestamp '2024-06-01 10:00:01' and d > 12.4", limit: 1 })).toMatchObject({ rows: [['9007199254740993']], local: [], rowsRead: 1 });
    expect((await reader.readAll(target, sql('select id from sales.kinds order by id; '))).rows).toEqual([['1'], ['9007199254740993']]);
  });

  it('reaches no other file and writes nothing', async () => {
    const secret = path.join(reader.folder, 'secret.csv');
    await writeFile(secret, 'a\n1\n');
    for (const text of [`select * from read_csv('${secret}')`, `select * from '${secret}'`, `select * from read_text('/etc/hostname')`]) await expect(reader.readAll(target, sql(text)), text).rejects.toMatchObject({ code: expect.stringMatching(/^database-/) });
    await expect(reader.readAll(target, sql(`attach '${secret}2' as x`))).rejects.toMatchObject({ code: 'database-syntax' });
    await expect(reader.readAll(target, sql('delete from sales.kinds'))).rejects.toMatchObject({ code: 'database-syntax' });
    const text = path.join(reader.folder, 'text.duckdb');
    await copyFile(secret, text);
    await expect(reader.open({ ...target, path: text })).rejects.toMatchObject({ code: 'database-not-a-file' });
    const client = await reader.open(target);
    expect(await client.tables()).toEqual([{ schema: 'sales', name: 'few', kind: 'view', rows: null }, { schema: 'sales', name: 'kinds', kind: 'table', rows: 2 }]);
    await client.close();
  });
});
