import type { TrainInput } from '../learners/types.ts';

/**
 * Ranks 0, 1, … of a feature's category codes by the mean of their targets (for several classes, by the share of the most frequent one), so
 * that a cut through the ranks parts the categories that lean one way from the others. Codes that never occur have no rank (NaN).
 */
export function categoryRanks({ matrix, rows, features, target, classes }: TrainInput, j: number, count: number): Float32Array {
  const width = features.length;
  const frequent = classes > 2 ? mostFrequent(target, classes) : -1;
  const sums = new Float64Array(count);
  const counts = new Float64Array(count);
  for (let row = 0; row < rows; row += 1) {
    const code = matrix[row * width + j] as number;
    if (!(code >= 0 && code < count)) continue;
    counts[code] = (counts[code] as number) + 1;
    sums[code] = (sums[code] as number) + (classes > 2 ? (target[row] === frequent ? 1 : 0) : (target[row] as number));
  }
  const present = Array.from({ length: count }, (_, code) => code).filter((code) => (counts[code] as number) > 0);
  const mean = (code: number): number => (sums[code] as number) / (counts[code] as number);
  present.sort((a, b) => mean(a) - mean(b) || a - b);
  const ranks = new Float32Array(count).fill(Number.NaN);
  present.forEach((code, rank) => {
    ranks[code] = rank;
  });
  return ranks;
}

function mostFrequent(target: Float64Array, classes: number): number {
  const counts = new Int32Array(classes);
  for (const cls of target) counts[cls] = (counts[cls] as number) + 1;
  return counts.indexOf(counts.reduce((a, b) => Math.max(a, b)));
}
