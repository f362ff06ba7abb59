import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isCancelled } from '#app/core/errors.ts';
import { openReader } from '../testing/read-all.ts';
import { mariadbMissing, startMariadb, type TestServer } from '../testing/servers.ts';
import { statements } from '../testing/statements.ts';

const table = (name: string) => ({ kind: 'table', schema: 'shop', table: name }) as const;
const sql = (text: string) => ({ kind: 'sql', text }) as const;

describe.skipIf(mariadbMissing !== null)(`MariaDB${mariadbMissing === null ? '' : ` (${mariadbMissing})`}`, () => {
  let server: TestServer;
  let reader: Awaited<ReturnType<typeof openReader>>;

  beforeAll(async () => {
    [server, reader] = await Promise.all([startMariadb(), openReader()]);
    await statements(
      server.target,
      `set sql_mode = ''`,
      `create table kinds (id bigint primary key, yes tinyint(1), tiny tinyint, u int unsigned, ub bigint unsigned, f float, g double, amount decimal(10, 2), whole decimal(12, 0), wide decimal(40, 10), t text, v varchar(20), c char(4), l varchar(10) character set latin1,
        d date, tm time(6), dt datetime(6), ts timestamp(6) null, js json, b blob, vb varbinary(8), e enum('sad', 'very happy'), s set('a', 'b', 'c'), bits bit(10), flag bit(1), y year, p point)`,
      `set time_zone = '+02:00'`,
      `insert into kinds values (9007199254740993, 2, -128, 4294967295, 9223372036854775807, 1.5, 0.1, 12345678.90, 999999999999, 12345678901234567890.1234567890, 'tab\\tquote''“ö 日本 🦆', 'Oslo', 'ab', 'é',
        '2024-02-29', '23:59:59.123456', '2024-01-02 03:04:05.678901', '2024-06-01 12:00:00', '{"a": [1, null]}', x'00ff10', x'ab', 'very happy', 'a,c', b'1000000001', b'1', 2024, point(1, 2)),
       (-9223372036854775808, 0, 0, 0, 0, 0, -1e300, 0, 0, 0, '', '', '', '', '0000-00-00', '-01:00:00', '0000-00-00', '2024-01-01', '[]', '', '', 'sad', '', 0, b'0', 1999, null)`,
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
    expect(Object.fromEntries(read.columns.map(({ name, type }) => [name, type]))).toEqual({
      id: 'integer', yes: 'boolean', tiny: 'integer', u: 'integer', ub: 'integer', f: 'float', g: 'float', amount: 'float', whole: 'integer', wide: 'float', t: 'string', v: 'string', c: 'string', l: 'string',
      d: 'date', tm: 'time', dt: 'timestamp', ts: 'timestamp', js: 'string', b: 'binary', vb: 'binary', e: 'string', s: 'string', bits: 'integer', flag: 'boolean', y: 'integer', p: 'string',
    });
    const last = 2;
    expect(read.rows.map((row) => row[0])).toEqual(['-9223372036854775808', '1', '9007199254740993']);
    expect(['yes', 'tiny', 'u', 'ub', 'f', 'g', 'amount', 'whole', 't', 'v', 'c', 'l', 'd', 'tm', 'dt', 'ts', 'js', 'b', 'vb', 'e', 's', 'bits', 'flag', 'y', 'p'].map((name) => cell(last, name))).toEqual([
      'true', '-128', '4294967295', '9223372036854775807', '1.5', '0.1', '12345678.9', '999999999999', 'tab\tquote\'“ö 日本 🦆', 'Oslo', 'ab', 'é', '2024-02-29', '23:59:59.123456', '2024-01-02 03:04:05.678901', '2024-06-01 10:00:00', '{"a": [1, null]}', '00FF10', 'AB', 'very happy', 'a,c', '513', 'true', '2024', 'POINT(1 2)',
    ]);
    expect(['d', 'tm', 'dt', 't', 'g'].map((name) => cell(0, name))).toEqual([null, null, null, '', '-1e+300']);
    expect(read.rows[1]?.slice(1).every((value) => value === null)).toBe(true);
    expect(read.columns.find(({ name }) => name === 'yes')?.note).toContain('any number but 0 is true');
    expect([...read.notes].sort()).toEqual(['Column “d”: 1 value was zero dates and became missing.', 'Column “dt”: 1 value was zero dates and became missing.', 'Column “tm”: 1 value was outside of a day and became missing.'].sort());
    expect((await reader.readAll(server.target, table('kinds'), { columns: ['wide', 'ub'], decimals: 'text', filter: 'yes' })).rows).toEqual([['12345678901234567890.1234567890', '9223372036854775807']]);
  });

  it('refuses numbers that do not fit rather than changing them', async () => {
    await expect(reader.readAll(server.target, sql('select 18446744073709551615 as big'))).rejects.toMatchObject({ code: 'database-number-range', place: { column: 'big' } });
    expect((await reader.readAll(server.target, sql('select 18446744073709551615 as big'), { decimals: 'text' })).rows).toEqual([['18446744073709551615']]);
  });

  it('compares texts letter by letter where the server’s collation would not', async () => {
    for (const [filter, ids] of [["v = 'oslo'", []], ["v = 'Oslo'", ['9007199254740993']], ["v = 'Oslo '", []], ["v like '%SLO'", []], ["starts_with(v, 'Os')", ['9007199254740993']], ["l = 'é' and e in ('very happy', 'x')", ['9007199254740993']], ["l = 'e'", []], ["v < 'a' and v > 'N'", ['9007199254740993']]] as const) {
      expect(await reader.readAll(server.target, table('kinds'), { columns: ['id'], filter }), filter).toMatchObject({ rows: ids.map((id) => [id]), local: [] });
    }
    const read = await reader.readAll(server.target, table('kinds'), { columns: ['id'], filter: "dt is not null and ts < timestamp '2024-06-01 10:00:01' and yes and amount > 12345678.8 and v like 'O_lo'", limit: 3 });
    expect(read).toMatchObject({ rows: [['9007199254740993']], local: ["v like 'O_lo'"], rowsRead: 1 });
    expect(await reader.readAll(server.target, table('kinds'), { columns: ['id'], filter: "t = ''' or 1=1; drop table kinds; --'" })).toMatchObject({ rows: [], rowsRead: 0 });
  });

  it('reads a SELECT of one’s own, in its order, and nothing but a SELECT', async () => {
    const read = await reader.readAll(server.target, sql('select seq as n from seq_1_to_10000 order by seq desc -- all\n;'));
    expect([read.rows.length, read.rows[0], read.rows.at(-1)]).toEqual([10_000, ['10000'], ['1']]);
    await expect(reader.readAll(server.target, sql('delete from kinds'))).rejects.toMatchObject({ code: 'database-syntax' });
    await expect(reader.readAll(server.target, sql('select 1; delete from kinds'))).rejects.toMatchObject({ code: 'database-syntax' });
    await expect(reader.readAll(server.target, sql('select nothing from kinds'))).rejects.toMatchObject({ code: 'database-unknown-column' });
    await expect(reader.readAll(server.target, sql('select 1 as x, 2 as x'))).rejects.toMatchObject({ code: 'database-duplicate-column' });
    expect(await statements(server.target, 'select count(*) from kinds')).toEqual([[3]]);
  });

  it('stops on the server when it is cancelled, and after its time limit', async () => {
    const stop = new AbortController();
    const slow = sql('select count(*) as n from seq_1_to_1000000 a join seq_1_to_1000000 b');
    const reading = reader.readAll(server.target, slow, { signal: stop.signal });
    const running = async () => Number((await statements(server.target, "select count(*) from information_schema.processlist where info like '%seq_1_to_1000000%' and id <> connection_id()"))[0]?.[0]);
    await expect.poll(running, { timeout: 10_000 }).toBe(1);
    stop.abort();
    expect(isCancelled(await reading.catch((error: unknown) => error))).toBe(true);
    await expect.poll(running, { timeout: 10_000 }).toBe(0);
    await expect(reader.readAll(server.target, slow, { timeout: 0.1 })).rejects.toMatchObject({ code: 'database-timeout' });
  });

  it('says in words why it cannot connect, never with the password', async () => {
    const failure = async (changed: object) => {
      const error = await reader.open({ ...server.target, ...changed }).catch((thrown: unknown) => thrown);
      expect(JSON.stringify([error, (error as Error).message])).not.toContain('pa5s');
      return error;
    };
    expect(await failure({ password: 'pa5s-wrong' })).toMatchObject({ code: 'connection-password' });
    expect(await failure({ password: null })).toMatchObject({ code: 'connection-password', message: expect.stringContaining('no password is stored') });
    expect(await failure({ port: 1 })).toMatchObject({ code: 'connection-refused' });
    expect(await failure({ host: 'no-such-host.invalid' })).toMatchObject({ code: 'connection-host' });
    expect(await failure({ tls: 'require' })).toMatchObject({ code: 'connection-tls' });
    const client = await reader.open(server.target);
    expect(await client.version()).toMatch(/^MariaDB \d+/);
    expect(await client.tables()).toContainEqual(expect.objectContaining({ schema: 'shop', name: 'kinds', kind: 'table' }));
    await client.close();
  });
});
