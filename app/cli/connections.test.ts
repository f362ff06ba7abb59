import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import SQLite from 'better-sqlite3-multiple-ciphers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { appPlaces, createEngine } from '#app/engine/index.ts';
import { addConnection } from './connections.ts';
import { runProgram } from './program.ts';

let folder: string;
const config = process.env['XDG_CONFIG_HOME'];
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'penstock-cli-'));
  process.env['XDG_CONFIG_HOME'] = path.join(folder, 'config');
});
afterEach(async () => {
  if (config === undefined) delete process.env['XDG_CONFIG_HOME'];
  else process.env['XDG_CONFIG_HOME'] = config;
  await rm(folder, { recursive: true, force: true });
});

function terminal() {
  const written = { out: '', error: '' };
  return { written, out: (text: string) => void (written.out += text), error: (text: string) => void (written.error += text), isTty: false };
}

async function penstock(...args: string[]) {
  const { written, ...rest } = terminal();
  return { code: await runProgram(['connection', ...args, '--project', folder], rest), ...written };
}

it('adds, lists, tries and removes a file', async () => {
  new SQLite(path.join(folder, 'a.sqlite')).exec('create table t (x)').close();
  expect(await penstock('add', 'files', '--kind', 'sqlite', '--path', 'a.sqlite')).toMatchObject({ code: 0, out: expect.stringMatching(/It works: SQLite 3/) });
  expect(await penstock('list')).toMatchObject({ code: 0, out: expect.stringMatching(/files {2}SQLite file {2}a\.sqlite/) });
  expect(await penstock('test', 'files')).toMatchObject({ code: 0 });
  expect(await penstock('test', 'file')).toMatchObject({ code: 1, error: expect.stringContaining('Did you mean “files”?') });
  expect(await penstock('remove', 'files')).toMatchObject({ code: 0 });
  expect(await penstock('list')).toMatchObject({ out: expect.stringContaining('No connections yet') });
});

it('takes a password by asking, keeps it with the user, and shows it nowhere', async () => {
  const shown = terminal();
  const input = { isTty: false, read: () => Promise.resolve('pa5s') };
  const code = await addConnection('shop', { project: folder, kind: 'postgres', host: '127.0.0.1', port: 1, user: 'ann' }, shown, input);
  expect(code).toBe(1);
  expect(shown.written.error).toContain('nothing answers at 127.0.0.1:1');
  expect(JSON.stringify(shown.written)).not.toContain('pa5s');
  expect(await readFile(path.join(folder, 'connections.json'), 'utf8')).not.toContain('pa5s');
  expect(await readFile(path.join(folder, 'config', 'penstock', 'secrets.json'), 'utf8')).toContain('pa5s');
  const listed = await penstock('list', '--json');
  expect(JSON.parse(listed.out)).toMatchObject([{ name: 'shop', secret: 'file', variable: 'PENSTOCK_SECRET_SHOP' }]);
  expect(listed.out).not.toContain('pa5s');
});

it('writes down who changed a connection, and changes none while another process has the project open', async () => {
  const engine = await createEngine({ projectDir: folder, ...appPlaces() });
  try {
    expect(await penstock('add', 'files', '--kind', 'sqlite', '--path', 'a.sqlite')).toMatchObject({ code: 1, error: expect.stringContaining('open for reading only') });
    expect(await penstock('list')).toMatchObject({ code: 0, out: expect.stringContaining('No connections yet') });
  } finally {
    await engine.close();
  }
  await penstock('add', 'files', '--kind', 'sqlite', '--path', 'a.sqlite');
  await penstock('add', 'files', '--kind', 'duckdb', '--path', 'a.duckdb');
  await penstock('remove', 'files');
  const after = await createEngine({ projectDir: folder, ...appPlaces(), readOnly: true });
  try {
    const records = after.store.audit.list({ subject: 'connection:files', limit: 10 });
    expect(records.map(({ action }) => action)).toEqual(['connection.removed', 'connection.changed', 'connection.added']);
    expect(records.at(-1)?.details).toMatchObject({ kind: 'sqlite', passwordChanged: false });
  } finally {
    await after.close();
  }
});

it('explains wrong usage', async () => {
  for (const [args, words] of [[['add', '1x', '--kind', 'sqlite'], 'cannot be a name'], [['add', 'x', '--kind', 'oracle'], 'one of postgres'], [['add', 'x', '--kind', 'sqlite'], '--path'], [['add', 'x', '--kind', 'mysql'], '--user'], [['add', 'x', '--kind', 'mysql', '--user', 'a', '--tls', 'maybe'], 'one of off']] as const) {
    expect(await penstock(...args)).toMatchObject({ code: 2, error: expect.stringContaining(words) });
  }
});
