import { z } from 'zod';
import { defineNode } from '#app/sdk/node.ts';
import type { RecipeStep } from '#app/sdk/ports.ts';
import { defaultRecipe } from '#app/sdk/recipe.ts';
import type { Say } from '#app/sdk/say.ts';
import { checkSteps } from './checks.ts';
import { stepSchema, type StepParams } from './steps.ts';

export const paramsSchema = z.object({
  steps: z
    .array(stepSchema)
    .default(() => defaultRecipe.steps.map(toParams))
    .meta({ title: 'Steps', description: 'Applied in this order to the features of the trainer this recipe is connected to.', control: 'recipe-steps' }),
});

export type Params = z.output<typeof paramsSchema>;

/** Params are mutable JSON; recipes are read-only. */
function toParams(step: RecipeStep): StepParams {
  return stepSchema.parse(step);
}

function stepInWords(step: StepParams['step'], say: Say): string {
  return {
    impute: say`impute`,
    scale: say`scale`,
    'one-hot': say`one-hot`,
    ordinal: say`ordinal`,
    'target-encode': say`target-encode`,
    'date-parts': say`date parts`,
    text: say`text`,
    select: say`select`,
  }[step];
}

export const definition = defineNode({
  type: 'train/preprocess',
  version: 1,
  title: 'Preprocess',
  summary: 'Describes how features are prepared: missing values filled, numbers scaled, categories, dates and free text turned into numbers.',
  keywords: ['recipe', 'impute', 'missing', 'scale', 'standardise', 'normalise', 'one-hot', 'ordinal', 'target encoding', 'encode', 'dummy', 'date', 'text', 'tf-idf', 'correlation', 'features'],
  inputs: [],
  outputs: [{ name: 'recipe', title: 'Recipe', kind: 'recipe', summary: 'Unfitted; each trainer fits it on its own training rows.' }],
  params: paramsSchema,
  describe: ({ steps }, say) => (steps.length === 0 ? say`no steps` : [...new Set(steps.map(({ step }) => stepInWords(step, say)))].join(' → ')),
  configure: ({ params }) => ({ outputs: { recipe: { kind: 'recipe', recipe: { steps: params.steps } } }, diagnostics: checkSteps(params.steps) }),
});
