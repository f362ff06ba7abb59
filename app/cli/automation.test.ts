import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emptyDocument } from '#app/pipeline/document.ts';
import { serialiseDocument } from '#app/pipeline/serialise.ts';
import { appPlaces, createEngine } from '#app/engine/index.ts';
import { listenForWebhooks } from '#app/serve/webhook-listener.ts';
import { runProgram } from './program.ts';

const root = mkdtempSync(path.join(os.tmpdir(), 'penstock-cli-automation-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function penstock(...args: string[]): Promise<{ code: number; out: string; error: string }> {
  let [out, error] = ['', ''];
  const code = await runProgram([...args, '--project', root], { out: (text) => (out += text), error: (text) => (error += text), isTty: false });
  return { code, out, error };
}

beforeAll(async () => {
  mkdirSync(path.join(root, 'pipelines'));
  mkdirSync(path.join(root, 'inbox'));
  writeFileSync(path.join(root, 'orders.csv'), 'a,b\n1,2\n3,4\n');
  writeFileSync(path.join(root, 'pipelines', 'orders.pipeline.json'), serialiseDocument({ ...emptyDocument('orders', 'Orders'), nodes: [{ id: 'read', type: 'data/csv-reader', version: 1, params: { path: 'orders.csv' } }], edges: [] }));
  expect(await runProgram(['trust', root], { out: () => undefined, error: () => undefined, isTty: false })).toBe(0);
});

const added = async (...args: string[]): Promise<{ id: string; hook?: string; nextAt: number | null }> => {
  const { code, out, error } = await penstock('automation', 'add', 'pipelines/orders.pipeline.json', ...args, '--json');
  expect(code, error).toBe(0);
  return JSON.parse(out) as { id: string; hook?: string; nextAt: number | null };
};

describe('penstock automation', () => {
  it('adds, lists, shows, fires, switches and removes a schedule', async () => {
    const { id } = await added('--name', 'Nightly', '--cron', '30 2 * * 1-5', '--timezone', 'Europe/Berlin', '--retries', '2');
    expect((await penstock('automation', 'list')).out).toMatch(/on {2}Nightly {2}At 02:30, Monday through Friday \(Europe\/Berlin\) {2}next .* {2}never fired/);
    expect((await penstock('automation', 'show', 'nightly')).out).toMatch(/Retries +2, after 1 min 00 s/);
    const fired = await penstock('automation', 'fire', 'Nightly');
    expect(fired.code, fired.error).toBe(0);
    expect((await penstock('automation', 'history')).out).toMatch(/Nightly {2}succeeded \(/);
    expect((await penstock('automation', 'disable', id)).out).toBe('“Nightly” is off.\n');
    expect(JSON.parse((await penstock('automation', 'show', id, '--json')).out)).toMatchObject({ enabled: false, next: [] });
    expect((await penstock('automation', 'remove', id)).out).toBe('Removed “Nightly”.\n');
    expect((await penstock('automation', 'list')).out).toMatch(/No schedules or triggers yet/);
  });

  it('fails where what it fired fails, and says why', async () => {
    const { id } = await added('--cron', '0 0 1 1 *', '--set', 'read.path=gone.csv');
    const fired = await penstock('automation', 'fire', id);
    expect(fired).toMatchObject({ code: 1, error: expect.stringContaining('gone.csv') as unknown });
    await penstock('automation', 'remove', id);
  });

  it.each([
    [[], /Nothing says when/, 2],
    [['--cron', '0 0 * *'], /4 fields instead of five/, 2],
    [['--cron', '0 0 * * *', '--timezone', 'Mars/Base'], /not a time zone/, 2],
    [['--cron', '0 0 * * *', '--on-file', '*.csv'], /one trigger only/, 2],
    [['--on-run', 'pipelines/orders.pipeline.json'], /its own end/, 1],
    [['--cron', '0 0 * * *', '--set', 'nobody.x=1'], /no node “nobody”/, 2],
    [['--cron', '0 0 * * *', '--notify', 'team'], /no notification channel “team”/, 1],
  ])('says what is wrong with %j', async (args, message, code) => {
    const said = await penstock('automation', 'add', 'pipelines/orders.pipeline.json', ...args);
    expect(said.error).toMatch(message);
    expect(said.code).toBe(code);
  });
});

describe('penstock work', () => {
  it('--once runs what is due, with the file that arrived, and ends', async () => {
    const { id } = await added('--name', 'Arrivals', '--on-file', 'inbox/*.csv', '--set', 'read.path={{file}}');
    writeFileSync(path.join(root, 'inbox', 'day.csv'), 'a\n1\n2\n3\n');
    const worked = await penstock('work', '--once');
    expect(worked.code, worked.error).toBe(0);
    expect(worked.out).toMatch(/^Arrivals {2}succeeded/);
    const history = JSON.parse((await penstock('automation', 'history', id, '--json')).out) as { given: unknown; attempts: { runId: string }[] }[];
    expect(history).toMatchObject([{ given: { file: 'inbox/day.csv' } }]);
    expect((await penstock('work', '--once')).error).toContain('Nothing was due.');
    await penstock('automation', 'remove', id);
  });

  it('goes on until it is told to end', async () => {
    const { id } = await added('--name', 'Every minute', '--cron', '* * * * *');
    const child = spawn(process.execPath, [path.resolve('bench/child.mjs'), path.resolve('app/cli/work-child.ts'), JSON.stringify({ project: root })], { stdio: ['ignore', 'pipe', 'pipe'] });
    const text = await new Promise<string>((resolve) => {
      let said = '';
      child.stderr.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        if (said.includes('It listens')) resolve(said);
      });
      child.once('exit', () => resolve(said));
    });
    expect(text).toMatch(/1 schedule or trigger is on\.\nIt listens for webhooks at http:\/\/127\.0\.0\.1:\d+\/hooks\//);
    expect(await penstock('automation', 'disable', id)).toMatchObject({ code: 1, error: expect.stringContaining('is open in another process') as unknown });
    child.kill('SIGTERM');
    expect(await new Promise((resolve) => child.once('exit', (code) => resolve(code)))).toBe(0);
    await penstock('automation', 'remove', id);
  });
});

it('a webhook runs its pipeline with declared values only, and tells nobody without the token anything', async () => {
  const { id, hook = '' } = await added('--name', 'Hook', '--on-webhook', '--secret', 'shop', '--set', 'read.path={{body.file}}');
  const engine = await createEngine({ projectDir: root, ...appPlaces(), background: true });
  process.env['PENSTOCK_SECRET_SHOP'] = 'between-us';
  const listener = await listenForWebhooks(engine, { port: 0, host: '127.0.0.1' });
  const origin = new URL(listener.url).origin;
  const body = JSON.stringify({ file: 'orders.csv', rows: 1 });
  const sign = (text: string): Record<string, string> => ({ 'content-type': 'application/json', 'x-github-delivery': 'd1', 'x-hub-signature-256': `sha256=${createHmac('sha256', 'between-us').update(text).digest('hex')}` });
  const call = (at: string, init: RequestInit = {}): Promise<number> => fetch(`${origin}${at}`, { method: 'POST', body, ...init }).then(({ status }) => status);
  try {
    expect(await call(`/hooks/${id}/wrong`)).toBe(404);
    expect(await call('/hooks/nobody/wrong')).toBe(404);
    expect(await call('/')).toBe(404);
    expect(await call(hook, { method: 'GET', body: null })).toBe(405);
    expect(await call(hook)).toBe(401);
    expect(await call(hook, { headers: sign(`${body} `) })).toBe(401);
    expect(await call(hook, { body: 'x'.repeat(1_100_000) })).toBe(413);
    expect(await call(hook, { headers: sign(body) })).toBe(202);
    expect(await call(hook, { headers: sign(body) }), 'the same delivery again').toBe(200);
    await engine.automation.idle();
    const [firing, ...others] = engine.store.automation.firings({ automationId: id, limit: 10 });
    expect(others).toEqual([]);
    expect(firing).toMatchObject({ state: 'succeeded', given: { body: { file: 'orders.csv' } } });
    const run = engine.store.records.get(firing?.attempts[0]?.runId ?? '');
    expect(run?.document.nodes[0]?.params).toMatchObject({ path: 'orders.csv' });
    await engine.automation.setEnabled(id, false);
    expect(await call(hook, { headers: { ...sign(body), 'x-github-delivery': 'd2' } })).toBe(409);
  } finally {
    delete process.env['PENSTOCK_SECRET_SHOP'];
    await listener.close();
    await engine.close();
  }
});
