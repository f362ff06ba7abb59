import { PenstockError } from '#app/core/errors.ts';
import type { RunContext } from '#app/sdk/node.ts';
import type { ModelValue, PortValue, TableValue } from '#app/sdk/ports.ts';
import { predictionSchema } from '#app/sdk/prediction.ts';
import { predictionNames } from '#app/sdk/drift.ts';
import { predictTable } from '../model/predict-table.ts';
import { driftOutputs, findDrift, referenceProfile, type DriftParams } from './drift-node.ts';
import { isSavedProfile } from './saved-profile.ts';

/** Prediction Drift: the predictions of a model for two tables, or columns of predictions that are there already. */
export async function runPredictionDrift(context: RunContext<DriftParams>): Promise<Record<string, PortValue>> {
  const { inputs, params, progress } = context;
  const [reference, current, model] = [tableAt(inputs, 'reference'), tableAt(inputs, 'current'), inputs['model']?.[0]];
  const own = model?.kind === 'model' ? model : null;
  const columns = params.columns.length > 0 ? params.columns : own === null ? predictionNames(current.schema) : predictionSchema(own.signature).map(({ name }) => name);
  if (columns.length === 0) throw new PenstockError('no-predictions', 'The table has no columns with predictions.', { remedy: 'Connect the model, or choose the columns that hold predictions.', place: { param: ['columns'] } });
  const predicted = (table: TableValue, from: number, to: number): Promise<TableValue> => (own === null ? Promise.resolve(table) : scored(own, table, context, (done) => progress(from + (to - from) * done, 'Predicting')));
  const before = isSavedProfile(reference.schema) ? reference : await predicted(reference, 0, 0.2);
  const now = await predicted(current, 0.2, 0.4);
  const wanted = { ...params, columns };
  const profile = await referenceProfile(context, before, '', wanted);
  const findings = await findDrift(context, profile, now, wanted);
  // The rows at the input have no such columns where the model predicted them here.
  const shown = own === null ? findings : { ...findings, columns: findings.columns.map((one) => ({ ...one, slice: '' })) };
  return driftOutputs(context, 'Prediction drift', 'prediction-drift', shown);
}

const scored = (model: ModelValue, table: TableValue, context: RunContext<DriftParams>, done: (fraction: number) => void): Promise<TableValue> => predictTable(model, table, { ...context, progress: (fraction) => done(fraction ?? 0) });

function tableAt(inputs: RunContext<unknown>['inputs'], port: string): TableValue {
  const value = inputs[port]?.[0];
  if (value?.kind === 'table') return value;
  throw new PenstockError('input-missing', `Nothing is connected to the input “${port}”.`, { remedy: 'Connect a table.', place: { port } });
}
