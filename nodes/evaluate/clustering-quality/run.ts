import { PenstockError } from '#app/core/errors.ts';
import { formatCount } from '#app/core/units.ts';
import { agreement, clusterSampleRows, readRows, runTask, silhouetteItem, type Agreement, type ClusterQuality } from '#app/ml/index.ts';
import { asc, call, col, filter } from '#app/relation/build.ts';
import type { Relation } from '#app/relation/types.ts';
import type { NodeExecutor, RunContext } from '#app/sdk/node.ts';
import type { MetricItem, ReportBlock } from '#app/sdk/ports.ts';
import { notFeatures, type Params } from './node.ts';

/** More are nearly always an identifier chosen by mistake. */
const mostClusters = 1000;
/** Rows and columns of the picture of agreement. */
const mostDrawn = 40;

export const executor: NodeExecutor<Params> = {
  async run(context) {
    const { params, inputs, tables, progress, report, signal } = context;
    const schema = inputs['table']?.[0]?.kind === 'table' ? inputs['table'][0].schema : [];
    const rows = await readRows(context, { features: params.features, except: notFeatures(schema, params), only: (input) => filter(input, call('is_not_null', col(params.cluster))) });
    const all = await tables.count(rows.input.relation);
    const total = rows.points.rows;
    if (total < all) report({ severity: 'info', code: 'rows-left-out', message: `${formatCount(all - total)} of ${formatCount(all)} rows are in no cluster and are left out.`, remedy: 'Nothing, if they are noise.', place: { param: ['cluster'] } });
    const ordered: Relation = { op: 'sort', input: rows.numbered, keys: [asc(col(rows.place))] };
    const clusters = grouped(await tables.column(ordered, params.cluster), params.cluster, 'cluster');
    if (clusters.names.length < 2 || total <= clusters.names.length) {
      throw new PenstockError('one-cluster', clusters.names.length < 2 ? `All rows are in one cluster, so there is nothing to compare it with.` : `Every row is a cluster by itself, so there is nothing to measure.`, { remedy: 'Give this node rows of at least two clusters, with several rows in them.', place: { param: ['cluster'] } });
    }
    const labels = params.label === '' ? null : grouped(await tables.column(ordered, params.label), params.label, 'label');
    signal.throwIfAborted();
    const found = await runTask(
      'cluster-quality',
      { ...rows.points, labels: clusters.codes, clusters: clusters.names.length, seed: params.seed ?? context.seed },
      { signal, onProgress: (done, message) => progress(done === null ? null : 0.1 + 0.85 * done, message), transfer: [rows.points.data.buffer as ArrayBuffer] },
    );
    const compared = labels === null ? null : compare(clusters, labels);
    const metrics: Record<string, number> = {
      silhouette: found.silhouette.mean,
      daviesBouldin: found.daviesBouldin,
      calinskiHarabasz: found.calinskiHarabasz,
      ...(compared === null ? {} : { adjustedRand: compared.agreement.adjustedRand, mutualInformation: compared.agreement.mutualInformation }),
    };
    const kept = Object.fromEntries(Object.entries(metrics).filter(([, value]) => Number.isFinite(value)));
    publish(context, kept);
    const blocks: ReportBlock[] = [
      { type: 'metrics', metrics: [{ name: 'Rows', value: total, format: 'count' }, { name: 'Clusters', value: clusters.names.length, format: 'count' }, ...items(found, compared?.agreement ?? null)] },
      silhouetteChart(found, clusters.names),
      ...(compared === null || labels === null ? [] : agreementBlocks(compared, clusters.names, labels.names, params)),
      {
        type: 'table',
        title: 'By cluster',
        columns: [{ name: 'cluster', type: 'string' }, { name: 'rows', type: 'integer' }, { name: 'silhouette', type: 'float' }, { name: 'mean distance to the centre', type: 'float' }],
        rows: clusters.names.map((name, k) => [name, found.sizes[k] ?? 0, finite(found.silhouette.clusters[k]), finite(found.spreads[k])]),
      },
    ];
    return { evaluation: { kind: 'evaluation', evaluation: { task: 'classification', target: params.cluster, rows: total, metrics: kept, report: { title: `Clusters “${params.cluster}”`, blocks } } } };
  },
};

const finite = (value: number | undefined): number | null => (value === undefined || !Number.isFinite(value) ? null : value);

function publish({ metric }: Pick<RunContext<Params>, 'metric'>, metrics: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(metrics)) metric(name, value);
}

interface Groups {
  /** [rows]: index into names; −1 where missing. */
  readonly codes: Int32Array;
  readonly names: readonly string[];
}

