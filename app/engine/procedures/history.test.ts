import { createRouterClient } from '@orpc/server';
import { localContext } from '#app/access/caller.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { History } from '#app/pipeline/history.ts';
import { documentHash } from '#app/pipeline/journal.ts';
import { createRouter } from '../router.ts';
import { openTestEngine, type TestEngine } from '../testing.ts';

let opened: TestEngine;
beforeAll(async () => {
  opened = await openTestEngine();
});
afterAll(() => opened.close());

const values = (rows: number[]) => ({ id: 'v', type: 'test/values', version: 1, params: { columns: [{ name: 'n', type: 'integer' }], rows: rows.map((n) => [n]) } });
const filter = (expression: string) => ({ id: 'keep', type: 'transform/filter-rows', version: 1, params: { expression } });
const edge = { id: 'e', from: { node: 'v', port: 'table' }, to: { node: 'keep', port: 'table' } };

describe('the history over the protocol', () => {
  it('lists edits and runs, gives versions, names them, and compares runs', async () => {
    const client = createRouterClient(createRouter(opened.engine), { context: localContext });
    const { path } = await client.pipeline.create({ title: 'Told' });
    const { document } = await client.pipeline.open({ path });
    const history = new History(document);
    const save = async (): Promise<void> => {
      const unsaved = history.unsaved();
      if (unsaved === null) return;
      await client.pipeline.append({ path, document: history.document, base: unsaved.base, entries: [...unsaved.entries], position: unsaved.position });
      history.markSaved(unsaved);
    };
    const runIt = async (): Promise<string> => (await opened.run(history.document)).runId;
    history.apply({ type: 'add', nodes: [values([1, 2, 3, 4]), filter('n > 1')], edges: [edge] });
    await save();
    const first = await runIt();
    history.apply({ type: 'set-params', nodeId: 'keep', params: { expression: 'n > 2' } });
    await save();
    const second = await runIt();

    const { moments, runs } = await client.history.timeline({ path, pipelineId: document.id });
    expect(moments.map(({ words }) => words[0])).toEqual(['Created “Told”', 'Added Values', 'Changed “Condition” of Filter Rows from “n > 1” to “n > 2”']);
    expect(runs.map(({ runId, status, nodes }) => [runId, status, nodes])).toEqual([[first, 'succeeded', 2], [second, 'succeeded', 2]]);
    const [, added, changed] = moments;
    if (added === undefined || changed === undefined) throw new Error('the edits are not in the timeline');
    const version = await client.history.version({ path, id: added.id });
    expect(documentHash(version.document)).toBe(added.document);
    await client.history.name({ path, id: added.id, name: 'First try' });
    expect((await client.history.timeline({ path, pipelineId: document.id })).moments.map(({ name }) => name)).toEqual([null, 'First try', null]);

    const difference = await client.history.compareRuns({ before: first, after: second });
    expect(difference).toMatchObject({ from: 'keep', verdict: 'The results differ from “Filter Rows” on: it kept 2 rows instead of 3 because its “Condition” changed.' });
    await expect(client.history.version({ path, id: 'nowhere' })).rejects.toMatchObject({ data: { code: 'version-missing' } });
    await expect(client.history.compareRuns({ before: first, after: 'nowhere' })).rejects.toMatchObject({ data: { code: 'unknown-run' } });
  });

  it('refuses a save that was made on another version', async () => {
    const client = createRouterClient(createRouter(opened.engine), { context: localContext });
    const { path } = await client.pipeline.create({ title: 'Shared' });
    const { document } = await client.pipeline.open({ path });
    const renamed = { ...document, title: 'Mine' };
    const entry = { label: 'Rename pipeline', at: 0, command: { type: 'set-document', title: 'Mine' }, inverse: { type: 'set-document', title: 'Shared' } };
    const request = { path, document: renamed, base: 0, entries: [entry], position: 1 };
    await expect(client.pipeline.append({ ...request, after: ['another'] })).rejects.toMatchObject({ data: { code: 'edited-elsewhere' } });
    await client.pipeline.append({ ...request, after: ['another', documentHash(document)] });
    expect((await client.pipeline.open({ path })).document.title).toBe('Mine');
  });
});
