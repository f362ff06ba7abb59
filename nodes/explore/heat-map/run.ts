import { chartReport, chartTable } from '#app/sdk/chart-node.ts';
import { chartQuery } from '#app/sdk/charts.ts';
import type { NodeExecutor } from '#app/sdk/node.ts';
import type { HeatMapParams } from './node.ts';

export const executor: NodeExecutor<HeatMapParams> = {
  run({ inputs, params: { x, y, fn, column, share, bins }, tables, progress }) {
    return chartReport('Heat map', tables, chartTable(inputs), [chartQuery({ kind: 'heatmap', x, y, measure: { fn, column: fn === 'count' ? null : column }, share, bins })], progress);
  },
};
