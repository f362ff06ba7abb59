import { describe, expect, it } from 'vitest';
import { scoreMetrics, type ScoreMetric } from '#app/sdk/scores.ts';
import { curveReport, curveVerdict } from './curve-report.ts';
import type { LearningCurve } from './learning-curve.ts';
import { resampledInterval } from './resampled.ts';

const metric = (name: string): ScoreMetric => {
  const found = scoreMetrics.find((one) => one.name === name);
  if (found === undefined) throw new Error(name);
  return found;
};

/** Points of [rows, mean test score, mean training score]; folds differ by up to `noise`. */
function curve(name: string, points: readonly (readonly [number, number, number])[], noise: number): LearningCurve {
  const folds = [-1, 0.5, 1, -0.5, 0];
  return {
    name: 'Logistic regression',
    target: 'y',
    ratio: 0.25,
    splits: folds.length,
    points: points.map(([rows, test, training], index) => {
      // Each size has its own luck.
      const testScores = folds.map((_fold, fold) => test + noise * (folds[(fold + 2 * index) % folds.length] ?? 0));
      return { share: rows / 100, trainingRows: rows, fitMs: 1, metrics: [{ metric: metric(name), testScores, test: resampledInterval(testScores, 0.25, 0.95), training: resampledInterval(folds.map(() => training), 0.25, 0.95) }] };
    }),
  };
}

describe('what a curve says', () => {
  it('more data would help while the second half of the rows still improves the score', () => {
    const rising = curveVerdict(curve('accuracy', [[10, 0.6, 0.99], [50, 0.7, 0.95], [100, 0.8, 0.93]], 0.01), metric('accuracy'));
    expect(rising.state).toBe('rising');
    expect(rising.sentence).toContain('from 50 to 100 training rows, Accuracy on rows not seen still went from 0.7000 to 0.8000');
    expect(curveVerdict(curve('rmse', [[10, 9, 1], [50, 7, 2], [100, 5, 3]], 0.05), metric('rmse')).state).toBe('rising');
  });

  it('it overfits where that is over and rows seen score much better', () => {
    expect(curveVerdict(curve('accuracy', [[10, 0.6, 1], [50, 0.8, 1], [100, 0.801, 1]], 0.02), metric('accuracy')).state).toBe('overfits');
    expect(curveVerdict(curve('rmse', [[10, 9, 1], [50, 5, 1], [100, 4.98, 1]], 0.05), metric('rmse')).state).toBe('overfits');
  });

  it('it has levelled off where both sides are near, and where a gain may be chance', () => {
    expect(curveVerdict(curve('accuracy', [[10, 0.6, 0.9], [50, 0.8, 0.83], [100, 0.805, 0.82]], 0.005), metric('accuracy')).state).toBe('level');
    expect(curveVerdict(curve('accuracy', [[10, 0.6, 0.9], [50, 0.78, 0.83], [100, 0.8, 0.82]], 0.1), metric('accuracy')).state).toBe('level');
    expect(curveVerdict(curve('accuracy', [[10, Number.NaN, 0.9], [100, 0.8, 0.82]], 0.1), metric('accuracy')).sentence).toContain('not defined at two sizes');
  });

  it('is drawn with a band and a line for each side', () => {
    const report = curveReport(curve('accuracy', [[10, 0.6, 0.9], [100, 0.8, 0.82]], 0.1), metric('accuracy'));
    const chart = report.blocks.find((block) => block.type === 'chart');
    expect(chart?.type === 'chart' ? chart.chart.series.map(({ mark, group }) => [mark, group]) : []).toEqual([['band', 'Rows not seen'], ['line', 'Rows not seen'], ['band', 'Rows it was fitted on'], ['line', 'Rows it was fitted on']]);
  });
});
