import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TaskHooks } from '../worker/tasks.ts';
import { fairThresholdsInWorker, type FairnessGoal } from './fair-thresholds.ts';
import { goalValue, thresholdGoals, tuneInWorker, type ThresholdGoal } from './thresholds.ts';

const quiet: TaskHooks = { cancelled: () => false, check: () => undefined, progress: () => undefined, send: () => undefined };
const rowsOf = fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.boolean()), { minLength: 4, maxLength: 40 }).filter((rows) => rows.some(([, hit]) => hit) && rows.some(([, hit]) => !hit));

/** Hits and false alarms when rows from a threshold on are called positive. */
function counts(scores: Float32Array, positive: Uint8Array, threshold: number): [number, number] {
  let [hits, alarms] = [0, 0];
  scores.forEach((score, row) => {
    if (score < threshold) return;
    if (positive[row] === 1) hits += 1;
    else alarms += 1;
  });
  return [hits, alarms];
}

describe('a tuned threshold', () => {
  const goals: ThresholdGoal[] = thresholdGoals.map((by) => ({ by, falsePositive: 1, falseNegative: 5, hit: 0.5, wanted: 0.6 }));

  it.each(goals)('by $by is at least as good as every other threshold', (goal) => {
    fc.assert(
      fc.property(rowsOf, (rows) => {
        const scores = Float32Array.from(rows, ([score]) => score / 20);
        const positive = Uint8Array.from(rows, ([, hit]) => Number(hit));
        const { best, positives, negatives } = tuneInWorker({ scores, positive, goal, repeats: 0, seed: 1 }, quiet).result;
        expect(counts(scores, positive, best.threshold)).toEqual([best.truePositives, best.falsePositives]);
        const found = goalValue(goal, best.truePositives, best.falsePositives, positives, negatives);
        for (let threshold = 0; threshold <= 1.05; threshold += 0.05) {
          const [hits, alarms] = counts(scores, positive, threshold - 0.025);
          const other = goalValue(goal, hits, alarms, positives, negatives);
          const recall = (value: number): number => value / positives;
          if (Number.isNaN(other)) continue;
          if (goal.by === 'cost') expect(found).toBeLessThanOrEqual(other + 1e-9);
          else if (goal.by === 'f1' || goal.by === 'balanced-accuracy') expect(found).toBeGreaterThanOrEqual(other - 1e-9);
          else if (goal.by === 'precision') expect(other < 0.6 || recall(best.truePositives) >= recall(hits) - 1e-9).toBe(true);
          else if (goal.by === 'recall') expect(other < 0.6 || best.truePositives + best.falsePositives <= hits + alarms).toBe(true);
          else expect(other > 0.6 + 1e-9 || found >= other - 1e-9).toBe(true);
        }
      }),
    );
  });

  it('is where theory puts it for probabilities that are right: cost of a false alarm ÷ both costs', () => {
    const scores = new Float32Array(20_000);
    const positive = new Uint8Array(20_000);
    for (let row = 0; row < scores.length; row += 1) {
      const level = row % 100;
      scores[row] = (level + 0.5) / 100;
      // Of the 200 rows of each level exactly its share is positive.
      positive[row] = Math.floor(row / 100) < 2 * level + 1 ? 1 : 0;
    }
    const goal: ThresholdGoal = { by: 'cost', falsePositive: 1, falseNegative: 4, hit: 0, wanted: 0 };
    const { best, thresholdInterval, curve } = tuneInWorker({ scores, positive, goal, repeats: 100, seed: 5 }, quiet).result;
    expect(best.threshold).toBeCloseTo(0.2, 2);
    expect(thresholdInterval.low).toBeGreaterThan(0.14);
    expect(thresholdInterval.low).toBeLessThanOrEqual(best.threshold);
    expect(thresholdInterval.high).toBeGreaterThanOrEqual(best.threshold);
    expect(thresholdInterval.high).toBeLessThan(0.27);
    expect(curve.map(({ threshold }) => threshold)).toContain(best.threshold);
    expect(curve.every((point, i) => i === 0 || point.threshold > (curve[i - 1]?.threshold ?? 0))).toBe(true);
  });

  it('stops where it is cancelled', () => {
    let asked = 0;
    const hooks = { ...quiet, check: () => { asked += 1; if (asked > 3) throw new Error('cancelled'); } };
    expect(() => tuneInWorker({ scores: Float32Array.of(0.1, 0.9), positive: Uint8Array.of(0, 1), goal: { by: 'f1', falsePositive: 1, falseNegative: 1, hit: 0, wanted: 0 }, repeats: 50, seed: 1 }, hooks)).toThrow('cancelled');
    expect(asked).toBe(4);
  });
});

describe('thresholds by group', () => {
  /** Two groups of 200, the second with scores pressed down and fewer positives. */
  const scores = Float32Array.from({ length: 400 }, (_unused, row) => ((row % 200) + 0.5) / (row < 200 ? 200 : 300));
  const positive = Uint8Array.from(scores, (score, row) => (((Math.imul(row + 1, 2654435761) >>> 8) / 2 ** 24) < (row < 200 ? score : score / 2) ? 1 : 0));
  const group = Int32Array.from(scores, (_score, row) => (row < 200 ? 0 : 1));

  it.each(['demographic-parity', 'equal-opportunity'] as const)('reach %s with no allowed choice that is right more often', (goal: FairnessGoal) => {
    const { groups, gap } = fairThresholdsInWorker({ scores, positive, group, counted: [true, true], goal, gap: 0.02 }, quiet).result;
    expect(gap).toBeLessThanOrEqual(0.02 + 1e-12);
    const of = (index: number, threshold: number) => {
      const rows = [...scores.keys()].filter((row) => group[row] === index);
      const part = Float32Array.from(rows, (row) => scores[row] ?? 0);
      const truth = Uint8Array.from(rows, (row) => positive[row] ?? 0);
      const [hits, alarms] = counts(part, truth, threshold);
      const positives = truth.reduce((sum, value) => sum + value, 0);
      return { hits, alarms, right: hits + (200 - positives) - alarms, rate: goal === 'demographic-parity' ? (hits + alarms) / 200 : hits / positives };
    };
    const found = groups.map(({ threshold }, index) => of(index, threshold));
    found.forEach(({ hits, alarms }, index) => expect([hits, alarms]).toEqual([groups[index]?.truePositives, groups[index]?.falsePositives]));
    expect(Math.abs((found[0]?.rate ?? 0) - (found[1]?.rate ?? 1))).toBeCloseTo(gap, 9);
    let most = 0;
    const all = [0, 1].map((index) => Array.from({ length: 201 }, (_unused, k) => of(index, k / (index === 0 ? 200 : 300))));
    for (const a of all[0] ?? []) for (const b of all[1] ?? []) if (Math.abs(a.rate - b.rate) <= gap + 1e-12) most = Math.max(most, a.right + b.right);
    // Rates are tried in thousandths and each group takes the nearest, so that a few rows of 400 may be lost against every pair.
    expect((found[0]?.right ?? 0) + (found[1]?.right ?? 0)).toBeGreaterThanOrEqual(most - 4);
  });

  it('let a small group follow without deciding', () => {
    const three = Int32Array.from(group, (index, row) => (row >= 397 ? 2 : index));
    const { groups } = fairThresholdsInWorker({ scores, positive, group: three, counted: [true, true, false], goal: 'demographic-parity', gap: 0.02 }, quiet).result;
    expect(groups).toHaveLength(3);
    expect(groups[2]?.threshold).toBeGreaterThan(0);
  });
});
