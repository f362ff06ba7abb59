import { PenstockError } from '#app/core/errors.ts';
import type { RunContext } from '#app/sdk/node.ts';
import type { LearnerSpec, PortValue } from '#app/sdk/ports.ts';
import { defaultRecipe, defaultRecipeSentence, treeRecipe, treeRecipeSentence } from '#app/sdk/recipe.ts';
import { taskOf, type TrainerParams, type TrainerSpec } from '#app/sdk/trainer.ts';
import { fitLearner } from './fit-learner.ts';

/** What every train node does when it runs: `learner` always, `model` where a table is connected. */
export async function runTrainer(context: RunContext<TrainerParams>, spec: TrainerSpec): Promise<Record<string, PortValue>> {
  const { inputs, params } = context;
  const table = inputs['table']?.[0];
  const recipe = inputs['recipe']?.[0];
  if (recipe?.kind !== 'recipe') context.log('info', spec.takesMissing === true ? treeRecipeSentence : defaultRecipeSentence);
  const target = table?.kind === 'table' ? table.schema.find((column) => column.name === params.target) : undefined;
  if (spec.task === 'auto' && target === undefined) {
    throw new PenstockError('task-unknown', 'Without a training table it is not known whether classes or numbers are to be predicted.', {
      remedy: 'Choose the task in the parameters, or connect a table that has the target.',
      place: { param: ['task'] },
    });
  }
  const learner: LearnerSpec = {
    algorithm: spec.algorithm,
    task: spec.task === 'auto' && target !== undefined ? taskOf(target) : spec.task === 'regression' ? 'regression' : 'classification',
    params: spec.params,
    recipe: recipe?.kind === 'recipe' ? recipe.recipe : spec.takesMissing === true ? treeRecipe : defaultRecipe,
    target: params.target,
    features: params.features,
  };
  const learnerValue: PortValue = { kind: 'learner', learner };
  if (table?.kind !== 'table') return { learner: learnerValue };
  return { learner: learnerValue, model: await fitLearner(learner, table, context) };
}
