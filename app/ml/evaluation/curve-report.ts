import { formatCount, formatNumber } from '#app/core/units.ts';
import type { ChartSeries, Report } from '#app/sdk/ports.ts';
import { betterBy, type ScoreMetric } from '#app/sdk/scores.ts';
import type { CurveMetric, CurvePointScores, LearningCurve } from './learning-curve.ts';
import { resampledTest } from './resampled.ts';

/** How sure to be, from the folds, that the last rows improved the score. */
const SURE = 0.9;

export type CurveState = 'rising' | 'overfits' | 'level';

export interface CurveVerdict {
  readonly state: CurveState;
  /** One plain sentence, and what to do. */
  readonly sentence: string;
}

interface Seen {
  readonly rows: number;
  readonly scores: CurveMetric;
}

/**
 * What a curve says. It rises where the score at full size is better than at the size nearest to half of it by more than chance
 * (corrected resampled t-test at 90 %) and by enough to matter. Otherwise it overfits where rows seen score much better than rows not
 * seen, else it has levelled off. Enough to matter is 0.01 of scores up to 1 and 2 % of errors; much is 0.05 and 20 %.
 */
export function curveVerdict({ points, ratio }: LearningCurve, metric: ScoreMetric): CurveVerdict {
  const seen = points.flatMap((point): Seen[] => {
    const scores = metricAt(point, metric);
    return scores === undefined || !Number.isFinite(scores.test.mean) ? [] : [{ rows: point.trainingRows, scores }];
  });
  const full = seen.at(-1);
  if (full === undefined || seen.length < 2) return { state: 'level', sentence: `${metric.title} is not defined at two sizes or more, so the curve says nothing.` };
  const half = seen.slice(0, -1).reduce((best, one) => (Math.abs(one.rows - full.rows / 2) < Math.abs(best.rows - full.rows / 2) ? one : best));
  const differences = full.scores.testScores.map((score, index) => betterBy(metric, score - (half.scores.testScores[index] ?? Number.NaN)));
  const gain = resampledTest(differences, ratio, SURE);
  const share = (part: number, relative: number): number => (metric.most === 1 ? part : relative * Math.abs(full.scores.test.mean));
  const [before, now, trained] = [half.scores.test.mean, full.scores.test.mean, full.scores.training.mean].map(formatNumber);
  const sizes = `from ${formatCount(half.rows)} to ${formatCount(full.rows)} training rows`;
  if (gain.count > 1 && gain.mean >= share(0.01, 0.02) && gain.p < 1 - SURE) {
    return { state: 'rising', sentence: `**More data would help**: ${sizes}, ${metric.title} on rows not seen still went from ${before} to ${now}.` };
  }
  if (betterBy(metric, full.scores.training.mean - full.scores.test.mean) >= share(0.05, 0.2)) {
    return { state: 'overfits', sentence: `**It overfits**: ${metric.title} is ${trained} on rows it was fitted on, but ${now} on rows not seen, and ${sizes} that hardly changed (${before} before). Simplify the learner or penalise it more; drop features that only tell rows apart.` };
  }
  return { state: 'level', sentence: `**It has levelled off**: ${sizes}, ${metric.title} on rows not seen went from ${before} to ${now}, no more than chance, and is near the ${trained} on rows it was fitted on. More rows would change little; better features or another learner may.` };
}

/** Training and test score by training size with the spread over the folds, and what that says. */
export function curveReport(curve: LearningCurve, metric: ScoreMetric): Report {
  const { name, target, points, splits } = curve;
  const at = points.map((point) => metricAt(point, metric));
  const rows = points.map(({ trainingRows }) => trainingRows);
  const side = (title: string, of: 'test' | 'training'): ChartSeries[] => {
    const means = at.map((one) => finite(one?.[of].mean));
    const bound = (sign: number): (number | null)[] => at.map((one) => (one === undefined ? null : finite(one[of].mean + sign * one[of].deviation)));
    return [
      { name: `${title}, one standard deviation`, mark: 'band', x: rows, y: means, low: bound(-1), high: bound(1), group: title },
      { name: title, mark: 'line', x: rows, y: means, group: title },
    ];
  };
  return {
    title: `Learning curve of ${name} for ${target}`,
    blocks: [
      { type: 'text', markdown: curveVerdict(curve, metric).sentence },
      {
        type: 'chart',
        chart: {
          title: `${metric.title} by training size`,
          x: { title: 'training rows' },
          y: { title: metric.title },
          series: [...side('Rows not seen', 'test'), ...side('Rows it was fitted on', 'training')],
          note: `${metric.higher ? 'Higher' : 'Lower'} is better. Bands reach one standard deviation of the ${splits} folds.`,
        },
      },
      {
        type: 'table',
        title: metric.title,
        columns: [
          { name: 'training rows', type: 'float' },
          { name: 'rows not seen', type: 'float' },
          { name: 'standard deviation', type: 'float' },
          { name: 'low', type: 'float' },
          { name: 'high', type: 'float' },
          { name: 'rows it was fitted on', type: 'float' },
        ],
        rows: at.map((one, index) => [rows[index] ?? null, finite(one?.test.mean), finite(one?.test.deviation), finite(one?.test.low), finite(one?.test.high), finite(one?.training.mean)]),
      },
    ],
  };
}

const metricAt = (point: CurvePointScores, metric: ScoreMetric): CurveMetric | undefined => point.metrics.find((one) => one.metric.name === metric.name);
const finite = (value: number | undefined): number | null => (value !== undefined && Number.isFinite(value) ? value : null);
