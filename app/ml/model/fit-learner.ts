import { PenstockError } from '#app/core/errors.ts';
import { formatCount } from '#app/core/units.ts';
import { named } from '#app/relation/build.ts';
import { nameKey } from '#app/relation/column-types.ts';
import type { Column, Relation, Schema } from '#app/relation/types.ts';
import type { RunContext } from '#app/sdk/node.ts';
import type { FittedRecipe, LearnerSpec, ModelSignature, ModelSummary, ModelValue, TableValue } from '#app/sdk/ports.ts';
import { isFeatureType } from '#app/sdk/trainer.ts';
import { train } from '../learners/train.ts';
import type { TrainDetails } from '../learners/types.ts';
import { fitRecipe } from '../recipe/fit.ts';
import { assembleModel } from './assemble.ts';
import { createCurves } from './curves.ts';
import { makeGolden } from './golden.ts';
import { checkParity } from './parity.ts';
import { prepareTarget, type PreparedTarget } from './target.ts';

export type FitServices = Pick<RunContext<unknown>, 'tables' | 'artifacts' | 'seed' | 'signal' | 'progress' | 'metric' | 'log' | 'report'>;

/** Features × rows above this do not fit beside the training itself (float32: 2 GB). */
const MAX_CELLS = 500_000_000;

/**
 * Table → model: fits the recipe in SQL, trains in a worker, and writes one ONNX file from raw records to predictions together with
 * golden rows, on which it is checked before it is handed on.
 * @throws PenstockError `target-missing`, `target-type`, `single-class`, `too-few-rows`, `unknown-feature`, `target-is-feature`,
 *   `table-too-large`, `feature-range`, those of fitRecipe and of the learner, `parity`; CancelledError.
 */
export async function fitLearner(spec: LearnerSpec, input: TableValue, services: FitServices): Promise<ModelValue> {
  const { tables, artifacts, signal, progress } = services;
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
  });
  signal.throwIfAborted();
  progress(0.08, `Reading ${formatCount(prepared.rows)} rows × ${fitted.outputs.length} features`);
  const { matrix, values } = await readTrainingData(fitted, prepared, tables);
  const rows = values.length;
  signal.throwIfAborted();

  const curves = createCurves();
  const trained = await train(
    spec.algorithm,
    spec.params,
    {
      task: spec.task,
      matrix,
      rows,
      features: fitted.outputs.map((output) => output.name),
      target: values,
      classes: prepared.classes.length,
    },
    {
      seed: services.seed,
      signal,
      progress: (fraction, message) => progress(fraction === null ? null : 0.15 + 0.75 * fraction, message),
      metric: (name, value, step) => {
        curves.add(name, value, step);
        services.metric(name, value, step);
      },
    },
  );
  for (const note of trained.details.notes) services.log('warning', note);
  for (const [name, value] of Object.entries(trained.metrics)) services.metric(name, value);

  progress(0.92, 'Writing the model file');
  const signature: ModelSignature = {
    task: spec.task,
    target,
    inputs: fitted.inputs,
    ...(spec.task === 'classification' ? { classes: prepared.classes } : {}),
    features: fitted.outputs.map((output) => output.name),
  };
  const file = assembleModel(fitted, trained.head, signature, spec.algorithm);
  progress(0.95, 'Checking the model file');
  const golden = await makeGolden(fitted, trained.head, signature, prepared.relation, tables);
  await checkParity(file, golden);
  signal.throwIfAborted();
  return {
    kind: 'model',
    onnx: await artifacts.put(file, 'model.onnx'),
    golden: await artifacts.put(JSON.stringify(golden), 'golden.json'),
    signature,
    algorithm: spec.algorithm,
    params: spec.params,
    metrics: trained.metrics,
    rows,
    summary: summarise(trained.details, prepared.classes, curves.all()),
  };
}

function findTarget(spec: LearnerSpec, schema: Schema): Column {
  const column = schema.find((candidate) => candidate.name === spec.target);
  if (column !== undefined) return column;
  throw new PenstockError('target-missing', spec.target === '' ? 'No target column is chosen.' : `The table has no column “${spec.target}” to predict.`, {
    remedy: 'Choose the target column in the parameters.',
    place: { param: ['target'] },
  });
}

function chooseFeatures(spec: LearnerSpec, schema: Schema): Column[] {
  if (spec.features === null) return schema.filter((column) => column.name !== spec.target && isFeatureType(column));
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

/** Features and target in one query, so that their rows belong together whatever order the query gives. */
async function readTrainingData(fitted: FittedRecipe, prepared: PreparedTarget, tables: FitServices['tables']) {
  const width = fitted.outputs.length;
  if (prepared.rows * width > MAX_CELLS) {
    throw new PenstockError('table-too-large', `${formatCount(prepared.rows)} rows × ${width} features are too much to train on in memory.`, {
      remedy: 'Take a sample, choose fewer features, or lower the number of categories in the one-hot step.',
    });
  }
  const names = new Set(fitted.outputs.map((output) => nameKey(output.name)));
  let targetName = 'target';
  while (names.has(targetName)) targetName += '_';
  const columns = [...fitted.outputs, named(targetName, prepared.expr)];
  const relation: Relation = { op: 'project', input: prepared.relation, columns };
  const { data, rows } = await tables.matrix(relation, columns.map((column) => column.name));
  const matrix = new Float32Array(rows * width);
  const values = new Float64Array(rows);
  for (let row = 0; row < rows; row += 1) {
    const at = row * (width + 1);
    matrix.set(data.subarray(at, at + width), row * width);
    values[row] = (data[at + width] ?? Number.NaN) * prepared.width + prepared.centre;
  }
  const bad = matrix.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    const name = fitted.outputs[bad % width]?.name ?? '';
    throw new PenstockError('feature-range', `The feature “${name}” has values too large for a model (over 3.4e38).`, {
      remedy: 'Add a scale step for it to the Preprocess node.',
      place: { column: name },
    });
  }
  return { matrix, values };
}

function summarise(details: TrainDetails, classes: readonly string[], curves: NonNullable<ModelSummary['curves']>): ModelSummary {
  return {
    notes: details.notes,
    ...(details.coefficients === undefined
      ? {}
      : {
          coefficients: details.coefficients.map(({ feature, coefficient, cls }) => ({
            feature,
            coefficient,
            ...(cls === undefined ? {} : { cls: classes[cls] ?? String(cls) }),
          })),
        }),
    ...(curves.length === 0 ? {} : { curves }),
    ...(details.converged === undefined ? {} : { converged: details.converged }),
    ...(details.iterations === undefined ? {} : { iterations: details.iterations }),
  };
}
