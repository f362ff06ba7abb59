import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { call, origin, TestTeam } from './testing.ts';

let team: TestTeam;
beforeAll(async () => {
  team = await TestTeam.start();
});
afterAll(() => team.close());

const reader = { id: 'read1', type: 'data/csv-reader', version: 2, x: 0, y: 0, params: { path: 'data/plain.csv' } };

it('writes to the audit log who did what, also what a run does later in their name', async () => {
  const { cookie } = await team.person('grace', 'analyst');
  const socket = await team.opened({ cookie, origin });
  mkdirSync(path.join(team.engine.projectDir, 'data'), { recursive: true });
  writeFileSync(path.join(team.engine.projectDir, 'data', 'plain.csv'), 'a\n1\n');
  expect(await call(socket, 'pipeline.create', { title: 'Mine' })).toBe('ok');
  const [{ path: file } = { path: '' }] = await team.engine.pipelines.list();
  const { document } = await team.engine.pipelines.open(file);
  expect(await call(socket, 'run.start', { document: { ...document, nodes: [reader] }, path: file })).toBe('ok');
  const [run] = team.engine.store.records.list({ limit: 1 });
  expect(team.engine.store.audit.list({ actor: 'account:grace', limit: 10 }).map(({ action, subject }) => [action, subject])).toEqual([
    ['run.started', `run:${run?.runId ?? ''}`],
    ['pipeline.created', `pipeline:${file}`],
    ['access.signed-in', 'account:grace'],
  ]);
  socket.terminate();
});

it('runs nobody’s scripts unless whoever started it allows them', async () => {
  const script = { id: 'script1', type: 'transform/script', version: 1, x: 0, y: 0, params: { code: 'return table' } };
  const { path: file } = await team.engine.pipelines.create('Script');
  const { document } = await team.engine.pipelines.open(file);
  const port = { node: 'read1', port: 'table' };
  const run = await team.engine.startRun({ document: { ...document, nodes: [{ ...reader }, script], edges: [{ id: 'edge1', from: port, to: { node: 'script1', port: 'table' } }] }, path: file });
  expect(await run.finished).toBe('failed');
  expect(JSON.stringify(team.engine.store.records.get(run.runId))).toContain('Scripts do not run on this server');
});

const openssl = spawnSync('openssl', ['version']).status === 0;
it.skipIf(!openssl)('speaks TLS itself, and makes its first admin by a one-time link (needs openssl)', async () => {
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => path.join(team.folder, name)) as [string, string];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key, '-out', cert, '-days', '1', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'], { stdio: 'ignore' });
  const own = await TestTeam.start({ tls: { cert: readFileSync(cert), key: readFileSync(key) }, proxies: [], publicNames: ['localhost'] });
  const host = `localhost:${own.server.port}`;
  expect(own.server.url).toBe(`https://${host}`);
  const post = (target: string, form: Record<string, string>): Promise<{ status: number; cookies: string }> =>
    new Promise((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port: own.server.port, servername: 'localhost', ca: readFileSync(cert), path: target, method: 'POST', headers: { host, origin: `https://${host}`, 'content-type': 'application/x-www-form-urlencoded' } }, (response) => {
        response.resume();
        response.on('end', () => resolve({ status: response.statusCode ?? 0, cookies: String(response.headers['set-cookie'] ?? '') }));
      });
      sent.on('error', reject);
      sent.end(new URLSearchParams(form).toString());
    });
  const { secret } = own.access.invitations.create(null, 'first start');
  const password = 'three green kettles';
  expect(await post('/invite', { code: secret, name: 'ada', password, repeat: password })).toMatchObject({ status: 303, cookies: expect.stringContaining('__Host-penstock-session=') as string });
  expect(await post('/invite', { code: secret, name: 'eve', password, repeat: password })).toMatchObject({ status: 410, cookies: '' });
  expect(own.access.accounts.list().map(({ name, admin }) => [name, admin])).toEqual([['ada', true]]);
  await own.close();
});

it('makes no schedule of what an analyst drew; an operator who saves it does', async () => {
  const schedule = { id: 'sched1', type: 'deploy/schedule', version: 1, x: 0, y: 0, params: { cron: '0 6 * * *', timezone: 'UTC', enabled: true } };
  const stop = new AbortController();
  const changes = team.engine.automation.changes.stream(stop.signal);
  for (const role of ['analyst', 'operator'] as const) {
    const { cookie } = await team.person(`schedules-as-${role}`, role);
    const socket = await team.opened({ cookie, origin });
    const { path: file } = await team.engine.pipelines.create(`Scheduled by ${role}`);
    const { document } = await team.engine.pipelines.open(file);
    expect(await call(socket, 'pipeline.append', { path: file, document: { ...document, nodes: [schedule] }, entries: [], position: 0 })).toBe('ok');
    socket.terminate();
  }
  // The analyst's would have been made before the operator's.
  await changes.next();
  stop.abort();
  expect(team.engine.automation.list().map(({ spec }) => spec.name)).toEqual(['Scheduled by operator']);
});
