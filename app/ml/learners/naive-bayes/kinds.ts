import type { TrainInput } from '../types.ts';

/** How a feature's values are taken to be distributed within a class. */
export type FeatureKind =
  | { readonly kind: 'normal' }
  /** Two values: above `middle` or not. */
  | { readonly kind: 'two-valued'; readonly middle: number }
  /** One of a one-hot set: 1 for one category, 0 for the others. `group`: index of the first feature of the set; `size`: how many it has. */
  | { readonly kind: 'category'; readonly group: number; readonly size: number }
  /** Tells nothing. */
  | { readonly kind: 'constant' };

/**
 * What each feature is, from its values: two different ones are a coin, more a normal distribution. Neighbours of 0 and 1 that are named
 * `column=category` after the same column, of which no row has two, are one set of categories.
 */
export function featureKinds({ matrix, rows, features }: Pick<TrainInput, 'matrix' | 'rows' | 'features'>): FeatureKind[] {
  const size = features.length;
  const kinds = features.map((_, j): FeatureKind => {
    const first = matrix[j] as number;
    let second = Number.NaN;
    for (let row = 1, at = size + j; row < rows; row++, at += size) {
      const value = matrix[at] as number;
      if (value === first || value === second) continue;
      if (!Number.isNaN(second)) return { kind: 'normal' };
      second = value;
    }
    return Number.isNaN(second) ? { kind: 'constant' } : { kind: 'two-valued', middle: (first + second) / 2 };
  });
  const isBit = (j: number): boolean => {
    const kind = kinds[j];
    return kind?.kind === 'two-valued' && kind.middle === 0.5 && (matrix[j] === 0 || matrix[j] === 1);
  };
  for (let from = 0; from < size; ) {
    const stem = stemOf(features[from] ?? '');
    let end = from + 1;
    while (end < size && stemOf(features[end] ?? '') === stem && isBit(end)) end++;
    if (stem !== '' && isBit(from) && end - from > 1 && areExclusive(matrix, rows, size, from, end)) {
      for (let j = from; j < end; j++) kinds[j] = { kind: 'category', group: from, size: end - from };
    }
    from = end;
  }
  return kinds;
}

/** The column that a one-hot feature was made of; empty for other names. */
const stemOf = (name: string): string => name.slice(0, Math.max(0, name.indexOf('=')));

function areExclusive(matrix: Float32Array, rows: number, size: number, from: number, end: number): boolean {
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let j = from; j < end; j++) sum += matrix[row * size + j] as number;
    if (sum > 1) return false;
  }
  return true;
}
