import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PenstockError } from '#app/core/errors.ts';
import { openDatabase, type Database } from '#app/data/index.ts';
import { emitFeatures } from '#app/relation/emitters/onnx/index.ts';
import { call, cast, col, lit } from '#app/relation/build.ts';
import type { Relation, Schema } from '#app/relation/types.ts';
import type { Recipe, RecipeStep } from '#app/sdk/ports.ts';
import { encodeModel } from '../onnx/encode.ts';
import { nativeRuntime, type TestRuntime, wasmRuntime } from '../onnx/testing.ts';
import { defaultRecipe, treeRecipe } from '#app/sdk/recipe.ts';
import { featuresOfFew } from './apply.ts';
import type { FitTarget } from './columns.ts';
import { fitRecipe, type FitRecipeOptions } from './fit.ts';
import { featuresInOnnx, type TestCell } from './testing.ts';

type Cell = TestCell;
const schema: Schema = [
  { name: 'x', type: 'float' },
  { name: 'weird "name"', type: 'float' },
  { name: 'whole', type: 'integer' },
  { name: 'flag', type: 'boolean' },
  { name: 'label', type: 'string' },
  { name: 'città', type: 'string' },
];

const numberCell = fc.oneof(
  { weight: 6, arbitrary: fc.double({ min: -1e4, max: 1e4, noNaN: true }) },
  fc.constantFrom(0, -0, 1, 1e99, -1e99, 1e101, 1e308, 5e-324, 1e-300, 123456789.123),
  fc.constant(null),
);
const wholeCell = fc.oneof({ weight: 4, arbitrary: fc.integer({ min: -50, max: 50 }) }, fc.constantFrom(Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER), fc.constant(null));
const textCell = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('a', 'b', 'Ærø', '日本', '😀', "it's", 'a=b', ' ', 'A', 'null') },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 6 }) },
  { weight: 1, arbitrary: fc.constantFrom(null, '') },
);
const rowArbitrary: fc.Arbitrary<Cell[]> = fc.tuple(numberCell, numberCell, wholeCell, fc.constantFrom(true, false, null), textCell, textCell);

const numericNames = ['x', 'weird "name"', 'whole', 'flag'];
const textNames = ['label', 'città'];
const selection = (all: 'all-numeric' | 'all-categorical', names: string[]) =>
  fc.oneof({ weight: 2, arbitrary: fc.constant({ by: all } as const) }, fc.subarray(names, { minLength: 1 }).map((chosen) => ({ by: 'names', names: chosen }) as const));
const imputeArbitrary = fc
  .record({
    numeric: fc.constantFrom('mean', 'median', 'zero'),
    categorical: fc.constantFrom('most-frequent', 'constant', 'none'),
    constant: fc.constantFrom('missing', 'a', ''),
    indicator: fc.boolean(),
  })
  .chain((rest) =>
    fc.constantFrom('all-numeric', 'all-categorical').map((by): RecipeStep => ({ step: 'impute', columns: { by: by as 'all-numeric' }, ...(rest as { numeric: 'mean'; categorical: 'none'; constant: string; indicator: boolean }) })),
  );
const scaleArbitrary = fc.tuple(selection('all-numeric', numericNames), fc.constantFrom('standard', 'min-max', 'robust', 'power', 'quantile')).map(([columns, method]): RecipeStep => ({ step: 'scale', columns, method: method as 'standard' }));
const oneHotArbitrary = fc
  .tuple(selection('all-categorical', [...textNames, 'whole', 'flag']), fc.integer({ min: 1, max: 6 }), fc.boolean(), fc.boolean())
  .map(([columns, maxCategories, other, dropFirst]): RecipeStep => ({ step: 'one-hot', columns, maxCategories, other, dropFirst }));
const ordinalArbitrary = fc
  .tuple(selection('all-categorical', [...textNames, 'whole', 'flag']), fc.integer({ min: 1, max: 6 }), fc.constantFrom('frequency', 'alphabetical'), fc.constantFrom('nan', 'code'))
  .map(([columns, maxCategories, order, missing]): RecipeStep => ({ step: 'ordinal', columns, maxCategories, order: order as 'frequency', missing: missing as 'nan' }));
