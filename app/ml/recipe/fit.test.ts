import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import { openDatabase, type Database } from '#app/data/index.ts';
import type { Relation, Schema } from '#app/relation/types.ts';
import type { Recipe, RecipeStep } from '#app/sdk/ports.ts';
import { defaultRecipe, treeRecipe } from '#app/sdk/recipe.ts';
import { fitRecipe, type FitRecipeOptions } from './fit.ts';
import { expressionsOf } from './testing.ts';

type Cell = null | boolean | number | string;
let database: Database;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-fit-'));
  database = await openDatabase({ tempDir: folder });
});
afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

const scan = (schema: Schema, rows: readonly (readonly Cell[])[]): Relation => ({ op: 'scan', source: { kind: 'values', rows }, schema, label: 'rows' });
const recipeOf = (...steps: RecipeStep[]): Recipe => ({ steps });
const all = { by: 'all-numeric' } as const;
const texts = { by: 'all-categorical' } as const;

/** Features of the rows fitted on, by name. */
async function features(recipe: Recipe, schema: Schema, rows: readonly (readonly Cell[])[], applied = rows, options: FitRecipeOptions = {}): Promise<Record<string, Cell[]>> {
  const fitted = await fitRecipe(recipe, scan(schema, rows), schema, database, options);
  const found = await database.rows({ op: 'project', input: scan(schema, applied), columns: expressionsOf(fitted.outputs) });
  return Object.fromEntries(fitted.outputs.map((output, index) => [output.name, found.rows.map((row) => row[index] ?? null)]));
}

const impute = (over: Partial<Extract<RecipeStep, { step: 'impute' }>> = {}): RecipeStep => ({ step: 'impute', columns: all, numeric: 'median', categorical: 'most-frequent', constant: 'missing', indicator: false, ...over });
const oneHot = (over: Partial<Extract<RecipeStep, { step: 'one-hot' }>> = {}): RecipeStep => ({ step: 'one-hot', columns: texts, maxCategories: 10, other: false, dropFirst: false, ...over });

describe('impute', () => {
  const schema: Schema = [{ name: 'x', type: 'float' }];
  const rows = [[1], [2], [6], [null], [Number.NaN]];

  it('fills with median, mean or zero, and remembers what was missing', async () => {
    expect(await features(recipeOf(impute()), schema, rows)).toEqual({ x: [1, 2, 6, 2, 2] });
    expect(await features(recipeOf(impute({ numeric: 'mean' })), schema, rows)).toEqual({ x: [1, 2, 6, 3, 3] });
    expect(await features(recipeOf(impute({ numeric: 'zero', indicator: true })), schema, rows)).toEqual({ x: [1, 2, 6, 0, 0], x_missing: [0, 0, 0, 1, 1] });
  });

  it('takes the empty text and numbers beyond 1e100 as missing', async () => {
    expect(await features(recipeOf(impute()), schema, [[1], [3], [1e101], [-1e300]])).toEqual({ x: [1, 3, 2, 2] });
    const text: Schema = [{ name: 's', type: 'string' }];
    expect(await features(recipeOf(impute({ columns: texts }), oneHot()), text, [['b'], ['b'], ['a'], [''], [null]])).toEqual({ 's=a': [0, 0, 1, 0, 0], 's=b': [1, 1, 0, 1, 1] });
  });
});

describe('scale', () => {
  const schema: Schema = [{ name: 'x', type: 'float' }, { name: 'same', type: 'integer' }];
  const rows = [[1, 7], [2, 7], [3, 7], [10, 7]];

  it('standardises by the population deviation and makes a constant column 0', async () => {
    const found = await features(recipeOf({ step: 'scale', columns: all, method: 'standard' }), schema, rows, [...rows, [4, 99]]);
    // mean 4, population variance (9 + 4 + 1 + 36) / 4 = 12.5
    expect(found['x']?.map((value) => Number(value).toFixed(9))).toEqual([-3, -2, -1, 6, 0].map((value) => (value / Math.sqrt(12.5)).toFixed(9)).map((text) => (text === '-0.000000000' ? '0.000000000' : text)));
    expect(found['same']).toEqual([0, 0, 0, 0, 0]);
  });

  it('scales to 0…1, and by quartiles', async () => {
    expect((await features(recipeOf({ step: 'scale', columns: all, method: 'min-max' }), schema, rows))['x']?.[3]).toBeCloseTo(1, 12);
    // median 2.5, quartiles 1.75 and 4.75
    const robust = await features(recipeOf({ step: 'scale', columns: all, method: 'robust' }), schema, rows);
    expect(robust['x']?.map(Number)).toEqual([-0.5, -0.5 / 3, 0.5 / 3, 2.5].map((value) => expect.closeTo(value, 12)));
  });
});

