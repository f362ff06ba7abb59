import { chmod, cp, mkdir, mkdtemp, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import { serialiseDocument } from '#app/pipeline/serialise.ts';
import { loadCatalogue } from '../catalogue.ts';
import { Engine } from '../engine.ts';
import { fixtureDocument } from '../testing.ts';
import { isPlainTarget } from './kinds.ts';
import { isTrustedFolder } from './project-trust.ts';
import { trustReport } from './report.ts';
import { TrustedProjects } from './trusted-projects.ts';
import type { TrustMode } from './project-trust.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const catalogue = loadCatalogue();
const signal = new AbortController().signal;

const rows = { columns: [{ name: 'x', type: 'float' }, { name: 'y', type: 'string' }], rows: Array.from({ length: 60 }, (_, i) => [i, i % 3 === 0 ? 'a' : 'b']) };
const document = (id: string, nodes: readonly object[], edges: readonly [string, string][] = []): PipelineDocument => ({ ...fixtureDocument({ nodes, edges } as never, catalogue), id, title: id });

const source = { id: 'rows', type: 'data/table-creator', params: { table: rows } };
const code = document(
  'code',
  [
    source,
    { id: 'js', type: 'transform/script', params: { code: 'return df;' } },
    { id: 'python', type: 'transform/python-script', params: { code: 'result = df', interpreter: './evil' } },
    { id: 'sql', type: 'transform/sql', params: { text: 'select * from t1' } },
    { id: 'db', type: 'data/database-query', params: { connection: 'shop', table: 'orders' } },
    { id: 'onnx', type: 'train/import-onnx', params: { path: 'model.onnx' } },
    { id: 'keras', type: 'train/import-keras', params: { path: 'model.keras' } },
    { id: 'out', type: 'data/csv-writer', params: { path: '../stolen.csv' } },
    { id: 'hidden', type: 'data/csv-writer', params: { path: '.git/config' } },
    { id: 'plain', type: 'transform/filter-rows', params: { expression: 'x > 10' } },
    { id: 'inside', type: 'data/csv-writer', params: { path: 'exports/rows.csv' } },
  ],
  [['rows.table', 'js.table'], ['rows.table', 'python.table'], ['rows.table', 'sql.tables'], ['rows.table', 'out.table'], ['rows.table', 'hidden.table'], ['rows.table', 'plain.table'], ['plain.table', 'inside.table']],
);
const fit = { id: 'fit', type: 'train/logistic-regression', params: { target: 'y', features: null } };
const learning = document('learning', [source, fit, { id: 'use', type: 'evaluate/predict', params: {} }], [['rows.table', 'fit.table'], ['fit.model', 'use.model'], ['rows.table', 'use.table']]);

let folder = '';
/** Somebody's project: made with their Penstock, then copied about. */
let original = '';
const mine = (): string => path.join(folder, 'mine');

async function open(projectDir: string, trust: TrustMode = 'ask', options: { configDir?: string; background?: boolean } = {}): Promise<Engine> {
  return Engine.open({ projectDir, resourcesDir: path.join(root, 'resources'), distDir: path.join(root, 'dist'), catalogue, trust, configDir: options.configDir ?? mine(), background: options.background === true });
}

/** Runs to a node, and gives what became of it. */
async function outcome(engine: Engine, of: PipelineDocument, to: string): Promise<{ status: string; codes: string[] }> {
  const run = await engine.startRun({ document: of, path: null, to: [to] });
  await run.finished;
  const node = engine.store.records.get(run.runId)?.nodes.find(({ nodeId }) => nodeId === to);
  return { status: node?.status ?? 'absent', codes: (node?.diagnostics ?? []).map((one) => one.code) };
}

let copies = 0;
async function copy(): Promise<string> {
  const to = path.join(folder, `copy${(copies += 1)}`);
  await cp(original, to, { recursive: true });
  return to;
}

const hits = { database: 0, webhook: 0 };
const database = createServer((socket) => {
  hits.database += 1;
  socket.destroy();
});
const webhook = createHttpServer((_request, answer) => {
  hits.webhook += 1;
  answer.end('{}');
});

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'penstock-trust-'));
  original = path.join(folder, 'original');
  const listening = [database, webhook].map((server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve())));
  await Promise.all(listening);
  const port = (server: { address(): unknown }): number => (server.address() as AddressInfo).port;
  await mkdir(path.join(original, 'pipelines'), { recursive: true });
  for (const one of [code, learning]) await writeFile(path.join(original, 'pipelines', `${one.id}.pipeline.json`), serialiseDocument(one));
  const theirs = await open(original, 'made', { configDir: path.join(folder, 'theirs') });
  await theirs.connections.save({ name: 'shop', kind: 'postgres', host: '127.0.0.1', port: port(database), database: 'shop', user: 'ann', tls: 'off', path: '' }, null, null);
  await theirs.automation.saveChannel({ kind: 'webhook', name: 'team', url: `http://127.0.0.1:${port(webhook)}/hook`, signed: false, allowLinkLocal: false, alarms: true }, null);
  const { record } = await theirs.automation.create({ name: 'Each minute', pipeline: 'pipelines/learning.pipeline.json', trigger: { kind: 'cron', cron: '* * * * *', timezone: 'UTC' } });
  // Due since long ago, in whichever process may fire.
  theirs.store.automation.add({ automationId: record.id, dueKey: 'then', dueAt: 1, given: {} }, 1);
  expect((await outcome(theirs, learning, 'use')).status).toBe('succeeded');
  await theirs.close();
});
afterAll(async () => {
  database.close();
  webhook.close();
  await rm(folder, { recursive: true, force: true });
});

