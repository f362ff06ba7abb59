import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Relation, Schema } from '#app/relation/types.ts';
import { ask, sqlOver } from '#app/sdk/analysis.ts';
import { chartQuery } from '#app/sdk/charts.ts';
import type { BoxShape, ChartSpec } from '#app/sdk/ports.ts';
import { openDatabase, type Database } from '../index.ts';

/** Charts of more rows than are looked at one by one. */

const rows = 2_400_000;
const schema: Schema = [
  { name: 'v', type: 'float' },
  { name: 'w', type: 'integer' },
  { name: 'g', type: 'string' },
  { name: 'many', type: 'string' },
];
let folder: string;
let database: Database;
let written: Relation;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'penstock-sampled-'));
  database = await openDatabase({ tempDir: folder });
  const nothing: Relation = { op: 'scan', source: { kind: 'values', rows: [[0]] }, schema: [{ name: 'x', type: 'integer' }], label: 'one' };
  // v: every value of 0 … rows - 1 in a scattered order, with forty far away; g: one group of 300 rows; many: one value in a hundred, else nearly keys.
  const made = sqlOver(
    nothing,
    `select case when i < 40 then 1e8 + i when i % 1000 = 999 then null else (i * 7919 % ${rows})::double end as v, i as w, case when i % 8000 = 3 then 'rare' when i % 4 = 0 then 'a' else 'b' end as g, case when i % 100 = 0 then 'often' when i % 100 in (1, 2) then 'oftener' when i % 500 = 7 then null else 'x' || i end as many from range(${rows}) r(i)`,
    schema,
  );
  const file = path.join(folder, 'rows.parquet');
  await database.writeParquet(made, file);
  written = { op: 'scan', source: { kind: 'parquet', paths: [file] }, schema, label: 'rows' };
});
afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

const shapes = (chart: ChartSpec): readonly (BoxShape | null)[] => chart.series[0]?.boxes ?? [];
const exact = async (sql: string): Promise<readonly number[]> => ((await ask(database, written, sql, ['float', 'float', 'float', 'float', 'float']))[0] ?? []).map(Number);

describe('box plots', () => {
  it('have quartiles within the error that they state, and all else of all rows', async () => {
    const chart = await database.chart(written, chartQuery({ kind: 'box', columns: ['v'] }));
    const [shape] = shapes(chart);
    expect(chart.note).toMatch(/1 of every 4 rows: their ranks are right to ± 0\.1\d percentage points/);
    // Values go evenly up to the number of rows, so that a rank is a value.
    for (const [found, wanted] of [[shape?.q1, 0.25], [shape?.median, 0.5], [shape?.q3, 0.75]] as const) expect(Math.abs((found ?? 0) / rows - wanted)).toBeLessThan(2 * 0.0012);
    const high = (shape?.q3 ?? 0) + 1.5 * ((shape?.q3 ?? 0) - (shape?.q1 ?? 0));
    const [count = 0, low = 0, end = 0, mean = 0, outside = 0] = await exact(`select count(v), min(v), max(v) filter (where v <= ${high}), avg(v), count(*) filter (where v > ${high}) from t`);
    expect(shape).toMatchObject({ rows: count, low, high: end, outside });
    expect(outside).toBe(40);
    expect(shape?.mean).toBeCloseTo(mean, 3);
    // All forty are drawn, though the sample has only some of them.
    expect(shape?.outliers).toEqual(Array.from({ length: 40 }, (_, i) => 1e8 + i));
  });

  it('have those of a small group from all of its rows, and several columns at once', async () => {
    const chart = await database.chart(written, chartQuery({ kind: 'box', columns: ['w'], by: 'g' }));
    expect(chart.x.categories?.map(({ label }) => label)).toEqual(['a', 'b', 'rare']);
    const [count = 0, q1 = 0, median = 0, q3 = 0, mean = 0] = await exact(`select count(*), quantile_cont(w, 0.25), quantile_cont(w, 0.5), quantile_cont(w, 0.75), avg(w) from t where g = 'rare'`);
    expect(shapes(chart)[2]).toMatchObject({ rows: count, q1, median, q3, mean, outside: 0 });
    expect(shapes(chart).reduce((sum, shape) => sum + (shape?.rows ?? 0), 0)).toBe(rows);
    const both = await database.chart(written, chartQuery({ kind: 'box', columns: ['v', 'w'] }));
    expect(shapes(both).map((shape) => shape?.rows)).toEqual([rows - rows / 1000, rows]);
  });

  it('are the same each time', async () => {
    const query = chartQuery({ kind: 'box', columns: ['v'], by: 'g' });
    expect(await database.chart(written, query)).toEqual(await database.chart(written, query));
  });
});

describe('categories of very many values', () => {
  it('have the frequent ones found in a sample and counted in all rows, and say so', async () => {
    const chart = await database.chart(written, chartQuery({ kind: 'bars', category: 'many', top: 2 }));
    const missing = (await exact('select count(*) - count(many), 0, 0, 0, 0 from t'))[0] ?? 0;
    expect(chart.series[0]?.x).toEqual(['oftener', 'often', 'Other', '(missing)']);
    expect(chart.series[0]?.y).toEqual([rows / 50, rows / 100, rows - (3 * rows) / 100 - missing, missing]);
    expect(chart.note).toContain('The most frequent of very many values of many were looked for in 1 of every 4 rows.');
  });

  it('are counted value by value where there are few, without a word of samples', async () => {
    const chart = await database.chart(written, chartQuery({ kind: 'bars', category: 'g' }));
    expect(chart.series[0]?.y.reduce<number>((sum, y) => sum + Number(y), 0)).toBe(rows);
    expect(chart.note).not.toContain('looked for');
  });
});

it('a trend is that of the least squares over all rows', async () => {
  const chart = await database.chart(written, chartQuery({ kind: 'scatter', x: 'w', y: 'v', trend: 'all' }));
  const [slope = 0, , r2 = 0] = await exact('select regr_slope(v, w), regr_intercept(v, w), regr_r2(v, w), 0, 0 from t');
  const line = chart.series.find(({ mark }) => mark === 'line');
  const [x0, x1] = [Number(line?.x[0]), Number(line?.x.at(-1))];
  expect((Number(line?.y.at(-1)) - Number(line?.y[0])) / (x1 - x0)).toBeCloseTo(slope, 9);
  expect(line?.name).toContain(`R² = ${r2.toFixed(3)}`);
});
