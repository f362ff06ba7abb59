import type { RunContext } from '#app/sdk/node.ts';
import type { FittedRecipe, LearnerSpec, ModelSignature, ModelSummary, ModelValue, TableValue } from '#app/sdk/ports.ts';
import type { TrainDetails } from '../learners/types.ts';
import { assembleModel } from './assemble.ts';
import { imagesOf, makeGolden } from './golden.ts';
import { learn, type LearnServices } from './learn.ts';
import { checkParity } from './parity.ts';

export type FitServices = LearnServices & Pick<RunContext<unknown>, 'artifacts'> & Partial<Pick<RunContext<unknown>, 'checkpoint'>>;

/**
 * Table → model: fits the recipe in SQL, trains in a worker, and writes one ONNX file from raw records to predictions together with
 * golden rows, on which it is checked before it is handed on.
 * @throws PenstockError those of `learn`, `parity`; CancelledError.
 */
export async function fitLearner(spec: LearnerSpec, input: TableValue, services: FitServices): Promise<ModelValue> {
  const { tables, artifacts, signal, progress } = services;
  const { target, prepared, fitted, trained, rows, curves } = await learn(spec, input, services, services.checkpoint === undefined ? {} : { checkpoint: services.checkpoint });
  for (const [name, value] of Object.entries(trained.metrics)) services.metric(name, value);

  progress(0.92, 'Writing the model file');
  const images = imagesOf(fitted);
  const signature: ModelSignature = {
    task: spec.task,
    target,
    inputs: fitted.inputs,
    ...(spec.task === 'classification' ? { classes: prepared.classes } : {}),
    features: featureNames(fitted),
    ...(images.length === 0 ? {} : { images }),
  };
  const file = assembleModel(fitted, trained.head, signature, spec.algorithm);
  progress(0.95, 'Checking the model file');
  const golden = await makeGolden(fitted, trained.head, signature, prepared.relation, tables, services);
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
    rows: trained.details.rows ?? rows,
    summary: summarise(trained.details, prepared.classes, curves),
  };
}

/** Names of the features; words and pixels, which mean nothing one by one, under the name of their column. */
function featureNames({ outputs, texts = [] }: FittedRecipe): string[] {
  const whole = texts.map((text) => ('image' in text ? text.image : 'places' in text ? text.column : null));
  return [...new Set(outputs.map((output) => ('expr' in output ? output.name : (whole[output.text] ?? output.name))))];
}

/** Features that a model's summary tells the importance of. */
const mostImportant = 200;

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
    ...(details.importance === undefined ? {} : { importance: details.importance.slice(0, mostImportant) }),
    ...(curves.length === 0 ? {} : { curves }),
    ...(details.converged === undefined ? {} : { converged: details.converged }),
    ...(details.iterations === undefined ? {} : { iterations: details.iterations }),
  };
}