/** Values as groups, numbers by value and text by character. @throws PenstockError `too-many-clusters`. */
function grouped(values: Float64Array | (string | null)[], column: string, param: string): Groups {
  const texts = Array.from<number | string | null, string | null>(values, (value) => (value === null || (typeof value === 'number' && Number.isNaN(value)) ? null : String(value)));
  const different = [...new Set(texts.filter((text) => text !== null))];
  if (different.length > mostClusters) {
    throw new PenstockError('too-many-clusters', `The column “${column}” has ${formatCount(different.length)} different values; at most ${formatCount(mostClusters)} can be compared.`, { remedy: 'It looks like an identifier: choose another column.', place: { param: [param], column } });
  }
  const numeric = different.every((text) => text.trim() !== '' && Number.isFinite(Number(text)));
  const names = different.sort((a, b) => (numeric ? Number(a) - Number(b) : a < b ? -1 : 1));
  const place = new Map(names.map((name, i) => [name, i]));
  return { codes: Int32Array.from(texts, (text) => (text === null ? -1 : (place.get(text) ?? -1))), names };
}

interface Compared {
  readonly agreement: Agreement;
  /** [labels][clusters] */
  readonly counts: readonly (readonly number[])[];
  readonly missing: number;
}

function compare(clusters: Groups, labels: Groups): Compared {
  const counts = labels.names.map(() => clusters.names.map(() => 0));
  let missing = 0;
  labels.codes.forEach((label, row) => {
    const line = counts[label];
    const cluster = clusters.codes[row] ?? -1;
    if (line === undefined) missing += 1;
    else line[cluster] = (line[cluster] ?? 0) + 1;
  });
  return { agreement: agreement(counts), counts, missing };
}

function items(found: ClusterQuality, compared: Agreement | null): MetricItem[] {
  const bounded = Number.isFinite(found.daviesBouldin) ? [{ name: 'Davies–Bouldin', value: found.daviesBouldin, format: 'number' as const, help: 'How wide clusters are compared with the distance to the most similar one; lower is better, 0 is best.' }] : [];
  const varied = Number.isFinite(found.calinskiHarabasz) ? [{ name: 'Caliński–Harabasz', value: found.calinskiHarabasz, format: 'number' as const, help: 'Variance between clusters over variance within them; higher is better, between runs on the same rows.' }] : [];
  const against: MetricItem[] =
    compared === null
      ? []
      : [
          { name: 'Adjusted Rand index', value: compared.adjustedRand, format: 'number', help: 'Share of pairs of rows on which clusters and true groups agree, less what chance gives: 1 is the same division, 0 is chance.' },
          { name: 'Normalised mutual information', value: compared.mutualInformation, format: 'number', help: 'How much the cluster says about the true group: 1 is everything, 0 is nothing.' },
        ];
  return [...silhouetteItem(found.silhouette), ...bounded, ...varied, ...against];
}

function silhouetteChart({ silhouette }: ClusterQuality, names: readonly string[]): ReportBlock {
  const shown = names.map((_, k) => k).filter((k) => Number.isFinite(silhouette.clusters[k])).slice(0, mostDrawn);
  return {
    type: 'chart',
    chart: {
      title: 'Silhouette by cluster',
      x: { title: 'Cluster', scale: 'category' },
      y: { title: 'Mean silhouette' },
      series: [{ name: 'Silhouette', mark: 'bars', x: shown.map((k) => names[k] ?? ''), y: shown.map((k) => silhouette.clusters[k] ?? null) }],
      ...(silhouette.error > 0 ? { note: `From a random sample of ${formatCount(silhouette.rows)} rows, taken above ${formatCount(clusterSampleRows)}; the mean of all is ${silhouette.mean.toFixed(3)} ± ${(2 * silhouette.error).toFixed(3)}.` } : {}),
    },
  };
}

function agreementBlocks({ counts, missing }: Compared, clusters: readonly string[], labels: readonly string[], { label, cluster }: Params): ReportBlock[] {
  const note = missing === 0 ? {} : { note: `${formatCount(missing)} rows without “${label}” are left out.` };
  if (clusters.length > mostDrawn || labels.length > mostDrawn) return [{ type: 'text', markdown: `There are ${labels.length} true groups and ${clusters.length} clusters, too many to draw.` }];
  return [
    {
      type: 'chart',
      chart: {
        title: `“${label}” by cluster`,
        x: { title: cluster, scale: 'category' },
        y: { title: label, scale: 'category' },
        colour: { title: 'Rows' },
        series: [{ name: 'Rows', mark: 'heatmap', x: [...clusters], y: [...labels].reverse(), z: counts.toReversed(), text: counts.toReversed().map((line) => line.map(String)) }],
        ...note,
      },
    },
  ];
}
