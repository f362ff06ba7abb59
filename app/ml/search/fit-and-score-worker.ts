import type { LearningTask } from '#app/sdk/ports.ts';
import { trainInWorker } from '../learners/train.ts';
import type { TrainHooks, TrainPayload } from '../learners/types.ts';
import { headGraph } from '../model/assemble.ts';
import { rowsAtOnce } from '../model/score-head.ts';
import { collector, type Predictions } from '../model/scorer.ts';
import { closeSession, openSession, runSession } from '../onnx/session.ts';
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

/** Worker side of `fitAndScore`. */
export async function fitAndScoreInWorker({ train, test }: FitAndScorePayload, hooks: TrainHooks): Promise<TaskAnswer<FitAndScoreResult>> {
  const began = performance.now();
  const { head } = (await trainInWorker(train, hooks)).result;
  const fitMs = performance.now() - began;
  const collect = collector(test, test.rows);
  const { session } = (await openSession({ model: headGraph(head, test.width) })).result;
  const batch = rowsAtOnce(test.width);
  try {
    for (let from = 0; from < test.rows; from += batch) {
      hooks.check();
      const to = Math.min(test.rows, from + batch);
      const data = test.matrix.slice(from * test.width, to * test.width);
      collect.add((await runSession({ session, feeds: { [head.input]: { dims: [to - from, test.width], data } } })).result, from);
    }
  } finally {
    await closeSession({ session });
  }
  return { result: { predictions: collect.predictions, fitMs } };
}
