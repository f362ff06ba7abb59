import { rmSync, writeFileSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import { call, cast, col, lit, named } from '#app/relation/build.ts';
import { defineNode, type NodeDefinition, type RelationFn } from '#app/sdk/node.ts';
import type { EngineNodeType } from './catalogue.ts';
import { fixtureDocument, openTestEngine, type Fixture, type TestEngine } from './testing.ts';

const table = { name: 'table', title: 'Table', kind: 'table' } as const;
const look = { icon: '', help: '' };

function relational(type: string, relation: RelationFn<{ column: string; factor: number }>): EngineNodeType {
  const definition = defineNode({
    type,
    version: 1,
    title: type,
    summary: '',
    keywords: [],
    inputs: [{ ...table, arity: 'one' }],
    outputs: [table],
    params: z.object({ column: z.string().default('text'), factor: z.number().default(2) }),
  });
  return { ...look, definition: definition as NodeDefinition, relation: relation as RelationFn<unknown> };
}

const only = (inputs: Parameters<RelationFn<unknown>>[0]) => {
  const [relation] = inputs['table'] ?? [];
  if (relation === undefined) throw new Error('no input');
  return relation;
};

/** Fails while running when a text is no number. */
const toNumber = relational('test/to-number', (inputs, params) => ({ op: 'project', input: only(inputs), columns: [named('number', cast(col(params.column), 'integer'))] }));
const times = relational('test/times', (inputs, params) => ({ op: 'project', input: only(inputs), columns: [named('number', call('multiply', col('number'), lit(params.factor)))] }));
const sorted = relational('test/sorted', (inputs) => ({ op: 'sort', input: only(inputs), keys: [{ expr: col('number'), descending: true, nulls: 'last' }] }));

let runsOfTotal = 0;
const total: EngineNodeType = {
  ...look,
  definition: defineNode({
    type: 'test/total',
    version: 1,
    title: 'Total',
    summary: '',
    keywords: [],
    inputs: [{ ...table, arity: 'one' }],
    outputs: [{ name: 'evaluation', title: 'Total', kind: 'evaluation' }],
    params: z.object({ wait: z.boolean().default(false) }),
    configure: () => ({ outputs: { evaluation: { kind: 'evaluation' } } }),
  }) as NodeDefinition,
  executor: {
    async run(context) {
      runsOfTotal += 1;
      const [input] = context.inputs['table'] ?? [];
      if (input?.kind !== 'table') throw new Error('no input');
      if ((context.params as { wait: boolean }).wait) {
        await new Promise((_, reject) => context.signal.addEventListener('abort', () => reject(new Error('stopped'))));
      }
      const { rows } = await context.tables.rows(input.relation);
      rows.forEach((row, step) => context.metric('cell', Number(row[0]), step));
      const sum = rows.reduce((all, row) => all + Number(row[0]), 0);
      return { evaluation: { kind: 'evaluation', evaluation: { task: 'regression', target: 't', rows: rows.length, metrics: { sum }, report: { title: 'Total', blocks: [] } } } };
    },
  },
};

const fileReader: EngineNodeType = {
  ...look,
  definition: defineNode({
    type: 'test/file',
    version: 1,
    title: 'File',
    summary: '',
    keywords: [],
    inputs: [],
    outputs: [table],
    params: z.object({ path: z.string() }),
    configure: () => ({ outputs: { table: { kind: 'table', schema: [{ name: 'text', type: 'string' }] } } }),
  }) as NodeDefinition,
  executor: {
    async fingerprint(params, context) {
      const { path: file } = params as { path: string };
      const { size, mtimeMs } = await context.files.stat(context.resolvePath(file));
      return { [file]: `${size}:${mtimeMs}` };
    },
    async run(context) {
      return { table: await context.tables.fromColumns([{ name: 'text', type: 'string', values: ['1', '2'] }], 'file') };
    },
  },
};

const extra = [toNumber, times, sorted, total, fileReader];

const values = (...texts: string[]): Fixture['nodes'][number] => ({ id: 'values', type: 'test/values', params: { columns: [{ name: 'text', type: 'string' }], rows: texts.map((text) => [text]) } });
const node = (id: string, type: string, params: Record<string, unknown> = {}): Fixture['nodes'][number] => ({ id, type, params });

let opened: TestEngine;
beforeAll(async () => {
  opened = await openTestEngine({ extra });
});
afterAll(async () => {
  await opened.close();
});

let documents = 0;
function pipeline(nodes: Fixture['nodes'], edges: [string, string][]): PipelineDocument {
  documents += 1;
  return { ...fixtureDocument({ nodes, edges }, opened.engine.catalogue), id: `p${documents}` };
}

const chain = (...texts: string[]): PipelineDocument =>
  pipeline(
    [values(...texts), node('number', 'test/to-number'), node('times', 'test/times'), node('total', 'test/total')],
    [
      ['values.table', 'number.table'],
      ['number.table', 'times.table'],
      ['times.table', 'total.table'],
    ],
  );

function changed(document: PipelineDocument, id: string, params: Record<string, unknown>): PipelineDocument {
  return { ...document, nodes: document.nodes.map((one) => (one.id === id ? { ...one, params: { ...one.params, ...params } } : one)) };
}

describe('a run', () => {
  it('gives values, metrics and rows, and is remembered', async () => {
    const document = chain('1', '2', '3');
    const { runId, status, nodes } = await opened.run(document);
    expect(status).toBe('succeeded');
    expect(nodes['total']).toMatchObject({ status: 'succeeded', metrics: { sum: 12 } });
    expect(nodes['number']?.ports['table']?.rows).toBe(3);
    const detail = opened.engine.store.records.get(runId);
    expect(detail).toMatchObject({ status: 'succeeded', metrics: { 'Total · sum': 12 }, nodeCounts: { succeeded: 4 } });
    expect(detail?.series).toEqual([{ nodeId: 'total', name: 'cell', steps: [0, 1, 2], values: [2, 4, 6] }]);
  });

  it('reuses what did not change, also after a restart, and says why the rest ran', async () => {
    const document = chain('1', '5');
    await opened.run(document);
    const before = runsOfTotal;
    opened = await opened.reopen();
    const again = await opened.run(document);
    expect(Object.values(again.nodes).map((one) => one.status)).toEqual(['cached', 'cached', 'cached', 'cached']);
    expect(runsOfTotal).toBe(before);
    const edited = changed(document, 'times', { factor: 3 });
    expect((await opened.engine.configure(edited)).freshness).toMatchObject({
      number: { state: 'fresh' },
      times: { state: 'stale', reasons: ['`factor` 2 → 3'] },
      total: { state: 'stale', reasons: ['upstream *test/times* changed'] },
    });
    const third = await opened.run(edited);
    expect(third.nodes['number']?.status).toBe('cached');
    expect(third.nodes['times']?.reason).toContain('`factor` 2 → 3');
    expect(third.nodes['total']?.metrics).toEqual({ sum: 18 });
  });

  it('does not put titles and layout in the key', async () => {
    const document = chain('7');
    await opened.run(document);
    const moved = { ...document, nodes: document.nodes.map((one) => ({ ...one, title: 'New', comment: 'c' })), layout: { total: { x: 1, y: 2 } } };
    expect((await opened.run(moved)).nodes['total']?.status).toBe('cached');
  });

  it('runs a node again when its artifact is lost, and when its file changed', async () => {
    const file = path.join(opened.projectDir, 'orders.csv');
    writeFileSync(file, 'a');
    const document = pipeline([node('file', 'test/file', { path: 'orders.csv' }), node('number', 'test/to-number'), node('total', 'test/total')], [
      ['file.table', 'number.table'],
      ['number.table', 'total.table'],
    ]);
    await opened.run(document);
    writeFileSync(file, 'longer');
    expect((await opened.engine.configure(document)).freshness['file']).toEqual({ state: 'stale', reasons: ['`orders.csv` changed on disk'] });
    expect((await opened.run(document)).nodes['file']?.status).toBe('succeeded');
    for (const folder of await readdir(path.join(opened.projectDir, 'artifacts'))) rmSync(path.join(opened.projectDir, 'artifacts', folder), { recursive: true });
    const { nodes } = await opened.run(document);
    expect([nodes['file']?.status, nodes['total']?.status]).toEqual(['succeeded', 'cached']);
    rmSync(file);
    const gone = await opened.run(document);
    expect([gone.status, gone.nodes['file']?.status, gone.nodes['total']?.status]).toEqual(['failed', 'failed', 'skipped']);
    expect(gone.nodes['file']?.reason).toContain('orders.csv does not exist');
  });

  it('blames the fused node whose expression fails, skips what depends on it, and lets siblings go on', async () => {
    const document = pipeline(
      [values('1', 'x'), node('number', 'test/to-number'), node('times', 'test/times'), node('total', 'test/total'), values2(), node('other', 'test/to-number')],
      [
        ['values.table', 'number.table'],
        ['number.table', 'times.table'],
        ['times.table', 'total.table'],
        ['fine.table', 'other.table'],
      ],
    );
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const { status, nodes } = await opened.run(document);
      expect(status).toBe('failed');
      expect(Object.fromEntries(Object.values(nodes).map((one) => [one.nodeId, one.status]))).toMatchObject({
        values: attempt === 0 ? 'succeeded' : 'cached',
        number: 'failed',
        times: 'skipped',
        total: 'skipped',
        other: attempt === 0 ? 'succeeded' : 'cached',
      });
      expect(nodes['number']?.diagnostics[0]?.code).toBe('bad-value');
      expect(nodes['total']?.reason).toBe('Skipped because “test/to-number” failed.');
    }
  });

  it('writes no small table to disk for its readers, but a pinned one', async () => {
    const document = pipeline(
      [values('3', '9'), node('number', 'test/to-number'), node('sorted', 'test/sorted'), node('total', 'test/total'), { ...node('times', 'test/times') }],
      [
        ['values.table', 'number.table'],
        ['number.table', 'sorted.table'],
        ['sorted.table', 'total.table'],
        ['sorted.table', 'times.table'],
      ],
    );
    const pinned = { ...document, nodes: document.nodes.map((one) => (one.id === 'number' ? { ...one, pinned: ['table'] } : one)) };
    const { nodes } = await opened.run(document);
    expect(nodes['sorted']?.ports['table']).toMatchObject({ bytes: null, rows: 2, plan: expect.stringContaining('computing it again is cheaper than writing') as unknown });
    expect(nodes['number']?.ports['table']?.bytes).toBeNull();
    const second = await opened.run(pinned);
    expect(second.nodes['number']?.ports['table']?.bytes).toBeGreaterThan(0);
    expect(second.nodes['number']?.ports['table']).toMatchObject({ plan: 'kept: it is pinned', previousRows: 2, previousBytes: null });
    expect(await opened.table(document, 'times', 'table')).toMatchObject({ rows: [[18], [6]] });
  });

  it('passes a bypassed node’s input through', async () => {
    const document = chain('1', '2');
    const bypassed = { ...document, nodes: document.nodes.map((one) => (one.id === 'times' ? { ...one, bypassed: true } : one)) };
    const { nodes } = await opened.run(bypassed);
    expect(nodes['total']?.metrics).toEqual({ sum: 3 });
    expect((await opened.table(bypassed, 'times', 'table')).rows).toEqual([[1], [2]]);
  });

  it('stops when cancelled, and refuses a second run of the same pipeline meanwhile', async () => {
    const document = changed(chain('1'), 'total', { wait: true });
    const run = await opened.engine.startRun({ document, path: null });
    await expect(opened.engine.startRun({ document, path: null })).rejects.toMatchObject({ code: 'already-running' });
    for await (const event of run.log.stream()) {
      if (event.type === 'node' && event.node.nodeId === 'total' && event.node.status === 'running') opened.engine.cancelRun(run.runId);
    }
    expect(await run.finished).toBe('cancelled');
    expect(opened.engine.store.records.get(run.runId)?.nodes.find((one) => one.nodeId === 'total')?.status).toBe('cancelled');
    expect(opened.engine.activeRun(document.id)).toBeNull();
  });

  it('runs only what a target needs, and forgets results on demand', async () => {
    const document = chain('4');
    const { nodes } = await opened.run(document, ['times']);
    expect(Object.keys(nodes).sort()).toEqual(['number', 'times', 'values']);
    await expect(opened.run(document, ['nobody'])).rejects.toMatchObject({ code: 'unknown-node' });
    await opened.run(document);
    const run = await opened.engine.startRun({ document, path: null, force: ['total'] });
    await run.finished;
    expect(opened.engine.store.records.get(run.runId)?.nodes.find((one) => one.nodeId === 'total')?.status).toBe('succeeded');
  });

  it('keeps unknown types and odd names from spoiling the rest', async () => {
    const document = chain('6');
    const odd = {
      ...document,
      nodes: [...document.nodes, { id: '__proto__', type: 'no/such-type', version: 1, params: {} }],
      edges: [...document.edges, { id: 'odd', from: { node: 'values', port: 'table' }, to: { node: '__proto__', port: 'constructor' } }],
    };
    const { status, nodes } = await opened.run(odd);
    expect(status).toBe('failed');
    expect(nodes['total']?.status).toBe('succeeded');
    expect((await opened.engine.configure(odd)).diagnostics.map((one) => one.code)).toContain('unknown-node-type');
  });

  it('refuses a circle naming it', async () => {
    const document = pipeline([node('a', 'test/times'), node('b', 'test/times')], [
      ['a.table', 'b.table'],
      ['b.table', 'a.table'],
    ]);
    await expect(opened.run(document)).rejects.toMatchObject({ code: 'cycle' });
  });
});

