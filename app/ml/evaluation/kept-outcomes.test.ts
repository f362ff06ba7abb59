import { expect, it } from 'vitest';
import type { CheckpointServices } from '#app/sdk/node.ts';
import type { LearnerSpec } from '#app/sdk/ports.ts';
import type { NumberedRows } from './fold-table.ts';
import { openKeptOutcomes } from './kept-outcomes.ts';
import type { FoldOutcome } from './run-fold.ts';
import type { FoldTask } from './run-folds.ts';

const relation = { op: 'scan', source: { kind: 'values', rows: [] }, schema: [], label: 'rows' } as const;
const rows: NumberedRows = { relation, schema: [{ name: 'x', type: 'float' }], place: 'place', rows: 3, task: 'classification', target: { name: 'y', type: 'string' }, classes: ['a', 'b'], truth: Float64Array.of(0, 1, 1) };
const spec: LearnerSpec = { algorithm: 'naive-bayes', task: 'classification', params: {}, recipe: { steps: [] }, target: 'y', features: null };
const tasks = [1, 2].map((seed): FoldTask => ({ spec, name: `fold ${seed}`, learner: 'Naive Bayes', sides: { trainingRows: relation, testRows: relation }, seed }));
const outcome: FoldOutcome = { trainingRows: 2, testRows: 1, fitMs: 5, scoreMs: 1, metrics: { accuracy: 1, roc_auc: Number.NaN }, training: null, tested: { places: Int32Array.of(2), truth: Float64Array.of(1), predicted: Int32Array.of(1), probabilities: Float32Array.of(0.25, 0.75) } };

/** A place of one state, as the engine has on disk. */
function place(): CheckpointServices & { bytes: Uint8Array | null } {
  const kept: CheckpointServices & { bytes: Uint8Array | null } = {
    bytes: null,
    everyMs: 0,
    load: async () => kept.bytes,
    save: async (bytes) => {
      kept.bytes = bytes;
    },
  };
  return kept;
}

it('gives the outcomes of a killed run back, as they were, and only to the same rows, learners and seeds', async () => {
  const disk = place();
  const first = await openKeptOutcomes(disk, rows, tasks);
  expect(first.known(1)).toBeUndefined();
  first.keep(1, outcome);
  await first.settled();
  const again = await openKeptOutcomes(disk, rows, tasks);
  expect(again.known(1)).toEqual(outcome);
  expect(again.known(0)).toBeUndefined();
  const others: [NumberedRows, readonly FoldTask[]][] = [
    [{ ...rows, truth: Float64Array.of(0, 1, 0) }, tasks],
    [rows, tasks.map((task) => ({ ...task, seed: 9 }))],
    [rows, tasks.map((task) => ({ ...task, spec: { ...spec, params: { smoothing: 2 } } }))],
  ];
  for (const [other, otherTasks] of others) expect((await openKeptOutcomes(disk, other, otherTasks)).known(1)).toBeUndefined();
  disk.bytes = disk.bytes?.slice(0, 40) ?? null;
  expect((await openKeptOutcomes(disk, rows, tasks)).known(1)).toBeUndefined();
});

it('keeps nothing without a place', async () => {
  const kept = await openKeptOutcomes(undefined, rows, tasks);
  kept.keep(0, outcome);
  expect(kept.known(0)).toBeUndefined();
  await kept.settled();
});
