import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NodeRun } from '#app/protocol/schema.ts';
import { fixtureDocument, openTestEngine, type TestEngine } from '../testing.ts';
import { streamedFromBytes } from './streamed-sources.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-streamed-'));
const rows = 700_000;
const sound = path.join(folder, 'sound.csv');
const spoiled = path.join(folder, 'spoiled.csv');
const binary = path.join(folder, 'binary.csv');
const grouped = path.join(folder, 'grouped.csv');
let opened: TestEngine;

beforeAll(async () => {
  const line = (i: number): string => `${i},customer number ${i % 1000} of many others,${i % 7}.5\n`;
  const text = (spoil: (i: number) => string | null): string => `id,name,amount\n${Array.from({ length: rows }, (_, i) => spoil(i) ?? line(i)).join('')}`;
  writeFileSync(sound, text(() => null));
  copyFileSync(sound, grouped);
  writeFileSync(spoiled, text((i) => (i === 600_000 ? `x${i},bad,1.5\n` : null)));
  writeFileSync(binary, text((i) => (i === 5 ? `5,with\0nul,1.5\n` : null)));
  opened = await openTestEngine();
}, 60_000);
afterAll(async () => {
  await opened.close();
  rmSync(folder, { recursive: true });
});

const pipeline = (file: string, params: object = {}, second = false) =>
  fixtureDocument(
    {
      nodes: [
        { id: 'read', type: 'data/csv-reader', params: { path: file, ...params } },
        { id: 'keep', type: 'transform/filter-rows', params: { expression: 'amount < 3' } },
        { id: 'sum', type: 'transform/group-by', params: { keys: [], measures: [{ fn: 'count', column: '', name: 'n' }, { fn: 'sum', column: 'amount', name: 'total' }] } },
        { id: 'write', type: 'data/parquet-writer', params: { path: path.join(folder, 'out.parquet'), overwrite: true } },
        ...(second ? [{ id: 'more', type: 'data/csv-writer', params: { path: path.join(folder, 'more.csv'), overwrite: true } }] : []),
      ],
      edges: [['read.table', 'keep.table'], ['keep.table', 'sum.table'], ['sum.table', 'write.table'], ...(second ? [['keep.table', 'more.table'] as [string, string]] : [])],
    },
    opened.engine.catalogue,
  );

async function run(document: ReturnType<typeof pipeline>, stream: boolean): Promise<{ status: string; nodes: Record<string, NodeRun> }> {
  const started = await opened.engine.startRun({ document, path: null, stream });
  const nodes: Record<string, NodeRun> = {};
  for await (const event of started.log.stream()) if (event.type === 'node') nodes[event.node.nodeId] = event.node;
  return { status: await started.finished, nodes };
}
const isKept = (document: ReturnType<typeof pipeline>) => opened.engine.configure(document).then(({ freshness }) => freshness['read']?.state === 'fresh');
const answer = async (): Promise<unknown> => (await opened.engine.database.rows({ op: 'scan', source: { kind: 'parquet', paths: [path.join(folder, 'out.parquet')] }, schema: [{ name: 'n', type: 'integer' }, { name: 'total', type: 'float' }], label: 'out' })).rows;
/** All sums are of halves, so they are exact in any order. */
const groups = async (): Promise<unknown[]> => (await opened.engine.database.rows({ op: 'sort', keys: [{ expr: { op: 'col', name: 'name' }, descending: false, nulls: 'last' }], input: { op: 'scan', source: { kind: 'parquet', paths: [path.join(folder, 'out.parquet')] }, schema: [{ name: 'name', type: 'string' }, { name: 'n', type: 'integer' }, { name: 'total', type: 'float' }], label: 'out' } })).rows;

describe('a big file that one query reads', () => {
  it('is read as it is needed, gives the same, and is not kept', async () => {
    expect((await stat(sound)).size).toBeGreaterThan(streamedFromBytes);
    const document = pipeline(sound);
    const { status, nodes } = await run(document, true);
    expect(status).toBe('succeeded');
    expect(nodes['read']).toMatchObject({ status: 'succeeded', ports: { table: { plan: 'read once, by “Filter Rows”' } } });
    const streamed = await answer();
    expect(await isKept(document)).toBe(false);
    expect((await run(document, false)).status).toBe('succeeded');
    expect(await answer()).toEqual(streamed);
    expect(await isKept(document)).toBe(true);
  });

  it('is grouped once where groups are grouped, and the outer groups have their number of rows', async () => {
    const document = pipeline(grouped);
    document.nodes.push({ id: 'first', type: 'transform/group-by', version: 1, params: { keys: ['name'], measures: [{ fn: 'sum', column: 'amount', name: 'amount' }, { fn: 'count', column: '', name: 'rows' }] } });
    document.edges.splice(1, 1, { id: 'a', from: { node: 'keep', port: 'table' }, to: { node: 'first', port: 'table' } }, { id: 'b', from: { node: 'first', port: 'table' }, to: { node: 'sum', port: 'table' } });
    const sum = document.nodes.find(({ id }) => id === 'sum');
    if (sum === undefined) throw new Error('no such node');
    Object.assign(sum, { params: { keys: ['name'], measures: [{ fn: 'sum', column: 'rows', name: 'n' }, { fn: 'sum', column: 'amount', name: 'total' }] } });
    const { status, nodes } = await run(document, true);
    expect(status).toBe('succeeded');
    expect(nodes['sum']?.ports['table']?.rows).toBe(1000);
    expect(nodes['first']?.ports['table']?.rows ?? null).toBeNull();
    const merged = await groups();
    expect(merged).toHaveLength(1000);
    await run(document, false);
    expect(await groups()).toEqual(merged);
  });

  it('is read again and kept where a row does not fit: the row is set apart', async () => {
    const document = pipeline(spoiled, { badRows: 'reject', types: [{ column: 'id', type: 'integer' }] });
    const { status, nodes } = await run(document, true);
    expect(status).toBe('succeeded');
    expect(nodes['read']).toMatchObject({ status: 'succeeded', ports: { table: { rows: rows - 1 }, rejects: { rows: 1 } } });
    expect(nodes['read']?.diagnostics[0]?.message).toContain('600\u202f002');
    expect(await isKept(document)).toBe(true);
  });

  it('fails at the reader, not behind it, where bad rows are to stop', async () => {
    const { status, nodes } = await run(pipeline(spoiled, { badRows: 'stop', types: [{ column: 'id', type: 'integer' }] }), true);
    expect(status).toBe('failed');
    expect(nodes['read']).toMatchObject({ status: 'failed', diagnostics: [{ code: 'csv-bad-value', place: { line: 600_002, column: 'id' } }] });
    expect(nodes['write']?.status).toBe('skipped');
  });

  it('is kept where two queries read it, and where DuckDB’s reader alone would let something through', async () => {
    const twice = pipeline(sound, { delimiter: 'comma' }, true);
    expect((await run(twice, true)).status).toBe('succeeded');
    expect(await isKept(twice)).toBe(true);
    const nul = pipeline(binary, { badRows: 'reject' });
    const { nodes } = await run(nul, true);
    expect(nodes['read']?.ports['rejects']?.rows).toBe(1);
  });
});
