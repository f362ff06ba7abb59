import { cast, call, col, lit, named } from '#app/relation/build.ts';
import { freeName } from '#app/relation/free-name.ts';
import type { Column, Measure, Relation } from '#app/relation/types.ts';
import type { TableServices } from '#app/sdk/node.ts';
import type { MetricItem, ReportBlock, TableValue } from '#app/sdk/ports.ts';
import type { ClusterProfile } from './points.ts';
import type { Silhouette } from './silhouette.ts';

/** Columns that the table of clusters shows, and features in the picture of what sets them apart. */
const shownColumns = 40;
const shownFeatures = 40;
const shownClusters = 50;

/** The silhouette as a number of a report, with its error where it is a sample's. */
export function silhouetteItem({ mean, error, rows }: Silhouette): MetricItem[] {
  if (Number.isNaN(mean)) return [];
  const sampled = error > 0 ? ` From a random sample of ${rows} rows: give or take ${(2 * error).toFixed(3)}.` : '';
  return [{ name: 'Silhouette', value: mean, format: 'number', help: `How much nearer rows are to their own cluster than to the next: 1 is best, 0 is no structure, below 0 is wrong.${sampled}` }];
}

/** Bars of cluster sizes; `noise` rows belong to none. */
export function sizesChart(sizes: Int32Array, noise = 0): ReportBlock {
  const count = Math.min(sizes.length, shownClusters);
  const labels = Array.from({ length: count }, (_, k) => String(k + 1));
  return {
    type: 'chart',
    chart: {
      title: 'Rows by cluster',
      x: { title: 'Cluster', scale: 'category' },
      y: { title: 'Rows' },
      series: [
        { name: 'Rows', mark: 'bars', x: labels, y: Array.from(sizes.subarray(0, count)) },
        ...(noise > 0 ? [{ name: 'In no cluster', mark: 'bars' as const, x: ['none'], y: [noise], neutral: true }] : []),
      ],
      bars: 'stack',
      ...(count < sizes.length ? { note: `The ${count} largest of ${sizes.length} clusters.` } : {}),
    },
  };
}

/** What sets clusters apart: means of features as deviations from those of all rows, in standard deviations; the features that differ most. */
export function profileChart({ centres, means, spreads }: ClusterProfile, features: readonly string[], clusters: number): ReportBlock[] {
  const columns = features.length;
  const count = Math.min(clusters, shownClusters);
  if (count < 2) return [];
  const value = (k: number, c: number): number => ((spreads[c] ?? 0) > 0 ? ((centres[k * columns + c] ?? 0) - (means[c] ?? 0)) / (spreads[c] ?? 1) : 0);
  const most = features.map((_, c) => Array.from({ length: count }, (_unused, k) => Math.abs(value(k, c))).reduce((a, b) => Math.max(a, b), 0));
  const shown = features.map((_, c) => c).sort((a, b) => (most[b] ?? 0) - (most[a] ?? 0) || a - b).slice(0, shownFeatures).reverse();
  const labels = Array.from({ length: count }, (_, k) => String(k + 1));
  return [
    {
      type: 'chart',
      chart: {
        title: 'What sets the clusters apart',
        x: { title: 'Cluster', scale: 'category' },
        y: { title: '', scale: 'category' },
        colour: { title: 'Deviations from the mean', centre: 0 },
        series: [
          {
            name: 'Deviations',
            mark: 'heatmap',
            x: labels,
            y: shown.map((c) => features[c] ?? ''),
            z: shown.map((c) => labels.map((_, k) => value(k, c))),
            text: shown.map((c) => labels.map((_, k) => value(k, c).toFixed(1).replace('-', '−'))),
          },
        ],
        note: `Mean of each feature in a cluster, in standard deviations from the mean of all rows.${shown.length < columns ? ` The ${shown.length} features that differ most, of ${columns}.` : ''}`,
      },
    },
  ];
}

/** The centre of each cluster in the table's own units: means of numbers, the share of true, the most frequent text. */
export async function centresTable(table: TableValue, cluster: string, except: readonly string[], silhouette: Silhouette, tables: Pick<TableServices, 'rows'>): Promise<ReportBlock> {
  const shown = table.schema.filter(({ name, type }) => name !== cluster && !except.includes(name) && ['integer', 'float', 'boolean', 'string'].includes(type)).slice(0, shownColumns);
  const rowsName = freeName('rows', table.schema);
  const measures: Measure[] = [
    { name: rowsName, fn: 'count' },
    ...shown.map(({ name, type }): Measure => (type === 'string' ? { name, fn: 'mode', arg: col(name) } : { name, fn: 'avg', arg: type === 'boolean' ? cast(cast(col(name), 'integer'), 'float') : cast(col(name), 'float') })),
  ];
  const grouped: Relation = { op: 'aggregate', input: table.relation, keys: [named(cluster, col(cluster))], measures };
  const number = call('coalesce', cast(col(cluster), 'integer', 'null'), lit(Number.MAX_SAFE_INTEGER, 'integer'));
  const { rows } = await tables.rows({ op: 'sort', input: grouped, keys: [{ expr: number, descending: false, nulls: 'last' }] });
  const total = rows.reduce((sum, row) => sum + Number(row[1]), 0);
  const columns: Column[] = [{ name: 'cluster', type: 'string' }, { name: 'rows', type: 'integer' }, { name: 'share', type: 'float' }, { name: 'silhouette', type: 'float' }, ...shown.map(({ name, type }): Column => ({ name, type: type === 'string' ? 'string' : 'float' }))];
  const finite = (value: number | undefined): number | null => (value === undefined || Number.isNaN(value) ? null : value);
  return {
    type: 'table',
    title: shown.length < table.schema.length - 1 - except.length ? `Centres, in the table’s own units (${shown.length} columns)` : 'Centres, in the table’s own units',
    columns,
    rows: rows.map(([name, count, ...values]) => [name === null ? 'none' : String(name), Number(count), Number(count) / total, name === null ? null : finite(silhouette.clusters[Number(name) - 1]), ...values.map((value) => (typeof value === 'number' && !Number.isFinite(value) ? null : (value ?? null)))]),
  };
}
