import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createRouterClient } from '@orpc/server';
import { localContext } from '#app/access/caller.ts';
import { tableFromIPC } from 'apache-arrow';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { headFrom } from '#app/data/csv/head.ts';
import { createRouter } from '../router.ts';
import { fixtureDocument, openTestEngine, type TestEngine } from '../testing.ts';

let test: TestEngine;
let count = 0;
beforeAll(async () => {
  test = await openTestEngine();
  const filler = 'x'.repeat(200);
  count = Math.ceil(headFrom / 200) + 2000;
  await writeFile(path.join(test.projectDir, 'big.csv'), `n,g,pad\n${Array.from({ length: count }, (_, i) => `${i},${i % 7},${filler}`).join('\n')}\n`);
});
afterAll(() => test.close());

const nodes = [
  { id: 'read', type: 'data/csv-reader', params: { path: 'big.csv' } },
  { id: 'some', type: 'transform/filter-rows', params: { expression: 'g = 3' } },
  { id: 'few', type: 'transform/filter-rows', params: { expression: 'n % 100 = 0' } },
  { id: 'sums', type: 'transform/group-by', params: { keys: ['g'], measures: [{ fn: 'count', column: null, name: 'rows' }] } },
];
const edges: [string, string][] = [['read.table', 'some.table'], ['read.table', 'few.table'], ['read.table', 'sums.table']];

it('a big file that was never read is looked at by its first rows, until something else is asked of it', async () => {
  const document = fixtureDocument({ nodes, edges }, test.engine.catalogue);
  const client = createRouterClient(createRouter(test.engine), { context: localContext });
  const read = { document, nodeId: 'read', port: 'table' };
  const numbers = async (request: Parameters<typeof client.data.page>[0]): Promise<number[]> => {
    const answer = await client.data.page(request);
    return tableFromIPC(new Uint8Array(await answer.arrow.arrayBuffer())).toArray().map((row: unknown) => Number((row as { readonly n: unknown }).n));
  };
  const stored = () => test.engine.cache.latest(document.id, 'read');

  expect(await numbers({ ...read, offset: 200, limit: 200, glimpse: true })).toEqual(Array.from({ length: 200 }, (_, i) => 200 + i));
  expect(await client.data.count({ ...read, glimpse: true })).toEqual({ rows: 1000, atLeast: true });
  expect(await client.data.profile({ ...read, glimpse: true })).toMatchObject({ columns: [] });
  // Row by row behind it, where the first rows leave nothing to show, and where they do not tell.
  expect(stored()).toBeNull();
  expect(await test.engine.data.head({ document, nodeId: 'sums', port: 'table', filter: '' }, new AbortController().signal)).toBeNull();
  expect(await test.engine.data.head({ document, nodeId: 'few', port: 'table', filter: '' }, new AbortController().signal)).toBeNull();
  expect(stored()).toBeNull();

  // Rows further on, and a count that is not of the first rows, read the file; from then on every answer is of the whole.
  expect(await client.data.count(read)).toEqual({ rows: count });
  expect(stored()).not.toBeNull();
  expect(await client.data.count({ ...read, glimpse: true })).toEqual({ rows: count });
  expect(await numbers({ ...read, offset: count - 2, limit: 200, glimpse: true })).toEqual([count - 2, count - 1]);
  expect((await client.data.profile({ ...read, glimpse: true })).rows).toBe(count);
});

it('is looked at through filters as long as they leave enough rows', async () => {
  const document = fixtureDocument({ nodes: nodes.map((node) => (node.id === 'read' ? { ...node, params: { path: 'big.csv', types: [{ column: 'g', type: 'float' }] } } : node)), edges }, test.engine.catalogue);
  const glimpse = (filter: string) => {
    const changed = { ...document, nodes: document.nodes.map((node) => (node.id === 'some' ? { ...node, params: { ...(node.params as object), expression: filter } } : node)) };
    return test.engine.data.head({ document: changed, nodeId: 'some', port: 'table', filter: '' }, new AbortController().signal);
  };
  expect((await glimpse('g < 2'))?.rows).toBe(286);
  expect(await glimpse('g = 3')).toBeNull();
});
