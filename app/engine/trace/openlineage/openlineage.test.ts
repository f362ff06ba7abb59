import { createServer, type Server } from 'node:http';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import Sqlite from 'better-sqlite3-multiple-ciphers';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestEngine, type TestEngine } from '../../testing.ts';
import { openTraced, tracedPipeline } from '../testing.ts';
import { OpenLineageEmitter } from './emitter.ts';
import type { OpenLineageEvent } from './events.ts';
import { facetVersions, uuidOf } from './facets.ts';
import { Outbox } from './outbox.ts';

const fixtures = path.join(import.meta.dirname, 'fixtures');
const schema = (name: string): { $id: string } & Record<string, unknown> => JSON.parse(readFileSync(path.join(fixtures, `${name}.json`), 'utf8')) as { $id: string };

const facets = readdirSync(fixtures).filter((name) => name.endsWith('Facet.json')).map((name) => name.replace('.json', ''));

function validator(): (event: unknown) => string[] {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema(schema('OpenLineage'));
  for (const name of facets) ajv.addSchema(schema(name));
  const errors = (ref: string, value: unknown): string[] => {
    const validate = ajv.getSchema(ref);
    if (validate === undefined) return [`no schema ${ref}`];
    return validate(value) === true ? [] : (validate.errors ?? []).map((error) => `${ref} ${error.instancePath} ${error.message ?? ''}`);
  };
  return (event) => {
    const { schemaURL, run, job, inputs, outputs } = event as OpenLineageEvent;
    const held = [run.facets, job.facets, ...[...inputs, ...outputs].flatMap((one) => [one.facets ?? {}, one.outputFacets ?? {}])].flatMap((one) => Object.values(one));
    return [...errors(schemaURL, event), ...held.flatMap((one) => errors(one['_schemaURL'], one))];
  };
}

