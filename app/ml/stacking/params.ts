import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import { issuePhrase } from '#app/core/issue-phrase.ts';
import type { LearnerSpec, LearningTask, Recipe } from '#app/sdk/ports.ts';

/** `LearnerSpec.algorithm` of learners made of others. Unlike those of the registry it has recipes of its own: those of its bases. */
export const stackingAlgorithm = 'stacking';

const recipe = z.custom<Recipe>((value) => typeof value === 'object' && value !== null && Array.isArray((value as { steps?: unknown }).steps));

export const stackingParams = z.object({
  /** `stack`: a final learner is trained on what the bases predict for rows they did not see; `average`: the weighted mean. */
  method: z.enum(['stack', 'average']).default('stack'),
  /** Task and target are those of the whole. */
  bases: z.array(z.object({ algorithm: z.string(), params: z.record(z.string(), z.unknown()), recipe, features: z.array(z.string()).nullable() })).min(1),
  /** Null: logistic regression for classes, ridge regression for numbers. Its recipe is not used: it sees the bases' predictions as they are. */
  final: z.object({ algorithm: z.string(), params: z.record(z.string(), z.unknown()) }).nullable().default(null),
  /** Of the average, one a base, not all 0; null: all the same. */
  weights: z.array(z.number().min(0)).nullable().default(null),
  folds: z.int().min(2).max(20).default(5),
  /** Decides the folds; absent: the run's seed. */
  seed: z.int().min(0).max(0xffff_ffff).nullish(),
});
export type StackingParams = z.output<typeof stackingParams>;

/** @throws PenstockError `params-invalid`. */
export function parseStacking(spec: LearnerSpec): { readonly params: StackingParams; readonly bases: readonly LearnerSpec[] } {
  const parsed = stackingParams.safeParse(spec.params);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new PenstockError('params-invalid', `The param '${(issue?.path ?? []).join('.')}' of ${stackingAlgorithm} is not valid: ${issuePhrase(issue, 'it')}.`, { remedy: 'Connect at least one learner to Stacking.' });
  }
  const { data: params } = parsed;
  if (params.weights !== null && (params.weights.length !== params.bases.length || !params.weights.some((weight) => weight > 0))) {
    throw new PenstockError('params-invalid', `There are ${params.weights.length} weights for ${params.bases.length} learners, or all of them are 0.`, { remedy: 'Give one weight a learner, or none at all.', place: { param: ['weights'] } });
  }
  return { params, bases: params.bases.map((base) => ({ ...base, task: spec.task, target: spec.target })) };
}

/** The final learner where none is chosen. */
export function defaultFinal(task: LearningTask): Pick<LearnerSpec, 'algorithm' | 'params'> {
  return task === 'classification' ? { algorithm: 'logistic-regression', params: {} } : { algorithm: 'linear-regression', params: { penalty: 'ridge', choose: 'cross-validation' } };
}
