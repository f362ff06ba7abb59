import type { Diagnostic } from '#app/core/errors.ts';
import type { Column, Schema } from '#app/relation/types.ts';
import { isDated } from './model-input.ts';
import type { ColumnSelection, Recipe, RecipeStep } from './ports.ts';

/** What a column is while the steps of a recipe go over it; `done`: features that later steps leave alone. */
type Stage = 'number' | 'text' | 'date' | 'done';

/** What is known to go wrong when a recipe is fitted on these features, before any row is read. Columns that fitting drops are not known. */
export function recipeProblems(recipe: Recipe, features: Schema): Diagnostic[] {
  const stages = new Map<string, Stage>(features.map((column) => [column.name, stageOf(column)]));
  const diagnostics: Diagnostic[] = [];
  for (const [index, step] of recipe.steps.entries()) {
    for (const name of step.columns.by === 'names' ? step.columns.names : []) {
      if (features.some((column) => column.name === name)) continue;
      diagnostics.push({
        severity: 'error',
        code: 'recipe-column',
        message: `Step ${index + 1} of the recipe (${step.step}) names the column “${name}”, which is not among the features.`,
        remedy: 'Choose the columns of the step again, or add the column to the features.',
        place: { port: 'recipe', column: name },
      });
    }
    applyStep(step, stages);
  }
  for (const [name, stage] of stages) {
    if (stage !== 'text' && stage !== 'date') continue;
    diagnostics.push({
      severity: 'warning',
      code: 'not-encoded',
      message: `The column “${name}” is ${stage === 'text' ? 'text' : 'a date'}, and no step of the recipe turns it into numbers.`,
      remedy: `Add a step that encodes it (${stage === 'text' ? 'one-hot, ordinal, target-encode, or text where it is free text' : 'date parts'}) to the Preprocess node, or leave the column out of the features.`,
      place: { port: 'recipe', column: name },
    });
  }
  return diagnostics;
}

function stageOf(column: Column): Stage {
  if (isDated(column)) return 'date';
  return column.type === 'string' ? 'text' : 'number';
}

function selected(selection: ColumnSelection, stages: ReadonlyMap<string, Stage>): string[] {
  const withStage = (wanted: Stage): string[] => [...stages].filter(([, stage]) => stage === wanted).map(([name]) => name);
  switch (selection.by) {
    case 'all':
      return [...stages.keys()];
    case 'all-numeric':
      return withStage('number');
    case 'all-categorical':
      return withStage('text');
    case 'all-dates':
      return withStage('date');
    case 'names':
      return selection.names.filter((name) => stages.has(name));
  }
}

function applyStep(step: RecipeStep, stages: Map<string, Stage>): void {
  const names = selected(step.columns, stages);
  switch (step.step) {
    case 'impute':
    case 'scale':
      return;
    case 'one-hot':
    case 'ordinal':
    case 'target-encode':
      for (const name of names) if (stages.get(name) !== 'date') stages.set(name, 'done');
      return;
    case 'text':
    case 'words':
    case 'pixels':
      for (const name of names) if (stages.get(name) === 'text') stages.set(name, 'done');
      return;
    case 'date-parts':
      for (const name of names) if (stages.get(name) === 'date') stages.set(name, 'number');
      return;
    case 'select':
      // Constant and correlated columns are in the rows; what is not known to go may stay.
      if (step.action === 'drop') for (const name of names) stages.delete(name);
      if (step.action === 'keep') for (const name of stages.keys()) if (!names.includes(name)) stages.delete(name);
  }
}
