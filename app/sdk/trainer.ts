import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import type { Column, Schema } from '#app/relation/types.ts';
import type { ConfigureContext, ConfigureResult } from './node.ts';
import type { LearnerSpec, LearningTask, ModelSignature, PortMeta, PortSpec, Recipe } from './ports.ts';
import { isDated } from './model-input.ts';
import { defaultRecipe, treeRecipe } from './recipe.ts';
import { recipeProblems } from './recipe-problems.ts';
import type { Say } from './say.ts';

/** What all train nodes share: their ports, the choice of target and features, and what is said before anything runs. */

export const trainerInputs: readonly PortSpec[] = [
  { name: 'table', title: 'Training table', kind: 'table', arity: 'optional', summary: 'Rows to learn from; without it only the learner comes out.' },
  { name: 'recipe', title: 'Recipe', kind: 'recipe', arity: 'optional', summary: 'Preprocessing; without it a sensible default is used.' },
];

export const trainerOutputs: readonly PortSpec[] = [
  { name: 'learner', title: 'Learner', kind: 'learner', summary: 'The unfitted learner with its recipe.' },
  { name: 'model', title: 'Model', kind: 'model', summary: 'The model fitted on the training table.' },
];

export const featureTypes = ['boolean', 'integer', 'float', 'string'] as const;

export function isFeatureType(column: Column): boolean {
  return featureTypes.some((type) => type === column.type);
}

/** As `isFeatureType`, and dates where a step of the recipe makes numbers of them; an unknown recipe might. */
export function isFeatureOf(column: Column, recipe: Recipe | null): boolean {
  if (isFeatureType(column)) return true;
  if (!isDated(column)) return false;
  return recipe === null || recipe.steps.some(({ step, columns }) => step === 'date-parts' && (columns.by === 'all-dates' || (columns.by === 'names' && columns.names.includes(column.name))));
}

export const targetParam = (types: readonly string[]) =>
  z.string().default('').meta({ title: 'Target', description: 'The column to predict.', control: 'column', from: 'table', types });

export const featuresParam = z
  .array(z.string())
  .nullable()
  .default(null)
  .meta({
    title: 'Features',
    description: 'The columns to learn from. None chosen: every number, text and true/false column but the target.',
    control: 'columns',
    from: 'table',
    types: [...featureTypes, 'date', 'timestamp'],
  });

/** For learners of classes and of numbers. */
export const taskParam = z
  .enum(['auto', 'classification', 'regression'])
  .default('auto')
  .meta({
    title: 'Task',
    description: 'Whole numbers can be classes or amounts; say which where “by the target” guesses wrong.',
    labels: { auto: 'By the target: numbers as numbers, else classes', classification: 'Predict classes', regression: 'Predict a number' },
  });

export interface TrainerParams {
  readonly target: string;
  readonly features: readonly string[] | null;
}

/** Which tasks a column can be the target of, as a sentence why not; null where it can. */
export function targetProblem(task: LearningTask, target: Column): string | null {
  const numeric = target.type === 'integer' || target.type === 'float';
  if (task === 'regression') return numeric ? null : `“${target.name}” is ${typeInWords(target)}, but this learner predicts numbers.`;
  if (numeric || target.type === 'boolean' || target.type === 'string') return null;
  return `“${target.name}” is ${typeInWords(target)}, but this learner predicts classes (text, true/false or whole numbers).`;
}

export function targetRemedy(task: LearningTask): string {
  return task === 'regression' ? 'Choose a numeric target, or use Logistic Regression to predict classes.' : 'Choose another target.';
}

function typeInWords(column: Column): string {
  return column.type === 'string' ? 'text' : column.type === 'boolean' ? 'true/false' : `of type ${column.type}`;
}

/** What a target of this type is for where the task is left open: numbers are predicted as numbers. */
export function taskOf(target: Column): LearningTask {
  return target.type === 'integer' || target.type === 'float' ? 'regression' : 'classification';
}

export function tableSchema(context: ConfigureContext<unknown>, port = 'table'): Schema | null {
  const meta = context.inputs[port]?.[0];
  return meta?.kind === 'table' ? meta.schema : null;
}

export interface TrainerSpec {
  readonly algorithm: string;
  /** `auto`: by the target's type. */
  readonly task: LearningTask | 'auto';
  readonly params: Readonly<Record<string, unknown>>;
  /** Missing values and categories are taken as they are: the default recipe is the one of trees. */
  readonly takesMissing?: boolean;
}

