import { chartReport, chartTable } from '#app/sdk/chart-node.ts';
import { chartQuery, type ChartQuery } from '#app/sdk/charts.ts';
import type { Column } from '#app/relation/types.ts';
import type { NodeExecutor } from '#app/sdk/node.ts';
import { drawnColumns, type DistributionsParams } from './node.ts';

export const executor: NodeExecutor<DistributionsParams> = {
  async run({ inputs, params, tables, progress }) {
    const table = chartTable(inputs);
    const columns = drawnColumns(params, table.schema);
    const { report } = await chartReport('Distributions', tables, table, columns.map((column) => queryOf(column, params)), progress);
    if (columns.length > 0) return { report };
    return { report: { kind: 'report', report: { title: 'Distributions', blocks: [{ type: 'text', markdown: 'The table has no column that can be drawn.' }] } } };
  },
};

function queryOf(column: Column, { groupBy, bins, categories, measure, log }: DistributionsParams): ChartQuery {
  const by = groupBy === '' || groupBy === column.name ? null : groupBy;
  if (column.type === 'string' || column.type === 'boolean') {
    return chartQuery({ kind: 'bars', category: column.name, by, top: categories, order: 'height', layout: 'group', share: measure === 'share' });
  }
  return chartQuery({ kind: 'histogram', column: column.name, by, bins, height: measure, log: log && (column.type === 'integer' || column.type === 'float') });
}
