import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PenstockError } from '#app/core/errors.ts';
import type { Schema } from '#app/relation/types.ts';
import { openDatabase, type Database } from '../index.ts';

const t1: Schema = [
  { name: 'id', type: 'integer' },
  { name: 'city', type: 'string' },
  { name: 'amount', type: 'float' },
  { name: 'moment', type: 'timestamp' },
];
const t2: Schema = [
  { name: 'id', type: 'integer' },
  { name: 'größe', type: 'float' },
];
const tables = [
  { name: 't1', schema: t1 },
  { name: 't2', schema: t2 },
];

let folder: string;
let secret: string;
let database: Database;
beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'user-sql-'));
  secret = path.join(folder, 'secret.csv');
  writeFileSync(secret, 'word\nhush\n');
  database = await openDatabase({ tempDir: path.join(folder, 'temp') });
});
afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

async function refusal(text: string): Promise<PenstockError> {
  try {
    await database.describeSql(text, tables);
  } catch (error) {
    if (error instanceof PenstockError) return error;
    throw error;
  }
  throw new Error(`This was let through: ${text}`);
}

describe('attempts to reach a file, the environment or the database', () => {
  const attempts: Record<string, (file: string) => string> = {
    'a reader function': (file) => `select * from read_csv('${file}')`,
    'a reader with another name': (file) => `select * from read_csv_auto('${file}')`,
    'a text reader': (file) => `select content from read_text('${file}')`,
    'a blob reader': (file) => `select content from read_blob('${file}')`,
    'a json reader': (file) => `select * from read_json_auto('${file}')`,
    'a parquet reader': () => `select * from parquet_scan('x.parquet')`,
    'parquet metadata': () => `select * from parquet_metadata('x.parquet')`,
    'a file as a table': (file) => `select * from '${file}'`,
    'a file as a quoted table': (file) => `from "${file}"`,
    'a file in a join': (file) => `select * from t1, '${file}' s`,
    'a file in a scalar subquery': (file) => `select (select word from '${file}') from t1`,
    'a file in exists': (file) => `select 1 from t1 where exists (from '${file}')`,
    'a file in order by': (file) => `select id from t1 order by (select max(word) from '${file}')`,
    'a file in a lateral join': (file) => `select * from t1, lateral (select * from '${file}' limit 1) s`,
    'a file inside an unused with': (file) => `with x as (select * from '${file}') select 1 as a`,
    'a with that is called like the file it reads': (file) => `with "${file}" as (select * from "${file}") select * from "${file}"`,
    'a recursive with whose first part is a file of its name': (file) => `with recursive "${file}" as (select * from "${file}" union all select * from "${file}" where false) select * from "${file}"`,
    'a with that reads a later one’s name': (file) => `with a as (select * from "${file}"), "${file}" as (select 1 as word) select * from a`,
    'a file hidden behind another scope’s with': (file) => `select * from "${file}", (with "${file}" as (select 1 as word) select * from "${file}") s`,
    'a file pivoted': (file) => `select * from '${file}' pivot (count(*) for word in ('hush'))`,
    'a file in the second part of a union': (file) => `select city from t1 union all select word from '${file}'`,
    'folder listing': () => `select * from glob('/etc/*')`,
    'sniffing a file': (file) => `select * from sniff_csv('${file}')`,
    'the environment': () => `select getenv('HOME') as home`,
    'the environment through a schema': () => `select system.main.getenv('HOME') as home`,
    'a setting': () => `select current_setting('temp_directory') as folder`,
    'settings as a table': () => `select * from duckdb_settings()`,
    'secrets': () => `select * from duckdb_secrets()`,
    'the catalogue': () => `select * from information_schema.tables`,
    'the catalogue unqualified': () => `select * from sqlite_master`,
    'a system view': () => `select * from pg_catalog.pg_class`,
    'another table of the database': () => `select * from temp.main.t1`,
    'SQL in a text as a source': (file) => `select * from query('select * from ''${file}''')`,
    'a table named by a text': (file) => `select * from query_table('${file}')`,
    'a plan made of a text': (file) => `select json_serialize_plan('select * from ''${file}''') as p`,
    'a serialised statement': () => `select * from json_execute_serialized_sql(json_serialize_sql('select 1'))`,
    'copy': (file) => `copy (select 1) to '${file}'`,
    'attach': (file) => `attach '${file}' as other`,
    'install': () => 'install httpfs',
    'pragma': () => 'pragma database_list',
    'set': () => "set threads = 1",
    'create': () => 'create table x as select 1',
    'show': () => 'show tables',
    'describe as a source': () => 'select * from (describe t1)',
    'summarize as a source': (file) => `select * from (summarize '${file}')`,
    'a second statement': (file) => `select 1; select * from '${file}'`,
    'a bracket closed and opened again': (file) => `select 1) as a, (select * from '${file}'`,
    'a bracket closed before a second statement': (file) => `select 1) as written; select * from (select * from '${file}'`,
    'a comment that swallows the frame': (file) => `select 1) as written, '${file}' as s /*`,
    'an escape string that hides a quote': (file) => `select e'\\'; select * from ''${file}''' as a`,
    'a dollar quote that hides a semicolon': (file) => `select $x$;$x$ as a, (select word from '${file}') as b`,
    'a parameter': () => 'select $1 as a',
    'waiting': () => 'select sleep_ms(100000) as a',
    'writing to the log': () => "select write_log('x') as a",
    'statistics of a file': (file) => `select * from t1 where id in (select length(content) from read_text(['${file}']))`,
  };
  it.each(Object.entries(attempts))('refuses %s', async (_name, make) => {
    const error = await refusal(make(secret));
    expect(error.message).not.toContain('hush');
    expect(['sql-source', 'sql-function', 'sql-statement', 'sql-syntax', 'sql-parameter', 'unknown-table']).toContain(error.code);
  });

  it('would stop a reader in planning even if the tree let it through', async () => {
    // The second lock: the database that plans can reach no file.
    const { DuckDBInstance } = await import('@duckdb/node-api');
    const instance = await DuckDBInstance.create(':memory:', { enable_external_access: 'false' });
    const connection = await instance.connect();
    await expect(connection.prepare(`select * from read_csv('${secret}')`)).rejects.toThrow(/disabled/);
    connection.closeSync();
    instance.closeSync();
  });
});