let engine: Engine | null = null;
afterEach(async () => {
  await engine?.close();
  engine = null;
});

describe('a project from elsewhere', () => {
  it.each([
    ['js', 'JavaScript'],
    ['python', 'Python'],
    ['sql', 'SQL'],
    ['db', 'a database'],
    ['onnx', 'a model file'],
    ['keras', 'a model file'],
    ['out', 'outside the project'],
    ['hidden', 'a hidden file'],
  ])('does not run its node “%s”, and says why on the card', async (nodeId, words) => {
    engine = await open(await copy());
    expect(engine.trust.restricted).toBe(true);
    const { configurations } = await engine.configure(code);
    expect(configurations[nodeId]?.diagnostics).toMatchObject([{ severity: 'error', code: 'project-restricted', message: expect.stringContaining(words) as unknown, remedy: expect.stringContaining('penstock trust') as unknown }]);
    const { status } = await outcome(engine, code, nodeId);
    expect(status).toBe('failed');
    await expect(engine.data.portValue({ document: code, nodeId, port: nodeId === 'onnx' || nodeId === 'keras' ? 'model' : 'table' }, signal)).rejects.toMatchObject({ code: 'project-restricted' });
    expect(hits.database).toBe(0);
  });

  it('runs plain nodes, and writes into its own folder', async () => {
    engine = await open(await copy());
    expect((await outcome(engine, code, 'inside')).status).toBe('succeeded');
    await expect(stat(path.join(engine.projectDir, 'exports', 'rows.csv'))).resolves.toBeDefined();
    await expect(stat(path.join(folder, 'stolen.csv'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('contacts no database, sends no message, starts no server and fires nothing', async () => {
    engine = await open(await copy(), 'ask', { background: true });
    expect(await engine.connections.test(await engine.connections.get('shop'), 'secret')).toMatchObject({ ok: false, diagnostic: { code: 'project-restricted' } });
    await expect(engine.connections.tables('shop')).rejects.toMatchObject({ code: 'project-restricted' });
    await expect(engine.automation.testChannel('team')).rejects.toMatchObject({ code: 'project-restricted' });
    await engine.automation.notifier.alarm({ title: 'x', message: 'x', automationId: null, runId: null }, ['team']);
    await engine.automation.notifier.settled();
    const automation = engine.automation.list()[0];
    expect(() => engine?.automation.fire(automation?.id ?? '')).toThrow(/until you trust it/);
    await expect(engine.servers.start({ name: 's', models: [] } as never)).rejects.toMatchObject({ code: 'project-restricted' });
    await engine.automation.idle();
    expect(engine.store.automation.firings({ limit: 10 }).map(({ state }) => state)).toEqual(['waiting']);
    expect(hits).toEqual({ database: 0, webhook: 0 });
  });

  it('has its kept models trained again before they are run', async () => {
    engine = await open(await copy());
    expect(await outcome(engine, learning, 'rows')).toMatchObject({ status: 'cached' });
    expect(await outcome(engine, learning, 'fit')).toMatchObject({ status: 'succeeded' });
    // What it made itself is used again.
    expect(await outcome(engine, learning, 'fit')).toMatchObject({ status: 'cached' });
    const model = await engine.data.portValue({ document: learning, nodeId: 'fit', port: 'model' }, signal);
    expect(model.kind === 'model' ? await engine.models.predict(model, [{ x: 3 }], signal) : []).toHaveLength(1);
  });

  it('runs everything once it is trusted, fires what is due, and the audit log says who trusted it', async () => {
    engine = await open(await copy(), 'ask', { background: true });
    const before = engine.store.audit.list({ action: 'project.trusted', limit: 5 }).length;
    const report = await trustReport(engine);
    expect(report).toMatchObject({ restricted: true, how: null, connections: ['shop'], automations: ['Each minute'], channels: ['team'] });
    expect(report.nodes.map(({ nodeId, kind }) => [nodeId, kind])).toEqual([['js', 'javascript'], ['python', 'python'], ['sql', 'sql'], ['db', 'database'], ['onnx', 'model-file'], ['keras', 'model-file'], ['out', 'writes-outside'], ['hidden', 'writes-outside']]);
    await engine.trust.give();
    expect(engine.trust.restricted).toBe(false);
    expect((await outcome(engine, code, 'js')).status).toBe('succeeded');
    expect((await outcome(engine, code, 'sql')).status).toBe('succeeded');
    await engine.automation.testChannel('team');
    expect(hits.webhook).toBe(1);
    await engine.automation.idle();
    expect(engine.store.automation.firings({ limit: 10 }).some(({ state }) => state !== 'waiting')).toBe(true);
    expect(engine.store.audit.list({ action: 'project.trusted', limit: 5 })).toHaveLength(before + 1);
    expect(engine.store.audit.list({ action: 'project.trusted', limit: 5 })[0]).toMatchObject({ actor: expect.stringMatching(/^user:/) as unknown, details: { path: engine.projectDir } });
    await engine.trust.revoke();
    expect((await outcome(engine, { ...code, id: 'again' }, 'python')).status).toBe('failed');
    expect(engine.automation.permission).toMatchObject({ allowed: false });
    expect(engine.store.audit.list({ action: 'project.restricted', limit: 5 })).toHaveLength(1);
  });

  it('does not run its scripts where a run is repeated', async () => {
    engine = await open(await copy());
    const { reproduceRun } = await import('../trace/reproduce.ts');
    const [last] = engine.store.records.list({ limit: 1 });
    await reproduceRun(engine, last?.runId ?? '', { distDir: engine.distDir, signal });
    const again = await open(path.join(folder, 'scratch'), 'restricted');
    expect((await outcome(again, code, 'js')).status).toBe('failed');
    await again.close();
  });
});

describe('trust', () => {
  it('is of one folder: a copy, a moved one and one that took its place are asked about again', async () => {
    const at = await copy();
    engine = await open(at);
    await engine.trust.give();
    await engine.close();
    engine = await open(at);
    expect(engine.trust.restricted).toBe(false);
    await engine.close();
    const copied = path.join(folder, 'copied');
    await cp(at, copied, { recursive: true });
    engine = await open(copied);
    expect(engine.trust.restricted).toBe(true);
    await engine.close();
    // The same store with the same id, in another folder at the trusted path.
    await rename(at, `${at}-old`);
    await rename(copied, at);
    engine = await open(at);
    expect(engine.trust.restricted).toBe(true);
    await engine.close();
    // The folder itself under another name; and through a link it is the folder that counts.
    engine = await open(`${at}-old`);
    expect(engine.trust.restricted).toBe(true);
    await engine.close();
    await rename(at, `${at}-new`);
    await rename(`${at}-old`, at);
    await symlink(at, `${at}-link`);
    engine = await open(`${at}-link`);
    expect(engine.trust.restricted).toBe(false);
    expect([isTrustedFolder(at, mine()), isTrustedFolder(`${at}-new`, mine())]).toEqual([true, false]);
  });

  it('is not of another store at the same place', async () => {
    const at = await copy();
    engine = await open(at);
    await engine.trust.give();
    engine.store.meta.set('project.id', 'another');
    expect(engine.trust.restricted).toBe(true);
  });

  it('is given by making a project, and kept in a file that is the user’s alone', async () => {
    const at = path.join(folder, 'new');
    await mkdir(at);
    await writeFile(path.join(at, 'orders.csv'), 'x\n1\n');
    engine = await open(at);
    expect(engine.trust.restricted).toBe(false);
    expect(new TrustedProjects(mine()).list().find((one) => one.path === at)).toMatchObject({ how: 'made' });
    await engine.close();
    engine = await open(at);
    expect(engine.trust.restricted).toBe(false);
    const file = path.join(mine(), 'trusted.json');
    if (process.platform !== 'win32') expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('cannot be named by the project, and an unreadable or shared list trusts nothing', async () => {
    const at = await copy();
    const configDir = path.join(folder, 'other-user');
    engine = await open(at, 'ask', { configDir });
    await engine.trust.give();
    await engine.close();
    const list = await readFile(path.join(configDir, 'trusted.json'), 'utf8');
    await rm(path.join(configDir, 'trusted.json'));
    for (const inside of ['trusted.json', '.penstock/trusted.json', '.config/penstock/trusted.json']) {
      await mkdir(path.dirname(path.join(at, inside)), { recursive: true });
      await writeFile(path.join(at, inside), list);
    }
    engine = await open(at, 'ask', { configDir });
    expect(engine.trust.restricted).toBe(true);
    await writeFile(path.join(configDir, 'trusted.json'), list.slice(0, -20), { mode: 0o600 });
    expect(engine.trust.restricted).toBe(true);
    await writeFile(path.join(configDir, 'trusted.json'), list, { mode: 0o600 });
    expect(engine.trust.restricted).toBe(false);
    if (process.platform !== 'win32') {
      await chmod(path.join(configDir, 'trusted.json'), 0o666);
      expect(engine.trust.restricted).toBe(true);
    }
  });

  it('taken back by another process holds in this one at once', async () => {
    const at = await copy();
    engine = await open(at);
    await engine.trust.give();
    expect((await outcome(engine, code, 'js')).status).toBe('succeeded');
    await new TrustedProjects(mine()).remove(at);
    expect((await outcome(engine, { ...code, id: 'later' }, 'js')).status).toBe('failed');
  });
});

it('a restricted project writes nowhere but to plain files of its own folder, links followed', async () => {
  const at = await copy();
  await symlink(folder, path.join(at, 'link'));
  await symlink(path.join(folder, 'nowhere'), path.join(at, 'dangling'));
  const refused = ['../x.csv', '/tmp/x.csv', 'link/x.csv', 'dangling', 'dangling/x.csv', '.git/config', 'a/.hidden/x.csv', '.bashrc', 'a/../../x.csv', 'x\0.csv', '.', `${at}-beside/x.csv`];
  expect(refused.filter((one) => isPlainTarget(one, at))).toEqual([]);
  expect(['x.csv', 'exports/deep/x.csv', 'a/../x.csv', path.join(at, 'x.csv')].filter((one) => !isPlainTarget(one, at))).toEqual([]);
});
