import { chartReport, chartTable } from '#app/sdk/chart-node.ts';
import { chartQuery } from '#app/sdk/charts.ts';
import type { NodeExecutor } from '#app/sdk/node.ts';
import type { LinePlotParams } from './node.ts';

export const executor: NodeExecutor<LinePlotParams> = {
  run({ inputs, params: { x, y, fn, colour, bucket, band, yLog }, tables, progress }) {
    return chartReport('Line plot', tables, chartTable(inputs), [chartQuery({ kind: 'line', x, y, fn, by: colour || null, bucket, band, yLog })], progress);
  },
};
