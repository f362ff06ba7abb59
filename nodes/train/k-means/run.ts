import { PenstockError } from '#app/core/errors.ts';
import { formatCount } from '#app/core/units.ts';
import { centresTable, clusterNames, keepStates, profileChart, readRows, runTask, silhouetteItem, sizesChart, withColumnsBeside, writeRowModel } from '#app/ml/index.ts';
import type { NodeExecutor } from '#app/sdk/node.ts';
import type { ReportBlock } from '#app/sdk/ports.ts';
import { addedNames, clusterClasses, type Params } from './node.ts';

export const executor: NodeExecutor<Params> = {
  async run(context) {
    const { params, tables, progress, signal } = context;
    const rows = await readRows(context, { features: params.features });
    const { points } = rows;
    const [from, to] = params.choose === 'fixed' ? [params.clusters, params.clusters] : [params.fewest, Math.min(params.most, points.rows - 1)];
    if (to < from || points.rows < from) {
      throw new PenstockError('too-few-rows', `${formatCount(points.rows)} rows are too few for ${from} clusters.`, { remedy: 'Ask for fewer clusters, or give the node more rows.', place: { param: [params.choose === 'fixed' ? 'clusters' : 'fewest'] } });
    }
    const states = await keepStates(context.checkpoint);
    const found = await runTask(
      'k-means',
      { ...points, from, to, restarts: params.restarts, maxIterations: params.maxIterations, tolerance: params.tolerance, seed: params.seed ?? context.seed, ...states.payload },
      { signal, onProgress: (done, message) => progress(done === null ? null : 0.1 + 0.7 * done, message), onMessage: ({ checkpoint }) => states.keep(checkpoint), transfer: [points.data.buffer as ArrayBuffer] },
    ).finally(states.settled);
    progress(0.82, 'Writing the clusters');
    const names = addedNames(rows.input.schema);
    const table = await withColumnsBeside(rows, [{ name: names.cluster, type: 'string', values: clusterNames(found.labels) }, { name: names.distance, type: 'float', values: found.distances }], tables, 'clusters');
    const chosen = found.tried.find(({ k }) => k === found.k);
    if (chosen === undefined) throw new Error('the chosen number of clusters was not tried');
    const { silhouette } = chosen;
    const notes = found.converged ? [] : [`The centres still moved after ${found.iterations} iterations. Raise the number of iterations or the tolerance.`];
    for (const note of notes) context.log('warning', note);
    progress(0.9, 'Writing the model file');
    const metrics = { inertia: found.inertia, ...(Number.isNaN(silhouette.mean) ? {} : { silhouette: silhouette.mean }) };
    for (const [name, value] of Object.entries(metrics)) context.metric(name, value);
    const model = await writeRowModel(
      rows,
      {
        algorithm: 'k-means',
        head: found.head,
        signature: { task: 'classification', target: { name: 'cluster', type: 'string' }, classes: clusterClasses(found.k) },
        params: { clusters: found.k, restarts: params.restarts },
        metrics,
        summary: { converged: found.converged, iterations: found.iterations, notes },
      },
      context,
    );
    const features = rows.fitted.outputs.map(({ name }) => name);
    const blocks: ReportBlock[] = [
      {
        type: 'metrics',
        metrics: [
          { name: 'Rows', value: points.rows, format: 'count' },
          { name: 'Clusters', value: found.k, format: 'count' },
          ...silhouetteItem(silhouette),
          { name: 'Inertia', value: found.inertia, format: 'number', help: 'Sum of squared distances of rows to their centres, in features as preprocessed; compare it only between runs on the same rows.' },
        ],
      },
      ...triedChart(found.tried.map(({ k, silhouette: one }) => ({ k, value: one.mean }))),
      sizesChart(found.sizes),
      ...profileChart(found.profile, features, found.k),
      await centresTable(table, names.cluster, [names.distance], silhouette, tables),
    ];
    return { table, model, report: { kind: 'report', report: { title: `${found.k} clusters`, blocks } } };
  },
};

function triedChart(tried: readonly { readonly k: number; readonly value: number }[]): ReportBlock[] {
  if (tried.length < 2) return [];
  return [
    {
      type: 'chart',
      chart: {
        title: 'Silhouette by number of clusters',
        x: { title: 'Clusters' },
        y: { title: 'Silhouette' },
        series: [
          { name: 'Silhouette', mark: 'line', x: tried.map(({ k }) => k), y: tried.map(({ value }) => value) },
          { name: 'Tried', mark: 'points', x: tried.map(({ k }) => k), y: tried.map(({ value }) => value) },
        ],
      },
    },
  ];
}
