import { PenstockError } from '#app/core/errors.ts';
import { col, named } from '#app/relation/build.ts';
import { freeName } from '#app/relation/free-name.ts';
import type { Column, Relation, Schema } from '#app/relation/types.ts';
import { checkRowFeatures, rowFeatures } from '#app/sdk/clustering.ts';
import type { RunContext } from '#app/sdk/node.ts';
import type { FittedRecipe, Recipe, TableValue } from '#app/sdk/ports.ts';
import { defaultRecipe, defaultRecipeSentence } from '#app/sdk/recipe.ts';
import { readFeatureRows } from '../model/feature-rows.ts';
import { fitRecipe } from '../recipe/fit.ts';
import type { PointSet } from './points.ts';

export type RowServices = Pick<RunContext<unknown>, 'inputs' | 'tables' | 'signal' | 'progress' | 'log' | 'report'>;

/** A table's rows as features, and what is needed to put something beside each of them. */
export interface RowPoints {
  readonly input: TableValue;
  readonly fitted: FittedRecipe;
  readonly points: PointSet;
  /** The input's rows with their number, from 1, in the column `place`; the points are in its order. */
  readonly numbered: Relation;
  readonly place: string;
}

export interface RowOptions {
  readonly features: readonly string[] | null;
  /** Columns that are no features when all are taken. */
  readonly except?: readonly string[];
  /** Rows that count; absent: all. */
  readonly only?: (input: Relation) => Relation;
  /** More rows are refused, with this remedy. */
  readonly most?: { readonly rows: number; readonly message: (rows: number) => string; readonly remedy: string };
}

/**
 * Fits the recipe (the default one where none is connected) on the rows at the input `table` and reads their features.
 * @throws PenstockError `input-missing`, `unknown-feature`, `feature-type`, `no-features`, `too-many-rows`, those of fitRecipe and readFeatureRows.
 */
export async function readRows({ inputs, tables, signal, progress, log, report }: RowServices, { features, except, only, most }: RowOptions): Promise<RowPoints> {
  const input = inputs['table']?.[0];
  if (input?.kind !== 'table') throw new PenstockError('input-missing', 'Nothing is connected to the input “table”.', { remedy: 'Connect a table.', place: { port: 'table' } });
  const recipe = recipeAt(inputs, log);
  const choice = { features, recipe, ...(except === undefined ? {} : { except }) };
  const [problem] = checkRowFeatures(input.schema, choice);
  if (problem !== undefined) throw new PenstockError(problem.code, problem.message, { ...(problem.remedy === undefined ? {} : { remedy: problem.remedy }), ...(problem.place === undefined ? {} : { place: problem.place }) });
  progress(0, 'Reading the table');
  const place = freeName('row', input.schema);
  const wanted = only?.(input.relation) ?? input.relation;
  const { relation: numbered } = await tables.materialise({ op: 'window', input: wanted, columns: [{ name: place, fn: 'row_number', partitionBy: [], orderBy: [] }] }, 'numbered rows');
  const rows = await tables.count(numbered);
  if (most !== undefined && rows > most.rows) throw new PenstockError('too-many-rows', most.message(rows), { remedy: most.remedy, place: { port: 'table' } });
  signal.throwIfAborted();
  progress(0.03, 'Fitting the preprocessing');
  const fitted = await fitRecipe(recipe, numbered, rowFeatures(input.schema, choice), tables, { report, log, leaveOutIdentifiers: features === null });
  progress(0.06, 'Reading the features');
  const read = await readFeatureRows(fitted, numbered, [], tables, { rows, place });
  const columns = fitted.outputs.length;
  const bad = read.matrix.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    const name = fitted.outputs[bad % columns]?.name ?? '';
    throw new PenstockError('feature-range', `The feature “${name}” has values that are missing or too large (over 3.4e38) in row ${Math.floor(bad / columns) + 1}.`, { remedy: 'Add an impute or a scale step for it to the Preprocess node.', place: { column: name } });
  }
  signal.throwIfAborted();
  return { input, fitted, points: { data: read.matrix, rows: read.rows, columns }, numbered, place };
}

function recipeAt(inputs: RowServices['inputs'], log: RowServices['log']): Recipe {
  const recipe = inputs['recipe']?.[0];
  if (recipe?.kind === 'recipe') return recipe.recipe;
  log('info', defaultRecipeSentence);
  return defaultRecipe;
}

export interface AddedColumn extends Column {
  /** [rows], in the order of the points. */
  readonly values: ArrayLike<number | string | null>;
}

/** The input's rows, in their order, with columns beside them. */
export async function withColumnsBeside({ input, numbered, place, points }: RowPoints, added: readonly AddedColumn[], tables: Pick<RunContext<unknown>['tables'], 'fromColumns' | 'materialise'>, label: string): Promise<TableValue> {
  const numbers = Float64Array.from({ length: points.rows }, (_unused, row) => row + 1);
  const beside = await tables.fromColumns([{ name: place, type: 'integer', values: numbers }, ...added], `${label} beside`);
  const schema: Schema = [...input.schema, ...added.map(({ name, type }) => ({ name, type }))];
  const joined: Relation = { op: 'join', kind: 'inner', left: numbered, right: beside.relation, on: [{ left: place, right: place }], rightSuffix: '_right' };
  const sorted: Relation = { op: 'sort', input: joined, keys: [{ expr: col(place), descending: false, nulls: 'last' }] };
  return tables.materialise({ op: 'project', input: sorted, columns: schema.map(({ name }) => named(name, col(name))) }, label);
}

/** Labels from 0 as names from 1; −1 (noise) as missing. */
export const clusterNames = (labels: Int32Array): (string | null)[] => Array.from(labels, (label) => (label < 0 ? null : String(label + 1)));
