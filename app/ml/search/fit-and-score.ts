import type { LearnerSpec } from '#app/sdk/ports.ts';
import type { NumberedRows } from '../evaluation/fold-table.ts';
import { testedRows, type TestedRows } from '../evaluation/run-fold.ts';
import type { FeatureRows } from '../model/feature-rows.ts';
import { trainInputOf, type LearningRows } from '../model/learn.ts';
import { runTask } from '../worker/run-task.ts';
import type { FitAndScorePayload } from './fit-and-score-worker.ts';

/**
 * Trains on some rows and predicts others, all in one worker: of a trial only its predictions are wanted, and the trees of a forest would
 * keep the engine busy for a second on their way. Matrices on shared memory are not copied.
 * @throws PenstockError those of the learner; CancelledError.
 */
export async function fitAndScore(rows: NumberedRows, spec: LearnerSpec, learning: LearningRows, test: FeatureRows, { seed, signal }: { readonly seed: number; readonly signal: AbortSignal }): Promise<{ readonly tested: TestedRows; readonly fitMs: number }> {
  const { classes } = learning.prepared;
  const width = learning.fitted.outputs.length;
  const payload: FitAndScorePayload = {
    train: { algorithm: spec.algorithm, params: spec.params, seed, ...trainInputOf(spec, learning) },
    test: { matrix: test.matrix, rows: test.rows, width, task: rows.task, classes },
  };
  const { predictions, fitMs } = await runTask('fit-and-score', payload, { signal });
  return { tested: testedRows(rows, test.places, classes, predictions), fitMs };
}
