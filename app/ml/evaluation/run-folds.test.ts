import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Schema } from '#app/relation/types.ts';
import type { CheckpointServices } from '#app/sdk/node.ts';
import type { LearnerSpec, TableValue } from '#app/sdk/ports.ts';
import { defaultRecipe } from '#app/sdk/recipe.ts';
import type { LearnServices } from '../model/learn.ts';
import { openTestTables } from '../model/testing.ts';
import { closeIdleWorkers } from '../worker/run-task.ts';
import { foldTable, numberRows } from './fold-table.ts';
import { makeFolds } from './make-folds.ts';
import { runFolds } from './run-folds.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-folds-'));
let opened: Awaited<ReturnType<typeof openTestTables>>;
beforeAll(async () => {
  opened = await openTestTables(folder);
});
afterAll(async () => {
  await opened.database.close();
  await closeIdleWorkers();
  rmSync(folder, { recursive: true, force: true });
});

const services = (tables: LearnServices['tables']): LearnServices => ({ tables, seed: 5, signal: new AbortController().signal, progress: () => {}, metric: () => {}, log: () => {}, report: () => {} });

it('fits nothing again that was done before a kill', async () => {
  const schema: Schema = [{ name: 'x', type: 'float' }, { name: 'class', type: 'string' }];
  const lines = Array.from({ length: 60 }, (_unused, i) => [Math.sin(i), Math.sin(i) + 0.3 * Math.cos(7 * i) > 0 ? 'up' : 'down']);
  const table: TableValue = { kind: 'table', schema, relation: { op: 'scan', source: { kind: 'values', rows: lines }, schema, label: 'rows' } };
  const { tables } = opened;
  const rows = await numberRows('classification', { name: 'class', type: 'string' }, table, tables, () => {});
  const folds = await makeFolds({ by: 'k-fold', k: 4, repeats: 1, stratified: true }, rows, 1, tables, () => {});
  const blocks = await foldTable(rows, folds, tables);
  const spec: LearnerSpec = { algorithm: 'logistic-regression', task: 'classification', params: {}, recipe: defaultRecipe, target: 'class', features: null };
  const tasks = folds.splits.map((split) => ({ spec, name: `fold ${split.fold}`, learner: 'Logistic regression', sides: { trainingRows: blocks.trainingRows(split), testRows: blocks.testRows(split) }, seed: split.fold }));

  let bytes: Uint8Array | null = null;
  const checkpoint: CheckpointServices = { everyMs: 0, load: async () => bytes, save: async (state) => void (bytes = state) };
  const stop = new AbortController();
  // Killed once two folds are done.
  let saves = 0;
  const stopping: CheckpointServices = {
    ...checkpoint,
    save: async (state) => {
      await checkpoint.save(state);
      saves += 1;
      if (saves === 2) stop.abort();
    },
  };
  await expect(runFolds(rows, tasks, { ...services(tables), signal: stop.signal }, { atOnce: 1, checkpoint: stopping })).rejects.toMatchObject({ name: expect.stringMatching(/Abort|Cancel/) });

  let fits = 0;
  const counting = { ...tables, matrix: (...given: Parameters<typeof tables.matrix>) => ((fits += 1), tables.matrix(...given)) };
  const again = await runFolds(rows, tasks, services(counting), { atOnce: 1, checkpoint });
  // A matrix to train on and one to test on, of the two folds that were left.
  expect(fits).toBe(4);
  const whole = await runFolds(rows, tasks, services(tables));
  expect(again.map(({ metrics, tested }) => ({ metrics, tested }))).toEqual(whole.map(({ metrics, tested }) => ({ metrics, tested })));
});
