import { describe, expect, it } from 'vitest';
import { describeFixtures, fixtureDocument, openTestEngine } from '#app/engine/testing.ts';
import { definition } from './node.ts';

describeFixtures(import.meta.url);

describe('a table bigger than the number of points', () => {
  it('is sampled to about that many, the same ones each time, and says so', async () => {
    const opened = await openTestEngine();
    try {
      const params = { x: 'temp_min', y: 'temp_max', points: 300 };
      const nodes = [
        { id: 'data', type: 'data/sample-datasets', params: { dataset: 'seattle-weather' } },
        { id: 'n', type: 'explore/scatter-plot', params },
      ];
      const document = fixtureDocument({ nodes, edges: [['data.table', 'n.table']] }, opened.engine.catalogue);
      await opened.run(document);
      const value = await opened.value(document, 'n', 'report');
      const block = value.kind === 'report' ? value.report.blocks[0] : undefined;
      if (block?.type !== 'chart') throw new Error('no chart');
      const shown = block.chart.series[0]?.x.length ?? 0;
      expect(shown).toBeGreaterThan(200);
      expect(shown).toBeLessThanOrEqual(300);
      expect(block.chart.note).toBe(`${shown} of 1\u202f461 rows, sampled by a hash of the row.`);
    } finally {
      await opened.close();
    }
  });
});

describe('the first proposal', () => {
  it('takes measurements for the axes and a category for the colour', () => {
    const schema = [
      { name: 'year', type: 'integer' },
      { name: 'length', type: 'float' },
      { name: 'species', type: 'string' },
      { name: 'depth', type: 'float' },
    ] as const;
    const context = { inputs: { table: [{ kind: 'table' as const, schema }] }, params: definition.params.parse({}), facts: null };
    expect(definition.suggest?.(context)).toEqual({ x: 'length', y: 'depth', colour: 'species' });
  });
});
