import { formatCount, formatNumber } from '#app/core/units.ts';
import { centresTable, clusterNames, profileChart, readRows, runTask, silhouetteItem, sizesChart, withColumnsBeside } from '#app/ml/index.ts';
import { freeName } from '#app/relation/index.ts';
import type { NodeExecutor } from '#app/sdk/node.ts';
import type { ReportBlock } from '#app/sdk/ports.ts';
import type { Params } from './node.ts';

export const executor: NodeExecutor<Params> = {
  async run(context) {
    const { params, tables, progress, report, signal } = context;
    const rows = await readRows(context, { features: params.features });
    const total = rows.points.rows;
    const found = await runTask(
      'dbscan',
      { ...rows.points, radius: params.radius, fewest: params.fewest, seed: context.seed },
      { signal, onProgress: (done, message) => progress(done === null ? null : 0.1 + 0.75 * done, message), transfer: [rows.points.data.buffer as ArrayBuffer] },
    );
    const noise = found.labels.reduce((count, label) => count + Number(label < 0), 0);
    if (found.clusters === 0) {
      report({ severity: 'warning', code: 'no-clusters', message: `No row has ${params.fewest} rows within ${formatNumber(found.radius)}, so there is no cluster.`, remedy: 'Raise the radius, or ask for fewer neighbours.', place: { param: ['radius'] } });
    } else if (found.clusters === 1 && noise === 0) {
      report({ severity: 'info', code: 'one-cluster', message: `Within ${formatNumber(found.radius)} all ${formatCount(total)} rows hang together in one cluster.`, remedy: 'Lower the radius, or ask for more neighbours.', place: { param: ['radius'] } });
    }
    progress(0.88, 'Writing the clusters');
    const cluster = freeName('cluster', rows.input.schema);
    const table = await withColumnsBeside(rows, [{ name: cluster, type: 'string', values: clusterNames(found.labels) }], tables, 'clusters');
    const blocks: ReportBlock[] = [
      {
        type: 'metrics',
        metrics: [
          { name: 'Rows', value: total, format: 'count' },
          { name: 'Clusters', value: found.clusters, format: 'count' },
          { name: 'In no cluster', value: noise / Math.max(1, total), format: 'percent', help: 'Rows with too few neighbours, and near no row that has enough.' },
          { name: 'Cores', value: found.core.reduce((count, one) => count + one, 0), format: 'count', help: 'Rows with enough neighbours; the others of a cluster lie at its edge.' },
          { name: 'Radius', value: found.radius, format: 'number', help: params.radius > 0 ? 'As given.' : 'Found at the knee of the distances below.' },
          ...(found.clusters > 1 ? silhouetteItem(found.silhouette) : []),
        ],
      },
      {
        type: 'chart',
        chart: {
          title: `Distance to the ${params.fewest === 1 ? 'row itself' : `nearest ${params.fewest - 1} rows`}`,
          x: { title: 'Share of rows', percent: true, range: [0, 1] },
          y: { title: 'Distance' },
          series: [
            { name: 'Distance', mark: 'line', x: Array.from(found.reach, (_, i) => (i + 1) / found.reach.length), y: Array.from(found.reach) },
            { name: 'Radius', mark: 'reference', x: [0, 1], y: [found.radius, found.radius] },
          ],
          note: `Of ${formatCount(found.reach.length)} ${found.reach.length < total ? 'random ' : ''}rows. A radius at the knee, where the curve turns up, parts dense from thin places.`,
        },
      },
      sizesChart(found.sizes, noise),
      ...profileChart(found.profile, rows.fitted.outputs.map(({ name }) => name), found.clusters),
      await centresTable(table, cluster, [], found.silhouette, tables),
    ];
    return { table, report: { kind: 'report', report: { title: `${found.clusters} cluster${found.clusters === 1 ? '' : 's'} by density`, blocks } } };
  },
};
