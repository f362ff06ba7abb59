import { z } from 'zod';
import { freeName } from '#app/relation/index.ts';
import { checkRowFeatures, featuresInWords, rowChoice, rowFeaturesParam, rowInputs } from '#app/sdk/clustering.ts';
import { schemaAt } from '#app/sdk/configuration.ts';
import { defineNode } from '#app/sdk/node.ts';

export const paramsSchema = z.object({
  features: rowFeaturesParam,
  radius: z.number().min(0).default(0).meta({ title: 'Radius', description: 'Rows at most this far apart are neighbours, in features as preprocessed. 0: found from the data.', control: 'number', min: 0, step: 0.1 }),
  fewest: z.int().min(1).max(1000).default(5).meta({ title: 'Neighbours', description: 'As many rows within the radius, itself among them, make a row the core of a cluster.', control: 'number', min: 1, max: 1000 }),
});

export type Params = z.output<typeof paramsSchema>;

export const definition = defineNode({
  type: 'train/dbscan',
  version: 1,
  title: 'DBSCAN',
  summary: 'Finds clusters of any shape where rows lie densely, and the rows that belong to none.',
  keywords: ['cluster', 'clustering', 'density', 'noise', 'outlier', 'eps', 'min samples', 'unsupervised', 'segment', 'group', 'neighbour'],
  inputs: rowInputs,
  outputs: [
    { name: 'table', title: 'Clustered', kind: 'table', summary: 'The rows with their cluster; missing where a row is in none.' },
    { name: 'report', title: 'Clusters', kind: 'report', summary: 'Sizes, centres, and the distances that the radius is chosen by.' },
  ],
  rowsOf: { table: { input: 'table', by: 'place' } },
  params: paramsSchema,
  describe: ({ radius, fewest, features }, say) => `${radius === 0 ? say`${fewest} rows within a found radius` : say`${fewest} rows within ${radius}`}, ${featuresInWords(features, say)}`,
  configure: (context) => {
    const schema = schemaAt(context);
    return {
      outputs: { table: { kind: 'table', schema: schema === null ? null : [...schema, { name: freeName('cluster', schema), type: 'string' }] }, report: { kind: 'report' } },
      diagnostics: checkRowFeatures(schema, rowChoice(context)),
    };
  },
});
