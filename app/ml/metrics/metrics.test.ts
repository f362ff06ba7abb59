import { describe, expect, it } from 'vitest';
import { binaryMetrics } from './binary.ts';
import { confusionMatrix, confusionMetrics } from './confusion.ts';
import { brierScore, logLoss } from './probability.ts';
import { averagePrecision, prCurve, rankScores, rocAuc, rocCurve } from './ranking.ts';
import { regressionMetrics } from './regression.ts';

describe('confusion metrics', () => {
  it('agree with the textbook three-class case (scikit-learn classification_report, y_true 0 1 2 2 2, y_pred 0 0 2 2 1)', () => {
    const pairs = [['0', '0', 1], ['1', '0', 1], ['2', '2', 2], ['2', '1', 1]] as const;
    const metrics = confusionMetrics(confusionMatrix(pairs, ['0', '1', '2']));
    expect(metrics.accuracy).toBeCloseTo(0.6, 12);
    expect(metrics.balancedAccuracy).toBeCloseTo((1 + 0 + 2 / 3) / 3, 12);
    expect(metrics.classes.map((entry) => entry.precision)).toEqual([0.5, 0, 1]);
    expect(metrics.classes.map((entry) => entry.recall)).toEqual([1, 0, 2 / 3]);
    expect(metrics.classes[0]?.f1).toBeCloseTo(2 / 3, 12);
    expect(metrics.classes[2]?.f1).toBeCloseTo(0.8, 12);
    expect(metrics.macroPrecision).toBeCloseTo(0.5, 12);
    expect(metrics.macroRecall).toBeCloseTo(0.555555555555, 11);
    expect(metrics.macroF1).toBeCloseTo(0.488888888888, 11);
  });

  it('appends labels that were not announced and survives a class that never occurs', () => {
    const metrics = confusionMetrics(confusionMatrix([['a', 'new', 3]], ['a', 'b']));
    expect(metrics.classes.map((entry) => entry.label)).toEqual(['a', 'b', 'new']);
    expect(metrics.accuracy).toBe(0);
    expect(metrics.classes[1]).toMatchObject({ support: 0, precision: 0, f1: 0, recall: Number.NaN });
  });
});

describe('ranking metrics', () => {
  // scikit-learn's documentation example: y_true [0, 0, 1, 1], y_score [0.1, 0.4, 0.35, 0.8].
  const example = rankScores([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]);

  it('give the documented ROC AUC 0.75 and average precision 0.8333', () => {
    expect(rocAuc(example)).toBeCloseTo(0.75, 12);
    expect(averagePrecision(example)).toBeCloseTo(0.8333333333333333, 12);
  });

  it('give the documented ROC and precision-recall points', () => {
    expect(rocCurve(example).map(({ x, y }) => [x, y])).toEqual([[0, 0], [0, 0.5], [0.5, 0.5], [0.5, 1], [1, 1]]);
    expect(prCurve(example).map(({ x, y }) => [x, y])).toEqual([[0, 1], [0.5, 1], [0.5, 0.5], [1, 2 / 3], [1, 0.5]]);
  });

  it('count ties as one half', () => {
    expect(rocAuc(rankScores([0.5, 0.5, 0.5, 0.5], [0, 1, 0, 1]))).toBe(0.5);
    expect(rocAuc(rankScores([0.9, 0.5, 0.5, 0.1], [1, 1, 0, 0]))).toBe(0.875);
  });

  it('are the share of correctly ordered pairs', () => {
    const scores = Array.from({ length: 60 }, (_unused, index) => ((index * 37) % 11) / 11);
    const positive = Array.from({ length: 60 }, (_unused, index) => ((index * 7) % 5 < 2 ? 1 : 0));
    let wins = 0;
    let pairs = 0;
    for (const [i, a] of scores.entries()) {
      for (const [j, b] of scores.entries()) {
        if (positive[i] !== 1 || positive[j] !== 0) continue;
        pairs += 1;
        wins += a > b ? 1 : a === b ? 0.5 : 0;
      }
    }
    expect(rocAuc(rankScores(scores, positive))).toBeCloseTo(wins / pairs, 12);
  });

  it('are undefined without both classes', () => {
    expect(rocAuc(rankScores([0.2, 0.4], [1, 1]))).toBeNaN();
    expect(averagePrecision(rankScores([0.2, 0.4], [0, 0]))).toBeNaN();
  });

  it('thin long curves to the limit and keep both ends', () => {
    const size = 20_000;
    const scores = Float64Array.from({ length: size }, (_unused, index) => ((index * 7919) % size) / size);
    const positive = Float64Array.from(scores, (score, index) => (score + ((index * 31) % 100) / 100 > 1 ? 1 : 0));
    const ranking = rankScores(scores, positive);
    for (const curve of [rocCurve(ranking, 500), prCurve(ranking, 500)]) {
      expect(curve.length).toBeLessThanOrEqual(500);
      expect(curve.length).toBeGreaterThan(300);
    }
    expect(rocCurve(ranking, 500).at(-1)).toMatchObject({ x: 1, y: 1 });
  });
});

describe('probability metrics', () => {
  it('agree with the log loss of scikit-learn\'s documentation (0.21616)', () => {
    const probabilities = [0.1, 0.9, 0.9, 0.1, 0.8, 0.2, 0.35, 0.65];
    expect(logLoss(probabilities, [1, 0, 0, 1], 2)).toBeCloseTo(0.21616187468057912, 12);
  });

  it('agree with the Brier score of scikit-learn\'s documentation (0.0375)', () => {
    const probabilities = [0.9, 0.1, 0.1, 0.9, 0.2, 0.8, 0.7, 0.3];
    expect(brierScore(probabilities, [0, 1, 1, 0], 2)).toBeCloseTo(0.0375, 12);
  });

  it('stay finite for a sure miss', () => {
    expect(logLoss([1, 0], [1], 2)).toBeCloseTo(15.942385, 5);
  });

  it('are put together for two classes', () => {
    const metrics = binaryMetrics([0.1, 0.9, 0.8, 0.3], [0, 1, 1, 0]);
    expect(metrics).toMatchObject({ rows: 4, positives: 2, rocAuc: 1, averagePrecision: 1 });
    expect(metrics.brier).toBeCloseTo(0.0375, 12);
  });
});

describe('regression metrics', () => {
  it('agree with scikit-learn\'s documentation (y 3, −0.5, 2, 7; ŷ 2.5, 0, 2, 8)', () => {
    const metrics = regressionMetrics([3, -0.5, 2, 7], [2.5, 0, 2, 8]);
    expect(metrics.r2).toBeCloseTo(0.9486081370449679, 12);
    expect(metrics.rmse).toBeCloseTo(0.6123724356957945, 12);
    expect(metrics.mae).toBeCloseTo(0.5, 12);
    expect(metrics.mape).toBeCloseTo(0.3273809523809524, 12);
    expect(metrics.bias).toBeCloseTo(0.25, 12);
  });

  it('leave zeros out of MAPE, and have no R² for a constant truth', () => {
    const metrics = regressionMetrics([0, 0, 0], [1, 1, 1]);
    expect(metrics.mape).toBeNaN();
    expect(metrics.r2).toBeNaN();
    expect(metrics.zeroRows).toBe(3);
    expect(metrics.rmse).toBe(1);
  });

  it('keep their precision far from zero', () => {
    const truth = [1e9 + 1, 1e9 + 2, 1e9 + 3, 1e9 + 4];
    expect(regressionMetrics(truth, truth.map((value) => value + 0.5)).r2).toBeCloseTo(1 - 1 / 5, 9);
  });
});
