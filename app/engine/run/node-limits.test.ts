import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NodeLimits, PipelineDocument } from '#app/pipeline/document.ts';
import { loadCatalogue } from '../catalogue.ts';
import { Company } from './company.ts';
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

  const limited = (document: PipelineDocument, id: string, limits: NodeLimits): PipelineDocument => ({ ...document, nodes: document.nodes.map((node) => (node.id === id ? { ...node, limits } : node)) });

  it('a node with a time of its own is stopped at it, whatever the project allows', async () => {
    const run = await test.run(limited(withSql(endless), 'own', { seconds: 1 }));
    expect(run.nodes['own']?.diagnostics[0]).toMatchObject({ code: 'node-time-limit', message: expect.stringMatching(/ran longer than its limit of 1(\.0)? s/) as unknown, remedy: expect.stringContaining('among its parameters') as unknown, place: { nodeId: 'own' } });
    expect(run.nodes['beside']?.status).toBe('cached');
  });

  it('a query fails at the memory of its own node, where the project would allow it', async () => {
    const query = withSql("select length(list(i + x)) as n from t1, range(5000000) r(i)");
    const run = await test.run(limited(query, 'own', { megabytes: 100 }));
    expect(run.nodes['own']?.diagnostics[0]).toMatchObject({ code: 'node-memory-limit', message: expect.stringContaining('needed more memory than its limit of 100.0 MB') as unknown, place: { nodeId: 'own' } });
    expect(await outcome(query)).toMatchObject({ own: 'succeeded' });
  });

  const clustering = fixtureDocument(
    {
      nodes: [
        { id: 'rows', type: 'data/synthetic-data', params: { rows: 7_000, seed: 1, preset: 'blobs', features: 3 } },
        { id: 'own', type: 'train/hierarchical-clustering', params: {} },
        { id: 'beside', type: 'train/k-means', params: { clusters: 3 } },
      ],
      edges: [['rows.table', 'own.table'], ['rows.table', 'beside.table']],
    },
    loadCatalogue(),
  );

  it('a training that takes more memory than its node may is stopped; its neighbours and the engine go on', async () => {
    const run = await test.run(limited(clustering, 'own', { megabytes: 100 }));
    expect(run.nodes['own']?.diagnostics[0], JSON.stringify(run.nodes['own'])).toMatchObject({ code: 'node-memory-limit', message: expect.stringContaining('needed more memory than its limit of 100.0 MB') as unknown, place: { nodeId: 'own' } });
    expect(run.nodes['beside']?.status, JSON.stringify(run.nodes['beside'])).toBe('succeeded');
    expect(await outcome(withSql('select max(x) as m from t1'))).toMatchObject({ own: 'succeeded' });
  });

  it('the limit that the project sets for a node holds where the node has none', async () => {
    await test.engine.limits.set({ nodeMegabytes: 100 }, test.engine.database);
    const run = await test.run(clustering);
    expect(run.nodes['own']?.diagnostics[0], JSON.stringify(run.nodes['own'])).toMatchObject({ code: 'node-memory-limit', message: expect.stringContaining('that this project sets for a node') as unknown });
    await test.engine.limits.set({ nodeMegabytes: null }, test.engine.database);
  });
});

describe('nodes that work side by side', () => {
  const never = new AbortController().signal;
  const gate = (): { open: () => void; shut: Promise<void> } => {
    let open = (): void => undefined;
    const shut = new Promise<void>((resolve) => (open = resolve));
    return { open, shut };
  };

  it('one that must be alone waits for the others and holds up none that comes meanwhile; what it starts itself does not wait', async () => {
    const company = new Company();
    const order: string[] = [];
    const first = gate();
    const second = gate();
    const works = [
      company.beside(never, () => first.shut.then(() => void order.push('first'))),
      company.alone(never, async () => {
        order.push('alone begins');
        await company.beside(never, async () => void order.push('its own'));
        order.push('alone ends');
      }),
      company.beside(never, () => second.shut.then(() => void order.push('second'))),
    ];
    second.open();
    await works[2];
    first.open();
    await Promise.all(works);
    expect(order).toEqual(['second', 'first', 'alone begins', 'its own', 'alone ends']);
  });

  it('who waits hears of a cancel', async () => {
    const company = new Company();
    const other = gate();
    const busy = company.beside(never, () => other.shut);
    const cancel = new AbortController();
    const waiting = company.alone(cancel.signal, () => Promise.resolve());
    cancel.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    other.open();
    await busy;
    await company.alone(never, () => Promise.resolve());
  });
});
