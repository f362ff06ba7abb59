import { chartReport, chartTable } from '#app/sdk/chart-node.ts';
import { chartQuery } from '#app/sdk/charts.ts';
import type { NodeExecutor } from '#app/sdk/node.ts';
import type { BoxPlotParams } from './node.ts';

export const executor: NodeExecutor<BoxPlotParams> = {
  run({ inputs, params: { columns, groupBy, outliers, log }, tables, progress }) {
    return chartReport('Box plot', tables, chartTable(inputs), [chartQuery({ kind: 'box', columns, by: groupBy || null, outliers, log })], progress);
  },
};
