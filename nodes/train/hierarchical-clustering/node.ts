import { z } from 'zod';
import { freeName } from '#app/relation/index.ts';
import { checkRowFeatures, featuresInWords, rowChoice, rowFeaturesParam, rowInputs } from '#app/sdk/clustering.ts';
import { schemaAt } from '#app/sdk/configuration.ts';
import { defineNode } from '#app/sdk/node.ts';

export const paramsSchema = z.object({
  features: rowFeaturesParam,
  linkage: z
    .enum(['ward', 'average', 'complete', 'single'])
    .default('ward')
    .meta({
      title: 'Linkage',
      description: 'Which clusters count as near each other, and so are merged next.',
      control: 'select',
      labels: { ward: 'Ward: merging adds least variance', average: 'Average distance of their rows', complete: 'Distance of their furthest rows', single: 'Distance of their nearest rows' },
    }),
  cut: z.enum(['clusters', 'height']).default('clusters').meta({ title: 'Cut', control: 'select', labels: { clusters: 'Into a number of clusters', height: 'At a height' } }),
  clusters: z.int().min(1).max(1000).default(3).meta({ title: 'Clusters', control: 'number', min: 1, max: 1000, visibleWhen: { param: 'cut', in: ['clusters'] } }),
  height: z.number().min(0).default(1).meta({ title: 'Height', description: 'Merges above this height of the dendrogram are undone.', control: 'number', min: 0, step: 0.5, visibleWhen: { param: 'cut', in: ['height'] } }),
});

export type Params = z.output<typeof paramsSchema>;

export const linkageTitles: Readonly<Record<Params['linkage'], string>> = { ward: 'Ward', average: 'average', complete: 'complete', single: 'single' };

export const definition = defineNode({
  type: 'train/hierarchical-clustering',
  version: 1,
  title: 'Hierarchical Clustering',
  summary: 'Merges the nearest rows and groups step by step into a tree, and cuts it into clusters.',
  keywords: ['cluster', 'clustering', 'agglomerative', 'dendrogram', 'linkage', 'ward', 'hclust', 'tree', 'unsupervised', 'segment', 'group'],
  inputs: rowInputs,
  outputs: [
    { name: 'table', title: 'Clustered', kind: 'table', summary: 'The rows with their cluster.' },
    { name: 'report', title: 'Dendrogram', kind: 'report', summary: 'The tree of merges, sizes and centres.' },
  ],
  rowsOf: { table: { input: 'table', by: 'place' } },
  params: paramsSchema,
  describe: ({ linkage, cut, clusters, height, features }, say) => {
    const how = { ward: 'Ward', average: say`average`, complete: say`complete`, single: say`single` }[linkage];
    return `${cut === 'clusters' ? say`${clusters} clusters` : say`cut at ${height}`}, ${how}, ${featuresInWords(features, say)}`;
  },
  configure: (context) => {
    const schema = schemaAt(context);
    return {
      outputs: { table: { kind: 'table', schema: schema === null ? null : [...schema, { name: freeName('cluster', schema), type: 'string' }] }, report: { kind: 'report' } },
      diagnostics: checkRowFeatures(schema, rowChoice(context)),
    };
  },
});
