import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { appendFileSync, chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import yauzl from 'yauzl';
import { emptyDocument } from '#app/pipeline/document.ts';
import { Serving } from './serving.ts';
import { ServerProcess } from './server-process.ts';
import { builtServer, testBundle, type TestBundle } from './testing.ts';
import { verifyBundle } from './verify.ts';
import { writeBundle, type WriteBundleOptions } from './writer.ts';

let folder = '';
let made: TestBundle;
let options: WriteBundleOptions;

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-bundle-'));
  made = await testBundle();
  options = {
    name: 'churn',
    model: made.model,
    onnx: made.onnx,
    golden: made.golden,
    document: { ...emptyDocument('d', 'Churn') },
    pipelineTitle: 'Churn',
    nodeId: 'n',
    createdAt: new Date('2026-01-02T03:04:05Z'),
    lineage: [{ column: 'age', from: [{ label: 'people.csv', column: 'years', via: 'value' }] }],
    serverDir: builtServer(),
    target: path.join(folder, 'bundles', 'churn'),
  };
  await writeBundle(options);
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const leftovers = (parent: string): string[] => readdirSync(parent).filter((name) => name.startsWith('.'));
const bundleWith = (change: Partial<WriteBundleOptions>): Promise<{ path: string }> => writeBundle({ ...options, ...change });

describe('bundle', () => {
  it('holds everything, with the hashes it says, and passes its own check', async () => {
    const sums = readFileSync(path.join(options.target, 'SHA256SUMS'), 'utf8').trim().split('\n');
    expect(sums.map((line) => line.slice(66)).sort()).toEqual(
      ['Dockerfile', 'MODEL_CARD.md', 'README.md', 'golden.json', 'lineage.json', 'manifest.json', 'model.onnx', 'openapi.json', 'ort-wasm-simd-threaded.mjs', 'ort-wasm-simd-threaded.wasm', 'pipeline.json', 'predict.py', 'server.mjs', 'signature.json'].sort(),
    );
    for (const line of sums) {
      const [hash, name] = line.split('  ');
      expect(createHash('sha256').update(readFileSync(path.join(options.target, name ?? ''))).digest('hex')).toBe(hash);
    }
    await verifyBundle(options.target);
    expect(leftovers(path.dirname(options.target))).toEqual([]);
  });

  it('has a model card made of facts', () => {
    const card = readFileSync(path.join(options.target, 'MODEL_CARD.md'), 'utf8');
    for (const fact of ['“churned”', 'people.csv: years', '“Churn” on 2026-01-02', 'Algorithm: logistic regression', '0.31', '| L2 | 0.5 |', '1\u202f234 rows']) expect(card).toContain(fact);
  });

  it('replaces an earlier bundle but nothing else', async () => {
    const target = path.join(folder, 'again');
    await bundleWith({ target });
    writeFileSync(path.join(target, 'stray.txt'), 'x');
    await bundleWith({ target });
    expect(existsSync(path.join(target, 'stray.txt'))).toBe(false);
    const foreign = path.join(folder, 'foreign');
    mkdirSync(foreign);
    writeFileSync(path.join(foreign, 'thesis.txt'), 'x');
    await expect(bundleWith({ target: foreign })).rejects.toMatchObject({ code: 'bundle-target-taken' });
    expect(readdirSync(foreign)).toEqual(['thesis.txt']);
  });

  it('is refused, leaving nothing, when the model does not repeat its golden rows', async () => {
    const golden = JSON.parse(Buffer.from(made.golden).toString('utf8')) as { outputs: { probabilities: number[][] } };
    (golden.outputs.probabilities[1] ?? [])[0] = 0.123;
    const target = path.join(folder, 'wrong', 'churn');
    await expect(bundleWith({ target, golden: Buffer.from(JSON.stringify(golden)) })).rejects.toThrow(/golden row 2 the probability of “false”/i);
    expect(readdirSync(path.dirname(target))).toEqual([]);
  });

  it('says what is wrong when it cannot be written', async () => {
    const file = path.join(folder, 'a-file');
    writeFileSync(file, '');
    await expect(bundleWith({ target: path.join(file, 'churn') })).rejects.toMatchObject({ code: 'file-denied', place: { file } });
    await expect(bundleWith({ name: '../x' })).rejects.toMatchObject({ code: 'bundle-name' });
    await expect(bundleWith({ target: path.join(folder, 'no-server'), serverDir: folder })).rejects.toMatchObject({ code: 'bundle-server-missing' });
    expect(leftovers(folder)).toEqual([]);
  });

  it('can be one zip file', async () => {
    const target = path.join(folder, 'churn.zip');
    await bundleWith({ target });
    const names: string[] = [];
    await new Promise<void>((resolve, reject) => {
      yauzl.open(target, { lazyEntries: true }, (error, zip) => {
        if (error) return reject(error);
        zip.on('entry', (entry: { fileName: string }) => {
          names.push(entry.fileName);
          zip.readEntry();
        });
        zip.on('end', () => resolve());
        zip.readEntry();
      });
    });
    expect(names).toContain('churn/model.onnx');
    expect(names).toContain('churn/SHA256SUMS');
    await bundleWith({ target });
    const foreign = path.join(folder, 'thesis.zip');
    writeFileSync(foreign, 'PK, a thesis');
    await expect(bundleWith({ target: foreign })).rejects.toMatchObject({ code: 'bundle-target-taken' });
    expect(readFileSync(foreign, 'utf8')).toBe('PK, a thesis');
    expect(leftovers(folder)).toEqual([]);
  });

  it('that was changed does not verify and does not start', async () => {
    const target = path.join(folder, 'tampered');
    await bundleWith({ target });
    appendFileSync(path.join(target, 'MODEL_CARD.md'), 'x');
    await expect(verifyBundle(target)).rejects.toThrow(/MODEL_CARD\.md was changed/);
    chmodSync(path.join(target, 'model.onnx'), 0o644);
    appendFileSync(path.join(target, 'model.onnx'), 'x');
    await expect(ServerProcess.start(target, 0)).rejects.toThrow(/model\.onnx was changed/);
  });
});

describe('server', () => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await ServerProcess.start(options.target, 0);
  });
  afterAll(() => server.stop());

  const get = (address: string, init?: RequestInit): Promise<Response> => fetch(server.url + address, init);
  const post = (address: string, body: unknown, headers: Record<string, string> = { 'content-type': 'application/json' }): Promise<Response> =>
    get(address, { method: 'POST', headers, body: typeof body === 'string' ? body : JSON.stringify(body) });

  it('answers records as the native runtime does, with gaps and unseen categories', async () => {
    for (const body of [made.rows, { records: made.rows }]) {
      const answer = (await (await post('/predict', body)).json()) as { predictions: { prediction: boolean; probabilities: Record<string, number> }[] };
      expect(answer.predictions).toHaveLength(5);
      answer.predictions.forEach((one, row) => {
        const [no = 0, yes = 0] = made.probabilities[row] ?? [];
        expect(one.probabilities['false']).toBeCloseTo(no, 5);
        expect(one.probabilities['true']).toBeCloseTo(yes, 5);
        expect(one.prediction).toBe(yes > no);
      });
    }
    const absent = (await (await post('/predict', [{}, { plan: null, age: null, label: null }])).json()) as { predictions: unknown[] };
    expect(absent.predictions[0]).toEqual(absent.predictions[1]);
    expect(await (await post('/predict', [])).json()).toMatchObject({ predictions: [] });
  });

  it('speaks the Open Inference Protocol', async () => {
    const metadata = await (await get('/v2/models/churn')).json();
    expect(metadata).toMatchObject({ name: 'churn', inputs: [{ name: 'plan', datatype: 'BYTES' }, { name: 'age', datatype: 'FP64' }, { name: 'label', datatype: 'BOOL' }] });
    const column = (name: 'plan' | 'age' | 'label', datatype: string, nested = false): object => ({
      name,
      datatype,
      shape: [5, 1],
      data: made.rows.map((row) => (nested ? [row[name]] : row[name])),
    });
    const answer = (await (await post('/v2/models/churn/infer', { id: 'q1', inputs: [column('age', 'FP32'), column('plan', 'BYTES', true), column('label', 'BOOL')] })).json()) as {
      id: string;
      outputs: { name: string; shape: number[]; data: number[] }[];
    };
    expect(answer.id).toBe('q1');
    expect(answer.outputs.map(({ name, shape }) => [name, shape])).toEqual([['label', [5]], ['probabilities', [5, 2]], ['class', [5]]]);
    made.probabilities.flat().forEach((value, index) => expect(answer.outputs[1]?.data[index]).toBeCloseTo(value, 5));
    const one = await post('/v2/models/churn/infer', { inputs: [column('age', 'INT64'), column('plan', 'BYTES'), column('label', 'BOOL')], outputs: [{ name: 'class' }] });
    expect(((await one.json()) as { outputs: unknown[] }).outputs).toHaveLength(1);
    for (const address of ['/v2', '/v2/health/live', '/v2/health/ready', '/v2/models/churn/ready', '/v2/models/churn/versions/1', '/v2/models/churn/versions/1/ready', '/openapi.json']) expect((await get(address)).status).toBe(200);
  });

  it('says what is wrong with a request, and where', async () => {
    const said = async (response: Promise<Response>): Promise<[number, string, string | undefined]> => {
      const answer = await response;
      const body = (await answer.json()) as { error: string; code: string; field?: string };
      expect(body.error.length).toBeGreaterThan(10);
      return [answer.status, body.code, body.field];
    };
    const infer = (input: object, ...more: object[]): Promise<Response> => post('/v2/models/churn/infer', { inputs: [input, ...more] });
    expect(await said(post('/predict', '{'))).toEqual([400, 'not-json', undefined]);
    expect(await said(post('/predict', '5'))).toEqual([400, 'records-missing', undefined]);
    expect(await said(post('/predict', [{ plan: 7 }]))).toEqual([400, 'wrong-type', 'plan']);
    expect(await said(post('/predict', [{ plan: 'basic' }, { age: 'old' }]))).toEqual([400, 'wrong-type', 'age']);
    expect(await said(post('/predict', [{ colour: 'red' }]))).toEqual([400, 'unknown-field', 'colour']);
    expect(await said(post('/predict', ['x']))).toEqual([400, 'record-invalid', undefined]);
    expect(await said(post('/predict', '[]', { 'content-type': 'text/plain' }))).toEqual([415, 'wrong-content-type', undefined]);
    expect(await said(get('/predict'))).toEqual([405, 'wrong-method', undefined]);
    expect(await said(get('/nothing'))).toEqual([404, 'not-found', undefined]);
    expect(await said(get('/v2/models/other'))).toEqual([404, 'not-found', undefined]);
    expect(await said(get('/v2/models/churn/versions/2'))).toEqual([404, 'not-found', undefined]);
    expect(((await (await get('/v2/models/churn/explain')).json()) as { error: string }).error).toBe('There is nothing at /v2/models/churn/explain.');
    expect(await said(get('/constructor'))).toEqual([404, 'not-found', undefined]);
    expect(await said(infer({ name: 'nope', datatype: 'FP64', shape: [1], data: [1] }))).toEqual([400, 'unknown-input', 'nope']);
    expect(await said(infer({ name: 'age', datatype: 'BYTES', shape: [1, 1], data: ['1'] }))).toEqual([400, 'wrong-type', 'age']);
    expect(await said(infer({ name: 'age', datatype: 'FP64', shape: [2, 1], data: [1] }))).toEqual([400, 'wrong-shape', 'age']);
    expect(await said(infer({ name: 'age', datatype: 'FP64', shape: [1, 1], data: [1] }))).toEqual([400, 'input-missing', 'plan']);
    const [status, code] = await said(post('/predict', `[${' '.repeat(17 * 1024 * 1024)}]`));
    expect([status, code]).toEqual([413, 'body-too-large']);
    expect((await get('/v2/health/ready')).status).toBe(200);
  });

  it('answers only to loopback names', async () => {
    const status = await new Promise((resolve) => {
      const { port } = new URL(server.url);
      httpRequest({ port, host: '127.0.0.1', path: '/v2', headers: { host: `evil.example:${port}` } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).end();
    });
    expect(status).toBe(403);
  });

  it('shows a page that loads nothing from elsewhere', async () => {
    for (const address of ['/', '/docs']) {
      const response = await get(address);
      const page = await response.text();
      expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(page).toContain('<title>churn</title>');
      expect(page).not.toMatch(/(src|href)="(https?:)?\/\//);
    }
  });

  it('says so when its port is taken or its options are wrong', async () => {
    const { port } = new URL(server.url);
    await expect(ServerProcess.start(options.target, Number(port))).rejects.toThrow(`Port ${port} is in use`);
    const run = promisify(execFile);
    const usage = await run(process.execPath, [path.join(options.target, 'server.mjs'), '--port', 'x']).catch((error: { code: number; stderr: string }) => error);
    expect(usage).toMatchObject({ code: 1, stderr: expect.stringContaining('--port must be a whole number') as string });
  });
});

