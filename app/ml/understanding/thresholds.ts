import { rankScores, type Ranking } from '../metrics/ranking.ts';
import { thinIndices } from '../model/curves.ts';
import { uniform } from '../learners/random.ts';
import type { TaskAnswer, TaskHooks } from '../worker/tasks.ts';
import type { Interval } from './intervals.ts';

export const thresholdGoals = ['cost', 'f1', 'balanced-accuracy', 'precision', 'recall', 'positive-rate'] as const;

/** What a good threshold is. */
export interface ThresholdGoal {
  readonly by: (typeof thresholdGoals)[number];
  /** For `cost`, all ≥ 0: what a false alarm and a miss cost, and what a hit brings. */
  readonly falsePositive: number;
  readonly falseNegative: number;
  readonly hit: number;
  /** For `precision`, `recall` and `positive-rate`: 0…1. */
  readonly wanted: number;
}

export interface ThresholdPoint {
  /** Rows with at least this probability are called positive. Lies between two probabilities that occur. */
  readonly threshold: number;
  readonly truePositives: number;
  readonly falsePositives: number;
}

export interface TunePayload {
  /** Probability of the positive class. */
  readonly scores: Float32Array;
  /** Nonzero for positive rows. */
  readonly positive: Uint8Array;
  readonly goal: ThresholdGoal;
  /** Samples drawn with replacement for the interval. */
  readonly repeats: number;
  readonly seed: number;
}

export interface TunedThreshold {
  readonly positives: number;
  readonly negatives: number;
  readonly best: ThresholdPoint;
  /** Where 95 % of the resampled tables have their best threshold, and what it is worth there (as `goalValue`). */
  readonly thresholdInterval: Interval;
  readonly valueInterval: Interval;
  /** At most `CURVE` points with rising threshold, the best one among them. */
  readonly curve: readonly ThresholdPoint[];
}

const CURVE = 400;

/** The number a goal is about, for people: total cost (negative: a gain), or a share from 0 to 1. NaN where it is not defined. */
export function goalValue(goal: ThresholdGoal, hits: number, alarms: number, positives: number, negatives: number): number {
  const recall = hits / positives;
  switch (goal.by) {
    case 'cost':
      return alarms * goal.falsePositive + (positives - hits) * goal.falseNegative - hits * goal.hit;
    case 'f1':
      return (2 * hits) / (hits + alarms + positives);
    case 'balanced-accuracy':
      return (recall + 1 - alarms / negatives) / 2;
    case 'precision':
      return hits / (hits + alarms);
    case 'recall':
      return recall;
    case 'positive-rate':
      return (hits + alarms) / (positives + negatives);
  }
}

/** How good a threshold is, larger is better. Wanted shares: those that reach it come first, and among these the one that costs least. */
function merit(goal: ThresholdGoal, hits: number, alarms: number, positives: number, negatives: number): number {
  const value = goalValue(goal, hits, alarms, positives, negatives);
  if (Number.isNaN(value)) return Number.NEGATIVE_INFINITY;
  switch (goal.by) {
    case 'cost':
      return -value;
    case 'precision':
      return value >= goal.wanted - 1e-12 ? hits / positives : value - 2;
    case 'recall':
      return value >= goal.wanted - 1e-12 ? 1 - (hits + alarms) / (positives + negatives) : value - 2;
    case 'positive-rate':
      return value <= goal.wanted + 1e-12 ? value : -value;
    default:
      return value;
  }
}

/** Place in a ranking with the best merit, −1 for "none positive"; of equally good ones the highest threshold. */
function bestPlace(goal: ThresholdGoal, { truePositives, falsePositives, positives, negatives }: Pick<Ranking, 'truePositives' | 'falsePositives' | 'positives' | 'negatives'>): number {
  let place = -1;
  let most = merit(goal, 0, 0, positives, negatives);
  for (let at = 0; at < truePositives.length; at += 1) {
    const value = merit(goal, truePositives[at] ?? 0, falsePositives[at] ?? 0, positives, negatives);
    if (!(value > most)) continue;
    most = value;
    place = at;
  }
  return place;
}

