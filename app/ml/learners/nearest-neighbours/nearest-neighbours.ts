import { PenstockError } from '#app/core/errors.ts';
import { formatBytes, formatCount } from '#app/core/units.ts';
import { sampleRows, squaredBetween } from '../../clustering/points.ts';
import { classShares } from '../class-weights.ts';
import { columnScales } from '../columns.ts';
import { uniform } from '../random.ts';
import type { TrainHooks, TrainInput, TrainedLearner } from '../types.ts';
import { nearestHead } from './head.ts';
import type { NearestParams } from './params.ts';

/** The training rows are the model. A larger file would be slow to load and to ask. */
export const mostBytes = 100_000_000;
/** Rows left out one by one to measure with, and multiplications that may take. */
const measured = 500;
const affordable = 2e9;
/** Training rows above which the person is told that predicting takes its time. */
const slowFrom = 50_000;

/**
 * k nearest neighbours by Euclidean distance, for classes (share of the neighbours, weighted) and numbers (their mean): scikit-learn's
 * KNeighborsClassifier and KNeighborsRegressor. Nothing is learnt but the rows; they are stored in the model file as float32.
 * @throws PenstockError `model-too-large`, `one-class`; CancelledError.
 */
export function trainNearest(input: TrainInput, params: NearestParams, hooks: TrainHooks, seed: number): TrainedLearner {
  const { rows, features, task } = input;
  const bytes = rows * features.length * 4;
  if (bytes > mostBytes) {
    throw new PenstockError('model-too-large', `${formatCount(rows)} rows × ${formatCount(features.length)} features would make a model file of ${formatBytes(bytes)}, because it holds them all; at most ${formatBytes(mostBytes)} are allowed.`, {
      remedy: 'Take a sample of the rows, or fewer features (Feature Ranking, PCA).',
    });
  }
  if (task === 'classification') classShares(input);
  const { means } = columnScales(input);
  const notes: string[] = [];
  if (params.neighbours > rows) notes.push(`There are only ${formatCount(rows)} rows, so every prediction is made of all of them; ${formatCount(params.neighbours)} neighbours were asked for.`);
  if (rows > slowFrom) notes.push(`Each prediction compares a row with all ${formatCount(rows)} training rows, which takes its time. A sample of them is often as good.`);
  return { head: nearestHead(input, params, means), metrics: leaveOneOut(input, params, seed, hooks), details: { notes } };
}

/** Rows of a sample predicted from all others. */
function leaveOneOut(input: TrainInput, params: NearestParams, seed: number, hooks: TrainHooks): Record<string, number> {
  const { matrix, rows, features, target, classes, weights } = input;
  const size = features.length;
  const wanted = Math.min(params.neighbours, rows - 1);
  if (wanted < 1) return {};
  const sample = sampleRows(rows, Math.max(20, Math.min(measured, Math.floor(affordable / (rows * size)))), uniform(seed));
  const nearest = new Float64Array(wanted);
  const who = new Int32Array(wanted);
  const votes = new Float64Array(Math.max(1, classes));
  let right = 0;
  let square = 0;
  for (const [done, row] of sample.entries()) {
    hooks.check();
    if (done % 16 === 0) hooks.progress(done / sample.length, 'Measuring');
    let held = 0;
    for (let other = 0; other < rows; other++) {
      if (other === row) continue;
      const d = squaredBetween(matrix, row, other, size);
      if (held === wanted && d >= (nearest[wanted - 1] as number)) continue;
      let at = held < wanted ? held++ : wanted - 1;
      for (; at > 0 && (nearest[at - 1] as number) > d; at--) {
        nearest[at] = nearest[at - 1] as number;
        who[at] = who[at - 1] as number;
      }
      nearest[at] = d;
      who[at] = other;
    }
    votes.fill(0);
    let total = 0;
    const isExact = nearest[0] === 0;
    for (let n = 0; n < wanted; n++) {
      const other = who[n] as number;
      const byDistance = params.weights === 'uniform' ? 1 : isExact ? Number(nearest[n] === 0) : 1 / Math.sqrt(nearest[n] as number);
      const w = byDistance * (weights === undefined ? 1 : (weights[other] as number));
      total += w;
      const cls = classes > 0 ? (target[other] as number) : 0;
      votes[cls] = (votes[cls] as number) + (classes > 0 ? w : w * (target[other] as number));
    }
    if (classes > 0) {
      if (votes.indexOf(votes.reduce((a, b) => Math.max(a, b))) === target[row]) right++;
    } else if (total > 0) {
      square += ((votes[0] as number) / total - (target[row] as number)) ** 2;
    }
  }
  return classes > 0 ? { leaveOneOutAccuracy: right / sample.length } : { leaveOneOutRmse: Math.sqrt(square / sample.length) };
}
