import { existsSync, renameSync, rmSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import { serverSettingsSchema } from '#app/core/serving.ts';
import { builtModelServer, post, startServer, until, type RunningServer } from '#app/serve/model-server/testing.ts';
import { OnlineFeatures, OnlineFeatureWriter, writeServerSettings, type OnlineRow } from '#app/store/index.ts';
import { fixtureDocument, openTestEngine, type TestEngine } from '../testing.ts';

interface Answer {
  readonly predictions: readonly { readonly prediction: string; readonly probabilities: Readonly<Record<string, number>> }[];
}

const column = (name: string, type: string) => ({ name, type });
const hour = 3_600_000;
const at = (ago: number): string => new Date(Date.now() - ago).toISOString().slice(0, 19).replace('T', ' ');

/** Shops 1 and 2 sold an hour ago, shop 3 a month ago; rows count for three days. */
function pipeline(opened: TestEngine, name = 'buyers', features = ['region', 'sold_last', 'basket']): PipelineDocument {
  const sales = [
    [1, at(hour), 100, 'north'],
    [2, at(hour), 500, 'south'],
    [3, at(720 * hour), 500, 'south'],
  ];
  const visits = Array.from({ length: 60 }, (_, i) => [(i % 2) + 1, at(0), i % 7, i % 2 === 0 || i % 7 > 5 ? 'yes' : 'no']);
  return fixtureDocument(
    {
      nodes: [
        { id: 'sales', type: 'test/values', params: { columns: [column('shop', 'integer'), column('day', 'timestamp'), column('sold', 'integer'), column('region', 'string')], rows: sales } },
        { id: 'view', type: 'monitor/feature-view', params: { name: 'shops', keys: ['shop'], time: 'day', expires: true, ttl: 3, ttlUnit: 'days' } },
        { id: 'visits', type: 'test/values', params: { columns: [column('place', 'integer'), column('at', 'timestamp'), column('basket', 'integer'), column('bought', 'string')], rows: visits } },
        { id: 'set', type: 'data/feature-set', params: { features: [{ feature: 'shops:sold', as: 'sold_last' }, { feature: 'shops:region' }], time: 'at', keys: [{ entity: 'shop', column: 'place' }] } },
        { id: 'fit', type: 'train/logistic-regression', params: { target: 'bought', features } },
        { id: 'keep', type: 'deploy/register-model', params: { name } },
      ],
      edges: [
        ['sales.table', 'view.table'],
        ['view.table', 'set.views'],
        ['visits.table', 'set.spine'],
        ['set.table', 'fit.table'],
        ['fit.model', 'keep.model'],
      ],
    },
    opened.engine.catalogue,
  );
}

/** What the request log has so far, written whole lines at a time. */
async function logged(folder: string): Promise<Record<string, unknown>[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.ndjson'));
  const texts = await Promise.all(files.map((file) => readFile(path.join(folder, file), 'utf8')));
  return texts.flatMap((text) => text.split('\n').slice(0, -1).map((line) => JSON.parse(line) as Record<string, unknown>));
}

describe('a model server with online features', () => {
  let opened: TestEngine;
  let server: RunningServer;
  let strict: RunningServer;
  const ask = async (url: string, body: unknown): Promise<Answer['predictions']> => {
    const response = await post(`${url}/predict/buyers`, body);
    const answer = (await response.json()) as Answer;
    expect(response.status, JSON.stringify(answer)).toBe(200);
    return answer.predictions;
  };
  const refused = async (body: unknown): Promise<unknown> => {
    const response = await post(`${strict.url}/predict/buyers`, body);
    return [response.status, await response.json()];
  };
  const full = { sold_last: 100, region: 'north', basket: 2 };

  beforeAll(async () => {
    builtModelServer();
    opened = await openTestEngine();
    const run = await opened.run(pipeline(opened));
    expect(Object.values(run.nodes).flatMap((node) => node.diagnostics.filter(({ severity }) => severity === 'error'))).toEqual([]);
    expect(opened.engine.store.models.resolve('buyers').facts.features).toEqual([{ view: 'shops', version: 1, key: ['shop'], columns: ['region', 'sold'], as: { sold: 'sold_last' }, keyAs: { shop: 'place' } }]);
    const start = async (name: string, features: 'optional' | 'required'): Promise<RunningServer> => {
      await writeServerSettings(opened.projectDir, serverSettingsSchema.parse({ name, models: [{ name: 'buyers', reference: 'buyers', features }] }));
      return startServer(opened.projectDir, name);
    };
    server = await start('easy', 'optional');
    strict = await start('strict', 'required');
  }, 120_000);
  afterAll(async () => {
    await Promise.all([server, strict].map((one) => one?.stop('SIGKILL')));
    await opened?.close();
  });

  it('answers a key as it answers the features, and logs what the model saw', async () => {
    const [byKey, byText, whole] = await ask(server.url, [{ place: 1, basket: 2 }, { place: '1', basket: 2 }, full]);
    expect(byKey).toEqual(whole);
    expect(byText).toEqual(whole);
    const [other] = await ask(server.url, [{ place: 2, basket: 2 }]);
    expect(other?.probabilities['yes']).not.toBeCloseTo(whole?.probabilities['yes'] ?? 0, 3);
    const folder = path.join(opened.projectDir, 'requests/buyers');
    const lines = await until(() => logged(folder), (all) => all.some((line) => line['region'] === 'south'));
    expect(lines.filter((line) => line['region'] === 'south')).toMatchObject([{ sold_last: 500, basket: 2 }]);
  });

  it('lets explicit values win, null among them', async () => {
    const [mixed, missing] = await ask(server.url, [{ place: 2, ...full }, { place: 2, sold_last: null, region: null, basket: 2 }]);
    const [whole, none] = await ask(server.url, [full, { basket: 2 }]);
    expect(mixed).toEqual(whole);
    expect(missing).toEqual(none);
  });

  it('takes what is unknown or too old as missing and counts it, or refuses it', async () => {
    const [unknown, old, none] = await ask(server.url, [{ place: 77, basket: 2 }, { place: 3, basket: 2 }, { sold_last: null, region: null, basket: 2 }]);
    expect(unknown).toEqual(none);
    expect(old).toEqual(none);
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toContain('penstock_feature_misses_total{model="buyers",view="shops",view_version="1",reason="unknown-key"} 1');
    expect(metrics).toContain('penstock_feature_misses_total{model="buyers",view="shops",view_version="1",reason="expired"} 1');
    expect(metrics).toMatch(/penstock_feature_lookups_total\{model="buyers",view="shops",view_version="1"\} \d+/);
    expect(metrics).toMatch(/penstock_feature_age_seconds_bucket\{le="14400",model="buyers",view="shops",view_version="1"\} [1-9]/);

    expect(await refused([{ place: 1 }, { place: 77 }])).toMatchObject([422, { code: 'feature-unknown-key', field: 'place', error: 'Record 2: “shops” knows no place = 77.' }]);
    expect(await refused([{ place: 3 }])).toMatchObject([422, { code: 'feature-expired', error: expect.stringContaining('“shops”') as string }]);
    expect(await refused([{ basket: 2 }])).toMatchObject([422, { code: 'feature-key-missing' }]);
    expect(await refused([{ place: 'north' }])).toMatchObject([400, { code: 'features-key' }]);
    expect(await ask(strict.url, [{ place: 77, ...full }])).toEqual(await ask(server.url, [full]));
  });

  it('takes keys as tensors, in JSON and in bytes', async () => {
    const infer = async (body: unknown): Promise<[number, { outputs?: { name: string; data: number[] }[]; code?: string }]> => {
      const response = await post(`${server.url}/v2/models/buyers/infer`, body);
      return [response.status, (await response.json()) as { outputs: { name: string; data: number[] }[] }];
    };
    const basket = { name: 'basket', datatype: 'INT64', shape: [2, 1], data: [2, 2] };
    const [, whole] = await infer({ inputs: [basket, { name: 'sold_last', datatype: 'INT64', shape: [2, 1], data: [100, null] }, { name: 'region', datatype: 'BYTES', shape: [2, 1], data: ['north', null] }] });
    expect(whole.outputs?.[1]?.data).toHaveLength(4);
    expect(await infer({ inputs: [{ name: 'place', datatype: 'INT64', shape: [2, 1], data: [1, 77] }, basket] })).toEqual([200, whole]);
    expect(await infer({ inputs: [basket] })).toMatchObject([400, { code: 'input-missing' }]);
    expect(await infer({ inputs: [basket, { name: 'place', datatype: 'INT64', shape: [1, 1], data: [1] }] })).toMatchObject([400, { code: 'wrong-shape' }]);
    const bytes = (name: string) => ({ name, datatype: 'INT64', shape: [2, 1], parameters: { binary_data_size: 16 } });
    const head = Buffer.from(JSON.stringify({ inputs: [bytes('place'), bytes('basket')] }));
    const binary = await fetch(`${server.url}/v2/models/buyers/infer`, { method: 'POST', headers: { 'content-type': 'application/octet-stream', 'inference-header-content-length': String(head.length) }, body: Buffer.concat([head, Buffer.from(BigInt64Array.of(1n, 77n, 2n, 2n).buffer)]) });
    expect(await binary.json()).toEqual(whole);
  });

  it('looks up for a shadow what the version that answers does not take', async () => {
    // Version 1 takes less than version 2, so the shadow needs the key that the request had.
    await opened.run(pipeline(opened, 'pair', ['region', 'basket']));
    await opened.run(pipeline(opened, 'pair'));
    await writeServerSettings(opened.projectDir, serverSettingsSchema.parse({ name: 'pair', models: [{ name: 'pair', reference: 'pair@1', shadow: { reference: 'pair@2' } }] }));
    const pair = await startServer(opened.projectDir, 'pair');
    try {
      expect(await (await post(`${pair.url}/predict/pair`, [{ place: 2, basket: 2 }])).json()).toMatchObject({ version: 1 });
      const folder = path.join(opened.projectDir, 'requests/pair');
      const lines = await until(() => logged(folder), (all) => all.some((line) => line['variant'] === 'shadow'));
      expect(lines.find((line) => line['variant'] === 'shadow')).toMatchObject({ version: 2, status: 200, region: 'south', sold_last: 500, basket: 2 });
    } finally {
      await pair.stop('SIGKILL');
    }
  });

  it('explains what it looked up', async () => {
    const explain = async (record: unknown): Promise<unknown> => ((await (await post(`${server.url}/explain/buyers`, [record])).json()) as { explanations?: unknown }).explanations;
    const byKey = await explain({ place: 1, basket: 2 });
    expect(byKey).toMatchObject([{ contributions: expect.objectContaining({ region: expect.any(Number) as number }) as object }]);
    expect(byKey).toEqual(await explain(full));
  });

  it('says that the key is enough', async () => {
    const metadata: unknown = await (await fetch(`${server.url}/v2/models/buyers`)).json();
    expect(metadata).toMatchObject({
      inputs: [
        { name: 'place', datatype: 'INT64', shape: [-1, 1], parameters: { key_of: ['shops@1'] } },
        { name: 'region', parameters: { optional: true, feature: 'shops@1:region' } },
        { name: 'sold_last', parameters: { optional: true, feature: 'shops@1:sold' } },
        { name: 'basket' },
      ],
    });
    const openapi = (await (await fetch(`${server.url}/openapi.json`)).json()) as { components: { schemas: Record<string, { description: string; properties: object }> } };
    expect(Object.keys(openapi.components.schemas['buyers_Record']?.properties ?? {})).toEqual(['place', 'region', 'sold_last', 'basket']);
    expect(openapi.components.schemas['buyers_Record']?.description).toContain('by place unless given: region, sold_last.');
    expect(await (await fetch(`${server.url}/docs`)).text()).toContain('by place unless given: region, sold_last.');
  });

  it('finds features.db when it appears', async () => {
    const target = path.join(opened.projectDir, 'features.db');
    const files = ['', '-wal', '-shm'].map((end) => target + end).filter((file) => existsSync(file));
    for (const file of files) renameSync(file, `${file}.away`);
    await writeServerSettings(opened.projectDir, serverSettingsSchema.parse({ name: 'late', models: [{ name: 'buyers', reference: 'buyers' }] }));
    const late = await startServer(opened.projectDir, 'late');
    try {
      const [none, whole] = await ask(late.url, [{ basket: 2, sold_last: null, region: null }, full]);
      expect(await ask(late.url, [{ place: 1, basket: 2 }])).toEqual([none]);
      expect(await (await fetch(`${late.url}/metrics`)).text()).toContain('view_version="1",reason="unavailable"} 1');
      for (const file of files.toReversed()) renameSync(`${file}.away`, file);
      await until(() => ask(late.url, [{ place: 1, basket: 2 }]), ([got]) => got?.probabilities['yes'] === whole?.probabilities['yes']);
      // Deleted while it serves: what it had open is not given out for ever.
      for (const file of files) renameSync(file, `${file}.away`);
      await until(() => ask(late.url, [{ place: 1, basket: 2 }]), ([got]) => got?.probabilities['yes'] === none?.probabilities['yes']);
      for (const file of files.toReversed()) renameSync(`${file}.away`, file);
    } finally {
      await late.stop('SIGKILL');
    }
  });

  it('fails no request while features.db is replaced', async () => {
    const target = path.join(opened.projectDir, 'features.db');
    const before = new OnlineFeatures(opened.projectDir);
    const about = before.view('shops', 1);
    before.close();
    if (about === null) throw new Error('no view');
    const folder = await mkdtemp(path.join(os.tmpdir(), 'penstock-features-'));
    const done = new AbortController();
    const hammer = async (): Promise<number> => {
      let count = 0;
      for (; !done.signal.aborted; count += 1) await ask(server.url, [{ place: 1, basket: 2 }]);
      return count;
    };
    const hammers = Array.from({ length: 4 }, hammer);
    try {
      for (const sold of [2000, 50, 2000, 50]) {
        const writer = new OnlineFeatureWriter(folder);
        const rows: OnlineRow[] = [{ key: [1], values: about.features.map(({ name }) => (name === 'sold' ? sold : 'north')), event: Date.now() }];
        await writer.replace(about, [rows]);
        writer.close();
        for (const end of ['', '-wal', '-shm']) rmSync(target + end, { force: true });
        renameSync(path.join(folder, 'features.db'), target);
        const [wanted] = await ask(server.url, [{ sold_last: sold, region: 'north', basket: 2 }]);
        await until(() => ask(server.url, [{ place: 1, basket: 2 }]), ([got]) => got?.probabilities['yes'] === wanted?.probabilities['yes']);
      }
    } finally {
      done.abort();
      await rm(folder, { recursive: true, force: true });
    }
    expect(Math.min(...(await Promise.all(hammers)))).toBeGreaterThan(0);
  });
});