/** Halfway to the next lower probability, so that rounding changes no label; just above the highest one for "none positive". */
export function thresholdAt(thresholds: Float64Array, place: number): number {
  const highest = thresholds[0] ?? 1;
  if (place < 0) return highest < 1 ? (highest + 1) / 2 : 1 + 1e-6;
  const here = thresholds[place] ?? 0;
  const next = thresholds[place + 1];
  return next === undefined ? here / 2 : (here + next) / 2;
}

function pointAt({ thresholds, truePositives, falsePositives }: Ranking, place: number): ThresholdPoint {
  return { threshold: thresholdAt(thresholds, place), truePositives: truePositives[place] ?? 0, falsePositives: falsePositives[place] ?? 0 };
}

/**
 * The best threshold for a goal over all that give different labels, with a percentile bootstrap interval (Efron & Tibshirani 1993): the
 * rows are drawn anew with replacement, and the threshold is chosen again. Rows of both classes must be there.
 */
export function tuneInWorker({ scores, positive, goal, repeats, seed }: TunePayload, hooks: TaskHooks): TaskAnswer<TunedThreshold> {
  const ranking = rankScores(scores, positive);
  const groups = ranking.thresholds.length;
  const place = bestPlace(goal, ranking);
  const next = uniform(seed);
  const codes = Int32Array.from(scores, (score, row) => 2 * placeOf(ranking.thresholds, score) + (positive[row] === 0 ? 0 : 1));
  const drawn = new Float64Array(2 * groups);
  const truePositives = new Float64Array(groups);
  const falsePositives = new Float64Array(groups);
  const thresholds: number[] = [];
  const values: number[] = [];
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    hooks.check();
    if (repeat % 10 === 0) hooks.progress(repeat / repeats, 'Drawing rows anew');
    drawn.fill(0);
    for (let row = 0; row < codes.length; row += 1) {
      const code = codes[Math.floor(next() * codes.length)] ?? 0;
      drawn[code] = (drawn[code] ?? 0) + 1;
    }
    let [hits, alarms] = [0, 0];
    for (let group = 0; group < groups; group += 1) {
      hits += drawn[2 * group + 1] ?? 0;
      alarms += drawn[2 * group] ?? 0;
      truePositives[group] = hits;
      falsePositives[group] = alarms;
    }
    if (hits === 0 || alarms === 0) continue;
    const best = bestPlace(goal, { truePositives, falsePositives, positives: hits, negatives: alarms });
    thresholds.push(thresholdAt(ranking.thresholds, best));
    values.push(goalValue(goal, truePositives[best] ?? 0, falsePositives[best] ?? 0, hits, alarms));
  }
  const kept = new Set([place, -1, ...thinIndices(groups, CURVE - 2)]);
  return {
    result: {
      positives: ranking.positives,
      negatives: ranking.negatives,
      best: pointAt(ranking, place),
      thresholdInterval: middle95(thresholds),
      valueInterval: middle95(values),
      curve: [...kept].sort((a, b) => b - a).map((at) => pointAt(ranking, at)),
    },
  };
}

/** Place of a score in the falling list of different scores. */
function placeOf(thresholds: Float64Array, score: number): number {
  let [low, high] = [0, thresholds.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((thresholds[middle] ?? 0) > score) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** 2.5 % and 97.5 % points by linear interpolation. */
function middle95(values: readonly number[]): Interval {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  const at = (fraction: number): number => {
    const place = fraction * (sorted.length - 1);
    const low = sorted[Math.floor(place)] ?? Number.NaN;
    return low + (place - Math.floor(place)) * ((sorted[Math.ceil(place)] ?? low) - low);
  };
  return { low: at(0.025), high: at(0.975) };
}
