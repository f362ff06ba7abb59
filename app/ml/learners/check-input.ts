import { PenstockError } from '#app/core/errors.ts';
import type { TrainInput } from './types.ts';

function wrong(message: string, remedy: string, column?: string): PenstockError {
  return new PenstockError('training-data', message, { remedy, ...(column === undefined ? {} : { place: { column } }) });
}

/** Shapes, targets and weights. @throws PenstockError `training-data`: what a learner cannot be fitted on. */
export function checkTargets({ task, matrix, rows, features, target, classes, weights }: TrainInput): void {
  if (rows === 0) throw wrong('There are no rows to train on.', 'Check the filters and joins before this node; rows without a target are left out.');
  if (features.length === 0) throw wrong('There are no features to train on.', 'Select at least one column besides the target.');
  if (matrix.length !== rows * features.length || target.length !== rows || (weights !== undefined && weights.length !== rows)) {
    throw wrong(`The training data do not fit together: ${rows} rows, ${matrix.length} values, ${target.length} targets.`, 'Please report this with the pipeline.');
  }
  const isClass = task === 'classification';
  if (!(isClass ? areClasses(target, classes) : areFinite(target))) nameTarget(target, isClass ? classes : null);
  if (weights === undefined) return;
  let weight = 0;
  for (let row = 0; row < rows; row++) {
    const w = weights[row] as number;
    if (!(w >= 0) || w === Number.POSITIVE_INFINITY) throw wrong(`The weight in row ${row + 1} is not a number ≥ 0.`, 'Correct or filter such rows.');
    weight += w;
  }
  if (weight === 0) throw wrong('All weights are zero.', 'Choose another weight column, or none.');
}

function areClasses(target: Float64Array, classes: number): boolean {
  for (let row = 0; row < target.length; row++) {
    const value = target[row] as number;
    if (value >>> 0 !== value || value >= classes) return false;
  }
  return true;
}

function areFinite(target: Float64Array): boolean {
  for (let row = 0; row < target.length; row++) {
    const value = target[row] as number;
    // Of what is infinite or missing that is no number.
    if (value - value !== 0) return false;
  }
  return true;
}

/** @throws PenstockError `training-data` naming the first row whose target is missing, infinite or, of so many classes, none. */
function nameTarget(target: Float64Array, classes: number | null): void {
  for (const [row, value] of target.entries()) {
    if (!Number.isFinite(value)) throw wrong(`The target is missing or infinite in row ${row + 1} of the training data.`, 'Filter such rows out.');
    if (classes !== null && (!Number.isInteger(value) || value < 0 || value >= classes)) {
      throw wrong(`The class ${value} in row ${row + 1} is not one of ${classes}.`, 'Please report this with the pipeline.');
    }
  }
}

/** @throws PenstockError `training-data` naming row and column of the first value that is missing (unless the learner takes that) or infinite. */
export function checkMatrix({ matrix, features }: Pick<TrainInput, 'matrix' | 'features'>, takesMissing = false): void {
  for (let i = 0; i < matrix.length; i++) {
    if (Number.isFinite(matrix[i]) || (takesMissing && Number.isNaN(matrix[i]))) continue;
    const feature = features[i % features.length] ?? '';
    const row = Math.floor(i / features.length) + 1;
    throw wrong(
      `The feature '${feature}' is ${Number.isNaN(matrix[i]) ? 'missing' : 'infinite'} in row ${row} of the training data.`,
      'Fill missing values with Preprocess (impute), or filter such rows out.',
      feature,
    );
  }
}
