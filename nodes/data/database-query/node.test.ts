import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import SQLite from 'better-sqlite3-multiple-ciphers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgresMissing, startPostgres, testPassword, type TestServer } from '#app/data/databases/testing/servers.ts';
import { statements } from '#app/data/databases/testing/statements.ts';
import { describeFixtures, fixtureDocument, openTestEngine, type TestEngine } from '#app/engine/testing.ts';

describeFixtures(import.meta.url);

const fresh = { host: '', port: 0, database: '', user: '', tls: 'prefer', path: '' } as const;

describe('a query of a SQLite file', () => {
  let opened: TestEngine;
  let file: string;
  const query = (params: Record<string, unknown>) => fixtureDocument({ nodes: [{ id: 'q', type: 'data/database-query', params: { connection: 'files', ...params } }], edges: [] }, opened.engine.catalogue);
  beforeAll(async () => {
    opened = await openTestEngine();
    file = path.join(opened.projectDir, 'shop.sqlite');
    const database = new SQLite(file);
    database.exec("create table orders (id integer, country text, total real); insert into orders values (1, 'NO', 120.5), (2, 'SE', 80), (3, 'NO', 40), (4, null, 500)");
    database.close();
    await opened.engine.connections.save({ ...fresh, name: 'files', kind: 'sqlite', path: 'shop.sqlite' }, null, null);
  });
  afterAll(() => opened.close());

  it('knows its columns before a run, and reads only what is asked for', async () => {
    const document = query({ table: 'orders', columns: ['id', 'total'], filter: "country = 'NO' and lower(country) = 'no'", limit: 1 });
    const { configurations } = await opened.engine.configure(document);
    expect(configurations['q']?.outputs['table']).toEqual({ kind: 'table', schema: [{ name: 'id', type: 'integer' }, { name: 'total', type: 'float' }] });
    expect(configurations['q']?.diagnostics.map(({ severity, message }) => [severity, message])).toEqual([
      ['info', '“lower(country) = \'no\'” is applied here after reading; the database does not do it in the same way.'],
      ['info', 'The limit is applied here after reading, because part of the filter is.'],
    ]);
    const { nodes } = await opened.run(document);
    expect(nodes['q']?.status).toBe('succeeded');
    expect((await opened.table(document, 'q', 'table')).rows).toEqual([[1, 120.5]]);
  });

  it('places faults at the params', async () => {
    const problems = async (params: Record<string, unknown>) => (await opened.engine.configure(query(params))).configurations['q']?.diagnostics.map(({ code, place }) => [code, place?.param]);
    expect(await problems({ table: 'orders', filter: 'totl > 5' })).toEqual([['unknown-column', ['filter']]]);
    expect(await problems({ table: 'orders', filter: 'total' })).toEqual([['type-mismatch', ['filter']]]);
    expect(await problems({ table: 'orders', filter: 'total >' })).toEqual([['syntax', ['filter']]]);
    expect(await problems({ table: 'orders', columns: ['nothing'] })).toEqual([['unknown-column', ['columns']]]);
    expect(await problems({ table: 'ordrs' })).toEqual([['database-unknown-table', ['table']]]);
    expect(await problems({ mode: 'sql', sql: 'selct 1' })).toEqual([['database-syntax', ['sql']]]);
  });

  it('is read again when the file has changed, and not before', async () => {
    const document = query({ table: 'orders', columns: ['id'] });
    await opened.run(document);
    expect((await opened.run(document)).nodes['q']?.status).toBe('cached');
    const database = new SQLite(file);
    database.exec("insert into orders values (5, 'DK', 5)");
    database.close();
    const again = await opened.run(document);
    expect(again.nodes['q']).toMatchObject({ status: 'succeeded', ports: { table: { rows: 5 } } });
    expect(again.nodes['q']?.reason).toContain('files');
    const settings = query({ table: 'orders', columns: ['id'], refresh: 'settings' });
    await opened.run(settings);
    const changed = new SQLite(file);
    changed.exec("insert into orders values (6, 'DK', 5)");
    changed.close();
    expect((await opened.run(settings)).nodes['q']?.status).toBe('cached');
  });
});

