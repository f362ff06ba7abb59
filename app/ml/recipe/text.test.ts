import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import { openDatabase, type Database } from '#app/data/index.ts';
import type { Relation, Schema } from '#app/relation/types.ts';
import type { Recipe, RecipeStep } from '#app/sdk/ports.ts';
import { nativeRuntime, wasmRuntime } from '../onnx/testing.ts';
import { featuresOfFew } from './apply.ts';
import { fitRecipe, type FitRecipeOptions } from './fit.ts';
import { featuresInOnnx, type TestCell } from './testing.ts';

let database: Database;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-text-'));
  database = await openDatabase({ tempDir: folder });
});
afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

type TextStep = Extract<RecipeStep, { step: 'text' }>;
const step = (over: Partial<TextStep> = {}): RecipeStep => ({ step: 'text', columns: { by: 'names', names: ['t'] }, weighting: 'tf-idf', longest: 1, lowerCase: true, shortest: 2, minRows: 2, maxTerms: 500, ...over });
const schema: Schema = [{ name: 't', type: 'string' }, { name: 'x', type: 'float' }];
const scan = (rows: readonly (readonly TestCell[])[]): Relation => ({ op: 'scan', source: { kind: 'values', rows }, schema, label: 'rows' });
const texts = (list: readonly (string | null)[]): TestCell[][] => list.map((text, index) => [text, index]);

/** Names and rows of features of `applied`, by SQL and by each build of ONNX Runtime. */
async function features(recipe: Recipe, rows: readonly (readonly TestCell[])[], applied = rows, options: FitRecipeOptions = {}) {
  const fitted = await fitRecipe(recipe, scan(rows), schema, database, options);
  const width = fitted.outputs.length;
  const split = (data: Float32Array): number[][] => applied.map((_row, row) => Array.from(data.subarray(row * width, (row + 1) * width)));
  return {
    names: fitted.outputs.map((output) => output.name),
    sql: split(await featuresOfFew(fitted, scan(applied), database)),
    native: split(await featuresInOnnx(nativeRuntime, fitted, schema, applied)),
    wasm: split(await featuresInOnnx(wasmRuntime(), fitted, schema, applied)),
  };
}

const table = z.array(z.array(z.number()));
const reference = z
  .object({ texts: z.array(z.string()), newTexts: z.array(z.string()), cases: z.array(z.object({ name: z.string(), terms: z.array(z.string()), training: table, fresh: table })) })
  .parse(JSON.parse(readFileSync(path.join(import.meta.dirname, 'text.reference.json'), 'utf8')));
const steps: Readonly<Record<string, Partial<TextStep>>> = {
  'tf-idf': {},
  'tf-idf of pairs': { longest: 2 },
  counts: { weighting: 'counts', longest: 3 },
  presence: { weighting: 'presence', minRows: 1 },
};

describe('scikit-learn’s vectorizers', () => {
  it.each(reference.cases)('are repeated: $name', async ({ name, terms, training, fresh }) => {
    const rows = texts(reference.texts);
    const found = await features({ steps: [step(steps[name])] }, rows, [...rows, ...texts(reference.newTexts)]);
    const place = found.names.slice(0, -1).map((feature) => terms.indexOf(feature.slice('t:'.length)));
    expect([...place].sort((a, b) => a - b)).toEqual(terms.map((_term, index) => index));
    const wanted = [...training, ...fresh].map((row) => place.map((at) => expect.closeTo(row[at] ?? Number.NaN, 6)));
    for (const backend of ['sql', 'native', 'wasm'] as const) expect(found[backend].map((row) => row.slice(0, -1))).toEqual(wanted);
  });
});

