import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeFixtures, fixtureDocument, openTestEngine, type TestEngine } from '#app/engine/testing.ts';

describeFixtures(import.meta.url);

describe('maps of real data', () => {
  let opened: TestEngine;
  beforeAll(async () => {
    opened = await openTestEngine();
  });
  afterAll(async () => {
    await opened.close();
  });

  const mapped = async (dataset: string, params: Record<string, unknown>) => {
    const nodes = [
      { id: 'data', type: 'data/sample-datasets', params: { dataset } },
      { id: 'n', type: 'explore/umap-tsne', params },
    ];
    const document = fixtureDocument({ nodes, edges: [['data.table', 'n.table']] }, opened.engine.catalogue);
    const { nodes: ran } = await opened.run(document);
    expect(ran['n']?.status, JSON.stringify(ran['n']?.diagnostics)).toBe('succeeded');
    const value = await opened.value(document, 'n', 'report');
    const blocks = value.kind === 'report' ? value.report.blocks : [];
    const metrics = blocks.flatMap((block) => (block.type === 'metrics' ? block.metrics : []));
    return { metric: (name: string) => metrics.find((one) => one.name === name)?.value, table: await opened.table(document, 'n', 'table'), diagnostics: ran['n']?.diagnostics ?? [] };
  };

  it.each(['umap', 'tsne'])('%s of the breast cancer measurements can be trusted, and parts the diagnoses', async (method) => {
    const { metric, table } = await mapped('breast-cancer', { method });
    expect(metric('Trustworthiness')).toBeGreaterThan(0.9);
    expect(table.rows).toHaveLength(569);
    const label = table.schema.findIndex(({ type }) => type === 'string');
    const [x, y] = [table.schema.length - 2, table.schema.length - 1];
    const same = table.rows.filter((row) => {
      const others = table.rows.filter((other) => other !== row);
      const distance = (other: typeof row) => Math.hypot(Number(other[x]) - Number(row[x]), Number(other[y]) - Number(row[y]));
      const nearest = others.reduce((best, other) => (distance(other) < distance(best) ? other : best));
      return nearest[label] === row[label];
    });
    expect(same.length / 569).toBeGreaterThan(0.88);
  });

  it('samples bigger tables, says so, and keeps each row’s own values', async () => {
    const { table, diagnostics } = await mapped('seattle-weather', { rows: 300, iterations: 60 });
    expect(table.rows).toHaveLength(300);
    expect(diagnostics.find(({ code }) => code === 'sampled')?.message).toContain('300 of 1\u202f461');
    expect(new Set(table.rows.map((row) => JSON.stringify(row.slice(0, 3)))).size).toBeGreaterThan(290);
  });
});
