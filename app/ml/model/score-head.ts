import type { ModelSignature } from '#app/sdk/ports.ts';
import type { LearnerHead } from '../learners/types.ts';
import { createRunner } from '../onnx/runner.ts';
import { headGraph } from './assemble.ts';
import { collector, type Predictions, type ScoreOptions } from './scorer.ts';

const MOST_ROWS = 65_536;
/** Features scored at once: networks of texts and images make many times as many numbers of them. */
const MOST_CELLS = 1_048_576;

/** Rows of so many features that are scored at once. */
export const rowsAtOnce = (width: number): number => Math.max(1, Math.min(MOST_ROWS, Math.floor(MOST_CELLS / width)));

/**
 * Predictions of a learner's head alone over features [rows × width] that were computed in SQL: what the assembled model must repeat,
 * and all that is needed where no file is written. Runs in a worker.
 * @throws PenstockError `scoring-failed`; CancelledError.
 */
export async function scoreHead(head: LearnerHead, signature: Pick<ModelSignature, 'task' | 'classes'>, matrix: Float32Array, rows: number, width: number, options: ScoreOptions = {}): Promise<Predictions> {
  const { signal, progress } = options;
  const within = signal === undefined ? {} : { signal };
  const runner = await createRunner(headGraph(head, width), within);
  try {
    const collect = collector(signature, rows);
    const batch = rowsAtOnce(width);
    for (let from = 0; from < rows; from += batch) {
      const to = Math.min(rows, from + batch);
      // A copy of its own: what crosses to the worker is the whole buffer under a view.
      const data = from === 0 && to === rows ? matrix : matrix.slice(from * width, to * width);
      collect.add(await runner.run({ [head.input]: { dims: [to - from, width], data } }, within), from);
      progress?.(to / rows);
    }
    return collect.predictions;
  } finally {
    await runner.close();
  }
}