describe('quantile', () => {
  const schema: Schema = [{ name: 'x', type: 'float' }];
  const step: RecipeStep = { step: 'scale', columns: all, method: 'quantile' };

  it('gives the share of rows below, straight lines between, and stays within 0 and 1', async () => {
    expect(await features(recipeOf(step), schema, [[10], [0], [40], [30]], [[0], [10], [20], [30], [40], [-5], [99]])).toEqual({ x: [0, 1 / 3, 0.5, 2 / 3, 1, 0, 1].map((value) => expect.closeTo(value, 12)) });
  });

  it('gives equal values the middle of their shares, a constant column 0, and a value missing only later the mean', async () => {
    expect(await features(recipeOf(step), schema, [[0], [0], [0], [8], [9]], [[0], [4], [9]])).toEqual({ x: [0.25, 0.5, 1].map((value) => expect.closeTo(value, 12)) });
    expect(await features(recipeOf(step), schema, [[3], [3]], [[3], [4], [null]])).toEqual({ x: [0, 0, 0] });
    expect(await features(recipeOf(step), schema, [[1], [2], [50]], [[null]])).toEqual({ x: [0.5] });
  });

  it('repeats scikit-learn’s QuantileTransformer, where its places are the values and where there are fewer', async () => {
    const { values, few, many } = z.object({ values: z.array(z.number()), few: z.array(z.number()), many: z.array(z.number()) }).parse(JSON.parse(readFileSync(path.join(import.meta.dirname, 'quantile.reference.json'), 'utf8')));
    const short = values.slice(0, few.length).map((value) => [value]);
    expect((await features(recipeOf(step), schema, short))['x']).toEqual(few.map((value) => expect.closeTo(value, 9)));
    const found = (await features(recipeOf(step), schema, values.map((value) => [value])))['x'] ?? [];
    // Between two of the hundred places nothing is known but that shares rise.
    expect(Math.max(...found.map((value, index) => Math.abs(Number(value) - (many[index] ?? Number.NaN))))).toBeLessThan(0.01);
  });
});

describe('power', () => {
  const reference = z.array(z.object({ values: z.array(z.number()), lambda: z.number(), scaled: z.array(z.number()) })).parse(JSON.parse(readFileSync(path.join(import.meta.dirname, 'power.reference.json'), 'utf8')));

  it.each(reference)('repeats scikit-learn’s PowerTransformer (λ = $lambda)', async ({ values, scaled }) => {
    const schema: Schema = [{ name: 'x', type: 'float' }];
    const found = await features(recipeOf({ step: 'scale', columns: all, method: 'power' }), schema, values.map((value) => [value]));
    expect(found['x']).toEqual(scaled.map((value) => expect.closeTo(value, 3)));
  });

  it('gives a constant column 0, and a value missing only later the mean', async () => {
    const schema: Schema = [{ name: 'x', type: 'float' }];
    const step: RecipeStep = { step: 'scale', columns: all, method: 'power' };
    expect(await features(recipeOf(step), schema, [[3], [3]], [[3], [1e99], [null]])).toEqual({ x: [0, 0, 0] });
    expect((await features(recipeOf(step), schema, [[1], [2], [50]], [[null]]))['x']).toEqual([expect.closeTo(0, 12)]);
  });
});

