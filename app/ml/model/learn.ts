import { PenstockError } from '#app/core/errors.ts';
import { formatCount } from '#app/core/units.ts';
import type { Column, Schema } from '#app/relation/types.ts';
import type { CheckpointServices, RunContext } from '#app/sdk/node.ts';
import type { FittedRecipe, LearnerSpec, TableValue } from '#app/sdk/ports.ts';
import { isFeatureOf } from '#app/sdk/trainer.ts';
import { findAlgorithm } from '../learners/registry.ts';
import { train } from '../learners/train.ts';
import type { TrainInput, TrainedLearner } from '../learners/types.ts';
import { fitRecipe } from '../recipe/fit.ts';
import { learnStack } from '../stacking/learn-stack.ts';
import { stackingAlgorithm } from '../stacking/params.ts';
import { createCurves, type Curve } from './curves.ts';
import { readFeatureRows, type FeatureRows } from './feature-rows.ts';
import { prepareTarget, type PreparedTarget } from './target.ts';

export type LearnServices = Pick<RunContext<unknown>, 'tables' | 'seed' | 'signal' | 'progress' | 'metric' | 'log' | 'report'> & Partial<Pick<RunContext<unknown>, 'resolvePath'>>;

export interface LearnOptions {
  /** See `FeatureRowsOptions`: the training rows in an order that does not depend on the query. */
  readonly place?: string;
  /** Keeps the training rows readable after training (`Learnt.data`); otherwise their memory is let go. */
  readonly keepRows?: boolean;
  /** Where a training that was killed goes on. */
  readonly checkpoint?: CheckpointServices;
}

/** A learner after it has seen its rows, before anything is written. */
export interface Learnt {
  readonly target: Column;
  readonly prepared: PreparedTarget;
  readonly fitted: FittedRecipe;
  readonly trained: TrainedLearner;
  readonly rows: number;
  readonly curves: readonly Curve[];
  /** The training rows; its matrix is empty without `keepRows`. */
  readonly data: FeatureRows;
}

/** What a learner is trained on: the rows of a table after a recipe that was fitted on them. */
export interface LearningRows {
  readonly target: Column;
  readonly prepared: PreparedTarget;
  readonly fitted: FittedRecipe;
  /** The training rows; beside them the target as `prepared.expr` gives it. */
  readonly data: FeatureRows;
}

/**
 * Fits a learner with its recipe on the rows of a table, and on nothing else: the recipe in SQL, the learner in a worker. No file is
 * written, so that a fold of a cross-validation costs no more than its fit. `input.schema` may leave out columns of the relation.
 * @throws PenstockError those of readLearningRows and of the learner; CancelledError.
 */
export async function learn(spec: LearnerSpec, input: Pick<TableValue, 'relation' | 'schema'>, services: LearnServices, options: LearnOptions = {}): Promise<Learnt> {
  if (spec.algorithm === stackingAlgorithm) return learnStack(spec, input, services, options);
  const rows = await readLearningRows(spec, input, services, options);
  const trained = await trainOnRows(spec, rows, services, options);
  return { ...rows, data: options.keepRows === true ? rows.data : { ...rows.data, matrix: new Float32Array() }, rows: rows.data.rows, ...trained };
}

/**
 * The first half of `learn`: the target, the fitted recipe, and the features in memory.
 * @throws PenstockError `target-missing`, `target-type`, `single-class`, `too-few-rows`, `unknown-feature`, `target-is-feature`,
 *   `table-too-large`, `feature-range`, those of fitRecipe; CancelledError.
 */
export async function readLearningRows(spec: LearnerSpec, input: Pick<TableValue, 'relation' | 'schema'>, services: LearnServices, options: LearnOptions = {}): Promise<LearningRows> {
  const { tables, signal, progress } = services;
  const takesMissing = findAlgorithm(spec.algorithm, spec.task).takesMissing === true;
  const target = findTarget(spec, input.schema);
  const features = chooseFeatures(spec, input.schema);

  progress(0, 'Reading the target');
  const prepared = await prepareTarget(spec.task, target, input.relation, tables, services.report);
  signal.throwIfAborted();
  progress(0.03, 'Fitting the preprocessing');
  const fitted = await fitRecipe(spec.recipe, prepared.relation, features, tables, {
    report: services.report,
    log: services.log,
    leaveOutIdentifiers: spec.features === null,
    allowMissing: takesMissing,
    target: prepared,
    seed: services.seed,
  });
  signal.throwIfAborted();
  progress(0.08, `Reading ${formatCount(prepared.rows)} rows × ${fitted.outputs.length} features`);
  const seen = fitted.training === undefined ? { fitted, relation: prepared.relation } : { fitted: { ...fitted, outputs: fitted.training.outputs }, relation: fitted.training.relation };
  // Shared memory is there for the worker at once: handing 100 MB over takes 30 ms, as long as a linear model takes to train on it.
  const data = await readFeatureRows(seen.fitted, seen.relation, [prepared.expr], tables, { rows: prepared.rows, place: options.place, shared: true, signal, resolvePath: services.resolvePath });
  checkRange(data, fitted, takesMissing);
  signal.throwIfAborted();
  return { target, prepared, fitted, data };
}

