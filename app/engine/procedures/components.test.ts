import { createRouterClient } from '@orpc/server';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { localContext } from '#app/access/caller.ts';
import type { PipelineNode } from '#app/pipeline/document.ts';
import { subflowType } from '#app/pipeline/subflow/index.ts';
import { createRouter } from '../router.ts';
import { openTestEngine, type TestEngine } from '../testing.ts';

let opened: TestEngine;
beforeAll(async () => {
  opened = await openTestEngine();
});
afterAll(() => opened.close());

const node: PipelineNode = { id: 'sub', type: subflowType, version: 1, params: {}, content: { nodes: [], edges: [], notes: [], groups: [], layout: {}, exposed: [] } };

it('what becomes of a component is in the audit log', async () => {
  const client = createRouterClient(createRouter(opened.engine), { context: localContext });
  const { id } = await client.components.create({ title: 'Take some', node, note: '' });
  await client.components.publish({ id, base: 1, node, note: 'Again' });
  await client.components.rename({ id, title: 'Take a few' });
  const { trashed } = await client.components.remove({ id });
  await client.trash.restore({ trashed });
  const { audit } = opened.engine.store;
  const told = audit.list({ subject: `component:${id}`, limit: 9 }).map(({ action, details }) => ({ action, details }));
  expect(told.toReversed()).toEqual([
    { action: 'component.created', details: { title: 'Take some', version: 1 } },
    { action: 'component.published', details: { title: 'Take some', version: 2 } },
    { action: 'component.renamed', details: { title: 'Take a few', version: 2 } },
    { action: 'component.removed', details: { trashed } },
    { action: 'component.restored', details: { trashed } },
  ]);
});
