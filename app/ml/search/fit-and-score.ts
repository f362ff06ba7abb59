import type { LearnerSpec, LearningTask } from '#app/sdk/ports.ts';
import { amongAllClasses, type TestedRows } from '../evaluation/run-fold.ts';
import type { NumberedRows } from '../evaluation/fold-table.ts';
import { trainInWorker } from '../learners/train.ts';
import type { TrainHooks, TrainPayload } from '../learners/types.ts';
import { headGraph } from '../model/assemble.ts';
import type { FeatureRows } from '../model/feature-rows.ts';
import type { LearningRows } from '../model/learn.ts';
import { collector, type Predictions } from '../model/scorer.ts';
import { closeSession, openSession, runSession } from '../onnx/session.ts';
import { runTask } from '../worker/run-task.ts';
import type { TaskAnswer } from '../worker/tasks.ts';

export interface FitAndScorePayload {
  readonly train: TrainPayload;
  readonly test: {
    /** Row-major [rows × width]. */
    readonly matrix: Float32Array;
    readonly rows: number;
    readonly width: number;
    readonly task: LearningTask;
    /** Those of the training rows. */
    readonly classes: readonly string[];
  };
}

export interface FitAndScoreResult {
  readonly predictions: Predictions;
  /** Of the training alone, in milliseconds. */
  readonly fitMs: number;
}

/** Rows scored at once. */
const BATCH = 65_536;

/** Worker side of `fitAndScore`. */
export async function fitAndScoreInWorker({ train, test }: FitAndScorePayload, hooks: TrainHooks): Promise<TaskAnswer<FitAndScoreResult>> {
  const began = performance.now();
  const { head } = (await trainInWorker(train, hooks)).result;
  const fitMs = performance.now() - began;
  const collect = collector(test, test.rows);
  const { session } = (await openSession({ model: headGraph(head, test.width) })).result;
  try {
    for (let from = 0; from < test.rows; from += BATCH) {
      hooks.check();
      const to = Math.min(test.rows, from + BATCH);
      const data = test.matrix.slice(from * test.width, to * test.width);
      collect.add((await runSession({ session, feeds: { [head.input]: { dims: [to - from, test.width], data } } })).result, from);
    }
  } finally {
    await closeSession({ session });
  }
  return { result: { predictions: collect.predictions, fitMs } };
}

/**
 * Trains on some rows and predicts others, all in one worker: of a trial only its predictions are wanted, and the trees of a forest would
 * keep the engine busy for a second on their way. Matrices on shared memory are not copied.
 * @throws PenstockError those of the learner; CancelledError.
 */
export async function fitAndScore(rows: NumberedRows, spec: LearnerSpec, { prepared, fitted, data }: LearningRows, test: FeatureRows, { seed, signal }: { readonly seed: number; readonly signal: AbortSignal }): Promise<{ readonly tested: TestedRows; readonly fitMs: number }> {
  const width = fitted.outputs.length;
  const payload: FitAndScorePayload = {
    train: {
      algorithm: spec.algorithm,
      params: spec.params,
      seed,
      task: spec.task,
      matrix: data.matrix,
      rows: data.rows,
      features: fitted.outputs.map(({ name }) => name),
      target: (data.beside[0] ?? new Float64Array()).map((value) => value * prepared.width + prepared.centre),
      classes: prepared.classes.length,
      ...(fitted.categorical === undefined ? {} : { categories: fitted.outputs.map(({ name }) => fitted.categorical?.find((codes) => codes.name === name)?.categories.length ?? 0) }),
    },
    test: { matrix: test.matrix, rows: test.rows, width, task: rows.task, classes: prepared.classes },
  };
  const { predictions, fitMs } = await runTask('fit-and-score', payload, { signal });
  const truth = Float64Array.from(test.places, (place) => rows.truth[place] ?? Number.NaN);
  return { tested: { places: test.places, truth, ...amongAllClasses(predictions, prepared.classes, rows.classes) }, fitMs };
}
