import { findResiduals, predictionTable, residualReport, sliceBlocks } from '#app/ml/index.ts';
import type { NodeExecutor } from '#app/sdk/node.ts';
import type { Params } from './node.ts';

export const executor: NodeExecutor<Params> = {
  async run(context) {
    const { params, tables } = context;
    const { table, columns } = predictionTable(context.inputs['table']?.[0], params, 'regression');
    const found = await findResiduals(table, columns, params, tables);
    const { r2, rmse, mae, mape, bias, rows } = found.metrics;
    const metrics = Object.fromEntries(Object.entries({ r2, rmse, mae, mape, bias }).filter(([, value]) => Number.isFinite(value)));
    for (const [name, value] of Object.entries(metrics)) context.metric(name, value);
    const target = columns.target.name;
    const page = residualReport(target, found);
    const report = { ...page, blocks: [...page.blocks, ...(await sliceBlocks(table, columns, params, context))] };
    return { evaluation: { kind: 'evaluation', evaluation: { task: 'regression', target, rows, metrics, report } } };
  },
};
