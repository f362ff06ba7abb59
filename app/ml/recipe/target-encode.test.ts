import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openDatabase, type Database } from '#app/data/index.ts';
import { col, lit, named } from '#app/relation/build.ts';
import type { Relation, Schema } from '#app/relation/types.ts';
import type { FittedRecipe, RecipeStep } from '#app/sdk/ports.ts';
import { fitRecipe, type FitRecipeOptions } from './fit.ts';
import { expressionsOf } from './testing.ts';

type Cell = null | boolean | number | string;
let database: Database;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-target-'));
  database = await openDatabase({ tempDir: folder });
});
afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

const step = (over: Partial<Extract<RecipeStep, { step: 'target-encode' }>> = {}): RecipeStep => ({
  step: 'target-encode',
  columns: { by: 'all-categorical' },
  smoothing: 'auto',
  weight: 10,
  folds: 5,
  maxCategories: 10_000,
  ...over,
});
const schema: Schema = [{ name: 'city', type: 'string' }, { name: 'row', type: 'integer' }, { name: 'y', type: 'float' }];
const features = schema.slice(0, 2);
const scan = (rows: readonly (readonly Cell[])[]): Relation => ({ op: 'scan', source: { kind: 'values', rows }, schema, label: 'rows' });

/** Encodings by row number: what later rows with these values get, and what the training rows saw. */
async function encodings(fitted: FittedRecipe, rows: readonly (readonly Cell[])[]) {
  const columns = (outputs: FittedRecipe['outputs']) => [named('row at', col('row')), ...expressionsOf(outputs).filter((output) => output.name !== 'row')];
  const inOrder = async (relation: Relation) => (await database.rows(relation)).rows.toSorted((a, b) => Number(a[0]) - Number(b[0])).map((row) => row.slice(1).map(Number));
  return {
    encoded: await inOrder({ op: 'project', input: scan(rows), columns: columns(fitted.outputs) }),
    training: fitted.training === undefined ? null : await inOrder({ op: 'project', input: fitted.training.relation, columns: columns(fitted.training.outputs) }),
  };
}

const fit = (rows: readonly (readonly Cell[])[], options: FitRecipeOptions, over?: Parameters<typeof step>[0]) => fitRecipe({ steps: [step(over)] }, scan(rows), features, database, options);
const number = { classes: [], expr: col('y') };

const reference = z
  .object({
    folds: z.number(),
    seed: z.number(),
    city: z.array(z.string()),
    cases: z.array(z.object({ target: z.enum(['regression', 'binary', 'multiclass']), smoothing: z.union([z.literal('auto'), z.number()]), y: z.array(z.number()), encoded: z.array(z.array(z.number())), training: z.array(z.array(z.number())) })),
  })
  .parse(JSON.parse(readFileSync(path.join(import.meta.dirname, 'target-encode.reference.json'), 'utf8')));

describe('scikit-learn’s TargetEncoder', () => {
  it.each(reference.cases)('is repeated for $target, smoothing $smoothing: all rows, and the rows outside each fold', async ({ target, smoothing, y, encoded, training }) => {
    const rows = reference.city.map((city, row): Cell[] => [city, row, y[row] ?? null]);
    const classes = target === 'regression' ? [] : [...new Set(y)].sort((a, b) => a - b).map(String);
    const fitted = await fit(rows, { target: { classes, expr: col('y') }, seed: reference.seed }, { folds: reference.folds, ...(smoothing === 'auto' ? {} : { smoothing: 'fixed', weight: smoothing }) });
    const found = await encodings(fitted, rows);
    const close = (table: number[][]) => table.map((row) => row.map((value) => expect.closeTo(value, 9)));
    expect(found.encoded).toEqual(close(encoded));
    expect(found.training).toEqual(close(training));
  });
});

describe('target encoding', () => {
  const rows = Array.from({ length: 40 }, (_unused, row): Cell[] => [row % 8 === 0 ? null : row % 2 === 0 ? 'even' : 'odd', row, row % 2 === 0 ? 2 : 6]);
  const mean = 4;

  it('gives missing, unseen and rarer values the overall mean', async () => {
    const fitted = await fit(rows, { target: number }, { maxCategories: 1, smoothing: 'fixed', weight: 0 });
    expect(fitted.outputs.map((output) => output.name)).toEqual(['city_target', 'row']);
    expect((await encodings(fitted, [['odd', 0, 0], ['even', 1, 0], ['never', 2, 0], [null, 3, 0], ['', 4, 0]])).encoded).toEqual([[6], [mean], [mean], [mean], [mean]]);
    const seen = (await encodings(fitted, rows)).training ?? [];
    // The rarer category sees the mean of the rows outside its fold, as a missing one does.
    const cell = (row: number) => seen[row]?.[0] ?? Number.NaN;
    expect(rows.flatMap((row, at) => (row[0] === 'odd' && cell(at) !== 6 ? [at] : []))).toEqual([]);
    expect(rows.flatMap((row, at) => (row[0] !== 'odd' && Math.abs(cell(at) - mean) > 0.6 ? [at] : []))).toEqual([]);
  });

  it('shows no training row its own target: a category of one row is the mean of the others', async () => {
    const identifiers = Array.from({ length: 30 }, (_unused, row): Cell[] => [`only ${row}`, row, row % 3]);
    const { encoded, training } = await encodings(await fit(identifiers, { target: number }, { smoothing: 'fixed', weight: 0 }), identifiers);
    expect(encoded.map((row) => row[0])).toEqual(identifiers.map((row) => row[2]));
    // Within a fold every row has the same encoding, so nothing is learnt from it.
    expect(new Set(training?.map((row) => row[0]?.toFixed(12))).size).toBeLessThanOrEqual(5);
  });

  it('names a column for each class but the last', async () => {
    const three = rows.map(([city = null, row = null]): Cell[] => [city, row, Number(row) % 3]);
    const fitted = await fit(three, { target: { classes: ['a', 'b', 'c'], expr: col('y') } });
    expect(fitted.outputs.map((output) => output.name)).toEqual(['city_target=a', 'city_target=b', 'row']);
    expect(fitted.training?.outputs.map((output) => output.name)).toEqual(['city_target=a', 'city_target=b', 'row']);
  });

  it('copes with a constant target, one row, and columns called like its own', async () => {
    const constant = await fit(rows, { target: { classes: [], expr: lit(1, 'float') } });
    expect(new Set((await encodings(constant, rows)).encoded.flat())).toEqual(new Set([1]));
    const single = await encodings(await fit([['a', 0, 5]], { target: number }), [['a', 0, 5]]);
    expect(single).toEqual({ encoded: [[5]], training: [[5]] });
    const clashing: Schema = [{ name: 'fold', type: 'string' }, { name: 'key_0', type: 'string' }, { name: 'encoding_0_0', type: 'float' }];
    const relation: Relation = { op: 'scan', source: { kind: 'values', rows: [['x', 'y', 1], ['z', 'y', 2], ['x', 'w', 3]] }, schema: clashing, label: 'rows' };
    const fitted = await fitRecipe({ steps: [step()] }, relation, clashing.slice(0, 2), database, { target: { classes: [], expr: col('encoding_0_0') } });
    const { rows: seen } = await database.rows({ op: 'project', input: fitted.training?.relation ?? relation, columns: expressionsOf(fitted.training?.outputs ?? []) });
    expect(seen.map((row) => row.length)).toEqual([2, 2, 2]);
  });

  it('needs a target', async () => {
    await expect(fit(rows, {})).rejects.toMatchObject({ code: 'target-needed' });
  });
});
