import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Relation, Schema } from '#app/relation/types.ts';
import { chartQuery } from '#app/sdk/charts.ts';
import type { ChartSeries, ChartSpec } from '#app/sdk/ports.ts';
import { openDatabase, type Database } from '../index.ts';

let folder: string;
let database: Database;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'penstock-hexagons-'));
  database = await openDatabase({ tempDir: folder });
});
afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

type Cell = null | boolean | number | string;
const table = (schema: Schema, rows: readonly (readonly Cell[])[]): Relation => ({ op: 'scan', source: { kind: 'values', rows }, schema, label: 'test' });
const dense = (x: string, y: string, rest: Record<string, unknown> = {}) => chartQuery({ kind: 'scatter', x, y, points: 10, above: 'density', ...rest });
const hexagons = (chart: ChartSpec): ChartSeries => {
  const [series] = chart.series;
  if (series?.mark !== 'hexagons') throw new Error('no hexagons');
  return series;
};
const counts = (chart: ChartSpec): number[] => (hexagons(chart).z?.[0] ?? []).map(Number);
const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** Both columns in steps of the lattice: the distance in a picture where hexagons are regular. */
function nearest(series: ChartSeries, x: number, y: number, of: (value: number | string | null) => number = Number): number {
  const { width = 1, height = 1 } = series.hexagon ?? {};
  const distances = series.x.map((centre, i) => ((of(centre) - x) / width) ** 2 + (((of(series.y[i] ?? null) - y) * 2) / Math.sqrt(3) / height) ** 2);
  return distances.indexOf(Math.min(...distances));
}

describe('hexagons', () => {
  it('hold the rows that are nearer to their centre than to any other', async () => {
    const value = fc.double({ min: -300, max: 900, noNaN: true });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(value, value), { minLength: 12, maxLength: 120 }), async (points) => {
        fc.pre(new Set(points.map(([x]) => x)).size > 1 && new Set(points.map(([, y]) => y)).size > 1);
        const chart = await database.chart(table([{ name: 'x', type: 'float' }, { name: 'y', type: 'float' }], points), dense('x', 'y'));
        const series = hexagons(chart);
        const expected = series.x.map(() => 0);
        for (const [x, y] of points) {
          const place = nearest(series, x, y);
          expected[place] = (expected[place] ?? 0) + 1;
        }
        // A point as near to two centres as rounding can tell may go to either.
        expect(total(counts(chart))).toBe(points.length);
        expect(total(counts(chart).map((count, i) => Math.abs(count - (expected[i] ?? 0))))).toBeLessThanOrEqual(2);
        expect(chart.colour?.title).toBe('Rows');
      }),
      { numRuns: 60 },
    );
  });

  it('hold as many whole numbers as their neighbours', async () => {
    const rows = Array.from({ length: 120 * 60 }, (_, i) => [i % 120, Math.floor(i / 120)]);
    const chart = await database.chart(table([{ name: 'x', type: 'integer' }, { name: 'y', type: 'integer' }], rows), dense('x', 'y'));
    const inside = counts(chart).filter((_, i) => Number(hexagons(chart).x[i]) > 3 && Number(hexagons(chart).x[i]) < 116 && Number(hexagons(chart).y[i]) > 2 && Number(hexagons(chart).y[i]) < 57);
    expect(inside.length).toBeGreaterThan(1000);
    expect(new Set(inside).size).toBe(1);
  });

  it('are as wide in powers of ten and in time, where the axes are', async () => {
    const rows = Array.from({ length: 400 }, (_, i) => [10 ** ((i * 7) % 400 / 100), `2024-01-${String(1 + (i % 28)).padStart(2, '0')} ${String(i % 24).padStart(2, '0')}:00:00`, i]);
    const relation = table([{ name: 'x', type: 'float' }, { name: 'at', type: 'timestamp' }, { name: 'n', type: 'integer' }], rows);
    const chart = await database.chart(relation, dense('at', 'x', { yLog: true, colour: 'n' }));
    const series = hexagons(chart);
    expect([chart.x.scale, chart.y.scale, chart.colour?.title]).toEqual(['time', 'log', 'Mean of n']);
    expect(total([...(series.rows ?? [])])).toBe(400);
    expect(series.x[0]).toMatch(/^2024-01-\d\d/);
    // Centres lie on the lattice: half steps of the height times three quarters apart in decades.
    const row = ((series.hexagon?.height ?? 1) * 3) / 4;
    for (const y of series.y) expect(Math.abs((Math.log10(Number(y)) / row) % 1)).toSatisfy((part: number) => part < 1e-6 || part > 1 - 1e-6);
  });

  it('stay where they are under a slice, and leave out what has no place', async () => {
    const rows = Array.from({ length: 200 }, (_, i): Cell[] => [i % 10 === 0 ? null : i / 3, (i * 37) % 200]);
    const schema: Schema = [{ name: 'x', type: 'float' }, { name: 'y', type: 'integer' }];
    const whole = await database.chart(table(schema, rows), dense('x', 'y'));
    const part = await database.chart(table(schema, rows), dense('x', 'y'), { rows: table(schema, rows.slice(0, 100)) });
    expect(whole.note).toContain('180 of 200 rows');
    expect(total(counts(part))).toBe(90);
    const centres = new Set(hexagons(whole).x.map((x, i) => `${x} ${hexagons(whole).y[i]}`));
    expect(hexagons(part).x.every((x, i) => centres.has(`${x} ${hexagons(part).y[i]}`))).toBe(true);
  });

  it('give way to rectangles where an axis has few whole numbers', async () => {
    const rows = Array.from({ length: 200 }, (_, i) => [i % 7, i / 3]);
    const chart = await database.chart(table([{ name: 'x', type: 'integer' }, { name: 'y', type: 'float' }], rows), dense('x', 'y'));
    expect(chart.series[0]).toMatchObject({ mark: 'heatmap' });
    expect(chart.note).toContain('rectangles');
  });
});
