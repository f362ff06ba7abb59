import { PenstockError, type Diagnostic } from '#app/core/errors.ts';
import type { Column, Relation, Schema } from '#app/relation/types.ts';
import type { TableServices } from '#app/sdk/node.ts';
import type { FittedRecipe, Recipe, RecipeStep } from '#app/sdk/ports.ts';
import { isDated } from '#app/sdk/model-input.ts';
import { isFeatureOf } from '#app/sdk/trainer.ts';
import { assembleOutputs, trainingOutputs } from './assemble.ts';
import { baseExpression, selectColumns, type ColumnState, type FitTables, type FitTarget } from './columns.ts';
import { applyDateParts } from './date-parts.ts';
import { applyImpute } from './impute.ts';
import { applyOneHot } from './one-hot.ts';
import { applyOrdinal } from './ordinal.ts';
import { applyScale } from './scale.ts';
import { applySelect } from './select.ts';
import { numberOf, Statistics } from './statistics.ts';
import { applyTargetEncode } from './target-encode.ts';
import { applyPixels } from './pixels.ts';
import { applyText } from './text.ts';
import { applyWords } from './words.ts';

export interface FitRecipeOptions {
  /** Columns left out, categories cut: diagnostics that do not fail the fit. */
  report?(diagnostic: Diagnostic): void;
  log?(level: 'info' | 'warning', message: string): void;
  /**
   * True where nobody chose the features: text columns in which over half of the values (and over 50) are different, such as
   * names and tickets, are left out with a diagnostic.
   */
  leaveOutIdentifiers?: boolean;
  /** For learners that take missing features: what no step fills passes as null (NaN in ONNX) instead of failing. */
  allowMissing?: boolean;
  /** What is predicted; steps that encode by it need it. */
  target?: FitTarget;
  /** Whole number; decides the folds of target encodings. Default 0. */
  seed?: number;
}

/**
 * Fits a recipe on the rows of `relation`: one counting query, then one aggregate query a step.
 * Missing is: null, NaN, an infinity, a magnitude over 1e100, the empty string.
 * @throws PenstockError `no-rows`, `no-features`, `feature-type`, `missing-values` (never with `allowMissing`), `not-encoded`,
 *   `recipe-column`, `target-needed`.
 */
export async function fitRecipe(
  recipe: Recipe,
  relation: Relation,
  features: Schema,
  tables: FitTables,
  options: FitRecipeOptions = {},
): Promise<FittedRecipe> {
  for (const column of features) {
    if (isFeatureOf(column, recipe)) continue;
    throw new PenstockError('feature-type', `The column “${column.name}” is of type ${column.type} and cannot be a feature.`, {
      remedy: isDated(column)
        ? 'Add a date-parts step for it to the Preprocess node, or leave it out of the features.'
        : 'Leave it out of the features, or turn it into a number or text first with a Formula node.',
      place: { column: column.name },
    });
  }
  const known = new Set(features.map((column) => column.name));
  const states = await census(recipe, relation, features, tables, options);
  const work: FitWork = { relation, features, known, training: { relation }, tables, options };
  for (const step of recipe.steps) await applyStep(step, states, work);
  const fitted = assembleOutputs(states, options.allowMissing === true);
  return work.training.relation === relation ? fitted : { ...fitted, training: { relation: work.training.relation, outputs: trainingOutputs(states, fitted.outputs) } };
}

