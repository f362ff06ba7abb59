import path from 'node:path';
import { createRouterClient } from '@orpc/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localCaller } from '#app/access/caller.ts';
import { StoreDatabase } from '#app/store/database.ts';
import { doctor } from '../doctor.ts';
import { createRouter } from '../router.ts';
import { fixtureDocument, openTestEngine, type TestEngine } from '../testing.ts';

describe('a run whose record in the database is damaged', () => {
  let opened: TestEngine;
  beforeAll(async () => {
    opened = await openTestEngine();
  });
  afterAll(() => opened.close());

  const document = () => fixtureDocument({ nodes: [{ id: 'values', type: 'test/values', params: { columns: [{ name: 'n', type: 'integer' }], rows: [[1]] } }], edges: [] }, opened.engine.catalogue);
  const run = async (): Promise<string> => {
    const { runId, finished } = await opened.engine.startRun({ document: document(), path: null });
    expect(await finished).toBe('succeeded');
    return runId;
  };
  const damage = (sql: string, runId: string): void => {
    const raw = new StoreDatabase(path.join(opened.projectDir, 'penstock.db'), { readOnly: false });
    raw.run('pragma ignore_check_constraints = 1');
    raw.run(sql, runId);
    raw.close();
  };
  const listed = () => createRouterClient(createRouter(opened.engine), { context: { caller: () => localCaller } }).run.list({ limit: 10 });

  it('is a line of the list that says what is wrong and what to do; the others are as they were, and more can be run', async () => {
    const whole = await run();
    const badNode = await run();
    const badRun = await run();
    damage("update node_runs set ports = '{\"table\": {' where run_id = ?", badNode);
    damage("update runs set status = 'sucbeeded' where run_id = ?", badRun);
    const [first, second, third] = await listed();
    expect(first).toMatchObject({ runId: badRun, title: document().title, damaged: { code: 'record-damaged', message: expect.stringContaining(`run ${badRun}, status`) as unknown, remedy: expect.stringContaining('penstock storage --restore') as unknown } });
    expect(second).toMatchObject({ runId: badNode, status: 'succeeded', nodeCounts: {}, damaged: { code: 'record-damaged', message: expect.stringContaining(`node “values” of run ${badNode}, ports: it is not JSON`) as unknown } });
    expect(third).toMatchObject({ runId: whole, status: 'succeeded', nodeCounts: { succeeded: 1 } });
    expect(third?.damaged).toBeUndefined();
    expect((await doctor(opened.engine)).find(({ name }) => name.startsWith('Store'))).toMatchObject({ status: 'warning', detail: expect.stringContaining('damaged') as unknown });

    const after = await run();
    expect((await listed()).map(({ runId, damaged }) => [runId, damaged?.code])).toEqual([[after, undefined], [badRun, 'record-damaged'], [badNode, 'record-damaged'], [whole, undefined]]);
  });
});
