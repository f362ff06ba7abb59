import { afterAll, beforeAll, expect, it } from 'vitest';
import { createRouterClient } from '@orpc/server';
import { localContext } from '#app/access/caller.ts';
import { createRouter } from '../router.ts';
import { fixtureDocument, openTestEngine, type TestEngine } from '../testing.ts';

let opened: TestEngine;
beforeAll(async () => {
  opened = await openTestEngine();
});
afterAll(async () => {
  await opened.close();
});

const rows = [['Oslo', 1], ['Bergen', 2], ['Oslo', 2], [null, 3], ['Tromsø', 2], ['oslo', null]];

it('lists the values of a column with their counts, searched and limited', async () => {
  const document = fixtureDocument(
    { nodes: [{ id: 'data', type: 'test/values', params: { columns: [{ name: 'city', type: 'string' }, { name: 'n', type: 'integer' }], rows } }], edges: [] },
    opened.engine.catalogue,
  );
  const client = createRouterClient(createRouter(opened.engine), { context: localContext });
  const ask = (more: object) => client.values.list({ document, nodeId: 'data', port: 'table', column: 'city', ...more });
  expect(await ask({})).toEqual({ values: [{ value: 'Oslo', count: 2 }, { value: 'Bergen', count: 1 }, { value: 'Tromsø', count: 1 }, { value: 'oslo', count: 1 }], distinct: 4 });
  expect(await ask({ search: 'OSL' })).toEqual({ values: [{ value: 'Oslo', count: 2 }, { value: 'oslo', count: 1 }], distinct: 2 });
  expect(await ask({ limit: 1 })).toEqual({ values: [{ value: 'Oslo', count: 2 }], distinct: 4 });
  expect(await ask({ column: 'n' })).toEqual({ values: [{ value: '2', count: 3 }, { value: '1', count: 1 }, { value: '3', count: 1 }], distinct: 3 });
  await expect(ask({ column: 'town' })).rejects.toThrow(/town/);
});
