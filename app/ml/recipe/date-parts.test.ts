import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openDatabase, type Database } from '#app/data/index.ts';
import { lit } from '#app/relation/build.ts';
import type { Relation, Schema } from '#app/relation/types.ts';
import type { DatePart, Recipe, RecipeStep } from '#app/sdk/ports.ts';
import { nativeRuntime } from '../onnx/testing.ts';
import { fitRecipe, type FitRecipeOptions } from './fit.ts';
import { expressionsOf, featuresInOnnx, type TestCell } from './testing.ts';

let database: Database;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-dates-'));
  database = await openDatabase({ tempDir: folder });
});
afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

const schema: Schema = [{ name: 'day', type: 'date' }, { name: 'at', type: 'timestamp' }];
const everyPart: DatePart[] = ['year', 'month', 'day', 'weekday', 'hour', 'weekend', 'days', 'month-cycle', 'weekday-cycle', 'hour-cycle'];
const step = (over: Partial<Extract<RecipeStep, { step: 'date-parts' }>> = {}): RecipeStep => ({ step: 'date-parts', columns: { by: 'all-dates' }, parts: everyPart, since: '2000-01-01', ...over });
const scan = (rows: readonly (readonly TestCell[])[]): Relation => ({ op: 'scan', source: { kind: 'values', rows }, schema, label: 'rows' });

/** Features by name in SQL, which ONNX must repeat to the last bit. */
async function features(recipe: Recipe, rows: readonly (readonly TestCell[])[], applied = rows, options: FitRecipeOptions = {}): Promise<Record<string, (number | null)[]>> {
  const fitted = await fitRecipe(recipe, scan(rows), schema, database, options);
  const found = await database.rows({ op: 'project', input: scan(applied), columns: expressionsOf(fitted.outputs) });
  const inOnnx = await featuresInOnnx(nativeRuntime, fitted, schema, applied);
  const width = fitted.outputs.length;
  expect(Array.from(inOnnx, (value) => (Number.isNaN(value) ? null : value))).toEqual(found.rows.flat().map((cell) => (cell === null ? null : Math.fround(Number(cell)))));
  return Object.fromEntries(fitted.outputs.map(({ name }, index) => [name, found.rows.map((row) => (row.length === width && row[index] !== null ? Number(row[index]) : null))]));
}

const reference = z.array(z.object({ at: z.string(), parts: z.record(z.string(), z.number()) })).parse(JSON.parse(readFileSync(path.join(import.meta.dirname, 'date-parts.reference.json'), 'utf8')));

describe('parts of dates', () => {
  it('are what Python’s datetime says, in SQL and in ONNX', async () => {
    const rows = reference.map(({ at }) => [at.slice(0, 10), at]);
    const found = await features({ steps: [step()] }, rows, rows, { allowMissing: true });
    const wanted = (column: string, skip: (part: string) => boolean) =>
      Object.keys(reference[0]?.parts ?? {}).filter((part) => !skip(part)).map((part) => [`${column}_${part}`, reference.map(({ parts }) => expect.closeTo(parts[part] ?? Number.NaN, 12))]);
    expect(found).toEqual(Object.fromEntries([...wanted('day', (part) => part.startsWith('hour')), ...wanted('at', () => false)]));
  });

  it('agree for any moment of the years 1 to 9999', { timeout: 60_000 }, async () => {
    const second = fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }).map((value) => new Date(value * 1000).toISOString());
    const fraction = fc.constantFrom('', '.5', '.999999');
    const cell = fc.option(fc.tuple(second, fraction).map(([iso, part]) => `${iso.slice(0, 10)} ${iso.slice(11, 19)}${part}`), { freq: 8 });
    await fc.assert(
      fc.asyncProperty(fc.array(cell, { minLength: 1, maxLength: 60 }), async (moments) => {
        const rows = [...moments.map((at) => [at === null ? null : at.slice(0, 10), at]), ['2024-05-31', '2024-05-31 08:30:00']];
        await features({ steps: [step()] }, rows, [...rows, [null, null]], { allowMissing: true });
      }),
      { numRuns: 15 },
    );
  });
});

describe('date-parts', () => {
  const rows = [['2024-01-06', '2024-01-06 10:00:00'], ['2024-01-10', '2024-01-10 14:00:00'], [null, '2024-01-20 12:00:00']];

  it('gives numbers that later steps fill and scale', async () => {
    const scaled: RecipeStep = { step: 'scale', columns: { by: 'names', names: ['at'] }, method: 'min-max' };
    const filled: RecipeStep = { step: 'impute', columns: { by: 'all-numeric' }, numeric: 'zero', categorical: 'none', constant: '', indicator: true };
    const found = await features({ steps: [step({ parts: ['day', 'hour'] }), filled, scaled] }, rows);
    expect(found).toEqual({ day_day: [6, 10, 0], day_day_missing: [0, 0, 1], at_day: [0, 4 / 14, 1], at_day_missing: [0, 0, 0], at_hour: [0, 1, 0.5], at_hour_missing: [0, 0, 0] });
  });

  it('asks for missing dates to be filled, unless the learner takes them; a date missing only later is the mean', async () => {
    await expect(features({ steps: [step()] }, rows)).rejects.toMatchObject({ code: 'missing-values', place: { column: 'day' } });
    expect(await features({ steps: [step({ parts: ['weekend'] })] }, rows, [[null, null], ['2024-01-07', '2024-01-07 00:00:00']], { allowMissing: true })).toEqual({ day_weekend: [null, 1], at_weekend: [null, 1] });
    const whole = rows.slice(0, 2);
    expect(await features({ steps: [step({ parts: ['day'] })] }, whole, [[null, null]])).toEqual({ day_day: [8], at_day: [8] });
  });

  it('is the only step for dates: others that name them leave them alone', async () => {
    const names = { by: 'names', names: ['day', 'at'] } as const;
    for (const other of [
      { step: 'one-hot', columns: names, maxCategories: 5, other: true, dropFirst: false },
      { step: 'ordinal', columns: names, maxCategories: 5, order: 'frequency', missing: 'code' },
      { step: 'target-encode', columns: names, smoothing: 'auto', weight: 1, folds: 2, maxCategories: 5 },
      { step: 'impute', columns: names, numeric: 'mean', categorical: 'most-frequent', constant: 'x', indicator: true },
    ] satisfies RecipeStep[]) {
      expect(Object.keys(await features({ steps: [other, step({ parts: ['day'] })] }, rows, rows, { allowMissing: true, target: { classes: [], expr: lit(1, 'float') } }))).toEqual(['day_day', 'at_day']);
    }
  });

  it('is needed for dates: without it they cannot be features', async () => {
    await expect(features({ steps: [step({ columns: { by: 'names', names: ['day'] } })] }, rows, rows, { allowMissing: true })).rejects.toMatchObject({ code: 'feature-type', place: { column: 'at' } });
    await expect(features({ steps: [step({ parts: [] })] }, rows)).rejects.toMatchObject({ code: 'no-features' });
  });
});
