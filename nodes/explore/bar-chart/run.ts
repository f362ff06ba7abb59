import { chartReport, chartTable } from '#app/sdk/chart-node.ts';
import { chartQuery } from '#app/sdk/charts.ts';
import type { NodeExecutor } from '#app/sdk/node.ts';
import type { BarChartParams } from './node.ts';

export const executor: NodeExecutor<BarChartParams> = {
  run({ inputs, params, tables, progress }) {
    const { category, fn, column, colour, layout, order, top, missing } = params;
    const measure = { fn, column: fn === 'count' ? null : column };
    return chartReport('Bar chart', tables, chartTable(inputs), [chartQuery({ kind: 'bars', category, measure, by: colour || null, layout, order, top, missing })], progress);
  },
};
