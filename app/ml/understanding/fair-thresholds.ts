import { rankScores, type Ranking } from '../metrics/ranking.ts';
import type { TaskAnswer, TaskHooks } from '../worker/tasks.ts';
import { thresholdAt } from './thresholds.ts';

export const fairnessGoals = ['demographic-parity', 'equal-opportunity'] as const;
export type FairnessGoal = (typeof fairnessGoals)[number];

export interface FairThresholdsPayload {
  /** Probability of the favourable class. */
  readonly scores: Float32Array;
  /** Nonzero where the favourable class is the true one. */
  readonly positive: Uint8Array;
  /** [rows]: index of the group. */
  readonly group: Int32Array;
  /** For each group, whether it counts for the gap; small ones only follow. */
  readonly counted: readonly boolean[];
  readonly goal: FairnessGoal;
  /** Largest difference of the rates that is allowed, 0…1. */
  readonly gap: number;
}

export interface GroupThreshold {
  readonly threshold: number;
  readonly truePositives: number;
  readonly falsePositives: number;
}

export interface FairThresholds {
  /** By group. */
  readonly groups: readonly GroupThreshold[];
  /** Difference of the rates that is left between the groups that count. */
  readonly gap: number;
}

/** Common rates that are tried. */
const RATES = 1000;

/**
 * A threshold for each group, so that all groups are selected equally often (demographic parity) or equally often among those who should
 * be (equal opportunity), with the most rows right (Hardt, Price & Srebro 2016, without their coin tosses between two thresholds: a
 * group of n rows reaches a rate to 1 ÷ n). Rate by rate, every group takes the threshold that comes nearest.
 */
export function fairThresholdsInWorker({ scores, positive, group, counted, goal, gap: allowed }: FairThresholdsPayload, hooks: TaskHooks): TaskAnswer<FairThresholds> {
  const rankings = counted.map((_counts, index) => {
    hooks.check();
    const rows = Int32Array.from({ length: group.length }, (_unused, row) => row).filter((row) => group[row] === index);
    return rankScores(Float64Array.from(rows, (row) => scores[row] ?? 0), Uint8Array.from(rows, (row) => positive[row] ?? 0));
  });
  let best: { right: number; gap: number; places: number[] } | null = null;
  for (let step = 0; step <= RATES; step += 1) {
    hooks.check();
    const places = rankings.map((ranking) => nearestPlace(ranking, goal, step / RATES));
    const rates = rankings.flatMap((ranking, index) => (counted[index] === true && hasRate(ranking, goal) ? [rateAt(ranking, goal, places[index] ?? -1)] : []));
    const gap = rates.length === 0 ? 0 : Math.max(...rates) - Math.min(...rates);
    if (gap > allowed + 1e-12) continue;
    const right = rankings.reduce((sum, { truePositives, falsePositives, negatives }, index) => sum + (truePositives[places[index] ?? -1] ?? 0) + negatives - (falsePositives[places[index] ?? -1] ?? 0), 0);
    if (best === null || right > best.right || (right === best.right && gap < best.gap)) best = { right, gap, places };
  }
  // With a rate of 0 nobody is selected, and there is no gap: something always fits.
  const places = best?.places ?? rankings.map(() => -1);
  return {
    result: {
      gap: best?.gap ?? 0,
      groups: rankings.map(({ thresholds, truePositives, falsePositives }, index) => {
        const place = places[index] ?? -1;
        return { threshold: thresholdAt(thresholds, place), truePositives: truePositives[place] ?? 0, falsePositives: falsePositives[place] ?? 0 };
      }),
    },
  };
}

const hasRate = ({ positives, negatives }: Ranking, goal: FairnessGoal): boolean => (goal === 'equal-opportunity' ? positives > 0 : positives + negatives > 0);

/** Share selected, of all or of those who should be. Place −1: nobody. */
function rateAt({ truePositives, falsePositives, positives, negatives }: Ranking, goal: FairnessGoal, place: number): number {
  const hits = truePositives[place] ?? 0;
  if (goal === 'equal-opportunity') return positives === 0 ? 0 : hits / positives;
  return (hits + (falsePositives[place] ?? 0)) / Math.max(1, positives + negatives);
}

/** The place whose rate is nearest; of equal ones the highest threshold, which has the fewest false positives. */
function nearestPlace(ranking: Ranking, goal: FairnessGoal, rate: number): number {
  let [low, high] = [-1, ranking.thresholds.length - 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (rateAt(ranking, goal, middle) < rate) low = middle + 1;
    else high = middle;
  }
  if (low < 0) return low;
  const below = rateAt(ranking, goal, low - 1);
  if (rate - below >= Math.abs(rateAt(ranking, goal, low) - rate)) return low;
  let place = low - 1;
  while (place >= 0 && rateAt(ranking, goal, place - 1) === below) place -= 1;
  return place;
}