const targetArbitrary = fc
  .tuple(selection('all-categorical', [...textNames, 'whole', 'flag']), fc.constantFrom('auto', 'fixed'), fc.integer({ min: 1, max: 6 }))
  .map(([columns, smoothing, maxCategories]): RecipeStep => ({ step: 'target-encode', columns, smoothing: smoothing as 'auto', weight: 2, folds: 3, maxCategories }));
/** Something to predict, for steps that encode by it. */
const target: FitTarget = { classes: [], expr: call('coalesce', cast(col('flag'), 'float'), lit(3, 'float')) };
/** Random steps in random order; whatever they leave open is closed at the end. */
const recipeArbitrary: fc.Arbitrary<Recipe> = fc.array(fc.oneof(imputeArbitrary, scaleArbitrary, oneHotArbitrary, ordinalArbitrary, targetArbitrary), { maxLength: 4 }).map((steps) => ({
  steps: [
    ...steps,
    { step: 'impute', columns: { by: 'all-numeric' }, numeric: 'median', categorical: 'none', constant: '', indicator: true },
    { step: 'scale', columns: { by: 'all-numeric' }, method: 'standard' },
    { step: 'one-hot', columns: { by: 'all-categorical' }, maxCategories: 5, other: true, dropFirst: false },
  ],
}));

const values = (rows: readonly (readonly Cell[])[]): Relation => ({ op: 'scan', source: { kind: 'values', rows }, schema, label: 'rows' });

let database: Database;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-recipe-'));
  database = await openDatabase({ tempDir: folder });
});
afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

async function compare(runtime: TestRuntime, recipe: Recipe, train: readonly Cell[][], fresh: readonly Cell[][], options: FitRecipeOptions = {}): Promise<number> {
  const fitted = await fitRecipe(recipe, values(train), schema, database, { target, ...options });
  const rows = [...train, ...fresh, schema.map(() => null)];
  const expected = await featuresOfFew(fitted, values(rows), database);
  const found = await featuresInOnnx(runtime, fitted, schema, rows);
  const width = fitted.outputs.length;
  expect(found.length).toBe(rows.length * width);
  expect(expected.length).toBe(found.length);
  for (const row of rows.keys()) {
    for (const at of fitted.outputs.keys()) {
      const wanted = expected[row * width + at] ?? Number.NaN;
      if (options.allowMissing !== true) expect(wanted, `${fitted.outputs[at]?.name ?? ''} is never missing`).not.toBeNaN();
      const value = found[row * width + at] ?? Number.NaN;
      // Where a power step's result cancels to 0, its logarithms differ in the last digit.
      const close = Object.is(value, wanted) || Math.abs(value - wanted) <= Math.max(1e-5 * Math.abs(wanted), 1e-12);
      if (!close) throw new Error(`${fitted.outputs[at]?.name ?? ''} of row ${row} ${JSON.stringify(rows[row])}: SQL ${wanted}, ONNX ${value}`);
    }
  }
  return width;
}