describe('one-hot', () => {
  const schema: Schema = [{ name: 's', type: 'string' }];
  const rows = [['c'], ['c'], ['c'], ['b'], ['b'], ['a'], [null]];

  it('keeps the most frequent, in order of the value; unseen and missing are all zero', async () => {
    expect(await features(recipeOf(oneHot({ maxCategories: 2 })), schema, rows, [['a'], ['b'], ['c'], ['never'], [null], ['']])).toEqual({ 's=b': [0, 1, 0, 0, 0, 0], 's=c': [0, 0, 1, 0, 0, 0] });
  });

  it('collects the rest in “other” and can leave out the first', async () => {
    expect(await features(recipeOf(oneHot({ maxCategories: 2, other: true, dropFirst: true })), schema, rows, [['a'], ['b'], ['c'], ['never'], [null]])).toEqual({ 's=c': [0, 0, 1, 0, 0], 's=(other)': [1, 0, 0, 1, 0] });
  });

  it('encodes named numbers and true/false, too', async () => {
    const mixed: Schema = [{ name: 'n', type: 'integer' }, { name: 'b', type: 'boolean' }];
    const found = await features(recipeOf(oneHot({ columns: { by: 'names', names: ['n', 'b'] } })), mixed, [[1, true], [20, false], [3, true]]);
    expect(found).toEqual({ 'n=1': [1, 0, 0], 'n=3': [0, 0, 1], 'n=20': [0, 1, 0], 'b=false': [0, 1, 0], 'b=true': [1, 0, 1] });
  });
});

it('names a column with more categories than are kept, and what else could be done', async () => {
  const schema: Schema = [{ name: 's', type: 'string' }];
  const rows = Array.from({ length: 20 }, (_unused, index): Cell[] => [`value ${index}`]);
  for (const step of [oneHot({ maxCategories: 5 }), { step: 'ordinal', columns: texts, maxCategories: 5, order: 'frequency', missing: 'nan' } as const]) {
    const reported: Diagnostic[] = [];
    await fitRecipe(recipeOf(step), scan(schema, rows), schema, database, { report: (diagnostic) => reported.push(diagnostic) });
    expect(reported).toMatchObject([{ severity: 'info', code: 'high-cardinality', place: { column: 's' }, remedy: expect.stringContaining('target-encode') }]);
  }
});

describe('ordinal', () => {
  const schema: Schema = [{ name: 's', type: 'string' }];
  const rows = [['c'], ['c'], ['c'], ['b'], ['b'], ['a'], [null]];
  const fresh = [['a'], ['b'], ['c'], ['never'], [null], ['']];
  const ordinal = (over: Partial<Extract<RecipeStep, { step: 'ordinal' }>> = {}): RecipeStep => ({ step: 'ordinal', columns: texts, maxCategories: 254, order: 'frequency', missing: 'nan', ...over });

  it('codes the most frequent first; rare, unseen and missing values are missing', async () => {
    expect(await features(recipeOf(ordinal()), schema, rows, fresh, { allowMissing: true })).toEqual({ s: [2, 1, 0, null, null, null] });
    expect(await features(recipeOf(ordinal({ maxCategories: 2 })), schema, rows, fresh, { allowMissing: true })).toEqual({ s: [null, 1, 0, null, null, null] });
    expect(await features(recipeOf(ordinal({ order: 'alphabetical' })), schema, rows, fresh, { allowMissing: true })).toEqual({ s: [0, 1, 2, null, null, null] });
  });

  it('gives the rest one code where that is asked for, and where the learner takes no missing features', async () => {
    expect(await features(recipeOf(ordinal({ missing: 'code' })), schema, rows, fresh, { allowMissing: true })).toEqual({ s: [2, 1, 0, 3, 3, 3] });
    expect(await features(recipeOf(ordinal({ maxCategories: 1 })), schema, rows, fresh)).toEqual({ s: [1, 1, 0, 1, 1, 1] });
  });

  it('says what the codes stand for', async () => {
    const mixed: Schema = [{ name: 'x', type: 'float' }, { name: 's', type: 'string' }, { name: 'flag', type: 'boolean' }];
    const step = ordinal({ columns: { by: 'names', names: ['s', 'flag'] }, order: 'alphabetical' });
    const data = [[1, 'b', true], [2, 'a', false], [3, null, null]];
    expect((await fitRecipe(recipeOf(step), scan(mixed, data), mixed, database, { allowMissing: true })).categorical).toEqual([
      { name: 's', categories: ['a', 'b'] },
      { name: 'flag', categories: ['false', 'true'] },
    ]);
    const coded = await fitRecipe(recipeOf(step), scan(mixed, data), mixed, database);
    expect(coded.categorical?.[0]).toEqual({ name: 's', categories: ['a', 'b', '(other or missing)'] });
    expect((await fitRecipe(recipeOf(), scan(mixed.slice(0, 1), [[1]]), mixed.slice(0, 1), database)).categorical).toBeUndefined();
  });
});

