import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, col, filter, lit, scanParquet } from '#app/relation/build.ts';
import type { Relation } from '#app/relation/types.ts';
import { openDatabase, type Database } from './index.ts';
import { estimateDistinct } from './profile.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-positioned-'));
const rows = 450_000;
let database: Database;
let table: Relation;

beforeAll(async () => {
  database = await openDatabase({ tempDir: path.join(folder, 'spill') });
  const file = path.join(folder, 'big.parquet');
  const at = (value: (i: number) => number | string | null) => Array.from({ length: rows }, (_, i) => value(i));
  await database.writeColumns(
    [
      { name: 'i', type: 'integer', values: at((i) => i) as number[] },
      { name: 'k', type: 'integer', values: at((i) => i % 7) as number[] },
      { name: 's', type: 'string', values: at((i) => (i % 10 === 0 ? null : `v${i % 300}`)) },
    ],
    file,
  );
  table = scanParquet([file], [{ name: 'i', type: 'integer' }, { name: 'k', type: 'integer' }, { name: 's', type: 'string' }], 'big');
}, 60_000);
afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true });
});

const page = async (relation: Relation, offset: number, limit: number, sort: { column: string; descending: boolean }[] = []): Promise<number[]> =>
  [...(tableFromIPC(await database.arrowPage(relation, { offset, limit, sort })).getChild('i') ?? [])].map(Number);

describe('pages of a written table', () => {
  it('are its rows in order, at any place and past the end', async () => {
    expect(await page(table, 0, 3)).toEqual([0, 1, 2]);
    expect(await page(table, 400_001, 3)).toEqual([400_001, 400_002, 400_003]);
    expect(await page(table, rows - 2, 10)).toEqual([rows - 2, rows - 1]);
    expect(await page(table, rows, 10)).toEqual([]);
  });

  it('sorted: ties stay in the order of the file, pages neither repeat nor miss a row', async () => {
    const sort = [{ column: 'k', descending: true }];
    expect(await page(table, 0, 3, sort)).toEqual([6, 13, 20]);
    const parts = [...(await page(table, 1000, 50, sort)), ...(await page(table, 1050, 50, sort))];
    expect(parts).toEqual(await page(table, 1000, 100, sort));
  });

  it('filtered: places count among the rows that are left', async () => {
    const kept = filter(table, call('equals', col('k'), lit(3)));
    expect(await page(kept, 2, 2)).toEqual([17, 24]);
    expect(await page(kept, 0, 2, [{ column: 'i', descending: true }])).toEqual([449_998, 449_991]);
  });
});

describe('profile of a written table', () => {
  it('has exact totals, and shapes from a sample that is the same each time', async () => {
    const profile = await database.profile(table);
    expect(profile).toMatchObject({ rows, sampled: true });
    const [i, k, s] = profile.columns;
    expect(i).toMatchObject({ count: rows, min: 0, max: rows - 1, distinct: rows });
    // Sampled: within five standard errors of the mean.
    expect(Math.abs((i?.mean ?? 0) - (rows - 1) / 2)).toBeLessThan((5 * rows) / Math.sqrt(12 * profile.looked));
    expect(k).toMatchObject({ distinct: 7, missing: 0, min: 0, max: 6 });
    expect(s).toMatchObject({ count: rows * 0.9, missing: rows / 10, min: null });
    expect(Math.abs((s?.distinct ?? 0) - 270)).toBeLessThan(14);
    expect(profile.looked).toBeGreaterThan(85_000);
    expect(profile.looked).toBeLessThan(95_000);
    expect(i?.histogram?.counts.reduce((sum, count) => sum + count, 0)).toBe(profile.looked);
    expect(await database.profile(table)).toEqual(profile);
  });
});

describe('profile of a table that is no sample', () => {
  it('has different values counted to the last one, whatever its width', async () => {
    const names = Array.from({ length: 12 }, (_, i) => `c${i}`);
    const file = path.join(folder, 'wide.parquet');
    const count = 60_000;
    await database.writeColumns(names.map((name, c) => ({ name, type: 'integer' as const, values: Array.from({ length: count }, (_, i) => (i * 7919) % (97 * 5 ** Math.min(c, 3) + c)) })), file);
    const profile = await database.profile(scanParquet([file], names.map((name) => ({ name, type: 'integer' as const })), 'wide'));
    expect(profile.sampled).toBe(false);
    expect(profile.columns.map(({ distinct, looked }) => [distinct, looked])).toEqual(names.map((_, c) => [97 * 5 ** Math.min(c, 3) + c, undefined]));
  });
});

describe('estimate of different values', () => {
  it('is exact where every value repeats, all rows where none does, and between them else', () => {
    expect(estimateDistinct({ distinct: 12, once: 0, looked: 1000, rows: 100_000 })).toBe(12);
    expect(estimateDistinct({ distinct: 1000, once: 1000, looked: 1000, rows: 100_000 })).toBe(100_000);
    expect(estimateDistinct({ distinct: 500, once: 100, looked: 1000, rows: 100_000 })).toBe(1400);
    expect(estimateDistinct({ distinct: 0, once: 0, looked: 0, rows: 0 })).toBe(0);
  });
});

describe('a profile from the footer', () => {
  it('is that of a query: dates, infinities, columns of nothing but missing values', async () => {
    const file = path.join(folder, 'odd.parquet');
    const count = 250_000;
    const at = (value: (i: number) => number | string | null) => Array.from({ length: count }, (_, i) => value(i));
    const columns = [
      { name: 'day', type: 'date' as const, values: at((i) => (i % 5 === 0 ? null : `20${10 + (i % 10)}-03-0${1 + (i % 9)}`)) },
      { name: 'moment', type: 'timestamp' as const, values: at((i) => `2024-01-01 00:${String(10 + (i % 50))}:00`) },
      { name: 'wild', type: 'float' as const, values: at((i) => (i === 7 ? Infinity : i / 2)) },
      { name: 'nothing', type: 'integer' as const, values: at(() => null) },
      { name: 'clock', type: 'time' as const, values: at((i) => `0${i % 10}:00:00`) },
    ];
    await database.writeColumns(columns, file);
    const schema = columns.map(({ name, type }) => ({ name, type }));
    const written = await database.profile(scanParquet([file], schema, 'odd'));
    // The same rows, but no plain file: everything is counted by queries.
    const counted = await database.profile({ op: 'limit', input: scanParquet([file], schema, 'odd'), count, offset: 0 });
    const totals = (profile: typeof written) => profile.columns.map(({ name, count: present, missing, min, max, histogram }) => ({ name, present, missing, min, max, edges: histogram?.edges }));
    expect(totals(written)).toEqual(totals(counted));
    expect(written.columns[2]).toMatchObject({ min: 0, max: (count - 1) / 2 });
    expect(written.columns[3]).toMatchObject({ count: 0, missing: count, min: null, histogram: null });
  });
});
