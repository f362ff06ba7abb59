import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import type { Schema } from '#app/relation/types.ts';
import { isDated } from './model-input.ts';
import type { ConfigureContext } from './node.ts';
import type { PortSpec, Recipe } from './ports.ts';
import { defaultRecipe } from './recipe.ts';
import type { Say } from './say.ts';
import { featureTypes, isFeatureOf } from './trainer.ts';

/** What nodes that learn from rows without a target share: their inputs, the choice of features, and what is said before anything runs. */

export const rowInputs: readonly PortSpec[] = [
  { name: 'table', title: 'Table', kind: 'table', arity: 'one', summary: 'Rows to learn from; they come out with what was found.' },
  { name: 'recipe', title: 'Recipe', kind: 'recipe', arity: 'optional', summary: 'Preprocessing; without it gaps are filled, numbers standardised, text one-hot encoded.' },
];

export const rowFeaturesParam = z
  .array(z.string())
  .nullable()
  .default(null)
  .meta({
    title: 'Features',
    description: 'The columns that rows are compared by. None chosen: every number, text and true/false column.',
    control: 'columns',
    from: 'table',
    types: [...featureTypes, 'date', 'timestamp'],
  });

export const rowSeedParam = z
  .int()
  .min(0)
  .max(0xffff_ffff)
  .nullable()
  .default(null)
  .meta({ title: 'Seed', description: 'Same seed, same result. Empty: a fixed one, so that runs can be compared.', control: 'number', min: 0, advanced: true });

/** Which columns rows are compared by. */
export interface RowFeatures {
  /** Null: every column that can be one. */
  readonly features: readonly string[] | null;
  /** Null: not known yet. */
  readonly recipe: Recipe | null;
  /** Columns that are none when all are taken. */
  readonly except?: readonly string[];
}

/** The choice as it is known before anything runs. */
export function rowChoice({ inputs, params }: Pick<ConfigureContext<Pick<RowFeatures, 'features'>>, 'inputs' | 'params'>, except: readonly string[] = []): RowFeatures {
  const recipe = inputs['recipe']?.[0];
  return { features: params.features, recipe: recipe?.kind === 'recipe' ? recipe.recipe : defaultRecipe, except };
}

/** What is wrong with the chosen features; nothing while the schema is unknown. */
export function checkRowFeatures(schema: Schema | null, choice: RowFeatures): Diagnostic[] {
  if (schema === null) return [];
  const { features, recipe } = choice;
  const error = (code: string, message: string, remedy: string, column?: string): Diagnostic => ({ severity: 'error', code, message, remedy, place: { param: ['features'], ...(column === undefined ? {} : { column }) } });
  if (features === null) {
    if (rowFeatures(schema, choice).length > 0) return [];
    return [error('no-features', 'The table has no column that rows could be compared by.', 'Connect a table with number, text or true/false columns.')];
  }
  if (features.length === 0) return [error('no-features', 'No feature is chosen.', 'Choose at least one column, or none at all to use every column.')];
  return features.flatMap((name) => {
    const column = schema.find((one) => one.name === name);
    if (column === undefined) return [error('unknown-feature', `The table has no column “${name}”.`, 'Choose the features again.', name)];
    if (isFeatureOf(column, recipe)) return [];
    return [error('feature-type', `The column “${name}” is of type ${column.type} and cannot be a feature.`, isDated(column) ? 'Remove it, or connect a Preprocess node with a date-parts step for it.' : 'Remove it, or turn it into a number or text with a Formula node.', name)];
  });
}

/** The columns that rows are compared by, in the table's order. */
export function rowFeatures(schema: Schema, { features, recipe, except = [] }: RowFeatures): Schema {
  return schema.filter((column) => (features === null ? isFeatureOf(column, recipe) && !except.includes(column.name) : features.includes(column.name)));
}

/** The card's words for the features: "every column", "3 columns". */
export const featuresInWords = (features: readonly string[] | null, say: Say): string => (features === null ? say`every column` : features.length === 1 ? say`1 column` : say`${features.length} columns`);
