import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtModelServer, expectedYes, post, registerTestModel, testProject, until, type RunningServer, type TestProject } from './testing.ts';

interface Prediction {
  readonly prediction: string;
  readonly probabilities: Readonly<Record<string, number>>;
}
interface Answer {
  readonly model: string;
  readonly version: number;
  readonly request_id: string;
  readonly predictions: readonly Prediction[];
}

const records = [{ plan: 'basic', age: 31 }, { plan: 'pro' }, { plan: 'never seen', age: null }, {}];

describe('a model server', () => {
  let project: TestProject;
  let server: RunningServer;
  beforeAll(async () => {
    builtModelServer();
    project = await testProject();
    await registerTestModel(project.store, 'churn', 0);
    await registerTestModel(project.store, 'churn', 2);
    await registerTestModel(project.store, 'fraud', -1);
    project.store.models.setAlias('churn', 'champion', 1);
    server = await project.start({ name: 'main', models: [{ name: 'churn', reference: 'churn@champion' }, { name: 'fraud', reference: 'fraud' }], log: { rate: 0 }, limits: { maxRows: 100, maxBody: 4096 } });
  }, 120_000);
  afterAll(() => project.close());

  it('answers JSON records with the version that the alias means', async () => {
    const response = await post(`${server.url}/predict/churn`, records, { 'x-request-id': 'order-7' });
    expect(response.status).toBe(200);
    const answer = (await response.json()) as Answer;
    expect(answer).toMatchObject({ model: 'churn', version: 1, request_id: 'order-7' });
    expect(response.headers.get('x-request-id')).toBe('order-7');
    records.forEach((record, row) => expect(answer.predictions[row]?.probabilities['yes']).toBeCloseTo(expectedYes(0, record), 5));
    const other = (await (await post(`${server.url}/predict/fraud`, { records: [records[0]] })).json()) as Answer;
    expect(other.predictions[0]?.probabilities['yes']).toBeCloseTo(expectedYes(-1, { plan: 'basic', age: 31 }), 5);
    expect(((await (await post(`${server.url}/predict/churn`, [])).json()) as Answer).predictions).toEqual([]);
  });

  it('speaks the Open Inference Protocol, of all models and of one version', async () => {
    const get = async (path: string): Promise<[number, Record<string, unknown>]> => {
      const response = await fetch(server.url + path);
      return [response.status, (await response.json()) as Record<string, unknown>];
    };
    expect(await get('/v2')).toMatchObject([200, { name: 'penstock-model-server' }]);
    expect(await get('/v2/health/live')).toEqual([200, { live: true }]);
    expect(await get('/v2/health/ready')).toEqual([200, { ready: true }]);
    expect(await get('/v2/models/churn/ready')).toEqual([200, { name: 'churn', ready: true }]);
    expect(await get('/v2/models/churn/versions/1/ready')).toEqual([200, { name: 'churn', ready: true }]);
    expect(await get('/v2/models/churn')).toMatchObject([200, { name: 'churn', versions: ['1'], inputs: [{ name: 'plan', datatype: 'BYTES' }, { name: 'age', datatype: 'FP64' }] }]);
    expect(await get('/v2/models/churn/versions/9')).toMatchObject([404, { code: 'unknown-version' }]);
    expect(await get('/v2/models/none')).toMatchObject([404, { code: 'unknown-model', error: expect.stringContaining('“none”') as string }]);
    const infer = await post(`${server.url}/v2/models/churn/versions/1/infer`, {
      id: 'a',
      inputs: [
        { name: 'plan', datatype: 'BYTES', shape: [2, 1], data: ['basic', null] },
        { name: 'age', datatype: 'FP64', shape: [2], data: [31, null] },
      ],
      outputs: [{ name: 'probabilities' }],
    });
    const told = (await infer.json()) as { outputs: { data: number[] }[] };
    expect(told).toMatchObject({ model_name: 'churn', model_version: '1', id: 'a', outputs: [{ name: 'probabilities', shape: [2, 2] }] });
    expect(told.outputs[0]?.data[1]).toBeCloseTo(expectedYes(0, { plan: 'basic', age: 31 }), 5);
  });

  it('takes and gives binary tensors', async () => {
    const texts = Buffer.concat(['basic', 'pro'].map((text) => Buffer.concat([Buffer.from(Uint32Array.of(text.length).buffer), Buffer.from(text)])));
    const ages = Buffer.from(Float64Array.of(31, Number.NaN).buffer);
    const head = Buffer.from(JSON.stringify({
      inputs: [
        { name: 'plan', datatype: 'BYTES', shape: [2, 1], parameters: { binary_data_size: texts.length } },
        { name: 'age', datatype: 'FP64', shape: [2, 1], parameters: { binary_data_size: ages.length } },
      ],
      parameters: { binary_data_output: true },
    }));
    const ask = (length: number): Promise<Response> => fetch(`${server.url}/v2/models/churn/infer`, { method: 'POST', headers: { 'content-type': 'application/octet-stream', 'inference-header-content-length': String(length) }, body: Buffer.concat([head, texts, ages]) });
    const response = await ask(head.length);
    const bytes = Buffer.from(await response.arrayBuffer());
    const length = Number(response.headers.get('inference-header-content-length'));
    const told = JSON.parse(bytes.subarray(0, length).toString()) as { outputs: { name: string; parameters: { binary_data_size: number } }[] };
    expect(told.outputs.map(({ name, parameters }) => [name, parameters.binary_data_size])).toEqual([['label', 16], ['probabilities', 16], ['class', 14]]);
    expect(bytes.readFloatLE(length + 16 + 4)).toBeCloseTo(expectedYes(0, { plan: 'basic', age: 31 }), 5);
    expect(bytes.readFloatLE(length + 16 + 12)).toBeCloseTo(expectedYes(0, { plan: 'pro' }), 5);
    expect(await (await ask(5)).json()).toMatchObject({ code: 'not-json' });
  });

  it('says what is wrong with a request, and how to mend it', async () => {
    const failure = async (path: string, body: unknown, headers?: Record<string, string>): Promise<unknown> => {
      const response = await post(server.url + path, body, headers);
      return { status: response.status, ...((await response.json()) as object) };
    };
    expect(await failure('/predict/churn', [{ age: 'old' }])).toMatchObject({ status: 400, code: 'wrong-type', field: 'age', record: 1 });
    expect(await failure('/predict/churn', [{ agee: 3 }])).toMatchObject({ status: 400, code: 'unknown-field' });
    expect(await failure('/predict/churn', '{')).toMatchObject({ status: 400, code: 'not-json' });
    expect(await failure('/predict/churn', '[]', { 'content-type': 'text/plain' })).toMatchObject({ status: 415 });
    expect(await failure('/predict/churn', `"${'x'.repeat(5000)}"`)).toMatchObject({ status: 413, code: 'body-too-large' });
    expect(await failure('/predict/churn', Array.from({ length: 101 }, () => ({})))).toMatchObject({ status: 413, code: 'too-many-rows' });
    expect(await failure('/v2/health/live', {})).toMatchObject({ status: 405 });
    expect(await failure('/nothing', {})).toMatchObject({ status: 404, code: 'not-found' });
  });

  it('explains: exact for a weighted sum, adding up to the output', async () => {
    const response = await post(`${server.url}/explain/churn`, { records: [{ plan: 'pro', age: 60 }, {}] });
    const told = (await response.json()) as { method: string; scale: string; base: number; class: string; explanations: { output: number; prediction: string; contributions: Record<string, number> }[] };
    expect(told).toMatchObject({ method: 'linear', scale: 'log-odds', class: 'yes' });
    for (const { output, contributions } of told.explanations) expect(told.base + (contributions['plan'] ?? 0) + (contributions['age'] ?? 0)).toBeCloseTo(output, 5);
    expect(told.explanations[0]?.contributions['plan']).toBeGreaterThan(0.5);
    expect(await (await post(`${server.url}/explain/churn`, { records: [{}], class: 'maybe' })).json()).toMatchObject({ code: 'unknown-class' });
  });

  it('describes itself: OpenAPI, a page, metrics', async () => {
    const openapi = (await (await fetch(`${server.url}/openapi.json`)).json()) as { paths: Record<string, unknown>; components: { schemas: Record<string, unknown> } };
    expect(Object.keys(openapi.paths)).toEqual(expect.arrayContaining(['/predict/churn', '/predict/fraud', '/explain/churn', '/v2/models/fraud/infer', '/metrics']));
    expect(openapi.components.schemas).toHaveProperty('churn_Record.properties.age');
    expect(await (await fetch(`${server.url}/docs/fraud`)).text()).toContain('/predict/fraud');
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toMatch(/penstock_requests_total\{model="churn",version="1",variant="primary",route="predict",status="200"\} \d+/);
    expect(metrics).toContain('penstock_request_seconds_bucket');
    expect(metrics).toContain('penstock_model_info{model="churn",version="1",variant="primary",reference="churn@champion"} 1');
  });

  it('answers only to its own names on this machine', async () => {
    const { request } = await import('node:http');
    const status = await new Promise<number | undefined>((resolve) => request(`${server.url}/v2`, { headers: { host: 'evil.example' } }, (response) => resolve(response.resume().statusCode)).end());
    expect(status).toBe(403);
  });

  it('fails no request while an alias is moved many times', async () => {
    const done = new AbortController();
    const versions = new Set<number>();
    const hammer = async (): Promise<number> => {
      let count = 0;
      for (; !done.signal.aborted; count += 1) {
        const response = await post(`${server.url}/predict/churn`, [records[0]]);
        expect(response.status).toBe(200);
        const answer = (await response.json()) as Answer;
        versions.add(answer.version);
        // The answer is of the version that it says it is of.
        expect(answer.predictions[0]?.probabilities['yes']).toBeCloseTo(expectedYes(answer.version === 1 ? 0 : 2, { plan: 'basic', age: 31 }), 5);
      }
      return count;
    };
    const hammers = Array.from({ length: 8 }, hammer);
    for (let i = 0; i < 8; i += 1) {
      const version = i % 2 === 0 ? 2 : 1;
      project.store.models.setAlias('churn', 'champion', version);
      await until(async () => (await (await post(`${server.url}/predict/churn`, [{}])).json()) as Answer, (answer) => answer.version === version);
    }
    done.abort();
    expect(Math.min(...(await Promise.all(hammers)))).toBeGreaterThan(0);
    expect(versions).toEqual(new Set([1, 2]));
  });

  it('keeps the version that answers when the new one does not repeat its golden rows', async () => {
    const version = await registerTestModel(project.store, 'churn', 5, { damaged: true });
    project.store.models.setAlias('churn', 'champion', version);
    const metrics = await until(async () => (await fetch(`${server.url}/metrics`)).text(), (text) => text.includes('penstock_switches_total{model="churn",variant="primary",outcome="failed"} 1'));
    expect(metrics).toContain('penstock_switch_problems{model="churn"} 1');
    expect(await (await post(`${server.url}/predict/churn`, [{}])).json()).toMatchObject({ version: 1 });
    expect(await (await fetch(`${server.url}/docs/churn`)).text()).toContain('does not repeat');
    expect(server.said()).toContain('primary stays as it is');
    project.store.models.setAlias('churn', 'champion', 2);
    await until(async () => (await fetch(`${server.url}/metrics`)).text(), (text) => text.includes('penstock_switch_problems{model="churn"} 0'));
  });

  it('finishes what is under way when it is told to end', async () => {
    const slow = await testProject();
    try {
      await registerTestModel(slow.store, 'slow', 0, { slow: true });
      const own = await slow.start({ name: 'slow', models: [{ name: 'slow', reference: 'slow' }], log: { rate: 0 } });
      const asked = Array.from({ length: 3 }, () => post(`${own.url}/predict/slow`, [{}, {}]));
      await until(async () => (await fetch(`${own.url}/metrics`)).text(), (text) => text.includes('penstock_in_flight{model="slow"} 3'));
      const ended = own.stop();
      expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([200, 200, 200]);
      expect(await ended).toBe(0);
    } finally {
      await slow.close();
    }
  });
});
