import { describe, expect, it } from 'vitest';
import type { ChartSpec, ReportBlock } from '#app/sdk/ports.ts';
import { metricsOf } from '#app/sdk/scores.ts';
import { kFold } from './folds.ts';
import { resampledInterval } from './resampled.ts';
import { scoreReport, type LearnerScores, type ScoreFindings } from './score-report.ts';

const learner = (name: string, scores: Readonly<Record<string, readonly number[]>>): LearnerScores => ({
  name,
  fitMs: 120,
  metrics: metricsOf('classification').map((metric) => {
    const values = scores[metric.name] ?? [0.5, 0.6, 0.7, 0.8, 0.9];
    return { metric, values, interval: resampledInterval(values, 0.25, 0.95) };
  }),
});

const findings = (learners: readonly LearnerScores[]): ScoreFindings => ({
  task: 'classification',
  target: 'species',
  rows: 50,
  learners,
  folds: kFold({ rows: 50, k: 5, repeats: 1, strata: null, seed: 1 }),
  confidence: 0.95,
  method: { by: 'k-fold', k: 5, repeats: 1, stratified: true },
});

const textOf = (blocks: readonly ReportBlock[]): string => blocks.flatMap((block) => (block.type === 'text' ? [block.markdown] : [])).join('\n');
const charts = (blocks: readonly ReportBlock[]): ChartSpec[] => blocks.flatMap((block) => (block.type === 'chart' ? [block.chart] : []));

describe('the page of Test and Score', () => {
  it('names the best learner with its interval, which ends where scores do', () => {
    const { blocks } = scoreReport(findings([learner('A', { accuracy: [0.7, 0.72, 0.71, 0.7, 0.7] }), learner('B', { accuracy: [1, 0.9, 1, 0.98, 0.99] })]));
    expect(textOf(blocks)).toMatch(/^\*\*B\*\* scores best: Accuracy 0\.9740 \(95 % interval 0\.8954 to 1\)\./);
    expect(textOf(blocks)).toContain('50 rows in 5 folds, every class in its share; each row is tested once.');
  });

  it('shows every fold, and leaves out those in which a metric is not defined, saying so', () => {
    const { blocks } = scoreReport(findings([learner('A', { roc_auc: [0.9, Number.NaN, 0.8, 0.7, 0.9], accuracy: [0.5, 0.5, 0.5, 0.5, 0.9] })]));
    expect(textOf(blocks)).toContain('ROC AUC is not defined in some folds');
    const area = charts(blocks).find(({ title }) => title === 'ROC AUC by fold');
    expect(area?.series[1]).toMatchObject({ mark: 'points', y: [0.9, 0.8, 0.7, 0.9] });
    const accuracy = charts(blocks).find(({ title }) => title === 'Accuracy by fold');
    expect(accuracy?.series[0]?.boxes?.[0]).toEqual({ low: 0.5, q1: 0.5, median: 0.5, q3: 0.5, high: 0.5, mean: 0.58, rows: 5, outside: 1, outliers: [] });
    expect(area?.series[0]?.boxes?.[0]).toMatchObject({ q1: expect.closeTo(0.775, 12), median: expect.closeTo(0.85, 12), q3: 0.9, rows: 4 });
  });

  it('claims no spread from one fold', () => {
    const { blocks } = scoreReport({ ...findings([learner('A', Object.fromEntries(metricsOf('classification').map(({ name }) => [name, [0.8]])))]), method: { by: 'random', share: 0.8, repeats: 1, stratified: false } });
    expect(textOf(blocks)).toMatch(/^\*\*Accuracy 0\.8000\*\* on rows the learner did not see\./);
    const metrics = blocks.find((block) => block.type === 'metrics');
    expect(metrics?.type === 'metrics' ? metrics.metrics[0]?.help : '').toContain('One fold only, so nothing is known of its spread.');
    const table = blocks.find((block) => block.type === 'table');
    expect(table?.type === 'table' ? table.rows[0]?.slice(0, 7) : []).toEqual(['A', 'Accuracy', 0.8, null, null, null, 1]);
  });
});