/** Counts rows and missing values; leaves out what cannot be learnt from. */
async function census(
  recipe: Recipe,
  relation: Relation,
  features: Schema,
  tables: Pick<TableServices, 'rows'>,
  options: FitRecipeOptions,
): Promise<ColumnState[]> {
  const statistics = new Statistics();
  const rowCount = statistics.ask('count');
  const asked = features.map((column) => {
    const expr = baseExpression(column);
    const text = column.type === 'string';
    return {
      column,
      expr,
      present: statistics.ask('count', expr),
      mean: text || isDated(column) ? null : statistics.ask('avg', expr),
      distinct: text ? statistics.ask('count_distinct', expr) : null,
    };
  });
  await statistics.load(relation, tables);
  const rows = numberOf(rowCount());
  if (!(rows > 0)) {
    throw new PenstockError('no-rows', 'There are no rows to fit the preprocessing on.', {
      remedy: 'Check the filters and joins before this node.',
    });
  }
  const states: ColumnState[] = [];
  const chosen = namedColumns(recipe);
  const empty: string[] = [];
  for (const { column, expr, present, mean, distinct } of asked) {
    const found = numberOf(present());
    const different = distinct === null ? 0 : numberOf(distinct());
    if (found === 0) {
      empty.push(column.name);
      options.report?.(leftOut('empty-column', column, `Every value of “${column.name}” is missing; the column is left out.`));
      continue;
    }
    if (options.leaveOutIdentifiers === true && !chosen.has(column.name) && different > 50 && different > found / 2) {
      options.report?.(
        leftOut(
          'identifier-column',
          column,
          `“${column.name}” has ${different} different texts in ${found} rows, so it looks like an identifier; the column is left out.`,
        ),
      );
      continue;
    }
    states.push({
      column,
      name: column.name,
      kind: column.type === 'string' ? 'text' : isDated(column) ? 'date' : 'number',
      expr,
      compared: null,
      filled: false,
      missing: rows - found,
      distinct: different,
      fallback: mean === null ? 0 : numberOf(mean()),
      indicator: null,
      encoded: null,
      terms: null,
    });
  }
  if (states.length === 0 && empty.length > 0) {
    throw new PenstockError('no-features', `No column is left to learn from: every value of ${listed(empty)} is missing.`, {
      remedy: 'Add feature columns with values in them (numbers, text, or true/false).',
    });
  }
  return states;
}

/** Columns that somebody chose for a step. */
const namedColumns = ({ steps }: Recipe): ReadonlySet<string> => new Set(steps.flatMap(({ columns }) => (columns.by === 'names' ? columns.names : [])));

const listed = (names: readonly string[]): string => `${names.slice(0, 3).map((name) => `“${name}”`).join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''}`;

function leftOut(code: string, column: Column, message: string): Diagnostic {
  return {
    severity: 'warning',
    code,
    message,
    remedy: 'Choose the features yourself if this is not what you want.',
    place: { column: column.name },
  };
}

const manyCategories = (column: string, message: string): Diagnostic => ({
  severity: 'info',
  code: 'high-cardinality',
  message,
  remedy: 'A target-encode step in the Preprocess node makes one number of each category, however many there are.',
  place: { column },
});

/** Columns that tell rows apart well enough for folds: their hash takes longest where fractions become text, so few of those. */
function tellingColumns(features: Schema): string[] {
  const names = (columns: Schema, most: number): string[] => columns.slice(0, most).map((column) => column.name);
  return [...names(features.filter((column) => column.type !== 'float'), 8), ...names(features.filter((column) => column.type === 'float'), 3)];
}

interface FitWork {
  readonly relation: Relation;
  readonly features: Schema;
  /** Names of the features. */
  readonly known: ReadonlySet<string>;
  /** The same rows with what steps added to them for training. */
  readonly training: { relation: Relation };
  readonly tables: FitTables;
  readonly options: FitRecipeOptions;
}

async function applyStep(step: RecipeStep, states: ColumnState[], { relation, features, known, training, tables, options }: FitWork): Promise<void> {
  const columns = selectColumns(step.columns, states, step.step, known);
  // Dates are only taken apart and left out; what else names them leaves them as they are, and it is said that they are not encoded.
  const undated = columns.filter((state) => state.kind !== 'date');
  if (step.step === 'one-hot' || step.step === 'ordinal' || step.step === 'target-encode') {
    for (const state of undated) if (state.encoded === null) state.expr = state.compared ?? state.expr;
  }
  switch (step.step) {
    case 'impute':
      return applyImpute(step, undated, relation, tables);
    case 'scale':
      return applyScale(step, undated, relation, tables);
    case 'one-hot':
      return applyOneHot(step, undated, relation, tables, (column, message) => options.report?.(manyCategories(column, message)));
    case 'ordinal':
      return applyOrdinal(step, undated, relation, tables, {
        allowMissing: options.allowMissing === true,
        note: (column, message) => options.report?.(manyCategories(column, message)),
      });
    case 'date-parts':
      return applyDateParts(step, states, columns, relation, tables);
    case 'select':
      return applySelect(step, states, columns, relation, tables, (diagnostic) => options.report?.(diagnostic));
    case 'text':
      return applyText(step, columns, relation, tables, (_column, message) => options.log?.('info', message));
    case 'words':
      return applyWords(step, columns, relation, tables, (message) => options.log?.('info', message));
    case 'pixels':
      return applyPixels(step, columns);
    case 'target-encode':
      return applyTargetEncode(step, undated, relation, tables, {
        target: options.target,
        seed: options.seed ?? 0,
        hashed: tellingColumns(features),
        training,
        note: (_column, message) => options.log?.('info', message),
      });
  }
}
