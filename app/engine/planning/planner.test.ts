import { existsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import { fixtureDocument, openTestEngine, type TestEngine } from '../testing.ts';

let opened: TestEngine;
beforeEach(async () => {
  opened = await openTestEngine();
});
afterEach(() => opened.close());

/** A file of so many rows with a key, a group and a number. */
async function writeRows(name: string, rows: number): Promise<string> {
  const file = path.join(opened.projectDir, name);
  const at = Array.from({ length: rows }, (_, i) => i);
  await opened.engine.database.writeColumns(
    [
      { name: 'id', type: 'integer', values: at },
      { name: 'g', type: 'integer', values: at.map((i) => i % 50) },
      { name: 'x', type: 'float', values: at.map((i) => (i * 7919) % 1000) },
    ],
    file,
  );
  return file;
}

type Given = Parameters<typeof fixtureDocument>[0];
const make = (nodes: Given['nodes'], edges: Given['edges']): PipelineDocument => fixtureDocument({ nodes, edges }, opened.engine.catalogue);
const reader = (id: string, file: string) => ({ id, type: 'data/parquet-reader', params: { path: file } });
const filterRows = (id: string, expression: string) => ({ id, type: 'transform/filter-rows', params: { expression } });
const groupBy = (id: string) => ({ id, type: 'transform/group-by', params: { keys: ['g'] } });

/** join → three groups: dear, and read three times. */
async function fanOut(rows: number): Promise<PipelineDocument> {
  const file = await writeRows('numbers.parquet', rows);
  return make(
    [reader('a', file), reader('b', file), { id: 'join', type: 'transform/join', params: { kind: 'inner', keys: [{ left: 'id', right: 'id' }] } }, { ...groupBy('one'), params: { keys: ['g'] } }, { ...groupBy('two'), params: { keys: ['x'] } }, { ...groupBy('three'), params: { keys: ['g', 'x'] } }],
    [
      ['a.table', 'join.left'],
      ['b.table', 'join.right'],
      ['join.table', 'one.table'],
      ['join.table', 'two.table'],
      ['join.table', 'three.table'],
    ],
  );
}

const explain = async (document: PipelineDocument) => {
  const signal = new AbortController().signal;
  return opened.engine.planner.explain(await opened.engine.analyse(document), signal);
};

describe('the plan', () => {
  it('keeps a dear table that several nodes read, and says so', async () => {
    const big = await fanOut(400_000);
    expect(await explain(big)).toContainEqual({ nodeId: 'join', port: 'table', decision: 'kept', why: 'kept: read by 3 nodes and holds a join' });
    const { nodes, status } = await opened.run(big);
    expect(status).toBe('succeeded');
    expect(nodes['join']?.ports['table']).toMatchObject({ rows: 400_000, plan: 'kept: read by 3 nodes and holds a join' });
    expect(nodes['join']?.ports['table']?.bytes).toBeGreaterThan(0);
  });

  it('fuses the same where rows are few, with the same result', async () => {
    const small = await fanOut(500);
    expect((await explain(small)).find(({ nodeId }) => nodeId === 'join')?.decision).toBe('fused');
    const fused = await opened.run(small);
    expect(fused.nodes['join']?.ports['table']?.bytes).toBeNull();
    const answer = await opened.table(small, 'one', 'table');
    const pinned = { ...small, nodes: small.nodes.map((node) => (node.id === 'join' ? { ...node, pinned: ['table'] } : node)) };
    const kept = await opened.run(pinned);
    expect(kept.nodes['join']?.ports['table']).toMatchObject({ plan: 'kept: it is pinned', previousRows: 500 });
    const again = await opened.table(pinned, 'one', 'table');
    expect(again.rows.toSorted()).toEqual(answer.rows.toSorted());
  });

  it('leaves a chain of cheap steps fused, however many there are', async () => {
    const file = await writeRows('numbers.parquet', 200_000);
    const steps = Array.from({ length: 12 }, (_, i) => filterRows(`f${i}`, `x > ${i}`));
    const document = make([reader('a', file), ...steps], steps.map((step, i) => [`${i === 0 ? 'a' : `f${i - 1}`}.table`, `${step.id}.table`]));
    for (const { decision } of await explain(document)) expect(decision).toBe('fused');
  });

  it('is about what will run only', async () => {
    const document = await fanOut(500);
    await opened.run(document);
    const { nodes } = await opened.run(document);
    expect(Object.values(nodes).map(({ status }) => status)).toEqual(Object.values(nodes).map(() => 'cached'));
  });
});

describe('wires', () => {
  it('have their rows after a run, from the queries that ran, and those of the run before', async () => {
    const file = await writeRows('numbers.parquet', 100_000);
    const document = (limit: number): PipelineDocument =>
      make([reader('a', file), filterRows('first', `x > ${limit}`), groupBy('groups'), { id: 'sorted', type: 'transform/sort', params: { keys: [{ column: 'g' }] } }], [
        ['a.table', 'first.table'],
        ['first.table', 'groups.table'],
        ['groups.table', 'sorted.table'],
      ]);
    const before = await opened.run(document(499));
    expect(Object.fromEntries(Object.values(before.nodes).map((node) => [node.nodeId, node.ports['table']?.rows]))).toEqual({ a: 100_000, first: 50_000, groups: 50, sorted: 50 });
    expect(before.nodes['first']?.ports['table']?.flowBytes).toBeGreaterThan(0);
    expect(before.nodes['groups']?.ports['table']?.ms).toBeGreaterThanOrEqual(0);
    const after = await opened.run(document(899));
    expect(after.nodes['first']?.ports['table']).toMatchObject({ rows: 10_000, previousRows: 50_000 });
  });
});

describe('the preflight', () => {
  const check = async (document: PipelineDocument) => opened.engine.planner.preflight(await opened.engine.analyse(document), [], new AbortController().signal);

  it('refuses a run whose result cannot fit, with the node and a way out, unless told to run anyway', async () => {
    const file = await writeRows('numbers.parquet', 400_000);
    const cross = make([reader('a', file), reader('b', file), { id: 'all', type: 'transform/join', params: { kind: 'cross', keys: [] } }, { id: 'sorted', type: 'transform/sort', params: { keys: [{ column: 'x' }] } }], [
      ['a.table', 'all.left'],
      ['b.table', 'all.right'],
      ['all.table', 'sorted.table'],
    ]);
    const found = await check(cross);
    expect(found.nodes['all']).toMatchObject({ verdict: 'ok', rows: { likely: 1.6e11 } });
    expect(found.nodes['sorted']).toMatchObject({ verdict: 'refuse', why: expect.stringMatching(/^The sort needs at least \d+\.\d TB; there are .+ of disk for temporary data\.$/) as unknown });
    await expect(opened.engine.startRun({ document: cross, path: null })).rejects.toMatchObject({ code: 'preflight-refused', place: { nodeId: 'sorted' }, remedy: expect.stringContaining('--force') as unknown });
    const run = await opened.engine.startRun({ document: cross, path: null, anyway: true });
    run.cancel();
    expect(await run.finished).toBe('cancelled');
  });

  it('has nothing to say of what fits, and learns from the last run', async () => {
    const file = await writeRows('numbers.parquet', 10_000);
    const document = make([reader('a', file), filterRows('some', 'mod(id, 7) = 0')], [['a.table', 'some.table']]);
    const guessed = await check(document);
    expect(guessed.nodes['a']?.rows).toEqual({ low: 10_000, likely: 10_000, high: 10_000 });
    expect(guessed.nodes['some']).toMatchObject({ verdict: 'ok', why: '', spills: false });
    expect(guessed.nodes['some']?.rows?.low).toBe(0);
    await opened.run(document);
    await writeRows('numbers.parquet', 20_000);
    const learned = await check(document);
    expect(learned.nodes['some']?.rows?.likely).toBe(Math.round(20_000 * (1429 / 10_000)));
  });

  it('estimates a CSV by its size and its first lines', async () => {
    const file = path.join(opened.projectDir, 'long.csv');
    await writeFile(file, `a,b\n${'12,hello\n'.repeat(100_000)}`);
    const document = make([{ id: 'csv', type: 'data/csv-reader', params: { path: file } }], []);
    const rows = (await check(document)).nodes['csv']?.rows;
    expect(rows?.likely).toBeGreaterThan(95_000);
    expect(rows?.likely).toBeLessThan(105_000);
  });
});

describe('the disk budget', () => {
  const artifacts = async (): Promise<string[]> => {
    const root = path.join(opened.projectDir, 'artifacts');
    const folders = existsSync(root) ? await readdir(root) : [];
    return (await Promise.all(folders.filter((name) => name.length === 2).map((name) => readdir(path.join(root, name))))).flat();
  };
  const csv = async (name: string, rows: number): Promise<string> => {
    const file = path.join(opened.projectDir, name);
    await writeFile(file, `a,b\n${Array.from({ length: rows }, (_, i) => `${i},${Math.sin(i)}`).join('\n')}\n`);
    return file;
  };
  const csvReader = (id: string, file: string) => ({ id, type: 'data/csv-reader', params: { path: file } });

  it('is told of by pipeline and node, and freed on demand; a node then says why it has to run', async () => {
    const document = make([csvReader('one', await csv('one.csv', 2000)), { ...csvReader('two', await csv('two.csv', 4000)), title: 'Second' }], []);
    await opened.run(document);
    const report = await opened.engine.storage.report();
    expect(report.held.map(({ nodeTitle, results }) => [nodeTitle, results])).toEqual([['Second', 1], ['CSV Reader', 1]]);
    // The empty tables of refused rows are one file.
    const sum = report.held.reduce((all, { bytes }) => all + bytes, 0);
    expect(report.used).toBeLessThanOrEqual(sum);
    expect(report.used).toBeGreaterThan(sum - 2000);
    // What was written just now stays for a while; after a restart nothing is being looked at.
    expect((await opened.engine.storage.clean({ all: true })).results).toBe(0);
    opened = await opened.reopen();
    const { freed, results } = await opened.engine.storage.clean({ all: true });
    expect([freed, results]).toEqual([report.used, 2]);
    expect(await artifacts()).toEqual([]);
    const { freshness } = await opened.engine.configure(document);
    expect(freshness['two']).toMatchObject({ state: 'stale', reasons: [expect.stringMatching(/^its earlier result was removed to free disk \(.* kB, .* to make again\)$/)] });
    const again = await opened.run(document);
    expect(again.nodes['two']).toMatchObject({ status: 'succeeded', reason: expect.stringContaining('removed to free disk') as unknown });
  });

  it('never frees what a run uses or what is pinned, and is kept when the run has ended', async () => {
    const pinned = { ...csvReader('pinned', await csv('pinned.csv', 3000)), pinned: ['table'] };
    const base = make([csvReader('one', await csv('one.csv', 2000))], []);
    const document = { ...base, nodes: [...base.nodes, { ...pinned, version: base.nodes[0]?.version ?? 1 }] };
    await opened.run(document);
    opened = await opened.reopen();
    const release = opened.engine.storage.running(await artifacts());
    expect((await opened.engine.storage.clean({ all: true })).results).toBe(0);
    release();
    expect((await opened.engine.storage.clean({ all: true })).results).toBe(1);
    expect((await opened.engine.configure(document)).freshness).toMatchObject({ one: { state: 'stale' }, pinned: { state: 'fresh' } });
  });

  it('collects at the start what a crash left behind', async () => {
    const { id } = await opened.engine.store.artifacts.put('left behind', 'x').then((given) => ({ id: given }));
    expect(await artifacts()).toEqual([id]);
    opened = await opened.reopen();
    expect(await artifacts()).toEqual([]);
  });
});

describe('why a node is stale', () => {
  it('names the parameter, the file and the node above', async () => {
    const file = await writeRows('numbers.parquet', 100);
    const document = (limit: number) => make([reader('a', file), filterRows('some', `x > ${limit}`), groupBy('groups')], [['a.table', 'some.table'], ['some.table', 'groups.table']]);
    await opened.run(document(1));
    expect((await opened.engine.configure(document(2))).freshness).toMatchObject({ some: { reasons: ['`expression` “x > 1” → “x > 2”'] }, groups: { reasons: ['upstream *Filter Rows* changed'] } });
    await writeRows('numbers.parquet', 101);
    expect((await opened.engine.configure(document(1))).freshness['a']?.reasons).toEqual(['`numbers.parquet` changed on disk']);
  });
});
