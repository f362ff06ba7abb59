import { PenstockError } from '#app/core/errors.ts';
import type { TestedRows } from '../evaluation/run-fold.ts';

/** Numbers that the final learner sees of each base: the second class's probability of two, the probabilities of more, or the prediction. */
export const metaWidth = (classes: number): number => (classes === 0 || classes === 2 ? 1 : classes);

/** Names of the final learner's features, base by base. */
export function metaNames(bases: readonly string[], classes: readonly string[]): string[] {
  return bases.flatMap((base) => (metaWidth(classes.length) === 1 ? [base] : classes.map((label) => `${base}: ${label}`)));
}

/** Predictions of a base for all rows, each by a fit that did not see the row, by place. */
export interface OutOfFold {
  /** [rows] */
  readonly predicted: Float64Array;
  /** [rows × classes]; null for regression. */
  readonly probabilities: Float32Array | null;
}

/** Puts the tested rows of a base's folds together. @throws PenstockError `folds-incomplete` where a row was never tested. */
export function joinTested(tested: readonly TestedRows[], rows: number, classes: number): OutOfFold {
  const predicted = new Float64Array(rows).fill(Number.NaN);
  const probabilities = classes === 0 ? null : new Float32Array(rows * classes);
  for (const part of tested) {
    for (const [index, place] of part.places.entries()) {
      predicted[place] = part.predicted[index] ?? Number.NaN;
      if (probabilities !== null && part.probabilities !== null) probabilities.set(part.probabilities.subarray(index * classes, (index + 1) * classes), place * classes);
    }
  }
  if (predicted.some((value) => Number.isNaN(value))) {
    throw new PenstockError('folds-incomplete', 'Some rows got no prediction from a learner that did not see them.', { remedy: 'Look for a learner that predicts nothing for some rows, such as those whose image cannot be read: leave out the learner or the rows.' });
  }
  return { predicted, probabilities };
}

/** The final learner's matrix, row-major [rows × bases · metaWidth]. @param places the rows wanted; absent: all. */
export function metaFeatures(bases: readonly OutOfFold[], classes: number, places?: ArrayLike<number>): Float32Array {
  const width = metaWidth(classes);
  const rows = places?.length ?? bases[0]?.predicted.length ?? 0;
  const matrix = new Float32Array(rows * bases.length * width);
  for (const [base, { predicted, probabilities }] of bases.entries()) {
    for (let row = 0; row < rows; row += 1) {
      const place = places?.[row] ?? row;
      const at = (row * bases.length + base) * width;
      if (probabilities === null) matrix[at] = predicted[place] ?? Number.NaN;
      else if (classes === 2) matrix[at] = probabilities[place * 2 + 1] ?? Number.NaN;
      else matrix.set(probabilities.subarray(place * classes, (place + 1) * classes), at);
    }
  }
  return matrix;
}