describe('text features', () => {
  const piece = fc.constantFrom('good', 'Good', 'GOOD', 'bad', 'été', 'Été', 'ÉTÉ', 'straße', 'STRASSE', 'İstanbul', 'ﬁlm', 'Σίσυφος', 'ΣΊΣΥΦΟΣ', '日本', '日本語', '😀', 'e\u0301', 'x', 'z1', '٣', 'the');
  const between = fc.constantFrom(' ', '  ', ', ', '…', '’', '\n', '\t', '-', '_', '\u00a0', '\u2028', '\u200d', '«', '»', '。', '/', '×', '\u3000', '', '\u001f', '\u007f');
  const text = fc.oneof(
    { weight: 8, arbitrary: fc.array(fc.tuple(piece, between), { maxLength: 8 }).map((parts) => parts.flat().join('')) },
    { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }).map((value) => value.replaceAll('\0', ' ')) },
    { weight: 1, arbitrary: fc.constantFrom(null, '', '!!') },
  );
  const anyStep = fc.record({
    weighting: fc.constantFrom('tf-idf', 'counts', 'presence'),
    longest: fc.integer({ min: 1, max: 3 }),
    lowerCase: fc.boolean(),
    shortest: fc.integer({ min: 1, max: 3 }),
    minRows: fc.integer({ min: 1, max: 2 }),
    maxTerms: fc.constantFrom(1, 4, 60),
  });

  it('are the same in SQL and in ONNX, whatever the text', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(anyStep, fc.array(text, { minLength: 1, maxLength: 14 }), fc.array(text, { maxLength: 8 }), async (over, train, fresh) => {
        try {
          const rows = texts(train);
          const found = await features({ steps: [step(over as Partial<TextStep>)] }, rows, [...rows, ...texts(fresh), [null, 0]]);
          const close = found.sql.map((row) => row.map((value) => expect.closeTo(value, 6)));
          expect(found.native).toEqual(close);
          expect(found.wasm).toEqual(close);
        } catch (error) {
          if (!(error instanceof PenstockError && error.code === 'no-features')) throw error;
        }
      }),
      { numRuns: 40 },
    );
  });

  it('find words in capitals that training never saw', async () => {
    const found = await features({ steps: [step({ weighting: 'counts', minRows: 1 })] }, texts(['a small word', 'and été']), texts(['SMALL Small sMALL', 'ÉTÉ Été']));
    const at = (term: string) => found.names.indexOf(`t:${term}`);
    expect(found.sql[0]?.[at('small')]).toBe(2);
    expect(found.sql[1]?.[at('été')]).toBe(2);
    expect(found.native).toEqual(found.sql);
  });

  it('stand beside other steps: missing text filled before, identifiers kept where named, several texts', async () => {
    const rows = Array.from({ length: 60 }, (_unused, index): TestCell[] => [index % 5 === 0 ? null : `case ${index} of thing${index % 3}`, index]);
    const impute: RecipeStep = { step: 'impute', columns: { by: 'all-categorical' }, numeric: 'none', categorical: 'constant', constant: 'nothing said', indicator: true };
    const found = await features({ steps: [impute, step({ minRows: 5 }), { step: 'one-hot', columns: { by: 'all-categorical' }, maxCategories: 5, other: false, dropFirst: false }] }, rows, [...rows, [null, 1], ['NOTHING', 2]], { leaveOutIdentifiers: true });
    expect(found.names).toEqual(['t:case', 't:nothing', 't:of', 't:said', 't:thing0', 't:thing1', 't:thing2', 't_missing', 'x']);
    expect(found.sql.at(-2)).toEqual([0, expect.closeTo(Math.SQRT1_2, 6), 0, expect.closeTo(Math.SQRT1_2, 6), 0, 0, 0, 1, 1]);
    expect(found.sql.at(-1)?.slice(0, 4)).toEqual([0, 1, 0, 0]);
    expect(found.native).toEqual(found.sql.map((row) => row.map((value) => expect.closeTo(value, 6))));
  });

  it('give nothing where no term is frequent enough, and say so', async () => {
    const said: string[] = [];
    const found = await features({ steps: [step()] }, texts(['one', 'two']), undefined, { log: (_level, message) => said.push(message) });
    expect(found.names).toEqual(['x']);
    expect(said).toEqual(['No term of “t” occurs in 2 rows, so nothing is learnt from it.']);
  });
});
