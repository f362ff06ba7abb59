import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, cast, col, filter, lit, named, project } from '#app/relation/build.ts';
import type { Relation, Schema } from '#app/relation/types.ts';
import { chartQuery } from '#app/sdk/charts.ts';
import type { ChartSpec } from '#app/sdk/ports.ts';
import { openDatabase, type Database } from '../index.ts';
import { logBins, numberBins } from './number-bins.ts';
import { timeBins } from './time-bins.ts';

let folder: string;
let database: Database;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'penstock-charts-'));
  database = await openDatabase({ tempDir: folder });
});
afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

type Cell = null | boolean | number | string;
const table = (schema: Schema, rows: readonly (readonly Cell[])[]): Relation => ({ op: 'scan', source: { kind: 'values', rows }, schema, label: 'test' });
const numbers = (values: readonly (number | null)[]): Relation => table([{ name: 'v', type: 'float' }], values.map((value) => [value]));
const heights = (chart: ChartSpec, series = 0): readonly unknown[] => chart.series[series]?.y ?? [];

describe('bins', () => {
  it('hold every value between their edges, as the condition of a selection has it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: -400, max: 4000 }).map((cents) => cents / 100), { minLength: 1, maxLength: 40 }), fc.integer({ min: 2, max: 60 }), async (values, bins) => {
        const chart = await database.chart(numbers(values), chartQuery({ kind: 'histogram', column: 'v', bins }));
        const edges = (chart.series[0]?.edges ?? []).map(Number);
        const expected = edges.slice(1).map((edge, i) => values.filter((value) => value >= Number(edges[i]) && value < edge).length);
        expect(heights(chart)).toEqual(expected);
        expect(expected.reduce((a, b) => a + b, 0)).toBe(values.length);
      }),
      { numRuns: 40 },
    );
  });

  it('come near to the number asked for', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.double({ min: 1e-3, max: 1e6, noNaN: true }), fc.integer({ min: 5, max: 100 }), (low, span, wanted) => {
        const { count } = numberBins({ low, high: low + span, whole: false, wanted, odd: false });
        expect(count).toBeGreaterThanOrEqual(Math.floor(wanted / 1.7));
        expect(count).toBeLessThanOrEqual(Math.ceil(wanted * 1.7) + 1);
      }),
    );
  });

  it('refuse a width that makes too many', () => {
    expect(() => numberBins({ low: 0, high: 1e9, whole: false, wanted: 10, width: 0.1, odd: false })).toThrow(/wider|takes 2000/);
  });

  it('take one value alone, however large', () => {
    expect(numberBins({ low: 3e12, high: 3e12, whole: false, wanted: 10, odd: false }).count).toBe(1);
    expect(logBins(5, 5, 10, false).count).toBe(1);
  });

  it('of time begin where the calendar does', () => {
    const at = (text: string): number => Date.parse(text);
    expect(timeBins(at('2023-11-15'), at('2024-02-03'), 'date', 4).edges).toEqual(['2023-11-01', '2023-12-01', '2024-01-01', '2024-02-01', '2024-03-01']);
    expect(timeBins(at('2024-01-03'), at('2024-01-20'), 'date', 3, 'week').edges).toEqual(['2024-01-01', '2024-01-08', '2024-01-15', '2024-01-22']);
    expect(timeBins(at('2024-01-01T10:05:00Z'), at('2024-01-01T11:40:00Z'), 'timestamp', 7).edges[0]).toBe('2024-01-01 10:00:00');
    expect(() => timeBins(at('1900-01-01'), at('2024-01-01'), 'timestamp', 10, 'second')).toThrow(/too many steps/);
  });
});

describe('values that have no place', () => {
  const odd = project(numbers([1, 2, null, 4]), [named('v', call('if_null', col('v'), cast(lit('inf'), 'float')))]);

  it('are counted: infinities stay out of histograms, boxes and clouds', async () => {
    const histogram = await database.chart(odd, chartQuery({ kind: 'histogram', column: 'v', bins: 3 }));
    expect(histogram.note).toContain('3 of 4 rows');
    expect(histogram.series[0]?.edges?.at(-1)).toBeLessThan(10);
    const box = await database.chart(odd, chartQuery({ kind: 'box', columns: ['v'] }));
    expect(box.series[0]?.boxes?.[0]).toMatchObject({ rows: 3, median: 2, mean: 7 / 3 });
    const cloud = await database.chart(odd, chartQuery({ kind: 'scatter', x: 'v', y: 'v' }));
    expect(cloud.series[0]?.x).toEqual([1, 2, 4]);
  });

  it('a column of nothing draws nothing and says so', async () => {
    for (const query of [chartQuery({ kind: 'histogram', column: 'v' }), chartQuery({ kind: 'line', x: 'v' }), chartQuery({ kind: 'heatmap', x: 'v', y: 'v' })]) {
      const chart = await database.chart(numbers([null, null]), query);
      expect(chart.series).toEqual([]);
      expect(chart.note).not.toBe('');
    }
  });

  it('names that look like SQL, and texts with quotes, are taken as they are', async () => {
    const relation = table([{ name: 'a "b" ; drop', type: 'string' }, { name: 'g', type: 'integer' }], [["it's", 1], ["it's", 2], ['', 1], [null, 1], ['Other', 3], ['x', 2]]);
    const chart = await database.chart(relation, chartQuery({ kind: 'bars', category: 'a "b" ; drop', top: 3, by: 'g' }));
    expect(chart.x.categories?.map(({ label }) => label)).toEqual(["it's", '(empty)', 'Other', '(other)', '(missing)']);
    expect(chart.series.reduce((sum, one) => sum + one.y.reduce<number>((own, y) => own + Number(y), 0), 0)).toBe(6);
  });
});

