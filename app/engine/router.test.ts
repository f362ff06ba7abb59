import { PassThrough } from 'node:stream';
import { tableFromIPC } from 'apache-arrow';
import { createORPCClient, ORPCError } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Contract } from '#app/protocol/contract.ts';
import { encodeFrame, FrameDecoder } from '#app/protocol/frames.ts';
import type { RunEvent } from '#app/protocol/schema.ts';
import { serveFrames } from './desktop-engine.ts';
import { createRouter } from './router.ts';
import { fixtureDocument, openTestEngine, type TestEngine } from './testing.ts';

/** The shell's side of the pipe: what main does between a window's port and the engine's stdio. */
class Shell {
  readonly toEngine = new PassThrough();
  readonly fromEngine = new PassThrough();
  readonly #receivers = new Map<number, (data: string | Uint8Array) => void>();

  constructor() {
    const decoder = new FrameDecoder();
    this.fromEngine.on('data', (chunk: Buffer) => {
      for (const frame of decoder.push(chunk)) {
        if (frame.type === 'text') this.#receivers.get(frame.connection)?.(frame.text);
        else if (frame.type === 'binary') this.#receivers.get(frame.connection)?.(frame.bytes);
      }
    });
  }

  connect(connection: number): ContractRouterClient<Contract> {
    this.toEngine.write(encodeFrame({ type: 'open', connection }));
    const port = {
      addEventListener: (type: string, listener: (event: { data: unknown }) => void) => {
        if (type === 'message') this.#receivers.set(connection, (data) => listener({ data }));
      },
      postMessage: (data: string | Uint8Array | ArrayBuffer) => {
        const bytes = typeof data === 'string' ? null : new Uint8Array(data);
        this.toEngine.write(encodeFrame(bytes === null ? { type: 'text', connection, text: data as string } : { type: 'binary', connection, bytes }));
      },
    };
    return createORPCClient(new RPCLink({ port: port as unknown as MessagePort }));
  }

  close(connection: number): void {
    this.toEngine.write(encodeFrame({ type: 'close', connection }));
  }
}

let opened: TestEngine;
let shell: Shell;
let served: Promise<void>;
let client: ContractRouterClient<Contract>;
beforeAll(async () => {
  opened = await openTestEngine();
  shell = new Shell();
  served = serveFrames(createRouter(opened.engine), shell.toEngine, shell.fromEngine);
  client = shell.connect(1);
});
afterAll(async () => {
  shell.toEngine.end();
  await served;
  await opened.close();
});

const rows = Array.from({ length: 50 }, (_, index) => [index, `name ${index}`]);
const values = { id: 'values', type: 'test/values', params: { columns: [{ name: 'n', type: 'integer' }, { name: 'text', type: 'string' }], rows } };
const document = () => fixtureDocument({ nodes: [values], edges: [] }, opened.engine.catalogue);

