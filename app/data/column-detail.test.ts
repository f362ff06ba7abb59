import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ColumnType, Relation } from '#app/relation/types.ts';
import { openDatabase, type Database } from './index.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-detail-'));
let database: Database;
beforeAll(async () => {
  database = await openDatabase({ tempDir: folder });
});
afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true });
});

const values = (type: ColumnType, cells: (null | boolean | number | string)[]): Relation => ({ op: 'scan', source: { kind: 'values', rows: cells.map((cell) => [cell]) }, schema: [{ name: 'the "v"', type }], label: 'values' });
const detail = (type: ColumnType, cells: (null | boolean | number | string)[]) => database.columnDetail(values(type, cells), 'the "v"');

describe('detail of a column', () => {
  it('of numbers', async () => {
    const found = await detail('float', [0, 1, 2, 3, -4, null, 1, 'nan', 'inf']);
    expect(found).toMatchObject({ rows: 9, missing: 1, distinct: 7, numbers: { mean: 0.5, sum: 3, zeros: 1, negative: 1, notFinite: 2 }, min: -4, max: 3 });
    expect(found.quantiles.find((one) => one.fraction === 0.5)?.value).toBe(1);
    expect(found.histogram?.counts.reduce((sum, count) => sum + count, 0)).toBe(6);
    expect(found.top[0]).toEqual({ value: '1.0', count: 2 });
  });
  it('of text: what could be numbers or dates, and blanks that do not show', async () => {
    const found = await detail('string', [' a', '12', '3.5', '2024-01-01', '', null, 'a', 'a']);
    expect(found).toMatchObject({ rows: 8, missing: 1, distinct: 6, numbers: null, text: { shortest: 0, longest: 10, empty: 1, untrimmed: 1, likeNumber: 2, likeDate: 1 }, quantiles: [], histogram: null });
    expect(found.top[0]).toEqual({ value: 'a', count: 2 });
  });
  it('of dates, truth values, and nothing at all', async () => {
    const dates = await detail('date', ['2024-01-01', '2024-01-03', null]);
    expect(dates).toMatchObject({ min: '2024-01-01', max: '2024-01-03', distinct: 2 });
    expect(dates.histogram?.counts.reduce((sum, count) => sum + count, 0)).toBe(2);
    expect((await detail('boolean', [true, false, true, null])).top).toEqual([{ value: 'true', count: 2 }, { value: 'false', count: 1 }]);
    expect(await detail('integer', [null, null])).toMatchObject({ rows: 2, missing: 2, distinct: 0, quantiles: [], histogram: null, top: [], numbers: { mean: null, zeros: 0 } });
    expect(await detail('string', [])).toMatchObject({ rows: 0, text: { empty: 0, longest: 0 } });
  });
  it('of a column that is not there is an error in words', async () => {
    await expect(database.columnDetail(values('integer', [1]), 'w')).rejects.toMatchObject({ code: 'unknown-column' });
  });
});
