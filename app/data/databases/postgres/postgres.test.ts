import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isCancelled } from '#app/core/errors.ts';
import { openReader } from '../testing/read-all.ts';
import { opensslMissing, postgresMissing, startPostgres, type TestServer } from '../testing/servers.ts';
import { statements } from '../testing/statements.ts';

const table = (name: string, schema = 'public') => ({ kind: 'table', schema, table: name }) as const;
const sql = (text: string) => ({ kind: 'sql', text }) as const;

describe.skipIf(postgresMissing !== null)(`PostgreSQL${postgresMissing === null ? '' : ` (${postgresMissing})`}`, () => {
  let server: TestServer;
  let reader: Awaited<ReturnType<typeof openReader>>;

  beforeAll(async () => {
    [server, reader] = await Promise.all([startPostgres(), openReader()]);
    await statements(
      server.target,
      `create type mood as enum ('sad', 'ok', 'very happy')`,
      `create domain small_amount as numeric(6, 2)`,
      `create table kinds (id int8 primary key, yes bool, i2 int2, i4 int4, f4 float4, f8 float8, dec numeric(10, 2), whole numeric(12), wide numeric, amount small_amount, price money, t text, v varchar(20), c char(4),
        d date, tm time, ts timestamp, tz timestamptz, js json, jb jsonb, list int[], words text[], b bytea, u uuid, m mood, span interval, ip inet, r int4range)`,
      `insert into kinds values
        (9007199254740993, true, -32768, 2147483647, 1.5, 0.1, 12345678.90, 999999999999, 12345678901234567890.123456789, 9.75, 12.50, E'tab\\tquote''“ö 日本 🦆', 'v', 'ab',
         '2024-02-29', '23:59:59.123456', '2024-01-02 03:04:05.678901', '2024-06-01 12:00:00+02', '{"a": [1, null]}', '{"k": 1}', '{1,NULL,3}', '{"a,b","c"}', '\\x00ff10', '00112233-4455-6677-8899-aabbccddeeff', 'very happy', '1 day 2 hours', '10.0.0.1', '[1,5)'),
        (-9223372036854775808, false, 0, 0, 'NaN', 'Infinity', 0, 0, 0, 0, 0, '', '', '', '0044-03-15 BC', '00:00', 'infinity', '-infinity', 'null', 'null', '{}', '{}', '', '00000000-0000-0000-0000-000000000000', 'sad', '0', '::1', 'empty')`,
      `insert into kinds (id) values (1)`,
    );
  }, 60_000);
  afterAll(async () => {
    await reader?.close();
    await server?.stop();
  });

  it('gives every type exactly, or says what it does to it', async () => {
    const read = await reader.readAll(server.target, table('kinds'));
    const cell = (row: number, name: string) => read.rows[row]?.[read.columns.findIndex((column) => column.name === name)];
    const typeOf = (name: string) => read.columns.find((column) => column.name === name);
    expect(Object.fromEntries(read.columns.map(({ name, type }) => [name, type]))).toEqual({
      id: 'integer', yes: 'boolean', i2: 'integer', i4: 'integer', f4: 'float', f8: 'float', dec: 'float', whole: 'integer', wide: 'float', amount: 'float', price: 'float', t: 'string', v: 'string', c: 'string',
      d: 'date', tm: 'time', ts: 'timestamp', tz: 'timestamp', js: 'string', jb: 'string', list: 'string', words: 'string', b: 'binary', u: 'string', m: 'string', span: 'string', ip: 'string', r: 'string',
    });
    expect([0, 1].map((row) => cell(row, 'id'))).toEqual(['9007199254740993', '-9223372036854775808']);
    expect(['yes', 'i2', 'f8', 'dec', 'whole', 'amount', 'price', 't', 'c', 'd', 'tm', 'ts', 'tz', 'js', 'list', 'words', 'u', 'm', 'span', 'ip', 'r'].map((name) => cell(0, name))).toEqual([
      'true', '-32768', '0.1', '12345678.9', '999999999999', '9.75', '12.5', 'tab\tquote\'“ö 日本 🦆', 'ab  ', '2024-02-29', '23:59:59.123456', '2024-01-02 03:04:05.678901', '2024-06-01 10:00:00', '{"a": [1, null]}', '[1,null,3]', '["a,b","c"]', '00112233-4455-6677-8899-aabbccddeeff', 'very happy', '1 day 02:00:00', '10.0.0.1', '[1,5)',
    ]);
    expect(['f4', 'f8', 't', 'd', 'ts', 'tz', 'js', 'list'].map((name) => cell(1, name))).toEqual(['nan', 'inf', '', '0044-03-15 (BC)', null, null, 'null', '[]']);
    expect(read.rows[2]?.slice(1).every((value) => value === null)).toBe(true);
    expect(typeOf('tz')?.note).toBe('Times are given in UTC.');
    expect(typeOf('wide')?.note).toContain('15 digits');
    expect(typeOf('dec')?.note).toBeUndefined();
    expect(typeOf('r')?.note).toContain('int4range has no type of its own');
    expect(typeOf('amount')?.sourceType).toBe('numeric(6,2)');
    expect(read.notes).toEqual(['Column “ts”: 1 value was infinite and became missing.', 'Column “tz”: 1 value was infinite and became missing.']);
    const exact = await reader.readAll(server.target, table('kinds'), { columns: ['wide', 'price'], decimals: 'text', filter: 'yes', limit: 1 });
    expect(exact.rows).toEqual([['12345678901234567890.123456789', '12.50']]);
    expect((await reader.readAll(server.target, sql('select b from kinds order by id desc'))).rows[0]).toEqual(['00FF10']);
  });

  it('lets the database do columns, filter and limit, and does here only what would differ', async () => {
    const read = await reader.readAll(server.target, table('kinds'), { columns: ['id'], filter: "i4 > 5 and t like '%“ö%' and lower(v) = 'v'", limit: 5 });
    expect(read).toMatchObject({ rows: [['9007199254740993']], pushed: ['i4 > 5', "t like '%“ö%'"], local: ["lower(v) = 'v'"] });
    expect(read.columns.map(({ name }) => name)).toEqual(['id', 'v']);
    const all = await reader.readAll(server.target, table('kinds'), { columns: ['id'], filter: "tz < timestamp '2024-06-01 10:00:01' and m = 'very happy' and u is not null and d between date '2024-01-01' and date '2025-01-01' and i2 in (-32768, 5) and not (yes = false)", limit: 1 });
    expect(all).toMatchObject({ rows: [['9007199254740993']], local: [], rowsRead: 1 });
  });

  it('sends constants as parameters: nothing typed becomes SQL', async () => {
    const read = await reader.readAll(server.target, table('kinds'), { columns: ['id'], filter: "t = ''' or 1=1; drop table kinds; --'" });
    expect(read).toMatchObject({ rows: [], local: [], rowsRead: 0 });
    expect(await statements(server.target, 'select count(*)::int from kinds')).toEqual([[3]]);
  });

  it('reads a SELECT of one’s own, in its order, and nothing but a SELECT', async () => {
    const read = await reader.readAll(server.target, sql('select i as n, i % 3 as third from generate_series(1, 10000) i order by i desc -- all of them\n;'));
    expect([read.rows.length, read.rows[0], read.rows.at(-1)]).toEqual([10_000, ['10000', '1'], ['1', '1']]);
    expect((await reader.readAll(server.target, sql('with a as (select 1 as x) select * from a'), { filter: 'x > 1' })).rows).toEqual([]);
    await expect(reader.readAll(server.target, sql('with gone as (delete from kinds returning id) select * from gone'))).rejects.toMatchObject({ code: expect.stringMatching(/^database-/) });
    await expect(reader.readAll(server.target, sql('select 1) as x; drop table kinds; select * from (select 1'))).rejects.toMatchObject({ code: 'database-syntax' });
    await expect(reader.readAll(server.target, sql('select nextval(\'nothing\')'))).rejects.toMatchObject({ code: 'database-unknown-table' });
    await expect(reader.readAll(server.target, sql('select 1 as x, 2 as X2, 3 as "X"'))).rejects.toMatchObject({ code: 'database-duplicate-column' });
    expect(await statements(server.target, 'select count(*)::int from kinds')).toEqual([[3]]);
  });

  it('stops on the server when it is cancelled, and after its time limit', async () => {
    const stop = new AbortController();
    const reading = reader.readAll(server.target, sql('select count(*) as n from generate_series(1, 1000000000) a'), { signal: stop.signal });
    const running = async () => (await statements(server.target, "select count(*)::int from pg_stat_activity where query like '%1000000000%' and state = 'active' and pid <> pg_backend_pid()"))[0]?.[0];
    await expect.poll(running, { timeout: 10_000 }).toBe(1);
    stop.abort();
    expect(isCancelled(await reading.catch((error: unknown) => error))).toBe(true);
    await expect.poll(running, { timeout: 10_000 }).toBe(0);
    await expect(reader.readAll(server.target, sql('select count(*) as n from generate_series(1, 1000000000) a'), { timeout: 0.1 })).rejects.toMatchObject({ code: 'database-timeout' });
  });

  it('says in words why it cannot connect, never with the password', async () => {
    const { target } = server;
    const failure = async (changed: object) => {
      const error = await reader.open({ ...target, ...changed }).catch((thrown: unknown) => thrown);
      expect(JSON.stringify([error, (error as Error).message])).not.toContain('pa5s');
      return error;
    };
    expect(await failure({ password: 'pa5s-wrong' })).toMatchObject({ code: 'connection-password', message: expect.stringContaining('refused the user “ann”') });
    expect(await failure({ password: null })).toMatchObject({ code: 'connection-password', message: expect.stringContaining('no password is stored') });
    expect(await failure({ database: 'nothing' })).toMatchObject({ code: 'connection-database' });
    expect(await failure({ port: 1 })).toMatchObject({ code: 'connection-refused', message: 'The connection “shop” failed: nothing answers at 127.0.0.1:1.' });
    expect(await failure({ host: 'no-such-host.invalid' })).toMatchObject({ code: 'connection-host' });
    expect(await failure({ tls: 'require' })).toMatchObject({ code: 'connection-tls' });
    const client = await reader.open(target);
    expect(await client.version()).toMatch(/^PostgreSQL \d+/);
    expect(await client.tables()).toContainEqual({ schema: 'public', name: 'kinds', kind: 'table', rows: null });
    await client.close();
  });
});

describe.skipIf(postgresMissing !== null || opensslMissing !== null)(`PostgreSQL with encryption${(postgresMissing ?? opensslMissing) === null ? '' : ` (${postgresMissing ?? opensslMissing})`}`, () => {
  it('is encrypted where asked for, and its certificate is checked where asked for', async () => {
    const [server, reader] = await Promise.all([startPostgres({ tls: true }), openReader()]);
    try {
      const encrypted = sql('select ssl from pg_stat_ssl where pid = pg_backend_pid()');
      for (const [tls, expected] of [['off', 'false'], ['prefer', 'true'], ['require', 'true']] as const) {
        expect((await reader.readAll({ ...server.target, tls }, encrypted)).rows, tls).toEqual([[expected]]);
      }
      await expect(reader.open({ ...server.target, tls: 'verify' })).rejects.toMatchObject({ code: 'connection-tls', message: expect.stringContaining('certificate') });
    } finally {
      await reader.close();
      await server.stop();
    }
  }, 60_000);
});
