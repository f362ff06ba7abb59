import { mkdirSync, mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { History } from '#app/pipeline/history.ts';
import { documentVersion, type PipelineDocument } from '#app/pipeline/document.ts';
import { count, countSkipped } from './counts.ts';
import { killEngines, startEngineProcess, type EngineProcess } from './engine-process.ts';
import { noSmallDisk, seenFrom } from './small-disk.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-disk-full-'));
afterAll(async () => {
  await killEngines();
  rmSync(folder, { recursive: true, force: true });
});

type Node = PipelineDocument['nodes'][number];
const rows = (id: string, count: number): Node => ({ id, type: 'data/synthetic-data', version: 1, params: { rows: count, seed: 3, preset: 'regression', features: 8, informative: 5, noise: 1 } });
const pipeline = (nodes: readonly Node[], edges: PipelineDocument['edges'] = []): PipelineDocument => ({ format: 'penstock-pipeline', version: documentVersion, id: 'full', title: 'Full', nodes: [...nodes], edges, notes: [], groups: [], layout: {} });

interface Outcome {
  readonly status: string;
  readonly nodes: Readonly<Record<string, { readonly status: string; readonly diagnostics: readonly { readonly code: string; readonly message: string; readonly remedy?: string | undefined }[] }>>;
}

async function run({ client }: EngineProcess, document: PipelineDocument): Promise<Outcome> {
  const { runId } = await client.run.start({ document, path: null, anyway: true });
  const nodes: Record<string, Outcome['nodes'][string]> = {};
  for await (const event of await client.run.events({ runId })) {
    if (event.type === 'node') nodes[event.node.nodeId] = event.node;
    if (event.type === 'run' && event.status !== 'running') return { status: event.status, nodes };
  }
  throw new Error('the run did not end');
}

/** A disk of the engine's: how much of it is free, and files that take room on it. */
class Disk {
  readonly #at: string;

  constructor(engine: EngineProcess, at: string) {
    this.#at = seenFrom(engine.pid, at);
  }

