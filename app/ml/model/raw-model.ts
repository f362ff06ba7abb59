import { PenstockError } from '#app/core/errors.ts';
import { penstockVersion } from '#app/core/version.ts';
import { call, col, lit, named, project } from '#app/relation/build.ts';
import type { RunContext } from '#app/sdk/node.ts';
import { inputTensorName, type ModelSignature, type ModelValue, type PortValue } from '#app/sdk/ports.ts';
import type { RawTrainerParams } from '#app/sdk/raw-trainer.ts';
import type { RawTrained, RawTrainPayload } from '../learners/raw-types.ts';
import type { TrainMessage } from '../learners/types.ts';
import { encodeModel } from '../onnx/encode.ts';
import { runTask } from '../worker/run-task.ts';
import { MODEL_FORMAT } from './assemble.ts';
import { createCurves } from './curves.ts';
import { checkParity, type GoldenRows } from './parity.ts';
import { prepareTarget } from './target.ts';

export interface RawTrainerSpec {
  readonly task: 'train-text' | 'train-images';
  readonly algorithm: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** What the column holds, by the signature's words. */
  readonly images?: ModelSignature['images'];
  /** Values of the column as the worker wants them (paths made absolute). */
  value?(value: string | null): string | null;
}

/**
 * What train nodes do that learn classes from one raw column: reads it beside the target, trains in a worker, and writes one ONNX file
 * from the raw value to the classes, which is checked on golden rows before it is handed on.
 * @throws PenstockError `input-missing`, `target-missing`, those of `prepareTarget` and of the learner, `parity`; CancelledError.
 */
export async function runRawTrainer(context: RunContext<RawTrainerParams>, spec: RawTrainerSpec): Promise<Record<string, PortValue>> {
  const { params, tables, artifacts, signal } = context;
  const table = context.inputs['table']?.[0];
  if (table?.kind !== 'table') throw new PenstockError('input-missing', 'There is no table to learn from.', { remedy: 'Connect the training table.' });
  const find = (name: string, param: string) => {
    const column = table.schema.find((candidate) => candidate.name === name);
    if (column !== undefined) return column;
    throw new PenstockError(param === 'target' ? 'target-missing' : 'unknown-feature', name === '' ? 'A column is not chosen.' : `The table has no column “${name}”.`, { remedy: 'Choose the columns in the parameters.', place: { param: [param], column: name } });
  };
  const [target, column] = [find(params.target, 'target'), find(params.column, 'column')];
  context.progress(0, 'Reading the target');
  const prepared = await prepareTarget('classification', target, table.relation, tables, context.report);
  // Written, so that two columns read one after the other belong together.
  const rows = await tables.materialise(project(prepared.relation, [named('value', call('nullif', col(column.name), lit(''))), named('class', prepared.expr)]), 'training rows');
  const values = await tables.column(rows.relation, 'value');
  const classes = await tables.column(rows.relation, 'class');
  if (values instanceof Float64Array || !(classes instanceof Float64Array)) throw new PenstockError('feature-type', `The column “${column.name}” is not text.`, { remedy: 'Choose a text column.', place: { param: ['column'], column: column.name } });
  signal.throwIfAborted();

  const curves = createCurves();
  const payload: RawTrainPayload = {
    tensor: inputTensorName(column.name),
    values: spec.value === undefined ? values : values.map(spec.value),
    target: classes,
    classes: prepared.classes.length,
    params: spec.params,
    seed: context.seed,
  };
  const trained = await runTask(spec.task, payload, {
    signal,
    onProgress: (fraction, message) => context.progress(fraction === null ? null : 0.05 + 0.87 * fraction, message),
    onMessage: ({ name, value, step }: TrainMessage) => {
      curves.add(name, value, step);
      context.metric(name, value, step);
    },
  });
  for (const note of trained.details.notes) context.log('warning', note);
  for (const [name, value] of Object.entries(trained.metrics)) context.metric(name, value);
  const signature: ModelSignature = {
    task: 'classification',
    target,
    inputs: [{ name: column.name, type: 'string' }],
    classes: prepared.classes,
    features: [column.name],
    ...(spec.images === undefined ? {} : { images: spec.images }),
  };
  context.progress(0.95, 'Checking the model file');
  return { model: await write(trained, signature, spec, curves.all(), artifacts) };
}

async function write({ graph, golden, metrics, details, rows }: RawTrained, signature: ModelSignature, { algorithm, params }: RawTrainerSpec, curves: NonNullable<NonNullable<ModelValue['summary']>['curves']>, artifacts: RunContext<unknown>['artifacts']): Promise<ModelValue> {
  const file = encodeModel(graph, {
    'penstock.format': MODEL_FORMAT,
    'penstock.version': penstockVersion,
    'penstock.algorithm': algorithm,
    'penstock.signature': JSON.stringify(signature),
  });
  const checked: GoldenRows = { signature, rows: golden.values.length, inputs: { [signature.inputs[0]?.name ?? '']: golden.values }, outputs: { label: golden.label, probabilities: golden.probabilities } };
  await checkParity(file, checked);
  return {
    kind: 'model',
    onnx: await artifacts.put(file, 'model.onnx'),
    golden: await artifacts.put(JSON.stringify(checked), 'golden.json'),
    signature,
    algorithm,
    params,
    metrics,
    rows,
    summary: { notes: details.notes, ...(curves.length === 0 ? {} : { curves }), ...(details.iterations === undefined ? {} : { iterations: details.iterations }) },
  };
}
