import type { Schema } from '#app/relation/types.ts';
import type { LearnerSpec, LearningTask, Recipe, RecipeStep } from '#app/sdk/ports.ts';
import { recipeWithout } from '#app/sdk/learner-nodes.ts';
import { algorithms } from '../../learners/registry.ts';

/** A learner with its usual params, and the family that its params are searched in. */
export interface Candidate {
  /** “Extra trees” */
  readonly title: string;
  /** Algorithm and what is fixed within it: `random-forest`, `extra-trees`. */
  readonly family: string;
  readonly spec: LearnerSpec;
}

interface Family {
  readonly family: string;
  readonly title: string;
  readonly algorithm: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Rows beyond which it takes too long to be worth a trial. */
  readonly most?: number;
}

/** Cheap ones first, so that there is a usable model at once. Params are those of a fresh node. */
const families: readonly Family[] = [
  { family: 'linear-regression', title: 'Ridge regression', algorithm: 'linear-regression', params: { penalty: 'ridge', alpha: 1 } },
  { family: 'logistic-regression', title: 'Logistic regression', algorithm: 'logistic-regression', params: {} },
  { family: 'naive-bayes', title: 'Naive Bayes', algorithm: 'naive-bayes', params: {} },
  { family: 'decision-tree', title: 'Decision tree', algorithm: 'decision-tree', params: { maxDepth: 5, minRows: 10 } },
  { family: 'gradient-boosting', title: 'Gradient boosting', algorithm: 'gradient-boosting', params: { iterations: 300 } },
  { family: 'mlp', title: 'Neural network', algorithm: 'mlp', params: {} },
  { family: 'random-forest', title: 'Random forest', algorithm: 'random-forest', params: { minRows: 5, features: 'automatic' } },
  { family: 'extra-trees', title: 'Extra trees', algorithm: 'random-forest', params: { minRows: 5, features: 'automatic', randomCuts: true, bootstrap: false } },
  { family: 'k-nearest-neighbours', title: 'K-nearest neighbours', algorithm: 'k-nearest-neighbours', params: {}, most: 20_000 },
  { family: 'support-vector-machine', title: 'Support vector machine', algorithm: 'support-vector-machine', params: {}, most: 10_000 },
];

/** Every learner that can do the task on so many rows. Dates are taken apart where there are any. */
export function candidatesFor(task: LearningTask, target: string, features: readonly string[] | null, schema: Schema, rows: number): Candidate[] {
  const columns = schema.filter(({ name }) => name !== target && (features === null || features.includes(name)));
  const hasDates = columns.some(({ type }) => type === 'date' || type === 'timestamp');
  return families.flatMap(({ family, title, algorithm, params, most }) => {
    const known = algorithms.get(algorithm);
    if (known === undefined || !known.tasks.includes(task) || rows > (most ?? Number.POSITIVE_INFINITY)) return [];
    const recipe = recipeWithout(algorithm);
    return [{ title, family, spec: { algorithm, task, params, recipe: hasDates ? withDates(recipe) : recipe, target, features } }];
  });
}

const withDates = ({ steps }: Recipe): Recipe => ({
  steps: [{ step: 'date-parts', columns: { by: 'all-dates' }, parts: ['year', 'month', 'day', 'weekday', 'hour', 'days'], since: '2000-01-01' }, ...steps],
});

/** Other ways to prepare the columns for a learner, where the table has columns that they are about. */
export function otherRecipes({ title, family, spec }: Candidate, schema: Schema): Candidate[] {
  const columns = schema.filter(({ name }) => name !== spec.target && (spec.features === null || spec.features.includes(name)));
  const made: Candidate[] = [];
  if (columns.some(({ type }) => type === 'string')) {
    const encode: RecipeStep = { step: 'target-encode', columns: { by: 'all-categorical' }, smoothing: 'auto', weight: 10, folds: 5, maxCategories: 1000 };
    // In the place of what makes numbers of text; a step for missing text before it stays.
    const steps = spec.recipe.steps.map((step) => (step.step === 'one-hot' || step.step === 'ordinal' ? encode : step));
    made.push({ title: `${title}, categories by the target’s mean`, family, spec: { ...spec, recipe: { steps } } });
  }
  if (columns.some(({ type }) => type === 'integer' || type === 'float') && spec.recipe.steps.some(({ step }) => step === 'impute')) {
    const steps = spec.recipe.steps.map((step) => (step.step === 'impute' && step.numeric !== 'none' ? { ...step, indicator: true } : step));
    made.push({ title: `${title}, with columns for what is missing`, family, spec: { ...spec, recipe: { steps } } });
  }
  return made;
}
