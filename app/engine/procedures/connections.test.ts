import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createRouterClient } from '@orpc/server';
import { localContext } from '#app/access/caller.ts';
import SQLite from 'better-sqlite3-multiple-ciphers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createRouter } from '../router.ts';
import { openTestEngine, type TestEngine } from '../testing.ts';

const config = process.env['XDG_CONFIG_HOME'];
let opened: TestEngine;
let userConfig: string;
beforeAll(async () => {
  userConfig = await mkdtemp(path.join(os.tmpdir(), 'penstock-config-'));
  process.env['XDG_CONFIG_HOME'] = userConfig;
  opened = await openTestEngine();
});
afterAll(async () => {
  if (config === undefined) delete process.env['XDG_CONFIG_HOME'];
  else process.env['XDG_CONFIG_HOME'] = config;
  await opened.close();
  await rm(userConfig, { recursive: true, force: true });
});

const shop = { name: 'shop', kind: 'postgres', host: '127.0.0.1', port: 1, database: 'shop', user: 'ann', tls: 'off', path: '' } as const;

it('adds, tries, looks into and removes connections, and answers no password', async () => {
  const client = createRouterClient(createRouter(opened.engine), { context: localContext }).connections;
  await client.save({ connection: shop, password: 'pa5s' });
  const listed = await client.list();
  expect(listed).toEqual([{ connection: shop, secret: 'file', variable: 'PENSTOCK_SECRET_SHOP' }]);
  expect(JSON.stringify(listed)).not.toContain('pa5s');
  const refused = await client.test({ connection: shop, password: null });
  expect(refused).toMatchObject({ ok: false, diagnostic: { code: 'connection-refused' } });
  await client.save({ connection: { ...shop, name: 'store' }, password: null, previous: 'shop' });
  expect(await client.list()).toMatchObject([{ connection: { name: 'store' }, secret: 'file' }]);
  await client.remove({ name: 'store' });

  new SQLite(path.join(opened.projectDir, 'a.sqlite')).exec('create table t (x integer, d date); insert into t values (1, null)').close();
  const files = { ...shop, name: 'files', kind: 'sqlite', path: 'a.sqlite' } as const;
  expect(await client.test({ connection: files, password: null })).toMatchObject({ ok: true, version: expect.stringMatching(/^SQLite 3/) });
  await client.save({ connection: files, password: null });
  expect(await client.tables({ name: 'files' })).toEqual([{ schema: '', name: 't', kind: 'table', rows: null }]);
  expect(await client.columns({ name: 'files', schema: '', table: 't' })).toEqual([
    { name: 'x', type: 'integer', sourceType: 'integer' },
    { name: 'd', type: 'date', sourceType: 'date' },
  ]);
  await expect(client.tables({ name: 'nothing' })).rejects.toMatchObject({ data: { code: 'connection-unknown' } });
});
