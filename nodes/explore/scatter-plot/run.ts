import { chartReport, chartTable } from '#app/sdk/chart-node.ts';
import { chartQuery } from '#app/sdk/charts.ts';
import type { NodeExecutor } from '#app/sdk/node.ts';
import type { ScatterPlotParams } from './node.ts';

export const executor: NodeExecutor<ScatterPlotParams> = {
  run({ inputs, params, tables, progress }) {
    const { x, y, colour, size, points, above, trend, xLog, yLog } = params;
    const query = chartQuery({ kind: 'scatter', x, y, colour: colour || null, size: size || null, points, above, trend, xLog, yLog });
    return chartReport('Scatter plot', tables, chartTable(inputs), [query], progress);
  },
};
