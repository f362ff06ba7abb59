import { PenstockError } from '#app/core/errors.ts';
import { confusionMatrix, confusionMetrics, confusionReport, countLabels, logLoss, predictionTable, readScores, sliceBlocks } from '#app/ml/index.ts';
import type { NodeExecutor } from '#app/sdk/node.ts';
import type { Params } from './node.ts';

export const executor: NodeExecutor<Params> = {
  async run(context) {
    const { params, tables } = context;
    const { table, columns } = predictionTable(context.inputs['table']?.[0], params, 'classification');
    const { pairs, leftOut } = await countLabels(table, columns, tables);
    if (pairs.length === 0) {
      throw new PenstockError('no-rows', 'No row has both a true value and a prediction, so there is nothing to count.', { remedy: 'Check the filters before Predict.' });
    }
    const matrix = confusionMatrix(pairs, columns.probabilities.map(({ cls }) => cls));
    const metrics = confusionMetrics(matrix);
    let loss = Number.NaN;
    if (columns.probabilities.length > 1) {
      const scores = await readScores(table, columns, tables);
      loss = logLoss(scores.probabilities, scores.truth, scores.classes.length);
    }
    const target = columns.target.name;
    const page = confusionReport({ target, matrix, metrics, logLoss: loss, leftOut, shares: params.shares });
    const report = { ...page, blocks: [...page.blocks, ...(await sliceBlocks(table, columns, params, context))] };
    const values = {
      accuracy: metrics.accuracy,
      balancedAccuracy: metrics.balancedAccuracy,
      macroF1: metrics.macroF1,
      macroPrecision: metrics.macroPrecision,
      macroRecall: metrics.macroRecall,
      ...(Number.isNaN(loss) ? {} : { logLoss: loss }),
    };
    for (const [name, value] of Object.entries(values)) context.metric(name, value);
    return { evaluation: { kind: 'evaluation', evaluation: { task: 'classification', target, rows: metrics.rows, metrics: values, report } } };
  },
};
