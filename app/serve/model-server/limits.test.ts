import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readServerSettings } from '#app/store/index.ts';
import { builtModelServer, post, registerTestModel, testProject, until, type TestProject } from './testing.ts';

let project: TestProject;
beforeAll(async () => {
  builtModelServer();
  project = await testProject();
  await registerTestModel(project.store, 'churn', 0);
  await registerTestModel(project.store, 'churn', 2);
}, 120_000);
afterAll(() => project.close());

const metricsOf = async (url: string, headers: Record<string, string> = {}): Promise<string> => (await fetch(`${url}/metrics`, { headers })).text();

describe('limits of a model server', () => {
  it('turns requests away when its queue is full, and goes on answering', async () => {
    const server = await project.start({ name: 'small', models: [{ name: 'churn', reference: 'churn@1' }], log: { rate: 0 }, limits: { queue: 2 } });
    // Two requests whose bodies are on their way for ever hold the queue.
    const held = [0, 1].map(() => net.connect(Number(new URL(server.url).port), '127.0.0.1'));
    for (const socket of held) socket.write('POST /predict/churn HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n[');
    await until(() => metricsOf(server.url), (text) => text.includes('penstock_in_flight{model="churn"} 2'));
    const refused = await post(`${server.url}/predict/churn`, [{}]);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
    for (const socket of held) socket.destroy();
    await until(() => metricsOf(server.url), (text) => text.includes('penstock_in_flight{model="churn"} 0'));
    expect((await post(`${server.url}/predict/churn`, [{}])).status).toBe(200);
    expect(await metricsOf(server.url)).toContain('penstock_rejected_total{model="churn",reason="queue"} 1');
    await server.stop();
  });

  it('asks for tokens, of the file and of the project; a withdrawn one is refused at once', async () => {
    const file = path.join(mkdtempSync(path.join(os.tmpdir(), 'penstock-tokens-')), 'tokens');
    writeFileSync(file, '# for the shop\nfile-token-of-some-length\n');
    const { token, record } = project.store.tokens.create({ name: 'shop', scopes: ['predict'], expiresAt: null, createdBy: 'user:test' });
    const old = project.store.tokens.create({ name: 'old', scopes: ['predict'], expiresAt: Date.now() - 1, createdBy: 'user:test' });
    const server = await project.start({ name: 'closed', models: [{ name: 'churn', reference: 'churn@1' }], log: { rate: 0 }, tokenFile: file });
    const ask = async (given?: string): Promise<[number, unknown]> => {
      const response = await post(`${server.url}/predict/churn`, [{}], given === undefined ? {} : { authorization: `Bearer ${given}` });
      return [response.status, ((await response.json()) as { code?: unknown }).code];
    };
    expect(await ask()).toEqual([401, 'token-missing']);
    expect(await ask('nonsense')).toEqual([401, 'token-unknown']);
    expect(await ask(old.token)).toEqual([401, 'token-expired']);
    expect((await ask('file-token-of-some-length'))[0]).toBe(200);
    expect((await ask(token))[0]).toBe(200);
    expect((await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(403);
    expect((await fetch(`${server.url}/v2/health/ready`)).status).toBe(200);
    project.store.tokens.revoke(record.id);
    await until(() => ask(token), ([status]) => status === 401);
    await server.stop();
  });

  it('refuses to be reached from other machines without a token and TLS, and to start with what it cannot serve', async () => {
    await expect(project.start({ name: 'open', host: '0.0.0.0', models: [{ name: 'churn', reference: 'churn' }] })).rejects.toThrow('needs a TLS certificate and key');
    await expect(project.start({ name: 'wrong', models: [{ name: 'churn', reference: 'churn@nobody' }] })).rejects.toThrow('has no version “nobody”');
  });
});

describe('traffic of a model server', () => {
  it('splits between versions by a column, compares a shadow, logs with hidden columns, and is steered while it runs', async () => {
    const server = await project.start({
      name: 'split',
      models: [{ name: 'churn', reference: 'churn@1', canary: { reference: 'churn@2', percent: 50, key: 'plan' }, shadow: { reference: 'churn@2' } }],
      log: { rate: 1, redact: [{ column: 'plan', how: 'hash' }] },
    });
    const versionFor = async (plan: string): Promise<number> => ((await (await post(`${server.url}/predict/churn`, [{ plan, age: 31 }])).json()) as { version: number }).version;
    const plans = Array.from({ length: 40 }, (_unused, i) => `plan ${i}`);
    const first = await Promise.all(plans.map(versionFor));
    expect(new Set(first)).toEqual(new Set([1, 2]));
    // The same key always goes the same way.
    expect(await Promise.all(plans.map(versionFor))).toEqual(first);
    const settings = await readServerSettings(project.dir, 'split');
    const [model] = settings.models;
    if (model === undefined) throw new Error('there is no model');
    await project.change({ ...settings, models: [{ ...model, canary: { reference: 'churn@2', percent: 100, key: 'plan' } }] });
    await until(async () => Promise.all(plans.map(versionFor)), (versions) => versions.every((version) => version === 2));
    expect(await metricsOf(server.url)).toMatch(/penstock_shadow_total\{model="churn",outcome="(same|different)"\} \d+/);
    expect(await server.stop()).toBe(0);

    const folder = path.join(project.dir, 'requests', 'churn');
    const lines = readdirSync(folder).filter((name) => name.endsWith('.ndjson')).flatMap((name) => readFileSync(path.join(folder, name), 'utf8').trim().split('\n')).map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(new Set(lines.map(({ variant }) => variant))).toEqual(new Set(['primary', 'canary', 'shadow']));
    expect(lines.every(({ plan, age, status }) => /^[0-9a-f]{20}$/.test(String(plan)) && age === 31 && status === 200)).toBe(true);
    expect(new Set(lines.map(({ plan }) => plan)).size).toBe(40);
    expect(readdirSync(folder).some((name) => name.includes('.open.'))).toBe(false);
  });
});
