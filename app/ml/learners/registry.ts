import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import { issuePhrase } from '#app/core/issue-phrase.ts';
import type { LearningTask } from '#app/sdk/ports.ts';
import { trainImages } from './cnn/train-images.ts';
import { cnnParams } from './cnn/params.ts';
import { trainLinear } from './linear/linear.ts';
import { linearParams } from './linear/params.ts';
import { trainLogistic } from './logistic/logistic.ts';
import { logisticParams } from './logistic/params.ts';
import { trainMlp } from './mlp/mlp.ts';
import { mlpParams } from './mlp/params.ts';
import { trainNaiveBayes } from './naive-bayes/naive-bayes.ts';
import { naiveBayesParams } from './naive-bayes/params.ts';
import { trainNearest } from './nearest-neighbours/nearest-neighbours.ts';
import { nearestParams } from './nearest-neighbours/params.ts';
import { svmParams } from './svm/params.ts';
import { trainSvm } from './svm/svm.ts';
import { textParams } from './text/params.ts';
import { trainText } from './text/train-text.ts';
import { boostingParams } from '../trees/boosting-params.ts';
import { forestParams } from '../trees/forest-params.ts';
import { trainBoosting, trainForest, trainTree, treeParams } from '../trees/learners.ts';
import type { TrainHooks, TrainInput, TrainedLearner } from './types.ts';

/** A learner as the rest of the app sees it. */
export interface Algorithm {
  /** As in `LearnerSpec.algorithm`. */
  readonly name: string;
  readonly tasks: readonly LearningTask[];
  /** Parses `{}` to the defaults. */
  readonly params: z.ZodType;
  /** It finds values that are missing or infinite on its way through the matrix; otherwise they are looked for before. */
  readonly checksMatrix?: boolean;
  /** Features may be missing (NaN) and hold codes of categories (`TrainInput.categories`); others want them filled and encoded. */
  readonly takesMissing?: boolean;
  /** Runs in a worker. `params` as they come; parsed inside. */
  train(input: TrainInput, params: unknown, seed: number, hooks: TrainHooks): TrainedLearner | Promise<TrainedLearner>;
}

function algorithm<S extends z.ZodType>(
  name: string,
  tasks: readonly LearningTask[],
  params: S,
  train: (input: TrainInput, params: z.output<S>, hooks: TrainHooks, seed: number) => TrainedLearner | Promise<TrainedLearner>,
  traits: Pick<Algorithm, 'checksMatrix' | 'takesMissing'> = {},
): [string, Algorithm] {
  const parse = (value: unknown): z.output<S> => {
    const parsed = params.safeParse(value);
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    const param = (issue?.path ?? []).filter((part) => typeof part !== 'symbol');
    throw new PenstockError('params-invalid', `The param '${param.join('.')}' of ${name} is not valid: ${issuePhrase(issue, 'it')}.`, {
      remedy: 'Correct it in the inspector.',
      place: { param },
    });
  };
  return [name, { name, tasks, params, ...traits, train: (input, value, seed, hooks) => train(input, parse(value), hooks, seed) }];
}

export const algorithms: ReadonlyMap<string, Algorithm> = new Map([
  algorithm('linear-regression', ['regression'], linearParams, trainLinear, { checksMatrix: true }),
  algorithm('logistic-regression', ['classification'], logisticParams, trainLogistic, { checksMatrix: true }),
  algorithm('mlp', ['classification', 'regression'], mlpParams, trainMlp),
  algorithm('naive-bayes', ['classification'], naiveBayesParams, trainNaiveBayes),
  algorithm('k-nearest-neighbours', ['classification', 'regression'], nearestParams, trainNearest),
  algorithm('support-vector-machine', ['classification', 'regression'], svmParams, trainSvm),
  algorithm('text-classifier', ['classification'], textParams, trainText),
  algorithm('convolutional-network', ['classification'], cnnParams, trainImages, { takesMissing: true }),
  algorithm('gradient-boosting', ['classification', 'regression'], boostingParams, trainBoosting, { takesMissing: true }),
  algorithm('random-forest', ['classification', 'regression'], forestParams, trainForest, { takesMissing: true }),
  algorithm('decision-tree', ['classification', 'regression'], treeParams, trainTree, { takesMissing: true }),
]);

/** @throws PenstockError `unknown-algorithm`, `task-unsupported`. */
export function findAlgorithm(name: string, task: LearningTask): Algorithm {
  const found = algorithms.get(name);
  if (found === undefined) {
    throw new PenstockError('unknown-algorithm', `There is no learner called '${name}'.`, { remedy: `Use one of ${[...algorithms.keys()].join(', ')}.` });
  }
  if (!found.tasks.includes(task)) {
    throw new PenstockError('task-unsupported', `The learner '${name}' cannot do ${task}.`, {
      remedy: task === 'regression' ? 'Choose a learner for numbers, or a target with classes.' : 'Choose a learner for classes, or a numeric target.',
    });
  }
  return found;
}
