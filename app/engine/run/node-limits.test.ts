import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import { fixtureDocument, openTestEngine, type TestEngine } from '../testing.ts';

/** What one node may take of the machine; a breach fails that node alone and names the limit. */
describe('limits of a node', () => {
  let test: TestEngine;
  beforeAll(async () => {
    test = await openTestEngine();
  });
  afterAll(() => test.close());

  const values = { id: 'in', type: 'test/values', params: { columns: [{ name: 'x', type: 'integer' }], rows: [[1], [2], [3]] } };
  const withSql = (sql: string): PipelineDocument =>
    fixtureDocument(
      {
        nodes: [values, { id: 'own', type: 'transform/sql', params: { text: sql } }, { id: 'beside', type: 'transform/sort', params: { keys: [{ column: 'x' }] } }],
        edges: [['in.table', 'own.tables'], ['in.table', 'beside.table']],
      },
      test.engine.catalogue,
    );

  async function outcome(document: PipelineDocument): Promise<Record<string, string>> {
    const run = await test.run(document);
    return Object.fromEntries(Object.entries(run.nodes).map(([id, node]) => [id, node.diagnostics.find(({ severity }) => severity === 'error')?.code ?? node.status]));
  }

  const endless = 'with recursive r(n) as (select 1 union all select (n + 1) % 1000 from r) select count(*) as n from r';

  it('SQL without an end is stopped at the time limit of the project; its neighbours finish', async () => {
    await test.engine.limits.set({ nodeSeconds: 1 }, test.engine.database);
    const run = await test.run(withSql(endless));
    expect(run.nodes['own']).toMatchObject({ status: 'failed', reason: expect.stringContaining('longer than the limit of') as unknown });
    expect(run.nodes['own']?.diagnostics[0]).toMatchObject({ code: 'node-time-limit', place: { nodeId: 'own' } });
    expect(run.nodes['beside']?.status).toBe('succeeded');
    await test.engine.limits.set({ nodeSeconds: null }, test.engine.database);
    expect(test.engine.limits.now.nodeSeconds).toBeNull();
  });

  it('SQL without an end is stopped when the run is cancelled', async () => {
    const run = await test.engine.startRun({ document: withSql(endless), path: null });
    for await (const event of run.log.stream()) if (event.type === 'node' && event.node.nodeId === 'own' && event.node.status === 'running') break;
    test.engine.cancelRun(run.runId);
    expect(await run.finished).toBe('cancelled');
  });

  it('SQL that wants all memory fails at the memory limit of the project, which it names', async () => {
    await test.engine.limits.set({ memory: 150_000_000 }, test.engine.database);
    const run = await test.run(withSql("select list(repeat('x', 1000) || a.i || b.i) as all_of_it from range(20000) a(i), range(1000) b(i)"));
    expect(run.nodes['own']?.diagnostics[0]).toMatchObject({ code: 'out-of-memory', message: expect.stringMatching(/limit of 1\d\d/) as unknown });
    expect(run.nodes['beside']?.status).toBe('cached');
    await test.engine.limits.set({ memory: null }, test.engine.database);
    expect(await outcome(withSql('select sum(x) as s from t1'))).toEqual({ in: 'cached', own: 'succeeded', beside: 'cached' });
  });

  it('a regular expression that would never end elsewhere ends at once, since RE2 does not backtrack', async () => {
    const document = withSql(`select regexp_matches(repeat('a', 50000) || '!', '^(a+)+$') as found`);
    expect(await outcome(document)).toMatchObject({ own: 'succeeded' });
    expect((await test.table(document, 'own', 'table')).rows).toEqual([[false]]);
  });
});