describe('looking at ports', () => {
  it('works before a run, with filter, and names what has to run first', async () => {
    const document = chain('1', '2', '30');
    const signal = new AbortController().signal;
    const table = await opened.engine.data.table({ document, nodeId: 'times', port: 'table', filter: 'number > 2' }, signal);
    expect((await opened.engine.database.rows(table.relation)).rows).toEqual([[4], [60]]);
    await expect(opened.engine.data.table({ document, nodeId: 'times', port: 'table', filter: 'number + 1' }, signal)).rejects.toMatchObject({ code: 'filter-type' });
    await expect(opened.value(document, 'total', 'evaluation')).rejects.toMatchObject({ code: 'not-run' });
    expect(await opened.engine.data.valueOrNull({ document, nodeId: 'total', port: 'evaluation' }, signal)).toBeNull();
    expect(await opened.engine.data.lineage({ document, nodeId: 'times', port: 'table' }, signal)).toMatchObject([{ column: 'number', from: [{ column: 'text' }] }]);
  });

  it('reads a file on demand and keeps what it read for the run', async () => {
    writeFileSync(path.join(opened.projectDir, 'seen.csv'), 'a');
    const document = pipeline([node('file', 'test/file', { path: 'seen.csv' }), node('number', 'test/to-number')], [['file.table', 'number.table']]);
    expect((await opened.table(document, 'number', 'table')).rows).toEqual([[1], [2]]);
    expect((await opened.run(document)).nodes['file']?.status).toBe('cached');
  });

  it('checks expressions without throwing', async () => {
    const schema = [{ name: 'age', type: 'integer' as const }];
    expect(await opened.engine.data.checkExpression('age + 1', schema)).toMatchObject({ type: 'integer', diagnostics: [] });
    expect((await opened.engine.data.checkExpression('aeg + 1', schema)).diagnostics).toHaveLength(1);
    expect((await opened.engine.data.checkExpression('age +', schema)).diagnostics).toHaveLength(1);
  });

  it('places a syntax error at the param and the characters', async () => {
    const read = { id: 'values', type: 'test/values', params: { columns: [{ name: 'x', type: 'float' }], rows: [[1]] } };
    const columns = [
      { name: 'a', expression: 'x + 1' },
      { name: 'b', expression: 'x + )' },
    ];
    const nodes = [read, node('formula', 'transform/formula', { columns }), node('filter', 'transform/filter-rows', { expression: '(x > ]' })];
    const { configurations } = await opened.engine.configure(
      pipeline(nodes, [
        ['values.table', 'formula.table'],
        ['values.table', 'filter.table'],
      ]),
    );
    expect(configurations['formula']?.diagnostics).toMatchObject([{ code: 'syntax', place: { nodeId: 'formula', param: ['columns', 1, 'expression'], span: { start: 4, end: 5 } } }]);
    expect(configurations['filter']?.diagnostics).toMatchObject([{ code: 'syntax', place: { nodeId: 'filter', param: ['expression'], span: { start: 5, end: 6 } } }]);
  });
});

it('is read-only for a second opener, who may look but not run', async () => {
  const document = chain('1');
  const second = await openTestEngine({ projectDir: opened.projectDir, extra });
  try {
    expect(second.engine.readOnly).toBe(true);
    expect((await second.table(document, 'times', 'table')).rows).toEqual([[2]]);
    await expect(second.run(document)).rejects.toMatchObject({ code: 'read-only' });
  } finally {
    await second.engine.close();
  }
  expect((await stat(path.join(opened.projectDir, 'penstock.db'))).size).toBeGreaterThan(0);
});

function values2(): Fixture['nodes'][number] {
  return { ...values('8'), id: 'fine' };
}
