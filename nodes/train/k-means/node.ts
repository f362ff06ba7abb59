import { z } from 'zod';
import { freeName } from '#app/relation/index.ts';
import type { Schema } from '#app/relation/types.ts';
import { checkRowFeatures, featuresInWords, rowChoice, rowFeatures, rowFeaturesParam, rowInputs, rowSeedParam } from '#app/sdk/clustering.ts';
import { schemaAt } from '#app/sdk/configuration.ts';
import { defineNode } from '#app/sdk/node.ts';
import type { ModelSignature } from '#app/sdk/ports.ts';

const fixed = { param: 'choose', in: ['fixed'] };
const range = { param: 'choose', in: ['silhouette'] };

export const paramsSchema = z.object({
  features: rowFeaturesParam,
  choose: z
    .enum(['fixed', 'silhouette'])
    .default('fixed')
    .meta({ title: 'Number of clusters', control: 'select', labels: { fixed: 'A given number', silhouette: 'The best of several, by silhouette' } }),
  clusters: z.int().min(1).max(500).default(3).meta({ title: 'Clusters', control: 'number', min: 1, max: 500, visibleWhen: fixed }),
  fewest: z.int().min(2).max(100).default(2).meta({ title: 'Fewest', control: 'number', min: 2, max: 100, visibleWhen: range }),
  most: z.int().min(2).max(100).default(8).meta({ title: 'Most', control: 'number', min: 2, max: 100, visibleWhen: range }),
  restarts: z.int().min(1).max(100).default(5).meta({ title: 'Starts', description: 'The best of so many tries from different places is kept.', control: 'number', min: 1, max: 100, advanced: true }),
  maxIterations: z.int().min(1).max(10_000).default(300).meta({ title: 'Most iterations', control: 'number', min: 1, max: 10_000, advanced: true }),
  tolerance: z.number().min(0).max(1).default(1e-4).meta({ title: 'Tolerance', description: 'Stops once centres move less than this share of the variance.', control: 'number', min: 0, advanced: true }),
  seed: rowSeedParam,
});

export type Params = z.output<typeof paramsSchema>;

/** Columns that come out beside the table's own. */
export function addedNames(schema: Schema): { readonly cluster: string; readonly distance: string } {
  return { cluster: freeName('cluster', schema), distance: freeName('distance', schema) };
}

export const clusterClasses = (count: number): string[] => Array.from({ length: count }, (_, k) => String(k + 1));

export const definition = defineNode({
  type: 'train/k-means',
  version: 1,
  title: 'K-Means',
  summary: 'Divides rows into a number of compact groups around centres, and makes a model that assigns new rows.',
  keywords: ['cluster', 'clustering', 'kmeans', 'k-means++', 'segment', 'segmentation', 'group', 'unsupervised', 'centroid', 'silhouette', 'elbow'],
  inputs: rowInputs,
  outputs: [
    { name: 'table', title: 'Clustered', kind: 'table', summary: 'The rows with their cluster and their distance to its centre.' },
    { name: 'model', title: 'Model', kind: 'model', summary: 'Assigns rows to the nearest centre.' },
    { name: 'report', title: 'Clusters', kind: 'report', summary: 'Sizes, centres and how well the clusters are parted.' },
  ],
  rowsOf: { table: { input: 'table', by: 'place' } },
  params: paramsSchema,
  describe: ({ choose, clusters, fewest, most, features }, say) => (choose === 'fixed' ? say`${clusters} clusters by ${featuresInWords(features, say)}` : say`${fewest} to ${most} clusters by ${featuresInWords(features, say)}`),
  configure: (context) => {
    const { choose, clusters, fewest, most } = context.params;
    const schema = schemaAt(context);
    const choice = rowChoice(context);
    const diagnostics = checkRowFeatures(schema, choice);
    if (choose === 'silhouette' && fewest > most) diagnostics.push({ severity: 'error', code: 'empty-range', message: `There is no number of clusters from ${fewest} to ${most}.`, remedy: 'Make the first number the smaller one.', place: { param: ['fewest'] } });
    const names = addedNames(schema ?? []);
    const known = schema !== null && choose === 'fixed' && diagnostics.length === 0;
    const signature: ModelSignature | null = known ? { task: 'classification', target: { name: 'cluster', type: 'string' }, inputs: rowFeatures(schema, choice), classes: clusterClasses(clusters), features: [] } : null;
    return {
      outputs: {
        table: { kind: 'table', schema: schema === null ? null : [...schema, { name: names.cluster, type: 'string' }, { name: names.distance, type: 'float' }] },
        model: { kind: 'model', signature },
        report: { kind: 'report' },
      },
      diagnostics,
    };
  },
});
