import { PenstockError } from '#app/core/errors.ts';
import { curveReport, curveTable, learningCurve, type FoldMethod } from '#app/ml/index.ts';
import type { NodeExecutor } from '#app/sdk/node.ts';
import { metricFor, type Params } from './node.ts';

export const executor: NodeExecutor<Params> = {
  async run(context) {
    const { inputs, params, tables, metric: record } = context;
    const table = inputs['table']?.[0];
    const learner = inputs['learner']?.[0];
    if (table?.kind !== 'table' || learner?.kind !== 'learner') throw new PenstockError('input-missing', 'Learning Curve needs a table and a learner.', { remedy: 'Connect both inputs.' });
    const metric = metricFor(learner.learner.task, params);
    if (metric === undefined) throw new PenstockError('wrong-metric', 'The metric is not one of this learner’s task.', { remedy: 'Choose another metric.', place: { param: ['metric'] } });
    const curve = await learningCurve(table, learner.learner, { sizes: params.sizes, method: methodOf(params), confidence: params.confidence, seed: params.seed, key: params.key }, context);
    for (const { trainingRows, metrics } of curve.points) {
      const found = metrics.find((one) => one.metric === metric);
      if (found === undefined || !Number.isFinite(found.test.mean)) continue;
      record(`test ${metric.title}`, found.test.mean, Math.round(trainingRows));
      record(`training ${metric.title}`, found.training.mean, Math.round(trainingRows));
    }
    return { report: { kind: 'report', report: curveReport(curve, metric) }, table: await curveTable(curve, tables) };
  },
};

function methodOf({ folds, repeats, stratified, group }: Params): FoldMethod {
  return group === null || group === '' ? { by: 'k-fold', k: folds, repeats, stratified } : { by: 'group-k-fold', column: group, k: folds };
}
