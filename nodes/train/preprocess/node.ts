import { z } from 'zod';
import { defineNode } from '#app/sdk/node.ts';
import type { RecipeStep } from '#app/sdk/ports.ts';
import { defaultRecipe } from '#app/sdk/recipe.ts';
import { checkSteps } from './checks.ts';
import { stepSchema, stepTitles, type StepParams } from './steps.ts';

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

export const definition = defineNode({
  type: 'train/preprocess',
  version: 1,
  title: 'Preprocess',
  summary: 'Describes how features are prepared: missing values filled, numbers scaled, categories, dates and free text turned into numbers.',
  keywords: ['recipe', 'impute', 'missing', 'scale', 'standardise', 'normalise', 'one-hot', 'ordinal', 'target encoding', 'encode', 'dummy', 'date', 'text', 'tf-idf', 'correlation', 'features'],
  inputs: [],
  outputs: [{ name: 'recipe', title: 'Recipe', kind: 'recipe', summary: 'Unfitted; each trainer fits it on its own training rows.' }],
  params: paramsSchema,
  describe: ({ steps }) => (steps.length === 0 ? 'no steps' : [...new Set(steps.map((step) => stepTitles[step.step]))].join(' → ')),
  configure: ({ params }) => ({ outputs: { recipe: { kind: 'recipe', recipe: { steps: params.steps } } }, diagnostics: checkSteps(params.steps) }),
});

