import { brierScore, logLoss } from './probability.ts';
import { averagePrecision, rankScores, rocAuc } from './ranking.ts';

export interface BinaryMetrics {
  readonly rows: number;
  readonly positives: number;
  readonly rocAuc: number;
  readonly averagePrecision: number;
  readonly logLoss: number;
  readonly brier: number;
}

/** Threshold-free metrics of scores in 0…1 for the positive class; `positive` is nonzero for positive rows. */
export function binaryMetrics(scores: ArrayLike<number>, positive: ArrayLike<number>): BinaryMetrics {
  const ranking = rankScores(scores, positive);
  const probabilities = new Float64Array(scores.length * 2);
  const truth = new Int32Array(scores.length);
  for (let row = 0; row < scores.length; row += 1) {
    const score = scores[row] ?? Number.NaN;
    probabilities[2 * row] = 1 - score;
    probabilities[2 * row + 1] = score;
    truth[row] = Number.isNaN(score) ? -1 : positive[row] === 0 ? 0 : 1;
  }
  return {
    rows: ranking.positives + ranking.negatives,
    positives: ranking.positives,
    rocAuc: rocAuc(ranking),
    averagePrecision: averagePrecision(ranking),
    logLoss: logLoss(probabilities, truth, 2),
    brier: brierScore(probabilities, truth, 2),
  };
}
