import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import type { Schema } from '#app/relation/types.ts';
import { checkColumns } from '#app/sdk/chart-node.ts';
import { checkRowFeatures, rowChoice, rowFeaturesParam, rowInputs, rowSeedParam } from '#app/sdk/clustering.ts';
import { paramMissing, schemaAt } from '#app/sdk/configuration.ts';
import { defineNode } from '#app/sdk/node.ts';

export const groupColumnTypes = ['string', 'integer', 'boolean'] as const;

export const paramsSchema = z.object({
  cluster: z.string().default('').meta({ title: 'Clusters', description: 'The column that says which cluster a row is in.', control: 'column', from: 'table', types: [...groupColumnTypes] }),
  label: z.string().default('').meta({ title: 'True groups', description: 'A column to compare the clusters with, where there is one.', control: 'column', from: 'table', types: [...groupColumnTypes], placeholder: 'none' }),
  features: rowFeaturesParam,
  seed: rowSeedParam,
});

export type Params = z.output<typeof paramsSchema>;

/** Columns that are no features when all are taken: the clusters, the true groups, and what K-Means and Predict put beside them. */
export function notFeatures(schema: Schema, { cluster, label }: Pick<Params, 'cluster' | 'label'>): string[] {
  const stem = cluster.replace(/_predicted$/, '');
  const beside = schema.filter(({ name, type }) => type === 'float' && (name === 'distance' || (cluster !== '' && name.startsWith(`${stem}_p_`)))).map(({ name }) => name);
  return [cluster, label, ...beside];
}

export const definition = defineNode({
  type: 'evaluate/clustering-quality',
  version: 1,
  title: 'Clustering Quality',
  summary: 'How well clusters are parted, and how well they agree with known groups.',
  keywords: ['silhouette', 'davies bouldin', 'calinski harabasz', 'adjusted rand index', 'mutual information', 'nmi', 'ari', 'cluster', 'clustering', 'validation', 'evaluate'],
  inputs: rowInputs,
  outputs: [{ name: 'evaluation', title: 'Evaluation', kind: 'evaluation' }],
  params: paramsSchema,
  describe: ({ cluster, label }, say) => (cluster === '' ? say`no clusters yet` : label === '' ? cluster.slice(0, 59) : say`${cluster} against ${label}`.slice(0, 59)),
  configure: (context) => {
    const { params } = context;
    const schema = schemaAt(context);
    const diagnostics: Diagnostic[] = checkColumns(schema, [
      { param: ['cluster'], name: params.cluster, types: groupColumnTypes, words: 'clusters are named by text, whole numbers or true/false' },
      { param: ['label'], name: params.label, types: groupColumnTypes, words: 'groups are named by text, whole numbers or true/false' },
    ]);
    if (params.cluster === '') diagnostics.push(paramMissing(['cluster'], 'No column with clusters is chosen.', 'Choose the column that K-Means or another clustering made.'));
    else if (params.cluster === params.label) diagnostics.push({ severity: 'error', code: 'same-column', message: `“${params.cluster}” would be compared with itself.`, remedy: 'Choose another column as true groups, or none.', place: { param: ['label'] } });
    diagnostics.push(...checkRowFeatures(schema, rowChoice(context, schema === null ? [] : notFeatures(schema, params))));
    return { outputs: { evaluation: { kind: 'evaluation' } }, diagnostics };
  },
  suggest: (context) => {
    const schema = schemaAt(context);
    if (schema === null || context.params.cluster !== '') return null;
    const found = schema.findLast(({ name, type }) => groupColumnTypes.some((one) => one === type) && /^clusters?_*(_predicted)?$/i.test(name));
    return found === undefined ? null : { cluster: found.name };
  },
});
