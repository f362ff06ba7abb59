import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { deserialize } from 'node:v8';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Schema } from '#app/relation/types.ts';
import type { CheckpointServices } from '#app/sdk/node.ts';
import type { LearnerSpec, TableValue } from '#app/sdk/ports.ts';
import { defaultRecipe } from '#app/sdk/recipe.ts';
import type { LearnServices } from '../model/learn.ts';
import { openTestTables } from '../model/testing.ts';
import { closeIdleWorkers } from '../worker/run-task.ts';
import type { FittedBase } from './join-bases.ts';
import { learnStack } from './learn-stack.ts';
import { StackStates } from './stack-states.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-stack-'));
let opened: Awaited<ReturnType<typeof openTestTables>>;
beforeAll(async () => {
  opened = await openTestTables(folder);
});
afterAll(async () => {
  await opened.database.close();
  await closeIdleWorkers();
  rmSync(folder, { recursive: true, force: true });
});

const services = (tables: LearnServices['tables'], stop = new AbortController()): LearnServices => ({ tables, seed: 5, signal: stop.signal, progress: () => {}, metric: () => {}, log: () => {}, report: () => {} });

/** Keeps the last state, as the engine does on disk. */
function place(saved: (state: Uint8Array) => void = () => {}, first: Uint8Array | null = null): CheckpointServices & { last(): Uint8Array | null } {
  let bytes = first;
  return {
    everyMs: 0,
    load: async () => bytes,
    save: async (state) => {
      bytes = state;
      saved(state);
    },
    last: () => bytes,
  };
}

const basesIn = (state: Uint8Array): number => (deserialize(state) as { bases: unknown[] }).bases.length;

it.each(['stack', 'average'] as const)('fits no learner again that was fitted before a kill, in folds or on all rows: %s', async (method) => {
  const schema: Schema = [{ name: 'x', type: 'float' }, { name: 'z', type: 'float' }, { name: 'class', type: 'string' }];
  const lines = Array.from({ length: 90 }, (_unused, i) => [Math.sin(i), Math.cos(3 * i), Math.sin(i) + 0.3 * Math.cos(7 * i) > 0 ? 'up' : 'down']);
  const table: TableValue = { kind: 'table', schema, relation: { op: 'scan', source: { kind: 'values', rows: lines }, schema, label: 'rows' } };
  const base = (algorithm: string, params: object): object => ({ algorithm, params, recipe: defaultRecipe, features: null });
  const bases = [base('random-forest', { trees: 7 }), base('logistic-regression', {}), base('gradient-boosting', { iterations: 5, earlyStopping: false })];
  const spec: LearnerSpec = { algorithm: 'stacking', task: 'classification', params: { method, folds: 3, bases }, recipe: defaultRecipe, target: 'class', features: null };
  const { tables } = opened;

  const stop = new AbortController();
  // Killed once two of three are fitted on all rows.
  const first = place((state) => basesIn(state) === 2 && stop.abort());
  await expect(learnStack(spec, table, services(tables, stop), { checkpoint: first })).rejects.toMatchObject({ name: expect.stringMatching(/Abort|Cancel/) });

  let fits = 0;
  const counting = { ...tables, matrix: (...given: Parameters<typeof tables.matrix>) => ((fits += 1), tables.matrix(...given)) };
  const again = await learnStack(spec, table, services(counting), { checkpoint: place(() => {}, first.last()) });
  expect(fits).toBe(1);
  const whole = await learnStack(spec, table, services(tables));
  expect(again.trained).toEqual(whole.trained);
  expect(again.fitted).toEqual(whole.fitted);

  // With another seed nothing of it counts.
  fits = 0;
  await learnStack(spec, table, { ...services(counting), seed: 6 }, { checkpoint: place(() => {}, first.last()) });
  expect(fits).toBeGreaterThan(2);
});

describe('the states of a stack', () => {
  const fitted = (numbers: number): FittedBase =>
    ({ fitted: { inputs: [], outputs: [] }, trained: { head: { input: 'x', outputs: [], nodes: [{ op: 'TreeEnsembleRegressor', inputs: [], outputs: [], attributes: { nodes_values: { kind: 'floats', value: new Float32Array(numbers) } } }], initializers: [] }, metrics: {}, details: { notes: [] } } }) as unknown as FittedBase;

  it('hold those of folds and of the training that is running beside each other', async () => {
    const disk = place();
    const states = await StackStates.open(disk, () => 'a');
    await states.ofFolds?.save(Uint8Array.of(1));
    await states.keep(0, fitted(3));
    await states.ofBase(1)?.save(Uint8Array.of(2));
    const later = await StackStates.open(place(() => {}, disk.last()), () => 'a');
    expect(await later.ofFolds?.load()).toEqual(Uint8Array.of(1));
    expect(later.known(0)).toEqual(fitted(3));
    expect(await later.ofBase(1)?.load()).toEqual(Uint8Array.of(2));
    expect(await later.ofBase(2)?.load()).toBeNull();
    const other = await StackStates.open(place(() => {}, disk.last()), () => 'b');
    expect([await other.ofFolds?.load(), other.known(0), await other.ofBase(1)?.load()]).toEqual([null, undefined, null]);
    const torn = await StackStates.open(place(() => {}, Uint8Array.of(9, 9)), () => 'a');
    expect(torn.known(0)).toBeUndefined();
  });

  it('leave out learners so large that writing them again and again would take the time', async () => {
    const disk = place();
    const states = await StackStates.open(disk, () => 'a');
    await states.keep(0, fitted(20_000_000));
    expect(basesIn(disk.last() ?? new Uint8Array())).toBe(0);
  });

  it('are nowhere where there is no place for them', async () => {
    const states = await StackStates.open(undefined, () => 'a');
    await states.keep(0, fitted(3));
    expect([states.ofFolds, states.ofBase(0), states.known(0)]).toEqual([undefined, undefined, undefined]);
  });
});
