import type { Diagnostic } from '#app/core/errors.ts';
import type { Column, Schema } from '#app/relation/types.ts';
import { inputKind } from './model-input.ts';
import { predictionColumn, probabilityColumn, type LearningTask, type ModelSignature } from './ports.ts';

/** The columns that Predict appends, in order: the prediction, then one probability a class. */
export function predictionSchema(signature: ModelSignature): Schema {
  const name = predictionColumn(signature.target.name);
  if (signature.task === 'regression') return [{ name, type: 'float' }];
  return [
    { name, type: signature.target.type },
    ...(signature.classes ?? []).map((cls): Column => ({ name: probabilityColumn(signature.target.name, cls), type: 'float' })),
  ];
}

/** Predict's output: the input without columns that the prediction replaces, then the prediction. */
export function predictedSchema(input: Schema, signature: ModelSignature): Schema {
  const added = predictionSchema(signature);
  const names = new Set(added.map((column) => column.name));
  return [...input.filter((column) => !names.has(column.name)), ...added];
}

/** What stands in the way of predictions for a table, or is lost by them; places are at the input `table`. */
export function predictionProblems(schema: Schema, signature: ModelSignature): Diagnostic[] {
  const byName = new Map(schema.map((column) => [column.name, column.type]));
  // Before fitting, features are not known, and fitting may still leave columns out.
  const severity = signature.features.length > 0 ? 'error' : 'warning';
  const missing = signature.inputs.filter((column) => !byName.has(column.name)).map((column) => column.name);
  const diagnostics: Diagnostic[] = missing.map((column) => ({
    severity,
    code: 'missing-column',
    message: `The model was trained on the column “${column}”, which this table does not have.`,
    remedy: 'Connect a table with the columns of the training table.',
    place: { port: 'table', column },
  }));
  for (const { name, type } of signature.inputs) {
    const found = byName.get(name);
    if (found === undefined || inputKind(found) === inputKind(type)) continue;
    diagnostics.push({
      severity,
      code: 'column-type',
      message: `The model was trained on “${name}” as ${inputKind(type)}, but in this table it is ${inputKind(found) ?? `of type ${found}`}.`,
      remedy: 'Convert the column before this node.',
      place: { port: 'table', column: name },
    });
  }
  for (const column of predictionSchema(signature)) {
    if (!byName.has(column.name)) continue;
    diagnostics.push({
      severity: 'info',
      code: 'replaced-column',
      message: `The table has a column “${column.name}” already; the new prediction takes its place.`,
      remedy: 'Rename it before this node to keep both.',
      place: { port: 'table', column: column.name },
    });
  }
  return diagnostics;
}

/** Which columns of a table hold the truth and which the predictions. */
export interface PredictionColumns {
  readonly task: LearningTask;
  readonly target: Column;
  readonly predicted: Column;
  /** Empty for regression. */
  readonly probabilities: readonly { readonly cls: string; readonly column: string }[];
}

export type PredictionSearch = { readonly ok: true; readonly columns: PredictionColumns } | { readonly ok: false; readonly message: string; readonly remedy: string };

const SUFFIX = '_predicted';

/**
 * Finds target and predictions by the names Predict gives; where there are several predictions the last counts.
 * Names given ("" for none) win over what is found.
 */
export function findPredictionColumns(schema: Schema, given: { readonly target: string; readonly predicted: string }): PredictionSearch {
  const byName = new Map(schema.map((column) => [column.name, column]));
  const guess = schema.findLast((column) => column.name.endsWith(SUFFIX) && byName.has(column.name.slice(0, -SUFFIX.length)));
  const targetName = given.target !== '' ? given.target : given.predicted.endsWith(SUFFIX) ? given.predicted.slice(0, -SUFFIX.length) : guess?.name.slice(0, -SUFFIX.length);
  if (targetName === undefined) {
    const lonely = schema.findLast((column) => column.name.endsWith(SUFFIX));
    if (lonely !== undefined) {
      return {
        ok: false,
        message: `The table has the prediction “${lonely.name}”, but not the true values “${lonely.name.slice(0, -SUFFIX.length)}” to compare it with.`,
        remedy: 'Give Predict a table that still has the target column.',
      };
    }
    return { ok: false, message: 'The table has no predictions.', remedy: 'Connect the output of a Predict node, or choose the columns in the parameters.' };
  }
  const target = byName.get(targetName);
  if (target === undefined) return { ok: false, message: `The table has no column “${targetName}”.`, remedy: 'Choose the target column again.' };
  const predictedName = given.predicted !== '' ? given.predicted : predictionColumn(targetName);
  const predicted = byName.get(predictedName);
  if (predicted === undefined) {
    return { ok: false, message: `The table has no column “${predictedName}” with predictions of “${targetName}”.`, remedy: 'Connect the output of a Predict node, or choose the prediction column.' };
  }
  const prefix = probabilityColumn(targetName, '');
  const probabilities = schema
    .filter((column) => column.type === 'float' && column.name.startsWith(prefix) && column.name.length > prefix.length)
    .map((column) => ({ cls: column.name.slice(prefix.length), column: column.name }));
  const numeric = target.type === 'float' || target.type === 'integer';
  const task: LearningTask = numeric && probabilities.length === 0 && (predicted.type === 'float' || predicted.type === 'integer') ? 'regression' : 'classification';
  return { ok: true, columns: { task, target, predicted, probabilities: task === 'classification' ? probabilities : [] } };
}