/** By feature: the number of its codes; words have one for each place and one for none. */
function categoriesOf({ outputs, categorical = [], texts = [] }: FittedRecipe): Pick<TrainInput, 'categories'> {
  const codes = new Map(categorical.map(({ name, categories }) => [name, categories.length]));
  const words = texts.map((text) => ('places' in text ? text.places.length + 1 : 0));
  const categories = outputs.map((output) => ('expr' in output ? (codes.get(output.name) ?? 0) : (words[output.text] ?? 0)));
  return categories.some((count) => count > 0) ? { categories } : {};
}

/** What a learner is fitted on; the target in its own units again. */
export function trainInputOf(spec: LearnerSpec, { prepared, fitted, data }: LearningRows): TrainInput {
  return {
    task: spec.task,
    matrix: data.matrix,
    rows: data.rows,
    features: fitted.outputs.map(({ name }) => name),
    target: (data.beside[0] ?? new Float64Array()).map((value) => value * prepared.width + prepared.centre),
    classes: prepared.classes.length,
    ...categoriesOf(fitted),
  };
}

/**
 * The second half of `learn`. `data` may be a part of the rows that the recipe was fitted on; its matrix goes to the worker where it
 * does not lie on shared memory. @throws PenstockError those of the learner; CancelledError.
 */
export async function trainOnRows(spec: LearnerSpec, rows: LearningRows, services: LearnServices, options: Pick<LearnOptions, 'checkpoint'> = {}): Promise<Pick<Learnt, 'trained' | 'curves'>> {
  const { signal, progress } = services;
  const curves = createCurves();
  const trained = await train(
    spec.algorithm,
    spec.params,
    trainInputOf(spec, rows),
    {
      seed: services.seed,
      ...(options.checkpoint === undefined ? {} : { checkpoint: options.checkpoint }),
      signal,
      progress: (fraction, message) => progress(fraction === null ? null : 0.15 + 0.75 * fraction, message),
      metric: (name, value, step) => {
        curves.add(name, value, step);
        services.metric(name, value, step);
      },
    },
  );
  for (const note of trained.details.notes) services.log('warning', note);
  return { trained, curves: curves.all() };
}

/** @throws PenstockError `target-missing`. */
export function findTarget(spec: LearnerSpec, schema: Schema): Column {
  const column = schema.find((candidate) => candidate.name === spec.target);
  if (column !== undefined) return column;
  throw new PenstockError('target-missing', spec.target === '' ? 'No target column is chosen.' : `The table has no column “${spec.target}” to predict.`, {
    remedy: 'Choose the target column in the parameters.',
    place: { param: ['target'] },
  });
}

function chooseFeatures(spec: LearnerSpec, schema: Schema): Column[] {
  if (spec.features === null) return schema.filter((column) => column.name !== spec.target && isFeatureOf(column, spec.recipe));
  if (spec.features.includes(spec.target)) {
    throw new PenstockError('target-is-feature', `The target “${spec.target}” is also chosen as a feature; a model that sees the answer learns nothing else.`, {
      remedy: 'Remove it from the features.',
      place: { column: spec.target, param: ['features'] },
    });
  }
  return spec.features.map((name) => {
    const column = schema.find((candidate) => candidate.name === name);
    if (column !== undefined) return column;
    throw new PenstockError('unknown-feature', `The table has no column “${name}”.`, {
      remedy: 'Choose the features again.',
      place: { column: name, param: ['features'] },
    });
  });
}

function checkRange({ matrix }: FeatureRows, { outputs }: FittedRecipe, takesMissing: boolean): void {
  const bad = matrix.findIndex((value) => !Number.isFinite(value) && !(takesMissing && Number.isNaN(value)));
  if (bad < 0) return;
  const name = outputs[bad % outputs.length]?.name ?? '';
  throw new PenstockError('feature-range', `The feature “${name}” has values too large for a model (over 3.4e38).`, {
    remedy: 'Add a scale step for it to the Preprocess node.',
    place: { column: name },
  });
}