describe('what is possible', () => {
  it.each([
    ['select * from t1', t1],
    ['from T1;', t1],
    ['select id, count(*) as n from t1 group by all -- all of them', [{ name: 'id', type: 'integer' }, { name: 'n', type: 'integer' }]],
    ['with a as (select id from t1), b as (select * from a) select b.id, "größe" from b join t2 using (id)', t2],
    ['with recursive r as (select 1 as n union all select n + 1 from r where n < 5) select n from r', [{ name: 'n', type: 'integer' }]],
    ['select i from range(3) r(i)', [{ name: 'i', type: 'integer' }]],
    ["select unnest(string_split(city, ',')) as part from t1", [{ name: 'part', type: 'string' }]],
    ['select row_number() over (partition by city order by moment) as n from t1 qualify n = 1', [{ name: 'n', type: 'integer' }]],
    ["select * from (select id, city from t1) pivot (count(*) for city in ('a', 'b'))", [{ name: 'id', type: 'integer' }, { name: 'a', type: 'integer' }, { name: 'b', type: 'integer' }]],
    ['select 1.5 as d, 1::hugeint as h, [1] as l, {a: 1} as s, map {1: 2} as m, now() as n, current_date as c, true as b', [
      { name: 'd', type: 'float' }, { name: 'h', type: 'float' }, { name: 'l', type: 'string' }, { name: 's', type: 'string' }, { name: 'm', type: 'string' }, { name: 'n', type: 'timestamp' }, { name: 'c', type: 'date' }, { name: 'b', type: 'boolean' },
    ]],
    ["select list_transform([1, 2], lambda x: x + 1) as l, ';' as semicolon -- ; '", [{ name: 'l', type: 'string' }, { name: 'semicolon', type: 'string' }]],
    ['values (1, 2)', [{ name: 'col0', type: 'integer' }, { name: 'col1', type: 'integer' }]],
  ] as [string, Schema][])('%s', async (text, schema) => {
    expect(await database.describeSql(text, tables)).toEqual(schema);
  });

  it('computes nothing: constants that would take all memory are only planned', async () => {
    expect(await database.describeSql("select repeat('x', 100000000000) as x", tables)).toEqual([{ name: 'x', type: 'string' }]);
  });
});

describe('mistakes', () => {
  it.each([
    ['select idd from t1', 'unknown-column', 'idd', 'Did you mean “id”'],
    ["select 'é', cty from t1", 'unknown-column', 'cty', 'city'],
    ['select * from t3', 'unknown-table', 't3', 't1'],
    ['select nope(id) from t1', 'unknown-function', 'nope', 'no function'],
    ['selec id from t1', 'sql-syntax', 'selec', 'cannot be read'],
    ['select id frm t1 x', 'sql-syntax', 't1', 'cannot be read'],
    ["select getenv('A') as a", 'sql-function', 'getenv', 'reaches outside'],
    ["select 'ä' as a, b.word from read_csv('x') b", 'sql-source', 'read_csv', 'cannot be a source'],
  ])('%s', async (text, code, marked, says) => {
    const error = await refusal(text);
    expect(error.code).toBe(code);
    expect(`${error.message} ${error.remedy ?? ''}`).toContain(says);
    const span = error.place?.span;
    expect(span && text.slice(span.start, span.end)).toBe(marked);
  });

  it('says so where the text ends too early, is empty, or names a column twice', async () => {
    expect((await refusal('select id from')).message).toContain('ends too early');
    expect((await refusal('select sum(id from t1')).code).toBe('sql-syntax');
    expect((await refusal('select id + city from t1')).code).toBe('sql-invalid');
  });
});

it('gives times with a zone in UTC, wherever the machine stands', () => {
  // The zone of a process is settled when it starts.
  const program = `
    const { openDatabase } = await import(${JSON.stringify(new URL('../index.ts', import.meta.url).href)});
    const database = await openDatabase({ tempDir: ${JSON.stringify(path.join(folder, 'elsewhere'))} });
    const text = "select timestamptz '2024-06-01 12:00:00+02' as moment";
    const { rows } = await database.rows({ op: 'sql', inputs: [], text, schema: await database.describeSql(text, []) });
    console.log(rows[0][0]);
    await database.close();`;
  const said = execFileSync(process.execPath, ['--input-type=module', '--eval', program], { env: { ...process.env, TZ: 'America/New_York' }, encoding: 'utf8' });
  expect(said.trim()).toBe('2024-06-01 10:00:00');
});
