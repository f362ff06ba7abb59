import { z } from 'zod';
import { freeName } from '#app/relation/index.ts';
import type { Schema } from '#app/relation/types.ts';
import { checkRowFeatures, featuresInWords, rowChoice, rowFeatures, rowFeaturesParam, rowInputs, rowSeedParam } from '#app/sdk/clustering.ts';
import { schemaAt } from '#app/sdk/configuration.ts';
import { defineNode } from '#app/sdk/node.ts';
import type { ModelSignature } from '#app/sdk/ports.ts';

export const paramsSchema = z.object({
  features: rowFeaturesParam,
  share: z.number().min(0).max(0.5).default(0.05).meta({ title: 'Share flagged', description: 'So many of the rows, those with the highest scores, are marked as anomalies.', control: 'slider', min: 0, max: 0.5, step: 0.01 }),
  trees: z.int().min(1).max(2000).default(100).meta({ title: 'Trees', description: 'More make scores steadier.', control: 'number', min: 1, max: 2000, advanced: true }),
  sample: z.int().min(2).max(100_000).default(256).meta({ title: 'Rows a tree', description: 'Each tree sees so many random rows; few are enough to tell who is easily parted from the rest.', control: 'number', min: 2, max: 100_000, advanced: true }),
  seed: rowSeedParam,
});

export type Params = z.output<typeof paramsSchema>;

/** Columns that come out beside the table's own. */
export function addedNames(schema: Schema): { readonly score: string; readonly flag: string } {
  return { score: freeName('anomaly_score', schema), flag: freeName('anomaly', schema) };
}

export const definition = defineNode({
  type: 'train/isolation-forest',
  version: 1,
  title: 'Isolation Forest',
  summary: 'Scores how unusual each row is by how quickly random cuts part it from the others, and makes a model of it.',
  keywords: ['anomaly', 'outlier', 'novelty', 'fraud', 'iforest', 'unsupervised', 'detection', 'unusual', 'contamination'],
  inputs: rowInputs,
  outputs: [
    { name: 'table', title: 'Scored', kind: 'table', summary: 'The rows with their score and whether they are marked.' },
    { name: 'model', title: 'Model', kind: 'model', summary: 'Scores new rows.' },
    { name: 'report', title: 'Anomalies', kind: 'report', summary: 'How scores are spread, and the most unusual rows.' },
  ],
  rowsOf: { table: { input: 'table', by: 'place' } },
  params: paramsSchema,
  describe: ({ share, features }, say) => say`the ${Math.round(share * 1000) / 10} % most unusual by ${featuresInWords(features, say)}`,
  configure: (context) => {
    const schema = schemaAt(context);
    const choice = rowChoice(context);
    const diagnostics = checkRowFeatures(schema, choice);
    const names = addedNames(schema ?? []);
    const signature: ModelSignature | null = schema === null || diagnostics.length > 0 ? null : { task: 'regression', target: { name: 'anomaly_score', type: 'float' }, inputs: rowFeatures(schema, choice), features: [] };
    return {
      outputs: {
        table: { kind: 'table', schema: schema === null ? null : [...schema, { name: names.score, type: 'float' }, { name: names.flag, type: 'boolean' }] },
        model: { kind: 'model', signature },
        report: { kind: 'report' },
      },
      diagnostics,
    };
  },
});
