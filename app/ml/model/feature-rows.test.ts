import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { memoriesOf, memoryOf } from '#app/core/shared-table.ts';
import type { Schema } from '#app/relation/types.ts';
import type { LearnerSpec } from '#app/sdk/ports.ts';
import { defaultRecipe } from '#app/sdk/recipe.ts';
import { closeIdleWorkers } from '../worker/run-task.ts';
import { readLearningRows, trainInputOf, trainOnRows } from './learn.ts';
import { openTestTables } from './testing.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-feature-rows-'));
let opened: Awaited<ReturnType<typeof openTestTables>>;
beforeAll(async () => {
  opened = await openTestTables(folder);
});
afterAll(async () => {
  await opened.database.close();
  closeIdleWorkers();
  rmSync(folder, { recursive: true, force: true });
});

it('reads the rows of a pipeline to where the kernels learn from them, and several learners share them', async () => {
  const names = Array.from({ length: 10 }, (_, i) => `x${i}`);
  const schema: Schema = [...names.map((name) => ({ name, type: 'float' }) as const), { name: 'y', type: 'float' }];
  const noise = (i: number): string => `hash(r * 17 + ${i}) % 10007 / 10007.0`;
  const text = `select ${names.map((name, i) => `(${noise(i)})::double as ${name}`).join(', ')}, (3 * (${noise(0)}) - 2 * (${noise(4)}) + 0.01 * (${noise(99)}))::double as y from range(20000) rows(r)`;
  const spec: LearnerSpec = { algorithm: 'linear-regression', task: 'regression', params: { penalty: 'none' }, recipe: defaultRecipe, target: 'y', features: null };
  const services = { tables: opened.tables, seed: 1, signal: new AbortController().signal, progress: () => {}, metric: () => {}, log: () => {}, report: () => {} };
  const rows = await readLearningRows(spec, { relation: { op: 'sql', inputs: [], text, schema }, schema }, services);
  const input = trainInputOf(spec, rows);
  expect(memoryOf(input.matrix)).not.toBeNull();
  expect(memoriesOf(input)).toHaveProperty('matrix');
  const before = Float32Array.from(input.matrix);
  const fits = await Promise.all([1, 2, 3].map(() => trainOnRows(spec, rows, services)));
  const coefficients = fits.map(({ trained }) => trained.details.coefficients?.map(({ coefficient }) => coefficient) ?? []);
  expect(coefficients[1]).toEqual(coefficients[0]);
  expect(coefficients[2]).toEqual(coefficients[0]);
  expect(new Set(fits.map(({ trained }) => trained.metrics['trainingR2'])).size).toBe(1);
  expect(fits[0]?.trained.metrics['trainingR2']).toBeGreaterThan(0.999);
  expect(input.matrix).toEqual(before);
});
