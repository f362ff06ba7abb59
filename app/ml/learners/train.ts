import { PenstockError } from '#app/core/errors.ts';
import type { TaskAnswer } from '../worker/tasks.ts';
import type { TrainHooks, TrainPayload, TrainedLearner } from './types.ts';

/** Worker side of `trainLearner`. */
export async function trainInWorker(payload: TrainPayload, hooks: TrainHooks): Promise<TaskAnswer<TrainedLearner>> {
  hooks.check();
  throw new PenstockError('unknown-algorithm', `There is no learner '${payload.algorithm}'.`);
}
