import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { openDatabase, type Database } from '#app/data/index.ts';
import { col } from '#app/relation/build.ts';
import type { Schema } from '#app/relation/types.ts';
import type { TableValue } from '#app/sdk/ports.ts';
import { uniform } from '../learners/random.ts';
import { fisherGreater, without, worseThan, type Errors } from './slice-tests.ts';
import { worstSlices } from './slices.ts';

const errorsOf = (values: readonly number[]): Errors => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { rows: values.length, mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length };
};

describe('tests of parts', () => {
  it('are SciPy’s: Fisher’s exact one-sided, and Welch’s', () => {
    expect(fisherGreater(12, 40, 9, 160) / 6.943973316228533e-5).toBeCloseTo(1, 9);
    expect(fisherGreater(5, 5, 40, 240) / 1.73050237671692e-4).toBeCloseTo(1, 9);
    expect(worseThan(errorsOf([3, 4, 6, 2, 8, 9]), errorsOf([1, 2, 1.5, 3, 2.2, 0.7, 4, 1]), false)).toBeCloseTo(0.014774061390528994, 10);
  });

  it('take a part out of a whole', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: 1, maxLength: 20 }), fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: 1, maxLength: 20 }), (a, b) => {
        const rest = without(errorsOf([...a, ...b]), errorsOf(a));
        expect(rest.rows).toBe(b.length);
        expect(rest.mean).toBeCloseTo(errorsOf(b).mean, 6);
        expect(rest.variance).toBeCloseTo(errorsOf(b).variance, 4);
      }),
    );
  });

  it('agree with the normal distribution where parts are large', () => {
    const [part, rest] = [{ rows: 4000, mean: 0.12, variance: 0.1056 }, { rows: 40_000, mean: 0.11, variance: 0.0979 }];
    const [exact, near] = [worseThan(part, rest, true), worseThan({ ...part, rows: 8000 }, { ...rest, rows: 80_000 }, true)];
    expect(exact).toBeGreaterThan(0.02);
    expect(exact).toBeLessThan(0.04);
    expect(near).toBeLessThan(exact);
  });
});

describe('worst parts of a table', () => {
  let database: Database;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-slices-'));
    database = await openDatabase({ tempDir: folder });
  });
  afterAll(async () => {
    await database.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const schema: Schema = [{ name: 'age', type: 'integer' }, { name: 'city', type: 'string' }, { name: 'new', type: 'boolean' }, { name: 'id', type: 'string' }, { name: 'e', type: 'float' }];
  const next = uniform(11);
  const draws = Array.from({ length: 3200 }, () => next());
  const chance = (row: number): number => draws[row] ?? 0;
  const params = { slices: true, sliceColumns: [], slicePairs: true, sliceRows: 20 };
  const tableOf = (error: (age: number, city: string, fresh: boolean, luck: number) => number): TableValue => {
    const rows = Array.from({ length: 1600 }, (_unused, row) => {
      const [age, city, fresh] = [row % 80, ['Oslo', 'Bergen', 'Tromsø', null][Math.floor(row / 80) % 4] ?? null, chance(row + 1600) < 0.5];
      return [age, city, fresh, `row ${row}`, error(age, city ?? '', fresh, chance(row))];
    });
    return { kind: 'table', schema, relation: { op: 'scan', source: { kind: 'values', rows }, schema, label: 'rows' } };
  };
  const find = (table: TableValue, shares: boolean) => worstSlices(database, table, schema.slice(0, 4), col('e'), shares, params);

  it('are found as a value, a range, missing values, or two together', async () => {
    const two = await find(tableOf((age, city, _fresh, luck) => luck + (age >= 60 && city === 'Oslo' ? 2 : 0)), false);
    expect(two.slices[0]?.title).toMatch(/^age > 5\d(\.\d+)? and city = Oslo$/);
    expect(two.slices[0]?.errors.rows).toBe(100);
    expect(two.slices[0]?.p).toBeLessThan(1e-6);
    expect(two.leftOut).toEqual(['id']);
    const missing = await find(tableOf((_age, city, _fresh, luck) => (luck < (city === '' ? 0.5 : 0.1) ? 1 : 0)), true);
    expect(missing.slices.map(({ title }) => title)).toEqual(['city is missing']);
    expect(missing.slices[0]?.share).toBeGreaterThan(0.5);
  });

  it('do not name pairs that are bad only because one of their columns is', async () => {
    const one = await find(tableOf((_age, _city, fresh, luck) => luck + (fresh ? 1 : 0)), false);
    expect(one.slices.map(({ title }) => title)).toEqual(['new = true']);
  });

  it('are none where errors are chance', async () => {
    const none = await find(tableOf((_age, _city, _fresh, luck) => luck), false);
    expect(none.slices).toEqual([]);
    expect(none.looked).toBeGreaterThan(30);
  });
});
