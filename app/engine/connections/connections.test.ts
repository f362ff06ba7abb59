import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '#app/sdk/databases.ts';
import { Connections, ConnectionStore, ReadAges, secretReference, secretVariable, userConfigDir, UserSecrets } from './index.ts';

const shop: Connection = { name: 'shop', kind: 'postgres', host: 'db.example', port: 0, database: 'shop', user: 'ann', tls: 'prefer', path: '' };
let folder: string;
let project: string;
beforeEach(async () => {
  [folder, project] = await Promise.all([mkdtemp(path.join(os.tmpdir(), 'penstock-secrets-')), mkdtemp(path.join(os.tmpdir(), 'penstock-project-'))]);
});
afterEach(() => Promise.all([folder, project].map((one) => rm(one, { recursive: true, force: true }))));

const secrets = (env: NodeJS.ProcessEnv = {}) => new UserSecrets({ folder: path.join(folder, 'config'), env });
const connections = (env: NodeJS.ProcessEnv = {}) => new Connections(new ConnectionStore(project), secrets(env), (given) => path.resolve(project, given));

describe('secrets', () => {
  it('lie in a file that only the user may read, or come from the environment', async () => {
    const reference = secretReference(shop);
    expect(await secrets().get(reference)).toBeNull();
    await secrets().set(reference, 'pa5s');
    expect(await secrets().get(reference)).toBe('pa5s');
    expect(await secrets({ PENSTOCK_SECRET_SHOP: 'from outside' }).get(reference)).toBe('from outside');
    expect([await secrets().source(reference), await secrets({ PENSTOCK_SECRET_SHOP: 'x' }).source(reference)]).toEqual(['file', 'environment']);
    const file = path.join(folder, 'config', 'secrets.json');
    if (process.platform !== 'win32') {
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      expect((await stat(path.dirname(file))).mode & 0o777).toBe(0o700);
      await chmod(file, 0o644);
      await expect(secrets().get(reference)).rejects.toMatchObject({ code: 'secrets-unsafe', remedy: expect.stringContaining('chmod 600') });
      await chmod(file, 0o600);
    }
    await secrets().remove(reference);
    expect(await secrets().get(reference)).toBeNull();
    await writeFile(file, '{', { mode: 0o600 });
    await expect(secrets().get(reference)).rejects.toMatchObject({ code: 'secrets-damaged' });
  });

  it('are given to nobody but whom they were stored for', async () => {
    await secrets().set(secretReference(shop), 'pa5s');
    for (const changed of [{ host: 'evil.example' }, { user: 'eve' }, { port: 5433 }, { kind: 'mysql' as const }]) {
      await expect(secrets().get(secretReference({ ...shop, ...changed })), JSON.stringify(changed)).rejects.toMatchObject({ code: 'secret-elsewhere' });
    }
    expect(await secrets().get(secretReference({ ...shop, name: 'other' }))).toBeNull();
  });

  it('have names and places that each system knows', () => {
    expect(secretVariable('shop-db')).toBe('PENSTOCK_SECRET_SHOP_DB');
    expect(userConfigDir({ XDG_CONFIG_HOME: '/x' }, 'linux')).toBe(path.join('/x', 'penstock'));
    expect(userConfigDir({ XDG_CONFIG_HOME: 'relative' }, 'linux')).toBe(path.join(os.homedir(), '.config', 'penstock'));
    expect(userConfigDir({}, 'darwin')).toContain(path.join('Application Support', 'Penstock'));
  });
});

describe('connections', () => {
  it('are kept in the project without passwords, which follow a rename but not a move', async () => {
    await connections().save(shop, 'pa5s', null);
    expect(await connections().list()).toEqual([{ connection: shop, secret: 'file', variable: 'PENSTOCK_SECRET_SHOP' }]);
    expect(await readFile(path.join(project, 'connections.json'), 'utf8')).not.toContain('pa5s');
    await connections().save({ ...shop, name: 'store' }, null, 'shop');
    expect(await connections().list()).toMatchObject([{ connection: { name: 'store' }, secret: 'file' }]);
    await connections().save({ ...shop, name: 'store', host: 'elsewhere.example' }, null, 'store');
    expect(await connections().list()).toMatchObject([{ connection: { host: 'elsewhere.example' }, secret: 'none' }]);
    await connections().save({ ...shop, name: 'store' }, 'pa5s', 'store');
    await connections().save({ ...shop, name: 'store' }, '', 'store');
    expect(await connections().list()).toMatchObject([{ secret: 'none' }]);
    await connections().remove('store');
    expect(await connections().list()).toEqual([]);
    await expect(connections().remove('store')).rejects.toMatchObject({ code: 'connection-unknown' });
  });

  it('say what is wrong with a damaged file, a near miss, a file that is not there', async () => {
    await connections().save({ ...shop, name: 'files', kind: 'sqlite', path: 'none.sqlite' }, null, null);
    await expect(connections().get('file')).rejects.toMatchObject({ code: 'connection-unknown', message: expect.stringContaining('Did you mean “files”?') });
    expect(await connections().test(await connections().get('files'), null)).toMatchObject({ ok: false, diagnostic: { code: 'file-missing' } });
    expect(await connections().test({ ...shop, kind: 'duckdb' }, null)).toMatchObject({ ok: false, diagnostic: { code: 'connection-incomplete' } });
    await writeFile(path.join(project, 'connections.json'), '{"version": 1, "connections": [{"name": "x"}]}');
    await expect(connections().list()).rejects.toMatchObject({ code: 'connections-damaged', message: expect.stringContaining('connections.0.kind') });
  });

  it('are told apart by where they go, not by who asks', async () => {
    await connections().save(shop, 'pa5s', null);
    expect(await connections().identity('shop', { state: true })).toBe('postgres://ann@db.example:5432/shop?tls=prefer');
    await writeFile(path.join(project, 'a.sqlite'), 'x');
    await connections().save({ ...shop, name: 'files', kind: 'sqlite', path: 'a.sqlite' }, null, null);
    const before = await connections().identity('files', { state: true });
    await writeFile(path.join(project, 'a.sqlite-wal'), 'y');
    expect(await connections().identity('files', { state: true })).not.toBe(before);
    expect(await connections().identity('files', { state: false })).toBe('sqlite:a.sqlite');
  });
});

describe('the age of readings', () => {
  it('changes after a time, over restarts, and in memory only where nothing may be written', () => {
    let now = 1000;
    const ages = (writable = true) => new ReadAges(project, () => writable, () => now);
    const first = ages();
    expect(first.revision('orders')).toBe('');
    first.renew('orders', 60);
    const one = first.revision('orders');
    first.renew('orders', 60);
    expect([first.revision('orders'), ages().revision('orders')]).toEqual([one, one]);
    now += 61_000;
    first.renew('orders', 60);
    const two = first.revision('orders');
    expect(two).not.toBe(one);
    const reader = ages(false);
    reader.renew('orders', 0);
    expect(reader.revision('orders')).not.toBe(two);
    expect(ages().revision('orders')).toBe(two);
  });
});