  get free(): number {
    const { bavail, bsize } = statfsSync(this.#at);
    return bavail * bsize;
  }

  /** Takes all but so many bytes. */
  fill(leave: number): void {
    rmSync(path.join(this.#at, 'filler'), { force: true });
    writeFileSync(path.join(this.#at, 'filler'), new Uint8Array(Math.max(0, this.free - leave)));
  }

  empty(): void {
    rmSync(path.join(this.#at, 'filler'));
  }

  /** Every file but the filler. */
  files(): string[] {
    return readdirSync(this.#at, { recursive: true, encoding: 'utf8' }).filter((name) => name !== 'filler');
  }
}

const partial = (name: string): boolean => /\.partial$|\.tmp$|artifacts\/tmp\/./.test(name);
const failed = async (work: Promise<unknown>): Promise<{ code: string; message: string; remedy: string }> => {
  try {
    await work;
  } catch (error) {
    const { data, message } = error as { data?: { code?: string; remedy?: string }; message: string };
    return { code: data?.code ?? '', message, remedy: data?.remedy ?? '' };
  }
  throw new Error('it did not fail');
};

if (noSmallDisk !== null) countSkipped('disk', `disk full: ${noSmallDisk}`);
let passed = 0;

describe.skipIf(noSmallDisk !== null)(`a full disk${noSmallDisk === null ? '' : ` (${noSmallDisk})`}`, { timeout: 180_000 }, () => {
  it('of the project stops what needs it by name, leaves nothing half written, and works again once there is room, without a restart', async () => {
    const project = path.join(folder, 'project');
    mkdirSync(project);
    const engine = startEngineProcess(project, { disks: { [project]: 24 * 1024 } });
    const { client } = engine;
    const { path: file } = await client.pipeline.create({ title: 'Full' });
    const disk = new Disk(engine, project);
    expect((await run(engine, pipeline([rows('small', 1000)]))).status).toBe('succeeded');

    // A result larger than what is left: its node fails, what was there stays.
    disk.fill(3_000_000);
    const large = await run(engine, pipeline([rows('small', 1000), rows('large', 400_000)]));
    expect(large.status).toBe('failed');
    expect(large.nodes['small']?.status).toBe('cached');
    const [fault] = large.nodes['large']?.diagnostics ?? [];
    expect(fault).toMatchObject({ code: 'disk-full', message: expect.stringContaining(project) as unknown, remedy: expect.stringContaining('Free some space') as unknown });
    expect(fault?.message).toMatch(/it needs (more than the )?[\d.,]+\s?[kM]?B/);
    expect(disk.files().filter(partial)).toEqual([]);
    expect((await client.run.list({ limit: 10 }))[0]).toMatchObject({ status: 'failed', nodeCounts: { cached: 1, failed: 1 } });

    // Not a byte left: neither an edit nor the database can be written.
    disk.fill(0);
    const opened = await client.pipeline.open({ path: file });
    const history = new History(opened.document, [], 0);
    history.apply({ type: 'set-document', title: 'Changed' });
    const edit = (): Promise<unknown> => client.pipeline.append({ path: file, document: history.document, base: 0, position: 1, entries: [...history.entries] });
    const refused = await failed(edit());
    expect(refused).toMatchObject({ code: 'disk-full', message: expect.stringContaining(path.join(project, 'journals')) as unknown });
    expect(refused.message).toMatch(/needs/);
    const unstarted = await failed(run(engine, pipeline([rows('other', 2000)])));
    expect(unstarted).toMatchObject({ code: 'disk-full', message: expect.stringContaining(path.join(project, 'penstock.db')) as unknown });
    expect(disk.files().filter(partial)).toEqual([]);

    // Room again: the same process goes on as if nothing had been.
    disk.empty();
    await edit();
    expect((await client.pipeline.open({ path: file })).document.title).toBe('Changed');
    const again = await run(engine, pipeline([rows('small', 1000), rows('other', 2000)]));
    expect(again.status).toBe('succeeded');
    expect(again.nodes['small']?.status).toBe('cached');
    expect(disk.files().filter(partial)).toEqual([]);
    expect(await engine.end()).toBe(0);
    passed += 1;
  });

  it('of temporary files stops the query that needs it by name, and works again once there is room, without a restart', async () => {
    const [project, temp] = [path.join(folder, 'with-temp'), path.join(folder, 'temp')];
    mkdirSync(temp);
    const engine = startEngineProcess(project, { disks: { [temp]: 200 * 1024 }, env: { TMPDIR: temp, PENSTOCK_MEMORY_LIMIT: '100MB' } });
    await engine.client.project.info();
    const disk = new Disk(engine, temp);
    const columns = [{ generator: 'id', name: 'id', start: 1 }, ...Array.from({ length: 12 }, (_, index) => ({ generator: 'normal', name: `n${index}`, mean: 0, deviation: 1, missing: 0 }))];
    const sorted: Node = { id: 'sorted', type: 'transform/sort', version: 1, params: { keys: [{ column: 'n0' }] }, pinned: ['table'] };
    const source: Node = { id: 'rows', type: 'data/synthetic-data', version: 1, params: { rows: 700_000, seed: 3, columns } };
    const document = pipeline([source, sorted, rows('beside', 1000)], [{ id: 'e', from: { node: 'rows', port: 'table' }, to: { node: 'sorted', port: 'table' } }]);
    disk.fill(2_000_000);
    const full = await run(engine, document);
    expect(full.nodes['rows']?.status).toBe('succeeded');
    expect(full.nodes['beside']?.status).toBe('succeeded');
    expect(full.nodes['sorted']?.status).toBe('failed');
    expect(full.nodes['sorted']?.diagnostics[0]).toMatchObject({ code: 'disk-full', message: expect.stringContaining(temp) as unknown });
    expect(full.nodes['sorted']?.diagnostics[0]?.message).toMatch(/needs more than the/);
    disk.empty();
    const again = await run(engine, document);
    expect(again.nodes['sorted']?.diagnostics).toEqual([]);
    expect(again.status).toBe('succeeded');
    expect(await engine.end()).toBe(0);
    passed += 1;
    count('disk', `disk full (project, database log, temporary files): ${passed} of 2 disks named the path and what was needed, 0 partial files left, worked again without a restart`);
  });
});
