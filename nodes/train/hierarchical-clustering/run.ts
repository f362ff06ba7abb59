import { PenstockError } from '#app/core/errors.ts';
import { formatCount } from '#app/core/units.ts';
import { centresTable, clusterNames, mostLinkageRows, profileChart, readRows, runTask, silhouetteItem, sizesChart, withColumnsBeside } from '#app/ml/index.ts';
import { freeName } from '#app/relation/index.ts';
import type { NodeExecutor } from '#app/sdk/node.ts';
import type { ReportBlock } from '#app/sdk/ports.ts';
import { dendrogram } from './dendrogram.ts';
import { linkageTitles, type Params } from './node.ts';

export const executor: NodeExecutor<Params> = {
  async run(context) {
    const { params, tables, progress, signal } = context;
    const rows = await readRows(context, {
      features: params.features,
      most: {
        rows: mostLinkageRows,
        message: (count) => `A tree of ${formatCount(count)} rows needs the distances between all of them; at most ${formatCount(mostLinkageRows)} rows can be taken.`,
        remedy: 'Take a sample first (Sample), or use K-Means or DBSCAN.',
      },
    });
    const total = rows.points.rows;
    if (total < 2 || (params.cut === 'clusters' && total < params.clusters)) {
      throw new PenstockError('too-few-rows', `${total === 1 ? 'One row is' : `${formatCount(total)} rows are`} too few for ${params.cut === 'clusters' ? `${params.clusters} clusters` : 'a tree'}.`, { remedy: 'Ask for fewer clusters, or give the node more rows.', place: { param: ['clusters'] } });
    }
    const found = await runTask(
      'hierarchical',
      { ...rows.points, method: params.linkage, clusters: params.cut === 'clusters' ? params.clusters : null, height: params.height },
      { signal, onProgress: (done, message) => progress(done === null ? null : 0.1 + 0.75 * done, message), transfer: [rows.points.data.buffer as ArrayBuffer] },
    );
    progress(0.88, 'Writing the clusters');
    const cluster = freeName('cluster', rows.input.schema);
    const table = await withColumnsBeside(rows, [{ name: cluster, type: 'string', values: clusterNames(found.labels) }], tables, 'clusters');
    const { heights } = found.merges;
    const [below, above] = [found.clusters > total - 1 ? 0 : (heights[total - 1 - found.clusters] ?? 0), heights[total - found.clusters] ?? null];
    const cut = params.cut === 'height' ? params.height : above === null ? null : (below + above) / 2;
    const blocks: ReportBlock[] = [
      {
        type: 'metrics',
        metrics: [
          { name: 'Rows', value: total, format: 'count' },
          { name: 'Clusters', value: found.clusters, format: 'count' },
          ...silhouetteItem(found.silhouette),
          ...(above === null ? [] : [{ name: 'Gap at the cut', value: above - below, format: 'number' as const, help: 'How much higher the next merge is than the last one kept: a wide gap is a natural number of clusters.' }]),
        ],
      },
      { type: 'chart', chart: dendrogram(found.merges, total, cut, `Dendrogram, ${linkageTitles[params.linkage]} linkage`) },
      sizesChart(found.sizes),
      ...profileChart(found.profile, rows.fitted.outputs.map(({ name }) => name), found.clusters),
      await centresTable(table, cluster, [], found.silhouette, tables),
    ];
    return { table, report: { kind: 'report', report: { title: `${found.clusters} clusters, ${linkageTitles[params.linkage]} linkage`, blocks } } };
  },
};