/** Learner and model metas, and everything that is wrong with target and features. */
export function configureTrainer(context: ConfigureContext<TrainerParams>, spec: TrainerSpec): ConfigureResult {
  const { target: name, features } = context.params;
  const schema = tableSchema(context);
  const recipeMeta = context.inputs['recipe']?.[0];
  const recipe = recipeMeta?.kind === 'recipe' ? recipeMeta.recipe : spec.takesMissing === true ? treeRecipe : defaultRecipe;
  const diagnostics: Diagnostic[] = [];
  const target = schema?.find((column) => column.name === name);
  const task = spec.task !== 'auto' ? spec.task : target === undefined ? null : taskOf(target);

  const error = (code: string, message: string, remedy: string, param: string, column?: string) =>
    diagnostics.push({ severity: 'error', code, message, remedy, place: { param: [param], ...(column === undefined ? {} : { column }) } });
  if (name === '') error('target-missing', 'No target column is chosen.', 'Choose the column to predict.', 'target');
  else if (schema !== null && target === undefined) error('target-missing', `The table has no column “${name}” to predict.`, 'Choose the target column again.', 'target', name);
  else if (target !== undefined && task !== null) {
    const problem = targetProblem(task, target);
    if (problem !== null) error('target-type', problem, targetRemedy(task), 'target', name);
  }
  if (features !== null) {
    if (features.includes(name) && name !== '') error('target-is-feature', `The target “${name}” is also chosen as a feature; a model that sees the answer learns nothing else.`, 'Remove it from the features.', 'features', name);
    for (const feature of features) {
      if (schema === null) break;
      const column = schema.find((candidate) => candidate.name === feature);
      if (column === undefined) error('unknown-feature', `The table has no column “${feature}”.`, 'Choose the features again.', 'features', feature);
      else if (!isFeatureOf(column, recipe)) {
        const remedy = isDated(column) ? 'Remove it, or connect a Preprocess node with a date-parts step for it.' : 'Remove it, or turn it into a number or text with a Formula node.';
        error('feature-type', `The column “${feature}” is of type ${column.type} and cannot be a feature.`, remedy, 'features', feature);
      }
    }
    if (features.length === 0) error('no-features', 'No feature is chosen.', 'Choose at least one column to learn from, or none at all to use every column.', 'features');
  } else if (schema !== null && !schema.some((column) => column.name !== name && isFeatureOf(column, recipe))) {
    error('no-features', 'The table has no column to learn from besides the target.', 'Connect a table with more columns.', 'features');
  }

  const fitted = schema === null || recipe === null || diagnostics.length > 0 ? [] : recipeProblems(recipe, schema.filter((column) => (features === null ? column.name !== name && isFeatureOf(column, recipe) : features.includes(column.name))));
  const learner: LearnerSpec | null = recipe === null || task === null ? null : { algorithm: spec.algorithm, task, params: spec.params, recipe, target: name, features };
  const outputs: Record<string, PortMeta> = {
    learner: { kind: 'learner', learner },
    model: { kind: 'model', signature: diagnostics.length === 0 && schema !== null && target !== undefined && task !== null ? expectedSignature(schema, target, task, features, recipe) : null },
  };
  return { outputs, diagnostics: [...diagnostics, ...fitted] };
}

/** As far as it is known before fitting: the classes of a text or number target are in the data, so such a signature is not known. */
export function expectedSignature(schema: Schema, target: Column, task: LearningTask, features: readonly string[] | null, recipe: Recipe | null): ModelSignature | null {
  if (task === 'classification' && target.type !== 'boolean') return null;
  return {
    task,
    target,
    inputs: schema.filter((column) => (features === null ? column.name !== target.name && isFeatureOf(column, recipe) : features.includes(column.name))),
    ...(task === 'classification' ? { classes: ['false', 'true'] } : {}),
    features: [],
  };
}

const likelyTargets = /^(target|label|class|classes|outcome|y|response|survived|churn|churned|species|diagnosis|default|price|mpg|quality|fraud|income|score)$/i;

/** A plausible target: a column called like one, else the last that fits. */
export function suggestTarget(context: ConfigureContext<TrainerParams>, task: LearningTask | 'auto'): { target: string } | null {
  const schema = tableSchema(context);
  if (schema === null || context.params.target !== '') return null;
  const fitting = schema.filter((column) => {
    if (task === 'regression') return column.type === 'integer' || column.type === 'float';
    return isFeatureType(column) && (task === 'auto' || column.type !== 'float');
  });
  const classes = fitting.filter((column) => column.type === 'string' || column.type === 'boolean');
  const chosen = fitting.find((column) => likelyTargets.test(column.name)) ?? (task === 'classification' ? classes.at(-1) : undefined) ?? fitting.at(-1);
  return chosen === undefined ? null : { target: chosen.name };
}

/** The card's line: "species from every column". */
export function describeTrainer(params: TrainerParams, say: Say): string {
  if (params.target === '') return say`no target yet`;
  const { features } = params;
  const from = features === null ? say`every column` : features.length === 1 ? say`1 column` : say`${features.length} columns`;
  return say`${shownTarget(params)} from ${from}`;
}

/** The card's line of a trainer whose params say more than its features do: "species · 200 trees". */
export function describeTrainerBy(params: Pick<TrainerParams, 'target'>, detail: string, say: Say): string {
  return params.target === '' ? say`no target yet` : `${shownTarget(params)} · ${detail}`.slice(0, 60);
}

/** A long name is cut, so that the line has room for the rest. */
export const shownTarget = ({ target }: Pick<TrainerParams, 'target'>): string => (target.length > 28 ? `${target.slice(0, 27)}…` : target);
