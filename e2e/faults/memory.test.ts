import { afterAll, beforeAll, expect, it } from 'vitest';
import { fixtureDocument, openTestEngine, type TestEngine } from '#app/engine/testing.ts';
import { count, rounds } from './counts.ts';

let test: TestEngine;
beforeAll(async () => {
  process.env['PENSTOCK_MEMORY_LIMIT'] = '100MB';
  test = await openTestEngine();
  delete process.env['PENSTOCK_MEMORY_LIMIT'];
});
afterAll(() => test.close());

it('a node that needs more memory than it may have fails naming the limit; its siblings and the engine go on', { timeout: 600_000 }, async () => {
  const times = rounds(1, 5);
  for (let time = 0; time < times; time++) {
    const document = fixtureDocument(
      {
        nodes: [
          { id: 'rows', type: 'data/synthetic-data', params: { rows: 1000, seed: time, preset: 'regression', features: 3, informative: 2, noise: 1 } },
          // One list of thirty million numbers cannot be moved to the disk in parts.
          { id: 'query', type: 'transform/sql', params: { text: 'select length(list(i + y)) as n from t1, range(30000) r(i)' } },
          { id: 'script', type: 'transform/script', params: { code: 'const all = []; for (;;) all.push(new Uint8Array(16e6).fill(1));', megabytes: 256, seconds: 100, columns: [{ name: 'x', type: 'integer' }] } },
          { id: 'sibling', type: 'train/linear-regression', params: { target: 'y' } },
          { id: 'after', type: 'transform/filter-rows', params: { expression: 'n > 0' } },
        ],
        edges: [['rows.table', 'query.tables'], ['rows.table', 'script.table'], ['rows.table', 'sibling.table'], ['query.table', 'after.table']],
      },
      test.engine.catalogue,
    );
    const { status, nodes } = await test.run(document);
    expect(status).toBe('failed');
    const told = (id: string): string => (nodes[id]?.diagnostics ?? []).map(({ code, message }) => `${code}: ${message}`).join('\n');
    expect(nodes['script']?.status, told('script')).toBe('failed');
    expect(told('script')).toMatch(/^script-memory: .*256 MB/m);
    expect(nodes['query']?.status, told('query')).toBe('failed');
    expect(told('query')).toMatch(/^out-of-memory: .*limit of 9[45]\.\d MiB/m);
    expect(nodes['sibling']?.status, told('sibling')).toBe('succeeded');
    // The engine still answers, and computes.
    expect((await test.run(fixtureDocument({ nodes: [{ id: 'rows', type: 'data/synthetic-data', params: { rows: 50, seed: time, preset: 'moons' } }], edges: [] }, test.engine.catalogue))).status).toBe('succeeded');
  }
  count('memory', `out of memory: ${times * 2} of ${times * 2} nodes failed naming their limit, ${times} of ${times} siblings succeeded, the engine went on`);
});