it('lets missing numbers pass where the learner takes them', async () => {
  const schema: Schema = [{ name: 'x', type: 'float' }, { name: 'n', type: 'integer' }, { name: 'flag', type: 'boolean' }];
  const rows = [[1, 5, true], [null, null, null], [Number.NaN, 6, false], [1e101, 7, null]];
  expect(await features(treeRecipe, schema, rows, rows, { allowMissing: true })).toEqual({ x: [1, null, null, null], n: [5, null, 6, 7], flag: [1, null, 0, null] });
  expect(await features(recipeOf({ step: 'scale', columns: all, method: 'min-max' }), schema, rows, [[3, 8, true], [null, 6, false]], { allowMissing: true })).toEqual({ x: [0, null], n: [1.5, 0.5], flag: [1, 0] });
  await expect(features(treeRecipe, schema, rows)).rejects.toMatchObject({ code: 'missing-values', place: { column: 'x' } });
});

describe('a recipe that leaves something unusable', () => {
  const schema: Schema = [{ name: 'x', type: 'float' }, { name: 's', type: 'string' }];

  it('names the column with missing numbers and asks for an impute step', async () => {
    await expect(fitRecipe(recipeOf(oneHot()), scan(schema, [[1, 'a'], [null, 'b']]), schema, database)).rejects.toMatchObject({ code: 'missing-values', place: { column: 'x' } });
  });

  it('names the text column that no step encodes', async () => {
    await expect(fitRecipe(recipeOf(), scan(schema, [[1, 'a']]), schema, database)).rejects.toMatchObject({ code: 'not-encoded', place: { column: 's' } });
  });

  it('names a column that is not among the features, and types that cannot be one', async () => {
    await expect(fitRecipe(recipeOf(impute({ columns: { by: 'names', names: ['gone'] } })), scan(schema, [[1, 'a']]), schema, database)).rejects.toMatchObject({ code: 'recipe-column' });
    const dated: Schema = [{ name: 'd', type: 'date' }];
    await expect(fitRecipe(defaultRecipe, scan(dated, [['2024-01-01']]), dated, database)).rejects.toMatchObject({ code: 'feature-type' });
  });

  it('refuses no rows and nothing but missing values', async () => {
    await expect(fitRecipe(defaultRecipe, scan(schema, []), schema, database)).rejects.toMatchObject({ code: 'no-rows' });
    await expect(fitRecipe(defaultRecipe, scan(schema, [[null, '']]), schema, database)).rejects.toMatchObject({ code: 'no-features' });
  });
});

describe('columns that cannot be learnt from', () => {
  it('are left out with a diagnostic: empty ones, and identifiers where nobody chose the features', async () => {
    const schema: Schema = [{ name: 'x', type: 'float' }, { name: 'empty', type: 'float' }, { name: 'id', type: 'string' }];
    const rows = Array.from({ length: 80 }, (_unused, index): Cell[] => [index, null, `person ${index}`]);
    const reported: Diagnostic[] = [];
    const fitted = await fitRecipe(defaultRecipe, scan(schema, rows), schema, database, { report: (diagnostic) => reported.push(diagnostic), leaveOutIdentifiers: true });
    expect(fitted.outputs.map((output) => output.name)).toEqual(['x']);
    expect(fitted.inputs.map((column) => column.name)).toEqual(['x']);
    expect(reported.map((diagnostic) => [diagnostic.code, diagnostic.place?.column])).toEqual([['empty-column', 'empty'], ['identifier-column', 'id']]);
  });
});

it('gives a value missing only at prediction time the training mean', async () => {
  const schema: Schema = [{ name: 'x', type: 'float' }];
  expect(await features(recipeOf(), schema, [[1], [2], [6]], [[null], [5]])).toEqual({ x: [3, 5] });
  expect(await features(recipeOf({ step: 'scale', columns: all, method: 'min-max' }), schema, [[0], [10]], [[null]])).toEqual({ x: [0.5] });
});

it('rounds whole numbers beyond 2^53 instead of failing, and keeps equal names apart', async () => {
  const schema: Schema = [{ name: 'big', type: 'integer' }, { name: 'a=b', type: 'float' }, { name: 'a', type: 'string' }];
  const found = await features(recipeOf(impute(), oneHot()), schema, [[9007199254740991, 1, 'b'], [-9007199254740991, 2, 'b']]);
  expect(Object.keys(found)).toEqual(['big', 'a=b', 'a=b_2']);
  expect(found['big']).toEqual([9007199254740991, -9007199254740991]);
});
