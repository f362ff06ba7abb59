import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import { defineNode, type ConfigureResult } from '#app/sdk/node.ts';
import type { LearnerSpec, PortMeta } from '#app/sdk/ports.ts';
import { learnerProblems } from '#app/sdk/scores.ts';
import { expectedSignature, tableSchema, trainerOutputs } from '#app/sdk/trainer.ts';

export const paramsSchema = z.object({
  method: z
    .enum(['stack', 'average'])
    .default('stack')
    .meta({ title: 'Join by', control: 'select', labels: { stack: 'A final learner', average: 'The average' }, description: 'A final learner finds out on unseen rows whom to trust how much; the average asks all alike.' }),
  folds: z.int().min(2).max(20).default(5).meta({ title: 'Folds', control: 'number', min: 2, max: 20, visibleWhen: { param: 'method', in: ['stack'] }, description: 'The final learner sees what learners predict for the fold that they were not trained on.' }),
  weights: z
    .array(z.object({ weight: z.number().min(0).default(1).meta({ title: 'Weight', control: 'number', min: 0, step: 0.1 }) }))
    .default([])
    .meta({ title: 'Weights', control: 'rows', visibleWhen: { param: 'method', in: ['average'] }, description: 'One a learner, in the order in which they are connected; none: all the same.' }),
  seed: z.int().min(0).max(4_294_967_295).default(42).meta({ title: 'Seed', control: 'number', min: 0, step: 1, advanced: true, description: 'Another seed gives other folds.' }),
});
export type Params = z.output<typeof paramsSchema>;

/** The whole as one learner; null while there is no base. */
export function stackedSpec({ method, folds, weights, seed }: Params, bases: readonly LearnerSpec[], final: LearnerSpec | null): LearnerSpec | null {
  const [first] = bases;
  if (first === undefined) return null;
  return {
    algorithm: 'stacking',
    task: first.task,
    params: {
      method,
      bases: bases.map(({ algorithm, params, recipe, features }) => ({ algorithm, params, recipe, features })),
      final: method === 'average' || final === null ? null : { algorithm: final.algorithm, params: final.params },
      weights: method === 'stack' || weights.length === 0 ? null : weights.map(({ weight }) => weight),
      folds,
      seed,
    },
    recipe: { steps: [] },
    target: first.target,
    features: null,
  };
}

const learnersAt = (metas: readonly PortMeta[] | undefined): (LearnerSpec | null)[] => (metas ?? []).map((meta) => (meta.kind === 'learner' ? meta.learner : null));

export const definition = defineNode({
  type: 'train/stacking',
  version: 1,
  title: 'Stacking',
  summary: 'Joins several learners into one model: a final learner over their predictions for unseen rows, or their average.',
  keywords: ['ensemble', 'voting', 'blend', 'average', 'StackingClassifier', 'StackingRegressor', 'VotingClassifier', 'meta learner', 'super learner'],
  inputs: [
    { name: 'table', title: 'Training table', kind: 'table', arity: 'optional', summary: 'Rows to learn from; without it only the learner comes out.' },
    { name: 'learner', title: 'Learners', kind: 'learner', arity: 'many', summary: 'The Learner outputs of train nodes, all with the same target.' },
    { name: 'final', title: 'Final learner', kind: 'learner', arity: 'optional', summary: 'Without it: logistic regression for classes, ridge regression for numbers.' },
  ],
  outputs: trainerOutputs,
  params: paramsSchema,
  describe: ({ method, folds }, say) => (method === 'average' ? say`average of learners` : say`final learner over ${folds} folds`),
  configure: (context): ConfigureResult => {
    const { inputs, params } = context;
    const schema = tableSchema(context);
    const bases = learnersAt(inputs['learner']);
    const known = bases.filter((base) => base !== null);
    const [final] = learnersAt(inputs['final']);
    const diagnostics: Diagnostic[] = [...learnerProblems(schema, known)];
    const [first] = known;
    if (params.method === 'average' && params.weights.length > 0 && bases.length > 0) {
      const problem = params.weights.length !== bases.length ? `There ${params.weights.length === 1 ? 'is one weight' : `are ${params.weights.length} weights`} for ${bases.length} learners.` : params.weights.every(({ weight }) => weight === 0) ? 'All weights are 0.' : null;
      if (problem !== null) diagnostics.push({ severity: 'error', code: 'weights', message: problem, remedy: 'Give each learner a weight in the order of its wire, or none at all.', place: { param: ['weights'] } });
    }
    if (params.method === 'average' && inputs['final'] !== undefined) {
      diagnostics.push({ severity: 'info', code: 'final-unused', message: 'The average has no final learner; the one that is connected is not used.', remedy: 'Join by a final learner, or take the wire off.', place: { port: 'final' } });
    }
    if (final !== undefined && final !== null && first !== undefined && final.task !== first.task) {
      diagnostics.push({ severity: 'error', code: 'different-tasks', message: `The final learner predicts ${final.task === 'classification' ? 'classes' : 'numbers'}, the others ${first.task === 'classification' ? 'classes' : 'numbers'}.`, remedy: 'Connect a final learner for the same kind of target.', place: { port: 'final' } });
    }
    const spec = known.length === bases.length && final !== null ? stackedSpec(params, known, final ?? null) : null;
    const target = schema?.find((column) => column.name === first?.target);
    const isKnown = spec !== null && schema !== null && target !== undefined && !diagnostics.some(({ severity }) => severity === 'error');
    return {
      outputs: {
        learner: { kind: 'learner', learner: spec },
        model: { kind: 'model', signature: isKnown ? joinedSignature(known.map((base) => expectedSignature(schema, target, base.task, base.features, base.recipe))) : null },
      },
      diagnostics,
    };
  },
});

type Signature = ReturnType<typeof expectedSignature>;

function joinedSignature(signatures: readonly Signature[]): Signature {
  const [first] = signatures;
  if (first === undefined || first === null || signatures.includes(null)) return null;
  const inputs = new Map(signatures.flatMap((signature) => signature?.inputs ?? []).map((column) => [column.name, column]));
  return { ...first, inputs: [...inputs.values()] };
}
