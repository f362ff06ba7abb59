import { PenstockError } from '#app/core/errors.ts';
import type { TrainInput } from './types.ts';

export type ClassWeights = 'none' | 'balanced';

const oneClass = (): PenstockError =>
  new PenstockError('one-class', 'All rows to train on have the same class, so there is nothing to tell apart.', {
    remedy: 'Choose another target, or check the filters and the partition before this node.',
  });

/** @throws PenstockError `one-class` where fewer than two classes have any weight. */
export function checkClasses({ target, weights, rows }: Pick<TrainInput, 'target' | 'weights' | 'rows'>): void {
  let first: number | null = null;
  for (let row = 0; row < rows; row++) {
    if (weights !== undefined && !((weights[row] as number) > 0)) continue;
    first ??= target[row] as number;
    if (target[row] !== first) return;
  }
  throw oneClass();
}

/** Share of the weight in each class. @throws PenstockError `one-class` where fewer than two classes have any. */
export function classShares({ target, weights, classes, rows }: Pick<TrainInput, 'target' | 'weights' | 'classes' | 'rows'>): Float64Array {
  const shares = new Float64Array(classes);
  let total = 0;
  for (let row = 0; row < rows; row++) {
    const w = weights === undefined ? 1 : (weights[row] as number);
    const cls = target[row] as number;
    shares[cls] = (shares[cls] as number) + w;
    total += w;
  }
  if (shares.filter((share) => share > 0).length < 2) throw oneClass();
  return shares.map((share) => share / total);
}

/**
 * Row weights with the class weights multiplied in; 'balanced' gives every class the same total (scikit-learn's formula,
 * n / (classes × n of the class)). Undefined where all weights are one.
 * @throws PenstockError `one-class`
 */
export function rowWeights(input: TrainInput, mode: ClassWeights): Float64Array | undefined {
  if (mode === 'none') {
    checkClasses(input);
    return input.weights;
  }
  const shares = classShares(input);
  const present = shares.filter((share) => share > 0).length;
  return Float64Array.from({ length: input.rows }, (_, row) => {
    const share = shares[input.target[row] as number] as number;
    return (input.weights === undefined ? 1 : (input.weights[row] as number)) / (present * share);
  });
}