describe('under a slice', () => {
  const rows = table([{ name: 'v', type: 'float' }, { name: 'g', type: 'string' }], Array.from({ length: 60 }, (_, i) => [i, i % 3 === 0 ? 'a' : 'b']));
  const part = filter(rows, call('less_than', col('v'), lit(12)));

  it('edges, categories, their order and colours stay those of the whole table', async () => {
    for (const query of [
      chartQuery({ kind: 'histogram', column: 'v', by: 'g' }),
      chartQuery({ kind: 'bars', category: 'g' }),
      chartQuery({ kind: 'box', columns: ['v'], by: 'g' }),
      chartQuery({ kind: 'heatmap', x: 'v', y: 'g' }),
    ]) {
      const whole = await database.chart(rows, query);
      const chart = await database.chart(rows, query, { rows: part });
      expect(chart.series.map(({ name, x, edges }) => [name, x, edges])).toEqual(whole.series.map(({ name, x, edges }) => [name, x, edges]));
      expect(chart.note).toContain('12 rows');
    }
  });

  it('a table that is overwritten under its name is looked at anew', async () => {
    const file = path.join(folder, 'changing.parquet');
    const scan = (): Relation => ({ op: 'scan', source: { kind: 'parquet', paths: [file] }, schema: [{ name: 'v', type: 'float' }], label: 'x' });
    const query = chartQuery({ kind: 'histogram', column: 'v', bins: 5 });
    await database.writeParquet(numbers([1, 2, 3]), file);
    const before = await database.chart(scan(), query);
    await database.writeParquet(numbers([100, 200, 300, 400]), file);
    const after = await database.chart(scan(), query);
    expect([before.note, after.note]).toEqual(['3 rows.', '4 rows.']);
    expect(after.series[0]?.edges).not.toEqual(before.series[0]?.edges);
  });
});

describe('quartiles of many rows', () => {
  it('are exact, by counting as by sorting', async () => {
    const file = path.join(folder, 'many.parquet');
    const count = 1_200_000;
    // A fixed scatter with a long tail and two groups of different size.
    let state = 7;
    const values = Float64Array.from({ length: count }, () => {
      state = (state * 1103515245 + 12345) % 2147483648;
      return Math.round(Math.exp((state / 2147483648) * 6) * 1000) / 1000;
    });
    const groups = Array.from({ length: count }, (_, i) => (i % 5 === 0 ? 'a' : 'b'));
    await database.writeColumns([{ name: 'v', type: 'float', values }, { name: 'g', type: 'string', values: groups }], file);
    const relation: Relation = { op: 'scan', source: { kind: 'parquet', paths: [file] }, schema: [{ name: 'v', type: 'float' }, { name: 'g', type: 'string' }], label: 'x' };
    const chart = await database.chart(relation, chartQuery({ kind: 'box', columns: ['v'], by: 'g' }));
    for (const [place, name] of ['a', 'b'].entries()) {
      const own = values.filter((_, i) => groups[i] === name).sort();
      const at = (fraction: number): number => {
        const rank = (own.length - 1) * fraction;
        const [low, high] = [own[Math.floor(rank)] ?? 0, own[Math.ceil(rank)] ?? 0];
        return low + (high - low) * (rank % 1);
      };
      const shape = chart.series[0]?.boxes?.[place];
      const [q1, median, q3] = [at(0.25), at(0.5), at(0.75)];
      for (const [found, wanted] of [[shape?.q1, q1], [shape?.median, median], [shape?.q3, q3]]) expect(found).toBeCloseTo(wanted ?? 0, 9);
      const fence = q3 + 1.5 * (q3 - q1);
      expect(shape).toMatchObject({ rows: own.length, outside: own.filter((v) => v > fence).length, high: own.filter((v) => v <= fence).at(-1), low: own[0] });
      expect(shape?.outliers).toHaveLength(100);
      expect(shape?.outliers.at(-1)).toBe(own.at(-1));
    }
  });
});

describe('mistakes', () => {
  const rows = table([{ name: 'v', type: 'float' }, { name: 's', type: 'string' }], [[1, 'a']]);
  it.each([
    [chartQuery({ kind: 'histogram', column: 'nope' }), 'unknown-column'],
    [chartQuery({ kind: 'histogram', column: 's' }), 'column-type'],
    [chartQuery({ kind: 'scatter', x: 'v', y: 's' }), 'column-type'],
    [chartQuery({ kind: 'bars', category: 's', measure: { fn: 'avg', column: 's' } }), 'column-type'],
    [chartQuery({ kind: 'bars', category: 's', by: 's', measure: { fn: 'avg', column: 'v' } }), 'chart-stack'],
  ])('are named', async (query, code) => {
    await expect(database.chart(rows, query)).rejects.toMatchObject({ code });
  });
});
