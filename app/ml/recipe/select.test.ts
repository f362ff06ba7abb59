import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Diagnostic } from '#app/core/errors.ts';
import { openDatabase, type Database } from '#app/data/index.ts';
import type { Relation, Schema } from '#app/relation/types.ts';
import type { RecipeStep } from '#app/sdk/ports.ts';
import { fitRecipe } from './fit.ts';
import type { TestCell } from './testing.ts';

let database: Database;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-select-'));
  database = await openDatabase({ tempDir: folder });
});
afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

const select = (over: Partial<Extract<RecipeStep, { step: 'select' }>>): RecipeStep => ({ step: 'select', columns: { by: 'all' }, action: 'drop-constant', constantShare: 1, correlation: 0.98, ...over });
const schema: Schema = [
  { name: 'x', type: 'float' },
  { name: 'twice', type: 'integer' },
  { name: 'other', type: 'float' },
  { name: 'same', type: 'integer' },
  { name: 'nearly', type: 'boolean' },
  { name: 'city', type: 'string' },
  { name: 'sometimes', type: 'string' },
  { name: 'day', type: 'date' },
];
const rows = Array.from({ length: 40 }, (_unused, index): TestCell[] => [
  index + 0.25,
  -2 * index,
  index % 7,
  9,
  index !== 3,
  'Oslo',
  index % 2 === 0 ? 'yes' : null,
  index === 0 ? '2024-01-02' : '2024-01-01',
]);

/** Names of the features that are left, with what was said. */
async function left(steps: readonly RecipeStep[]): Promise<{ names: string[]; said: (string | undefined)[] }> {
  const relation: Relation = { op: 'scan', source: { kind: 'values', rows }, schema, label: 'rows' };
  const reported: Diagnostic[] = [];
  const fitted = await fitRecipe(
    { steps: [...steps, { step: 'date-parts', columns: { by: 'all-dates' }, parts: ['day'], since: '2000-01-01' }, { step: 'ordinal', columns: { by: 'all-categorical' }, maxCategories: 9, order: 'frequency', missing: 'code' }] },
    relation,
    schema,
    database,
    { report: (diagnostic) => reported.push(diagnostic), allowMissing: true },
  );
  return { names: fitted.outputs.map((output) => output.name), said: reported.map((diagnostic) => `${diagnostic.code} ${diagnostic.place?.column ?? ''}`) };
}

describe('select', () => {
  it('leaves out constant columns, and nearly constant ones; missing is a value', async () => {
    expect(await left([select({})])).toEqual({ names: ['x', 'twice', 'other', 'nearly', 'sometimes', 'day_day'], said: ['constant-column same', 'constant-column city'] });
    expect((await left([select({ constantShare: 0.975 })])).names).toEqual(['x', 'twice', 'other', 'sometimes']);
  });

  it('leaves out the later of two columns that say the same, and no constant one', async () => {
    const found = await left([select({ action: 'drop-correlated' })]);
    expect(found).toEqual({ names: ['x', 'other', 'same', 'nearly', 'city', 'sometimes', 'day_day'], said: ['correlated-column twice'] });
    expect((await left([select({ action: 'drop-correlated', columns: { by: 'names', names: ['twice', 'other'] } })])).names).toContain('twice');
  });

  it('drops and keeps by name and by type', async () => {
    expect((await left([select({ action: 'drop', columns: { by: 'all-numeric' } })])).names).toEqual(['city', 'sometimes', 'day_day']);
    expect((await left([select({ action: 'keep', columns: { by: 'names', names: ['city', 'x'] } })])).names).toEqual(['x', 'city']);
    await expect(left([select({ action: 'drop', columns: { by: 'names', names: ['gone'] } })])).rejects.toMatchObject({ code: 'recipe-column' });
    await expect(left([select({ action: 'drop' })])).rejects.toMatchObject({ code: 'no-features' });
  });

  it('sees columns as earlier steps made them', async () => {
    const parts: RecipeStep = { step: 'date-parts', columns: { by: 'all-dates' }, parts: ['day', 'year'], since: '2000-01-01' };
    expect((await left([parts, select({ columns: { by: 'names', names: ['day'] } })])).names).toEqual(['x', 'twice', 'other', 'same', 'nearly', 'city', 'sometimes', 'day_day']);
  });
});