describe('the protocol over framed stdio', () => {
  it('answers about the project', async () => {
    const info = await client.project.info();
    expect(info).toMatchObject({ path: opened.projectDir, readOnly: false, interruptedRuns: [] });
    expect((await client.project.doctor()).checks.find((check) => check.name.startsWith('Tables'))).toMatchObject({ status: 'ok' });
  });

  it('pages a table as Arrow, filtered and sorted, and counts and profiles it', async () => {
    const request = { document: document(), nodeId: 'values', port: 'table', filter: 'n >= 10' };
    const page = await client.data.page({ ...request, offset: 0, limit: 3, sort: [{ column: 'n', descending: true }] });
    const arrow = tableFromIPC(new Uint8Array(await page.arrow.arrayBuffer()));
    expect(arrow.toArray().map((row) => String(row?.['text']))).toEqual(['name 49', 'name 48', 'name 47']);
    expect(page.schema).toEqual(values.params.columns);
    expect(await client.data.count(request)).toEqual({ rows: 40 });
    const profile = await client.data.profile(request);
    expect(profile.columns[0]).toMatchObject({ name: 'n', count: 40, min: 10, max: 49 });
  });

  it('streams a run, replays it, and lists it', async () => {
    const { runId } = await client.run.start({ document: document(), path: null });
    const events: RunEvent[] = [];
    for await (const event of await client.run.events({ runId })) events.push(event);
    expect(events.at(-1)).toMatchObject({ type: 'run', status: 'succeeded' });
    const replayed: RunEvent[] = [];
    for await (const event of await client.run.events({ runId })) replayed.push(event);
    expect(replayed.at(-1)).toEqual(events.at(-1));
    expect((await client.run.list({ limit: 10 }))[0]).toMatchObject({ runId, status: 'succeeded' });
    expect((await client.run.get({ runId })).nodes[0]).toMatchObject({ nodeId: 'values', status: 'succeeded' });
    expect(await client.run.active({ pipelineId: 'fixture' })).toEqual({ runId: null });
  });

  it('gives errors as diagnostics, for thrown errors and for wrong input', async () => {
    const failure = async (promise: Promise<unknown>): Promise<ORPCError<string, { code: string; message: string }>> => {
      const error: unknown = await promise.then(
        () => null,
        (thrown: unknown) => thrown,
      );
      if (error instanceof ORPCError) return error as ORPCError<string, { code: string; message: string }>;
      throw new Error(`no protocol error but ${String(error)}`);
    };
    const unknown = await failure(client.run.get({ runId: 'nobody' }));
    expect([unknown.code, unknown.data.code]).toEqual(['DIAGNOSTIC', 'unknown-run']);
    const wrong = await failure(client.data.count({ document: document(), nodeId: 'values', port: 'table', filter: 'n >' }));
    expect(wrong.data).toMatchObject({ severity: 'error', place: { param: ['filter'] } });
    const outside = await failure(client.pipeline.open({ path: '../../etc/passwd.pipeline.json' }));
    expect(outside.data.code).toBe('path-outside');
    const malformed = await failure(client.run.list({ limit: 0 }));
    expect(malformed.data).toMatchObject({ code: 'bad-request', message: expect.stringContaining('limit') as unknown });
  });

  it('keeps pipelines: create, edit, reopen, rename, remove', async () => {
    const { path } = await client.pipeline.create({ title: 'First' });
    const { document: empty } = await client.pipeline.open({ path });
    const entry = { label: 'Rename pipeline', at: 1, command: { type: 'set-document', title: 'Second' }, inverse: { type: 'set-document', title: 'First' } };
    await client.pipeline.append({ path, document: { ...empty, title: 'Second' }, entries: [entry], position: 1 });
    const reopened = await client.pipeline.open({ path });
    expect([reopened.document.title, reopened.position]).toEqual(['Second', 1]);
    const renamed = await client.pipeline.rename({ path, title: 'Third' });
    expect((await client.project.pipelines()).map((one) => one.title)).toEqual(['Third']);
    await client.pipeline.remove(renamed);
    expect(await client.project.pipelines()).toEqual([]);
  });

  it('takes uploads and lists them, without the engine’s own files', async () => {
    const { path } = await client.files.upload({ name: 'orders.csv', content: new Blob(['a,b\n1,2\n']) });
    expect(path).toBe('data/orders.csv');
    expect((await client.files.upload({ name: 'orders.csv', content: new Blob(['x']) })).path).toBe('data/orders-2.csv');
    expect((await client.files.list({ folder: '' })).map((file) => file.name)).not.toContain('penstock.db');
    expect((await client.files.list({ folder: 'data' })).map((file) => file.path)).toEqual(['data/orders-2.csv', 'data/orders.csv']);
    expect(await client.files.reader({ path })).toEqual({ type: 'data/csv-reader', params: { path: 'data/orders.csv' } });
    await expect(client.files.upload({ name: '../x.csv', content: new Blob(['x']) })).rejects.toThrow(/cannot be the name/);
  });

  it('keeps connections apart: closing one leaves the other', async () => {
    const other = shell.connect(2);
    expect(await other.project.pipelines()).toEqual([]);
    shell.close(2);
    expect((await client.project.info()).readOnly).toBe(false);
  });
});
