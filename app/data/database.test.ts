import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryOf } from '#app/core/shared-table.ts';
import { toDuckDb } from '#app/relation/emitters/duckdb/index.ts';
import type { Relation } from '#app/relation/types.ts';
import { createDatabase, type Database } from './database.ts';

/** Relations stand for SQL here: these tests are about running queries, the emitter has its own. */
const sql = (text: string): Relation => ({ op: 'scan', source: { kind: 'named', name: text }, schema: [], label: 'test' });
const toSql = (relation: Relation): string => (relation.op === 'scan' && relation.source.kind === 'named' ? relation.source.name : '');

let folder: string;
let database: Database;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'data-'));
  database = await createDatabase({ tempDir: join(folder, 'temp'), memoryLimit: '1GB', threads: 2 }, toSql);
});
afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

describe('rows and columns', () => {
  it('maps physical types to logical ones', async () => {
    const relation = sql(`select true as b, 1::tinyint as i, 2::ubigint as u, 1.50::decimal(5,2) as d, 'x' as s, date '2024-01-31' as day,
      time '10:11:12' as t, timestamp '2024-01-31 10:11:12.5' as ts, '\\x0A\\xFF'::blob as bin, [1, 2] as list, null::integer as n`);
    const { schema, rows } = await database.rows(relation);
    expect(schema.map((column) => column.type)).toEqual(['boolean', 'integer', 'float', 'float', 'string', 'date', 'time', 'timestamp', 'binary', 'string', 'integer']);
    expect(rows).toEqual([[true, 1, 2, 1.5, 'x', '2024-01-31', '10:11:12', '2024-01-31 10:11:12.5', '0AFF', '[1, 2]', null]]);
  });

  it('refuses more rows than asked for', async () => {
    await expect(database.rows(sql('from range(11)'), 10)).rejects.toMatchObject({ code: 'result-too-large' });
    expect((await database.rows(sql('from range(10)'), 10)).rows).toHaveLength(10);
  });

  it('keeps the order of rows across row groups read in parallel', async () => {
    const path = join(folder, 'ordered.parquet');
    const rows = 700_000;
    expect(await database.writeParquet(sql(`select i, i * 2 as j from range(${rows}) t(i)`), path)).toMatchObject({ rows });
    const scan = sql(`from read_parquet('${path}')`);
    const column = await database.column(scan, 'i');
    expect(column.length).toBe(rows);
    expect(column.every((value, i) => value === i)).toBe(true);
    const { data } = await database.matrix(scan, ['j', 'i']);
    expect(data.length).toBe(rows * 2);
    expect(data.every((value, at) => value === Math.fround(at % 2 === 0 ? at : (at - 1) / 2))).toBe(true);
    // Where the learners' kernels work on it without a copy.
    expect(memoryOf(data)).not.toBeNull();
  });

  it('gives missing numbers as NaN and text as it is', async () => {
    const relation = sql("select * from (values (1, true, 'a'), (null, null, null), (3, false, '')) t(n, b, s)");
    const { data, rows } = await database.matrix(relation, ['n', 'b']);
    expect(rows).toBe(3);
    expect([...data]).toEqual([1, 1, Number.NaN, Number.NaN, 3, 0]);
    expect(await database.column(relation, 's')).toEqual(['a', null, '']);
    expect((await database.matrix(sql('select 1 as a where false'), ['a'])).rows).toBe(0);
  });

  it('chooses rows before a join, not by it', async () => {
    const path = join(folder, 'chosen.parquet');
    await database.writeParquet(sql('select i, i % 3 as third from range(300000) t(i)'), path);
    const scan = `(select * from read_parquet('${path}'))`;
    const late = '(select 299000 as k union all select 299001)';
    const chosen = [`select * from ${scan} limit 10`, `select * from ${scan} order by i limit 10`, `select distinct on (third) * from ${scan} order by i`];
    for (const choice of chosen) expect((await database.rows(sql(`select count(*) as n from (${choice}) l join ${late} r on l.i = r.k`))).rows, choice).toEqual([[0]]);
  });

  it('names a column that is not there or not numeric', async () => {
    await expect(database.matrix(sql("select 'x' as s"), ['s'])).rejects.toMatchObject({ code: 'not-numeric', place: { column: 's' } });
    await expect(database.column(sql('select 1 as a'), 'b')).rejects.toMatchObject({ code: 'unknown-column' });
  });

  it('fails, rather than ends early, when a query fails half-way', async () => {
    const relation = sql("select case when i = 400000 then error('broken') else i end as v from range(500000) t(i)");
    await expect(database.column(relation, 'v')).rejects.toMatchObject({ code: 'query-failed', message: expect.stringContaining('broken') });
  });
});

