import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeFixtures, fixtureDocument, openTestEngine, type TestEngine } from '#app/engine/testing.ts';
import type { ChartSpec } from '#app/sdk/ports.ts';

describeFixtures(import.meta.url);

describe('partial dependence of a linear model', () => {
  let opened: TestEngine;
  beforeAll(async () => {
    opened = await openTestEngine();
  });
  afterAll(async () => {
    await opened.close();
  });

  async function run(params: Record<string, unknown>) {
    const nodes = [
      { id: 'data', type: 'data/sample-datasets', params: { dataset: 'cars' } },
      { id: 'fit', type: 'train/linear-regression', params: { target: 'mpg', features: ['weight', 'horsepower', 'origin'] } },
      { id: 'n', type: 'evaluate/partial-dependence', params },
    ];
    const document = fixtureDocument({ nodes, edges: [['data.table', 'fit.table'], ['fit.model', 'n.model'], ['data.table', 'n.table']] }, opened.engine.catalogue);
    const { nodes: ran } = await opened.run(document);
    const report = await opened.value(document, 'n', 'report');
    const charts = report.kind === 'report' ? report.report.blocks.flatMap((block): ChartSpec[] => (block.type === 'chart' ? [block.chart] : [])) : [];
    return { state: ran['n'], table: (await opened.table(document, 'n', 'table')).rows, charts };
  }

  it('is a straight line, with parallel lines of single rows and parts that add up', async () => {
    const { state, table, charts } = await run({ columns: ['weight', 'origin'], across: 'weight', up: 'origin', lines: 7 });
    expect(state?.diagnostics).toEqual([]);
    const weight = table.filter((row) => row[0] === 'weight').map((row) => [Number(row[2]), Number(row[4])]);
    expect(weight).toHaveLength(20);
    const slope = (i: number): number => ((weight[i]?.[1] ?? 0) - (weight[i - 1]?.[1] ?? 0)) / ((weight[i]?.[0] ?? 0) - (weight[i - 1]?.[0] ?? 0));
    for (let i = 2; i < weight.length; i += 1) expect(slope(i)).toBeCloseTo(slope(1), 6);
    expect(slope(1)).toBeLessThan(0);
    expect(table.filter((row) => row[0] === 'origin').map((row) => row[1])).toEqual(['USA', 'Japan', 'Europe']);
    expect(table.filter((row) => row[0] === 'weight').reduce((sum, row) => sum + Number(row[7]), 0)).toBeCloseTo(1, 9);

    const lines = charts.find(({ title }) => title === 'weight')?.series.find(({ name }) => name === 'single rows');
    expect(lines?.x).toHaveLength(7 * 21);
    const at = (line: number, place: number): number => Number(lines?.y[line * 21 + place]);
    for (let line = 1; line < 7; line += 1) expect(at(line, 19) - at(line, 0)).toBeCloseTo(at(0, 19) - at(0, 0), 4);

    const map = charts.find(({ title }) => title === 'weight and origin')?.series[0];
    const z = map?.z ?? [];
    expect(z).toHaveLength(3);
    const gap = (up: number, across: number): number => Number(z[up]?.[across]) - Number(z[0]?.[across]);
    const filled = z[0]?.flatMap((value, across) => (value !== null && z[1]?.[across] != null ? [across] : [])) ?? [];
    expect(filled.length).toBeGreaterThan(3);
    for (const across of filled) expect(gap(1, across)).toBeCloseTo(gap(1, filled[0] ?? 0), 4);
  });

  it('begins at 0 where it is centred', async () => {
    const { charts } = await run({ columns: ['horsepower'], centred: true, lines: 5 });
    const { series = [] } = charts[0] ?? {};
    expect(series.find(({ name }) => name === 'mean')?.y[0]).toBe(0);
    const lines = series.find(({ name }) => name === 'single rows')?.y ?? [];
    for (let line = 0; line < 5; line += 1) expect(lines[line * 21]).toBe(0);
    expect(Math.abs(Number(lines[19]))).toBeGreaterThan(0.5);
  });
});