describe('ServerProcess', () => {
  it('ends with success when asked to', async () => {
    const server = await ServerProcess.start(options.target, 0);
    await server.stop();
    expect([server.isRunning, server.exitCode]).toEqual([false, 0]);
  });
});

describe('a server whose parent is killed', () => {
  it('ends by itself', async () => {
    const module = new URL('./server-process.ts', import.meta.url).href;
    const script = `import { ServerProcess } from ${JSON.stringify(module)}; console.log((await ServerProcess.start(process.argv[1], 0)).url); setInterval(() => undefined, 1000);`;
    const parent = spawn(process.execPath, ['--input-type=module', '--eval', script, options.target], { stdio: ['ignore', 'pipe', 'inherit'] });
    const url = await new Promise<string>((resolve) => parent.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString('utf8').trim())));
    expect((await fetch(`${url}/v2/health/live`)).status).toBe(200);
    parent.kill('SIGKILL');
    // It lets answers under way finish first; the test's own time limit bounds the wait.
    while (await fetch(`${url}/v2/health/live`).then(() => true, () => false));
  });
});

describe('Serving', () => {
  it('starts a server again that was killed, at the same address', async () => {
    const serving = new Serving(path.join(folder, 'serving-crash'));
    try {
      const { url, pid } = await serving.start({ ...options, nodeId: 'n1', port: 0 });
      process.kill(pid, 'SIGKILL');
      let status = 0;
      // Refused until the new process listens; the test's own time limit bounds this.
      while (status !== 200 || serving.list()[0]?.pid === pid) status = await fetch(`${url}/v2/health/ready`).then((response) => response.status, () => 0);
      expect(serving.list()[0]).toMatchObject({ nodeId: 'n1', url });
    } finally {
      await serving.close();
    }
    expect(serving.list()).toEqual([]);
  });

  it('starts, replaces and stops', async () => {
    const serving = new Serving(path.join(folder, 'serving-root'));
    try {
      const first = await serving.start({ ...options, nodeId: 'n1', port: 0 });
      expect(serving.list()).toEqual([first]);
      const second = await serving.start({ ...options, nodeId: 'n1', name: 'newer', port: 0 });
      expect(serving.list().map((one) => one.name)).toEqual(['newer']);
      await expect(fetch(`${first.url}/v2`)).rejects.toThrow();
      expect((await fetch(`${second.url}/v2/models/newer`)).status).toBe(200);
      await expect(serving.start({ ...options, nodeId: 'n2', port: Number(new URL(second.url).port) })).rejects.toMatchObject({ code: 'server-start' });
      await serving.stop('n1');
      expect(serving.list()).toEqual([]);
      expect(readdirSync(path.join(folder, 'serving-root', 'serving'))).toEqual([]);
    } finally {
      await serving.close();
    }
  });
});