describe('cancelling and running side by side', () => {
  const endless = sql('select count(*) as n from range(100000000) a(i), range(100000) b(j) where (i * j) % 7 = 3');

  it('interrupts a running query and leaves the connection usable', async () => {
    const controller = new AbortController();
    const running = database.rows(endless, 10, controller.signal);
    setTimeout(() => controller.abort(), 30);
    await expect(running).rejects.toMatchObject({ code: 'cancelled' });
    expect(await database.count(sql('from range(5)'))).toBe(5);
  });

  it('does not start when already cancelled', async () => {
    await expect(database.count(sql('from range(5)'), AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('answers a small query while others are busy, and queues beyond the pool', async () => {
    const controller = new AbortController();
    const busy = Array.from({ length: 2 }, () => database.count(endless, controller.signal).catch((error: unknown) => error));
    expect(await database.count(sql('from range(3)'))).toBe(3);
    controller.abort();
    for (const outcome of await Promise.all(busy)) expect(outcome).toMatchObject({ code: 'cancelled' });
    const many = await Promise.all(Array.from({ length: 40 }, (_, i) => database.count(sql(`from range(${i})`))));
    expect(many).toEqual(Array.from({ length: 40 }, (_, i) => i));
  });

  it('says the limit when memory runs out', async () => {
    const small = await createDatabase({ tempDir: join(folder, 'small'), memoryLimit: '30MB', threads: 1 }, toSql);
    const relation = sql('select list(i) as l from range(20000000) t(i)');
    await expect(small.rows(relation)).rejects.toMatchObject({ code: 'out-of-memory', message: expect.stringContaining('MiB') });
    await small.close();
  });

  it('cannot be reconfigured or made to load extensions', async () => {
    await expect(database.rows(sql("select * from read_parquet('https://127.0.0.1/x.parquet')"))).rejects.toMatchObject({ code: 'query-failed' });
  });
});

describe('Parquet', () => {
  it('writes atomically and reads schema and rows back', async () => {
    const path = join(folder, 'out', 'table.parquet');
    const written = await database.writeParquet(sql("select 1::tinyint as a, 2.5::decimal(4,1) as d, uuid() as u, 'é' as s"), path);
    expect(written.rows).toBe(1);
    expect(written.bytes).toBeGreaterThan(100);
    expect(await readdir(join(folder, 'out'))).toEqual(['table.parquet']);
    expect(await database.parquetSchema(path)).toEqual({
      rows: 1,
      schema: [
        { name: 'a', type: 'integer' },
        { name: 'd', type: 'float' },
        { name: 'u', type: 'string' },
        { name: 's', type: 'string' },
      ],
    });
  });

  it('leaves neither a file nor a partial file behind a failure', async () => {
    const path = join(folder, 'failed', 'table.parquet');
    await expect(database.writeParquet(sql("select case when i > 300000 then error('no') else i end from range(400000) t(i)"), path)).rejects.toMatchObject({ code: 'query-failed' });
    expect(await readdir(join(folder, 'failed'))).toEqual([]);
  });

  it('writes columns made in JS with their types', async () => {
    const path = join(folder, 'columns.parquet');
    const rows = 5000;
    const values = Float64Array.from({ length: rows }, (_, i) => (i % 10 === 0 ? Number.NaN : i / 2));
    const written = await database.writeColumns(
      [
        { name: 'score', type: 'float', values },
        { name: 'odd', type: 'boolean', values: Array.from({ length: rows }, (_, i) => i % 2) },
        { name: 'n', type: 'integer', values: Array.from({ length: rows }, (_, i) => i) },
        { name: 'label "x"', type: 'string', values: Array.from({ length: rows }, (_, i) => (i === 3 ? null : `row ${i}`)) },
        { name: 'day', type: 'date', values: Array.from({ length: rows }, () => '2024-02-29') },
      ],
      path,
    );
    expect(written.rows).toBe(rows);
    const { schema, rows: back } = await database.rows(sql(`from read_parquet('${path}') limit 4`));
    expect(schema.map((column) => column.type)).toEqual(['float', 'boolean', 'integer', 'string', 'date']);
    expect(back).toEqual([
      [null, false, 0, 'row 0', '2024-02-29'],
      [0.5, true, 1, 'row 1', '2024-02-29'],
      [1, false, 2, 'row 2', '2024-02-29'],
      [1.5, true, 3, null, '2024-02-29'],
    ]);
  });

  it('refuses columns of unequal length and fractions as integers', async () => {
    const path = join(folder, 'refused.parquet');
    const unequal = [
      { name: 'a', type: 'integer' as const, values: [1, 2] },
      { name: 'b', type: 'integer' as const, values: [1] },
    ];
    await expect(database.writeColumns(unequal, path)).rejects.toMatchObject({ code: 'column-lengths', place: { column: 'b' } });
    await expect(database.writeColumns([{ name: 'a', type: 'integer', values: [1.5] }], path)).rejects.toMatchObject({ code: 'not-whole' });
  });

  it('tells a missing file from a damaged one', async () => {
    await expect(database.parquetSchema(join(folder, 'absent.parquet'))).rejects.toMatchObject({ code: 'file-missing' });
    const damaged = join(folder, 'damaged.parquet');
    await writeFile(damaged, 'PAR1 this is not Parquet');
    await expect(database.parquetSchema(damaged)).rejects.toMatchObject({ code: 'parquet-damaged', place: { file: damaged } });
  });

  it('reads the file named, not those its name matches as a pattern', async () => {
    const path = join(folder, 'a[1]*.parquet');
    await database.writeParquet(sql('select 1 as a'), path);
    await database.writeParquet(sql('select 2 as a'), join(folder, 'a1x.parquet'));
    expect((await database.parquetSchema(path)).rows).toBe(1);
    const scan: Relation = { op: 'scan', source: { kind: 'parquet', paths: [path] }, schema: [{ name: 'a', type: 'integer' }], label: 'a' };
    expect((await database.rows(sql(toDuckDb(scan)))).rows).toEqual([[1]]);
  });
});

describe('pages', () => {
  const page = (text: string, offset: number, limit: number, sort: { column: string; descending: boolean }[] = []) =>
    database.arrowPage(sql(text), { offset, limit, sort }).then((bytes) => tableFromIPC(bytes));

  it('carries every type', async () => {
    const table = await page(
      `select true as b, 42 as i, 1.5::double as f, 'é' as s, date '2024-01-31' as d, timestamp '2024-01-31 10:00:00' as ts, '\\x0A\\xFF'::blob as bin, null::integer as n`,
      0,
      10,
    );
    expect(table.schema.fields.map((field) => String(field.type))).toEqual(['Bool', 'Float64', 'Float64', 'Utf8', 'Utf8', 'Utf8', 'Utf8', 'Float64']);
    expect(table.schema.fields.map((field) => field.metadata.get('type'))).toEqual(['boolean', 'integer', 'float', 'string', 'date', 'timestamp', 'binary', 'integer']);
    expect(table.toArray().map((row) => row?.toArray())).toEqual([[true, 42, 1.5, 'é', '2024-01-31', '2024-01-31 10:00:00', '0a ff (2 bytes)', null]]);
  });

  it('keeps integers beyond 2^53 exact', async () => {
    const table = await page('select 9007199254740993 as i union all select null', 0, 10);
    expect(table.getChildAt(0)?.get(0)).toBe(9007199254740993n);
    expect(table.getChildAt(0)?.get(1)).toBeNull();
  });

  it('cuts long text and says so', async () => {
    const table = await page("select repeat('x', 40000000) as s", 0, 1);
    const shown = String(table.getChildAt(0)?.get(0));
    expect(shown.length).toBeLessThan(2100);
    expect(shown).toMatch(/… \(40000000 characters\)$/);
  });

  it('pages through ties without repeating or missing a row', async () => {
    const text = 'select i % 3 as k, i from range(5000) t(i)';
    const seen = new Set<number>();
    for (let offset = 0; offset < 5000; offset += 700) {
      const table = await page(text, offset, 700, [{ column: 'k', descending: true }]);
      for (const value of table.getChild('i') ?? []) seen.add(Number(value));
    }
    expect(seen.size).toBe(5000);
  });

  it('gives the schema of an empty page', async () => {
    const table = await page("select 1 as a, 'x' as b where false", 0, 10);
    expect(table.numRows).toBe(0);
    expect(table.schema.names).toEqual(['a', 'b']);
  });
});

describe('profile', () => {
  it('counts, bins and ranks', async () => {
    const { rows, sampled, columns } = await database.profile(
      sql(`select i, i / 2.0::double as f, case when i % 4 = 0 then null else 'v' || (i % 3) end as s, i % 2 = 0 as b, date '2024-01-01' + i::int as d
        from range(100) t(i)`),
    );
    expect({ rows, sampled }).toEqual({ rows: 100, sampled: false });
    const [i, f, s, b, d] = columns;
    expect(i).toMatchObject({ count: 100, missing: 0, min: 0, max: 99, mean: 49.5, top: [] });
    expect(i?.histogram?.counts.reduce((a, c) => a + c, 0)).toBe(100);
    expect(i?.histogram?.counts.length).toBeLessThanOrEqual(24);
    expect(f?.histogram?.edges.at(-1)).toBe(49.5);
    expect(f?.stddev).toBeCloseTo(14.5057, 3);
    expect(s).toMatchObject({ count: 75, missing: 25, distinct: 3, mean: null, histogram: null });
    expect(s?.top).toEqual([
      { value: 'v0', count: 25 },
      { value: 'v1', count: 25 },
      { value: 'v2', count: 25 },
    ]);
    expect(b?.mean).toBe(0.5);
    expect(b?.top.map((entry) => entry.value)).toEqual(['false', 'true']);
    expect(d).toMatchObject({ min: '2024-01-01', max: '2024-04-09' });
    expect(d?.histogram?.counts.reduce((a, c) => a + c, 0)).toBe(100);
  });

  it('bins dates by whole days, so that none falls between two bins', async () => {
    const { columns } = await database.profile(sql(`select date '2013-02-04' + (i % 14)::int as fortnight, date '2024-01-01' + i::int as long from range(140) t(i)`));
    expect(columns[0]?.histogram?.counts).toEqual(Array.from({ length: 14 }, () => 10));
    expect(columns[0]?.histogram?.edges[0]).toBe(Date.UTC(2013, 1, 4));
    expect(columns[0]?.histogram?.edges.at(-1)).toBe(Date.UTC(2013, 1, 18));
    expect(columns[1]?.histogram?.counts).toEqual([...Array.from({ length: 23 }, () => 6), 2]);
  });

  // Sixteen airlines, of which an estimate finds fifteen: they would look as if a key came twice.
  it('counts the different values of a small table exactly', async () => {
    const codes = '9E AA AS B6 DL EV F9 FL HA MQ OO UA US VX WN YV'.split(' ');
    const { columns } = await database.profile(sql(`select * from (values ${codes.map((code) => `('${code}')`).join(', ')}) t(carrier)`));
    expect(columns[0]).toMatchObject({ count: 16, distinct: 16 });
  });

  it('samples histograms but not totals of a big table', async () => {
    const { rows, sampled, columns } = await database.profile(sql('select i as a from range(2500000) t(i)'));
    expect({ rows, sampled }).toEqual({ rows: 2_500_000, sampled: true });
    expect(columns[0]).toMatchObject({ count: 2_500_000, min: 0, max: 2_499_999 });
    const binned = columns[0]?.histogram?.counts.reduce((a, c) => a + c, 0) ?? 0;
    expect(binned).toBeGreaterThan(95_000);
    expect(binned).toBeLessThan(105_000);
  });

  it('has an answer for no rows, one value, only nulls, infinities', async () => {
    const empty = await database.profile(sql("select 1 as a, 'x' as s where false"));
    expect(empty.columns[0]).toMatchObject({ count: 0, missing: 0, min: null, max: null, mean: null, histogram: null });
    const odd = await database.profile(sql("select 7 as one, null::double as n, unnest(['inf'::double, 1, 'nan', 2]) as v"));
    expect(odd.columns[0]).toMatchObject({ min: 7, max: 7, stddev: 0, histogram: { edges: [6.5, 7.5], counts: [4] } });
    expect(odd.columns[1]).toMatchObject({ count: 0, missing: 4, histogram: null });
    expect(odd.columns[2]).toMatchObject({ count: 4, min: 1, max: 2, mean: 1.5 });
    expect(odd.columns[2]?.histogram?.counts.reduce((a, c) => a + c, 0)).toBe(2);
    const gaps = await database.profile(sql('select case when i % 2 = 0 then i end as v, case when i % 4 = 0 then i / 2.0::double end as f from range(100) t(i)'));
    expect(gaps.columns.map((column) => column.histogram?.counts.reduce((a, c) => a + c, 0))).toEqual([50, 25]);
  });
});

describe('parseExpression', () => {
  it('gives the tree of one expression', async () => {
    const tree = await database.parseExpression('income > 3');
    expect(JSON.stringify(tree)).toContain('"column_names":["income"]');
  });

  it('marks the place of a syntax error in UTF-16 units', async () => {
    const text = '"é€😀" + ) 3';
    await expect(database.parseExpression(text)).rejects.toMatchObject({ code: 'syntax', place: { span: { start: text.indexOf(')'), end: text.indexOf(')') + 1 } } });
  });

  it('refuses nothing at all and more than one statement', async () => {
    await expect(database.parseExpression('  ')).rejects.toMatchObject({ code: 'syntax', message: 'The expression is empty.' });
    await expect(database.parseExpression('1; select 2')).rejects.toMatchObject({ code: 'syntax' });
    await expect(database.parseExpression("'open")).rejects.toMatchObject({ code: 'syntax', place: { span: { start: 0 } } });
  });
});
