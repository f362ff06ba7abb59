import { describe, expect, it } from 'vitest';
import { describeFixtures, fixtureDocument, openTestEngine } from '#app/engine/testing.ts';
import { definition } from './node.ts';

describeFixtures(import.meta.url);

describe('a table bigger than the number of points', () => {
  const drawn = async (params: Record<string, unknown>) => {
    const opened = await openTestEngine();
    try {
      const nodes = [
        { id: 'data', type: 'data/sample-datasets', params: { dataset: 'seattle-weather' } },
        { id: 'n', type: 'explore/scatter-plot', params: { x: 'temp_min', y: 'temp_max', points: 300, ...params } },
      ];
      const document = fixtureDocument({ nodes, edges: [['data.table', 'n.table']] }, opened.engine.catalogue);
      await opened.run(document);
      const value = await opened.value(document, 'n', 'report');
      const block = value.kind === 'report' ? value.report.blocks[0] : undefined;
      if (block?.type !== 'chart') throw new Error('no chart');
      return block;
    } finally {
      await opened.close();
    }
  };

  it('is sampled to that many where there are groups, the same ones each time, and says how far to trust it', async () => {
    const [one, other] = [await drawn({ colour: 'weather' }), await drawn({ colour: 'weather' })];
    expect(one.chart.series.reduce((sum, series) => sum + series.x.length, 0)).toBe(300);
    expect(other.chart).toEqual(one.chart);
    expect(one.chart.note).toBe('1\u202f461 rows. A random sample of 300 rows is drawn; a share read off it is right to ± 5.7 %.');
    // A random sample: each weather has about its share of the points.
    const drizzle = one.chart.series.find(({ name }) => name === 'rain')?.x.length ?? 0;
    expect(Math.abs(drizzle / 300 - 641 / 1461)).toBeLessThan(0.1);
  });

  it('counts every row otherwise, and keeps what it asked for', async () => {
    const { chart, query, input } = await drawn({});
    expect(chart.series[0]?.z?.flat().reduce<number>((sum, count) => sum + (count ?? 0), 0)).toBe(1461);
    expect([query?.kind, input]).toEqual(['scatter', 'table']);
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