describe('a fitted recipe', () => {
  it('agrees where a constant is neutral to float32 but not to float64', async () => {
        const scaled: Recipe = { steps: [{ step: 'scale', columns: { by: 'names', names: ['x'] }, method: 'standard' }, ...defaultRecipe.steps] };
    const row = (x: number): Cell[] => [x, x * 1.000000001, 0, true, 'a', 'a'];
    await compare(nativeRuntime, scaled, [row(0), row(-2e-46)], []);
    await compare(nativeRuntime, scaled, [row(1), row(3), row(1.0000000001)], []);
  });

  it('agrees where numbers are nearly the same, and where categories are made of scaled ones', async () => {
    const scaled = (method: 'power' | 'quantile'): RecipeStep => ({ step: 'scale', columns: { by: 'all-numeric' }, method });
    const row = (x: number, whole: number): Cell[] => [x, -x, whole, true, 'a', 'a'];
    for (const [a, b] of [[-1e-50, 0], [0, 5e-324], [1e16, 1e16 + 2]] as const) {
      await compare(nativeRuntime, { steps: [scaled('quantile'), ...defaultRecipe.steps] }, [row(a, 1), row(b, 2)], []);
    }
    const codes: RecipeStep = { step: 'ordinal', columns: { by: 'names', names: ['whole', 'x'] }, maxCategories: 9, order: 'alphabetical', missing: 'nan' };
    for (const method of ['power', 'quantile'] as const) {
      await compare(nativeRuntime, { steps: [scaled(method), codes, ...treeRecipe.steps] }, [row(0.1, -45), row(0.7, 0), row(3.3, 12)], [row(0.2, 1)], { allowMissing: true });
    }
  });

  it('gives the same features in SQL and in ONNX, for any recipe and any rows', { timeout: 180_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(recipeArbitrary, fc.array(rowArbitrary, { minLength: 1, maxLength: 25 }), fc.array(rowArbitrary, { maxLength: 6 }), async (recipe, train, fresh) => {
        try {
          await compare(nativeRuntime, recipe, train, fresh);
        } catch (error) {
          // Rows in which nothing is present cannot be learnt from, and that is what must be said.
          if (!(error instanceof PenstockError && error.code === 'no-features')) throw error;
        }
      }),
      { numRuns: 20 },
    );
  });

  it('gives missing features in SQL and in ONNX alike, where they may be', { timeout: 180_000 }, async () => {
    const recipes = fc.array(fc.oneof(scaleArbitrary, ordinalArbitrary), { maxLength: 3 }).map((steps): Recipe => ({ steps: [...steps, ...treeRecipe.steps] }));
    await fc.assert(
      fc.asyncProperty(recipes, fc.array(rowArbitrary, { minLength: 1, maxLength: 25 }), fc.array(rowArbitrary, { maxLength: 6 }), async (recipe, train, fresh) => {
        try {
          await compare(nativeRuntime, recipe, train, fresh, { allowMissing: true });
        } catch (error) {
          if (!(error instanceof PenstockError && error.code === 'no-features')) throw error;
        }
      }),
      { numRuns: 15 },
    );
  });

  it('runs on the WebAssembly build of ONNX Runtime, too', { timeout: 60_000 }, async () => {
    const train: Cell[][] = Array.from({ length: 30 }, (_unused, index) => [
      index % 4 === 0 ? null : index / 3,
      index,
      index % 5,
      index % 3 === 0 ? null : index % 2 === 0,
      ['a', 'Ærø', '日本', null][index % 4] ?? null,
      ['x', '', 'y'][index % 3] ?? null,
    ]);
    const recipe: Recipe = {
      steps: [
        { step: 'impute', columns: { by: 'all-numeric' }, numeric: 'mean', categorical: 'none', constant: '', indicator: true },
        { step: 'impute', columns: { by: 'names', names: ['città'] }, numeric: 'none', categorical: 'most-frequent', constant: '', indicator: true },
        { step: 'scale', columns: { by: 'names', names: ['x', 'weird "name"'] }, method: 'robust' },
        { step: 'one-hot', columns: { by: 'names', names: ['whole'] }, maxCategories: 3, other: true, dropFirst: true },
        { step: 'one-hot', columns: { by: 'all-categorical' }, maxCategories: 2, other: true, dropFirst: false },
      ],
    };
    const fresh: Cell[][] = [[1e9, -3, 4, null, 'never seen', '😀']];
    expect(await compare(wasmRuntime(), recipe, train, fresh)).toBe(await compare(nativeRuntime, recipe, train, fresh));
  });

  it('stays small with many categories: one encoder a text column', async () => {
    const train = Array.from({ length: 400 }, (_unused, index): Cell[] => [index, 0, 0, true, `category ${index % 200}`, 'z']);
    const recipe: Recipe = { steps: [{ step: 'one-hot', columns: { by: 'all-categorical' }, maxCategories: 200, other: true, dropFirst: false }] };
    const fitted = await fitRecipe(recipe, values(train), schema, database);
    const features = emitFeatures(fitted);
    expect(fitted.outputs.length).toBeGreaterThan(200);
    expect(features.nodes.filter((node) => node.op === 'LabelEncoder')).toHaveLength(2);
    const model = encodeModel({
      name: 'features',
      inputs: features.inputs,
      outputs: [{ name: features.output, type: 'float', shape: ['rows', fitted.outputs.length] }],
      nodes: features.nodes,
      initializers: features.initializers,
    });
    expect(model.length).toBeLessThan(12_000);
  });
});
