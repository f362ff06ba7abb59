import { PenstockError } from '#app/core/errors.ts';
import { compareLearners, compareReport, readScoresByFold } from '#app/ml/index.ts';
import type { NodeExecutor } from '#app/sdk/node.ts';
import { comparisonSchema, metricIn, scoreProblems, type Params } from './node.ts';

export const executor: NodeExecutor<Params> = {
  async run({ inputs, params, tables, progress }) {
    const scores = inputs['scores']?.[0];
    if (scores?.kind !== 'table') throw new PenstockError('input-missing', 'There are no scores to compare.', { remedy: 'Connect the Scores output of Test and Score.', place: { port: 'scores' } });
    const [problem] = scoreProblems(scores.schema, params);
    const metric = metricIn(scores.schema, params);
    if (problem !== undefined || metric === undefined) {
      throw new PenstockError(problem?.code ?? 'no-scores', problem?.message ?? 'The table has no score of a known metric.', { remedy: problem?.remedy ?? 'Connect the Scores output of Test and Score.' });
    }
    progress(0, 'Reading the scores');
    const found = await readScoresByFold(scores, metric, tables);
    const reference = params.reference.trim() === '' ? null : params.reference.trim();
    const comparisons = compareLearners(found, metric, reference, params.confidence);
    const plain = comparisons.map(({ learner, other, test, corrected, better }): Record<string, string | number | null> => ({
      learner,
      other,
      metric: metric.name,
      difference: test.mean,
      low: test.low,
      high: test.high,
      deviation: test.deviation,
      t: Number.isFinite(test.t) ? test.t : null,
      p: test.p,
      p_corrected: corrected,
      folds: test.count,
      better,
    }));
    const table = await tables.fromColumns(comparisonSchema.map(({ name, type }) => ({ name, type, values: plain.map((row) => row[name] ?? null) })), 'comparisons');
    return { report: { kind: 'report', report: compareReport(comparisons, metric, params.confidence) }, table };
  },
};
