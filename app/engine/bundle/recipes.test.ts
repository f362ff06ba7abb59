import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { openDatabase, type Database } from '#app/data/index.ts';
import { fitLearner, type FitServices } from '#app/ml/index.ts';
import { schemaOf } from '#app/relation/schema.ts';
import type { Relation, Schema } from '#app/relation/types.ts';
import type { ModelValue, TableValue } from '#app/sdk/ports.ts';
import { ServerProcess } from './server-process.ts';
import { builtServer } from './testing.ts';
import { writeBundle } from './writer.ts';

/** A model with dates, free text and target-encoded categories, served: what a client sends is what the training table held. */

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

type Cell = null | boolean | number | string;
const schema: Schema = [
  { name: 'ordered', type: 'date' },
  { name: 'shipped', type: 'timestamp' },
  { name: 'city', type: 'string' },
  { name: 'comment', type: 'string' },
  { name: 'price', type: 'float' },
];
const cities = ['Oslo', 'Bergen', 'Tromsø'];
const comments = ['Fast and good', 'SLOW, bad…', 'good'];
const rows = Array.from({ length: 90 }, (_unused, index): Cell[] => {
  const at = new Date(Date.UTC(2024, 0, 1 + 3 * index, index % 24)).toISOString();
  const [city, comment] = [cities[index % 3] ?? '', comments[(index >> 1) % 3] ?? ''];
  return [index % 20 === 19 ? null : at.slice(0, 10), `${at.slice(0, 10)} ${at.slice(11, 19)}`, city, comment, 10 * (index % 3) + (comment === 'good' ? 5 : 0) + Number(at.slice(5, 7))];
});

let folder = '';
let database: Database;
let server: ServerProcess;
let model: ModelValue;
beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-served-'));
  database = await openDatabase({ tempDir: folder });
  let written = 0;
  const file = (name: string): string => path.join(folder, name);
  const materialise = async (relation: Relation, label: string): Promise<TableValue> => {
    written += 1;
    await database.writeParquet(relation, file(`${written}.parquet`));
    return { kind: 'table', relation: { op: 'scan', source: { kind: 'parquet', paths: [file(`${written}.parquet`)] }, schema: schemaOf(relation), label }, schema: schemaOf(relation) };
  };
  const services = {
    tables: { ...database, materialise },
    artifacts: {
      async put(bytes: Uint8Array | string, name: string) {
        writeFileSync(file(name), bytes);
        return name;
      },
    },
    seed: 1,
    signal: new AbortController().signal,
    progress: () => undefined,
    metric: () => undefined,
    log: () => undefined,
    report: () => undefined,
  } as unknown as FitServices;
  const table: TableValue = { kind: 'table', schema, relation: { op: 'scan', source: { kind: 'values', rows }, schema, label: 'orders' } };
  model = await fitLearner(
    {
      algorithm: 'linear-regression',
      task: 'regression',
      params: {},
      target: 'price',
      features: null,
      recipe: {
        steps: [
          { step: 'date-parts', columns: { by: 'all-dates' }, parts: ['month', 'hour'], since: '2000-01-01' },
          { step: 'text', columns: { by: 'names', names: ['comment'] }, weighting: 'presence', longest: 2, lowerCase: true, shortest: 2, minRows: 2, maxTerms: 20 },
          { step: 'target-encode', columns: { by: 'all-categorical' }, smoothing: 'auto', weight: 10, folds: 5, maxCategories: 100 },
          { step: 'impute', columns: { by: 'all-numeric' }, numeric: 'median', categorical: 'none', constant: '', indicator: false },
        ],
      },
    },
    table,
    services,
  );
  const target = file('bundle');
  // Writing runs the golden rows through the server's own runtime.
  await writeBundle({ name: 'price', model, onnx: readFileSync(file(model.onnx)), golden: readFileSync(file(model.golden)), document: null, pipelineTitle: 'Prices', nodeId: 'n', createdAt: new Date('2026-01-02T03:04:05Z'), lineage: [], serverDir: builtServer(), target });
  server = await ServerProcess.start(target, 0);
});
afterAll(async () => {
  await server.stop();
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

const post = (address: string, body: unknown): Promise<Response> => fetch(server.url + address, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

it('takes dates as ISO text, and text as it is', async () => {
  expect(model.signature.inputs).toEqual(schema.slice(0, 4));
  const records = [
    { ordered: '2024-04-01', shipped: '2024-04-01T07:00:00Z', city: 'Tromsø', comment: 'GOOD' },
    { ordered: '2024-04-01', shipped: '2024-04-01 07:00', city: 'Oslo', comment: 'good' },
  ];
  const answer = (await (await post('/predict', records)).json()) as { predictions: { prediction: number }[] };
  const [far = Number.NaN, near = Number.NaN] = answer.predictions.map((one) => one.prediction);
  // Predictions are drawn a little towards the mean.
  expect(Math.abs(far - (20 + 5 + 4))).toBeLessThan(1.5);
  expect(Math.abs(near - (5 + 4))).toBeLessThan(1.5);
});

it('names a date that is none, and takes dates as text by the inference protocol', async () => {
  const refused = await post('/predict', [{ ordered: '1.4.2024' }]);
  expect([refused.status, await refused.json()]).toMatchObject([400, { code: 'wrong-type', field: 'ordered', error: expect.stringContaining('must be a date such as "2024-05-31"') as string }]);
  const metadata = (await (await fetch(`${server.url}/v2/models/price`)).json()) as { inputs: { name: string; datatype: string }[] };
  expect(metadata.inputs.map(({ datatype }) => datatype)).toEqual(['BYTES', 'BYTES', 'BYTES', 'BYTES']);
  const tensor = (name: string, data: (string | null)[]) => ({ name, datatype: 'BYTES', shape: [1, 1], data });
  const ask = (ordered: string) => post('/v2/models/price/infer', { inputs: [tensor('ordered', [ordered]), tensor('shipped', [null]), tensor('city', ['Oslo']), tensor('comment', [null])] });
  const given = await ask('2024-04-01');
  expect(given.status).toBe(200);
  expect((await ask('April')).status).toBe(400);
});

it('describes dates to tools and to people', () => {
  const read = (name: string): string => readFileSync(path.join(folder, 'bundle', name), 'utf8');
  const openapi = JSON.parse(read('openapi.json')) as { components: { schemas: { Record: { properties: Record<string, { format?: string }> } } } };
  expect(openapi.components.schemas.Record.properties['ordered']).toEqual({ type: ['string', 'null'], format: 'date' });
  expect(read('README.md')).toContain('days since 1970-01-01');
  expect(read('README.md')).toContain('"ordered":"2024-01-01"');
});