const eventsOf = (projectDir: string): OpenLineageEvent[] =>
  readFileSync(path.join(projectDir, 'lineage/openlineage.ndjson'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as OpenLineageEvent);

it('names the versions of the published schemas', () => {
  for (const [name, version] of Object.entries(facetVersions)) expect(schema(name).$id).toBe(`https://openlineage.io/spec/facets/${version}/${name}.json`);
});

describe('events of a run', () => {
  let opened: TestEngine;

  beforeAll(async () => {
    opened = await openTraced();
    await opened.engine.trace.openLineage.configure({ file: true, url: '', namespace: '' }, null);
  });
  afterAll(() => opened.close());

  it('keep to the published schemas, facets too, and tell data, columns, query and model', async () => {
    expect((await opened.run(tracedPipeline(opened))).status).toBe('succeeded');
    await opened.engine.events.settled();
    const events = eventsOf(opened.projectDir);
    const validate = validator();
    expect(events.flatMap(validate)).toEqual([]);
    expect(validate({ ...events[0], eventTime: 'yesterday' }), 'the schema is really asked').not.toEqual([]);

    const [start] = events;
    const complete = events.at(-1);
    expect(start).toMatchObject({ eventType: 'START', inputs: [{ namespace: 'file', name: expect.stringMatching(/\/data\/penguins\.csv$/) }], outputs: [] });
    expect(complete).toMatchObject({ eventType: 'COMPLETE', run: { runId: start?.run.runId } });
    expect(complete?.outputs.map(({ name }) => name)).toEqual([expect.stringMatching(/\/exports\/heavy\.csv$/), 'models/penguins']);
    const written = complete?.outputs[0];
    expect(written?.outputFacets?.['outputStatistics']).toMatchObject({ fileCount: 1, rowCount: expect.any(Number) });
    expect(written?.facets?.['columnLineage']?.['fields']).toMatchObject({ island: { inputFields: [{ field: 'island', transformations: [{ type: 'DIRECT' }] }, { field: 'body_mass_g', transformations: [{ type: 'INDIRECT' }] }] } });
    const fit = events.find(({ job, eventType }) => job.name.endsWith('.fit') && eventType === 'COMPLETE');
    expect(fit).toMatchObject({ run: { facets: { parent: { run: { runId: start?.run.runId } } } }, outputs: [{ name: 'models/penguins', facets: { version: { datasetVersion: '1' } } }] });
    expect(fit?.job.facets['sql']?.['query']).toContain('body_mass_g');
  });

  it('say why a run failed', async () => {
    rmSync(path.join(opened.projectDir, 'lineage'), { recursive: true });
    const document = tracedPipeline(opened, { written: 'exports/other.csv' });
    writeFileSync(path.join(opened.projectDir, 'exports/other.csv'), '');
    const nodes = document.nodes.map((node) => (node.id === 'write' ? { ...node, params: { path: 'exports/other.csv', overwrite: false } } : node));
    expect((await opened.run({ ...document, nodes })).status).toBe('failed');
    await opened.engine.events.settled();
    const events = eventsOf(opened.projectDir);
    expect(events.flatMap(validator())).toEqual([]);
    expect(events.at(-1)).toMatchObject({ eventType: 'FAIL', run: { facets: { errorMessage: { message: expect.stringContaining('other.csv') } } } });
  });
});

it('end a run that a killed engine left', async () => {
  let opened = await openTraced();
  try {
    await opened.engine.trace.openLineage.configure({ file: true, url: '', namespace: '' }, null);
    await opened.run(tracedPipeline(opened));
    opened = await opened.reopen();
    const [run] = opened.engine.store.records.list({ limit: 1 });
    await opened.engine.close();
    // As the process leaves it that is killed in the middle.
    const db = new Sqlite(path.join(opened.projectDir, 'penstock.db'));
    db.prepare("update runs set status = 'running', ms = null").run();
    db.close();
    rmSync(path.join(opened.projectDir, 'lineage'), { recursive: true });
    opened = await openTestEngine({ projectDir: opened.projectDir });
    await opened.engine.close();
    const events = eventsOf(opened.projectDir);
    expect(events.flatMap(validator())).toEqual([]);
    expect(events).toMatchObject([{ eventType: 'ABORT', run: { runId: uuidOf(run?.runId ?? '') }, inputs: [{ namespace: 'file' }] }]);
  } finally {
    rmSync(opened.projectDir, { recursive: true, force: true });
  }
});

describe('a server for events', () => {
  let server: Server;
  let url: string;
  let taken: { body: unknown; authorization: string | undefined; path: string | undefined }[];
  let answer: number;

  beforeEach(async () => {
    taken = [];
    answer = 201;
    server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        if (answer < 300) taken.push({ body: JSON.parse(Buffer.concat(parts).toString('utf8')), authorization: request.headers.authorization, path: request.url });
        response.writeHead(answer).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('gets every event of a run with the key, at the usual path', async () => {
    const opened = await openTraced();
    try {
      const folder = path.join(opened.projectDir, 'user');
      process.env['OPENLINEAGE_URL'] = url;
      process.env['OPENLINEAGE_API_KEY'] = 'secret';
      expect((await opened.run(tracedPipeline(opened))).status).toBe('succeeded');
      await opened.engine.events.settled();
      await opened.engine.trace.openLineage.close();
      expect(taken.map(({ body }) => (body as OpenLineageEvent).eventType)).toEqual(['START', 'START', 'COMPLETE', 'START', 'COMPLETE', 'COMPLETE']);
      expect(new Set(taken.map(({ authorization, path: at }) => `${authorization ?? ''} ${at ?? ''}`))).toEqual(new Set(['Bearer secret /api/v1/lineage']));
      expect(folder).not.toContain('secret');
    } finally {
      delete process.env['OPENLINEAGE_URL'];
      delete process.env['OPENLINEAGE_API_KEY'];
      await opened.close();
    }
  });

  it('that is dead keeps no run waiting; its events wait on the disk and go out when it is back', async () => {
    const opened = await openTraced();
    const dead = new OpenLineageEmitter({
      store: opened.engine.store,
      projectDir: opened.projectDir,
      configDir: path.join(opened.projectDir, 'user'),
      secrets: { get: () => Promise.resolve(null), set: () => Promise.resolve(), source: () => Promise.resolve('none') },
      warn: () => undefined,
      env: { OPENLINEAGE_URL: 'http://127.0.0.1:9' },
    });
    try {
      process.env['OPENLINEAGE_URL'] = 'http://127.0.0.1:9';
      const run = await opened.run(tracedPipeline(opened));
      expect(run.status).toBe('succeeded');
      await opened.engine.events.settled();
      await opened.engine.trace.openLineage.close();
      const waiting = (await dead.state()).waiting;
      expect(waiting).toBe(6);

      const back = new OpenLineageEmitter({
        store: opened.engine.store,
        projectDir: opened.projectDir,
        configDir: path.join(opened.projectDir, 'user'),
        secrets: { get: () => Promise.resolve(null), set: () => Promise.resolve(), source: () => Promise.resolve('none') },
        warn: () => undefined,
        env: { OPENLINEAGE_URL: url },
      });
      await back.close();
      expect(taken).toHaveLength(6);
      expect((await back.state()).waiting).toBe(0);
    } finally {
      delete process.env['OPENLINEAGE_URL'];
      await opened.close();
    }
  });

  it('that a project names is told nothing before its user has chosen it', async () => {
    const opened = await openTraced();
    try {
      opened.engine.store.meta.set('openlineage', JSON.stringify({ url, file: false, namespace: '' }));
      await opened.run(tracedPipeline(opened));
      await opened.engine.events.settled();
      expect(await opened.engine.trace.openLineage.state()).toMatchObject({ chosen: false, waiting: 6 });
      expect(taken).toEqual([]);
    } finally {
      await opened.close();
    }
  });
});

describe('the outbox', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-outbox-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('keeps only so many, in order, and warns once', async () => {
    const warnings: string[] = [];
    const sent: string[] = [];
    let works = false;
    const post = (body: string): Promise<void> => {
      if (!works) return Promise.reject(new Error('away'));
      sent.push(body);
      return Promise.resolve();
    };
    const outbox = new Outbox({ folder, post, warn: (message) => warnings.push(message), most: 3, pauseMs: 1e6 });
    for (let index = 1; index <= 5; index += 1) await outbox.add(index);
    await outbox.close(0);
    expect(warnings).toHaveLength(1);
    works = true;
    const next = new Outbox({ folder, post, warn: () => undefined });
    await next.close(60_000);
    expect(sent).toEqual(['3', '4', '5']);
    expect(await next.waiting()).toEqual([]);
  });
});
