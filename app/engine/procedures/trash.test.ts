import { createRouterClient } from '@orpc/server';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { localContext } from '#app/access/caller.ts';
import { createRouter } from '../router.ts';
import { openTestEngine, type TestEngine } from '../testing.ts';

let opened: TestEngine;
beforeAll(async () => {
  opened = await openTestEngine();
});
afterAll(() => opened.close());

it('what is deleted for good is in the audit log, one by one and all at once', async () => {
  const client = createRouterClient(createRouter(opened.engine), { context: localContext });
  const made = async (title: string): Promise<string> => (await client.pipeline.remove(await client.pipeline.create({ title }))).trashed;
  const first = await made('First');
  await made('Second');
  await made('Third');
  await client.trash.remove({ trashed: first });
  expect(await client.trash.empty()).toEqual({ removed: 2 });
  expect(await client.trash.list()).toEqual([]);
  const { audit } = opened.engine.store;
  expect(audit.list({ subject: `trash:${first}`, limit: 5 })).toMatchObject([{ action: 'pipeline.removed-for-good' }]);
  expect(audit.list({ subject: 'trash', limit: 5 })).toMatchObject([{ action: 'trash.emptied', details: { removed: 2 } }]);
});