describe.skipIf(postgresMissing !== null)(`a query of PostgreSQL${postgresMissing === null ? '' : ` (${postgresMissing})`}`, () => {
  let opened: TestEngine;
  let server: TestServer;
  const before = { password: process.env['PENSTOCK_SECRET_SHOP'], config: process.env['XDG_CONFIG_HOME'] };
  const pipeline = (params: Record<string, unknown>, more: Record<string, unknown> = {}) =>
    fixtureDocument(
      {
        nodes: [
          { id: 'q', type: 'data/database-query', params: { connection: 'shop', table: 'orders', ...params } },
          { id: 'w', type: 'data/database-writer', params: { connection: 'shop', table: 'copies', mode: 'replace', ...more } },
        ],
        edges: [['q.table', 'w.table']],
      },
      opened.engine.catalogue,
    );
  beforeAll(async () => {
    [server, opened] = await Promise.all([startPostgres(), openTestEngine()]);
    await statements(server.target, 'create table orders (id int primary key, changed timestamptz)', "insert into orders select i, '2024-01-01' from generate_series(1, 1000) i");
    const { host, port, database, user } = server.target;
    process.env['PENSTOCK_SECRET_SHOP'] = testPassword;
    await opened.engine.connections.save({ ...fresh, name: 'shop', kind: 'postgres', host, port, database, user }, null, null);
  }, 60_000);
  afterAll(async () => {
    if (before.password === undefined) delete process.env['PENSTOCK_SECRET_SHOP'];
    else process.env['PENSTOCK_SECRET_SHOP'] = before.password;
    if (before.config === undefined) delete process.env['XDG_CONFIG_HOME'];
    await opened?.close();
    await server?.stop();
  });

  it('is read again in each run, after a time, or when a check says so', async () => {
    const status = async (params: Record<string, unknown>) => (await opened.run(pipeline(params), ['q'])).nodes['q']?.status;
    expect([await status({ refresh: 'age' }), await status({ refresh: 'age' })]).toEqual(['succeeded', 'cached']);
    expect([await status({ refresh: 'age', maxAge: 0 }), await status({ refresh: 'age', maxAge: 0 })]).toEqual(['succeeded', 'succeeded']);
    expect([await status({ refresh: 'each-run' }), await status({ refresh: 'each-run' })]).toEqual(['succeeded', 'succeeded']);
    const document = pipeline({ refresh: 'each-run' });
    // What a run has read is what is looked at afterwards, also after a restart.
    expect((await opened.table(document, 'q', 'table')).rows.length).toBe(1000);
    opened = await opened.reopen();
    expect((await opened.engine.configure(document)).freshness['q']).toMatchObject({ state: 'fresh' });
    const check = { refresh: 'check', checkColumn: 'changed', checkCount: true };
    expect([await status(check), await status(check)]).toEqual(['succeeded', 'cached']);
    await statements(server.target, "update orders set changed = '2024-02-01' where id = 5");
    await expect.poll(() => status(check), { timeout: 10_000 }).toBe('succeeded');
    expect(await status(check)).toBe('cached');
  });

  it('writes in each run, and reports how much', async () => {
    const document = pipeline({});
    for (let turn = 0; turn < 2; turn += 1) expect((await opened.run(document)).nodes['w']?.status).toBe('succeeded');
    expect(await statements(server.target, 'select count(*)::int from copies')).toEqual([[1000]]);
    const value = await opened.value(document, 'w', 'report');
    expect(JSON.stringify(value)).toMatch(/1\s000 rows that were there were removed/);
    const failed = await opened.run(pipeline({}, { mode: 'create' }));
    expect(failed.nodes['w']?.diagnostics[0]).toMatchObject({ code: 'database-table-exists', place: { nodeId: 'w', param: ['table'] } });
    const keyed = await opened.run(pipeline({}, { mode: 'upsert', keys: ['changed'] }));
    expect(keyed.nodes['w']?.diagnostics[0]).toMatchObject({ code: 'database-duplicate-keys', message: '1 key is there more than once in “changed”.' });
  });

  it('is looked at again as soon as its password is right', async () => {
    const document = pipeline({ columns: ['id'] });
    const { host, port, database, user } = server.target;
    process.env['PENSTOCK_SECRET_SHOP'] = 'wrong';
    await opened.engine.connections.save({ ...fresh, name: 'shop', kind: 'postgres', host, port, database, user }, null, null);
    const codes = async () => (await opened.engine.configure(pipeline({ columns: ['id'], limit: 7 }))).configurations['q']?.diagnostics.map(({ code, place }) => [code, place?.param]);
    expect(await codes()).toEqual([['connection-password', ['connection']]]);
    process.env['PENSTOCK_SECRET_SHOP'] = testPassword;
    await opened.engine.connections.save({ ...fresh, name: 'shop', kind: 'postgres', host, port, database, user }, null, null);
    expect(await codes()).toEqual([]);
    expect((await opened.run(document, ['q'])).status).toBe('succeeded');
  });

  it('keeps the password out of everything the project holds', async () => {
    await opened.run(pipeline({}));
    await statements(server.target, `alter user ann password 'pa5s-other'`).catch(() => undefined);
    const failed = await opened.run(pipeline({ refresh: 'each-run' }));
    expect(failed.nodes['q']?.status).toBe('failed');
    await opened.engine.store.close();
    const files = (await readdir(opened.projectDir, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
    expect(files.some((file) => file.endsWith('connections.json'))).toBe(true);
    expect(files.some((file) => file.endsWith('penstock.db'))).toBe(true);
    const needles = [testPassword, JSON.stringify(testPassword).slice(1, -1), encodeURIComponent(testPassword), Buffer.from(testPassword).toString('base64'), 'pa5s'];
    for (const file of files) {
      const bytes = await readFile(file);
      for (const needle of needles) expect(bytes.includes(needle), `${needle} in ${file}`).toBe(false);
    }
  });
});
