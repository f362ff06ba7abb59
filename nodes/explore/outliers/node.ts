import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import { freeName } from '#app/relation/index.ts';
import type { Schema } from '#app/relation/types.ts';
import { chosenOf } from '#app/sdk/analysis.ts';
import { checkColumns, groupTypes, numberTypes } from '#app/sdk/chart-node.ts';
import { schemaAt } from '#app/sdk/configuration.ts';
import { defineNode } from '#app/sdk/node.ts';

const params = z.object({
  columns: z.array(z.string()).default([]).meta({ title: 'Columns', description: 'None chosen: every number column.', control: 'columns', from: 'table', types: [...numberTypes] }),
  method: z.enum(['iqr', 'z', 'robust-z', 'mahalanobis']).default('iqr').meta({
    title: 'Method',
    control: 'select',
    labels: { iqr: 'Quartile fences', z: 'Standard deviations from the mean', 'robust-z': 'Robust: distance from the median', mahalanobis: 'All columns together: Mahalanobis distance' },
  }),
  fence: z.number().min(0.1).max(20).default(1.5).meta({ title: 'Interquartile ranges', description: '1.5 is Tukey’s fence; 3 takes only far ones.', control: 'number', min: 0.1, max: 20, step: 0.1, visibleWhen: { param: 'method', in: ['iqr'] } }),
  limit: z.number().min(0.5).max(50).default(3).meta({ title: 'Deviations', description: '3; for the robust distance 3.5 is usual.', control: 'number', min: 0.5, max: 50, step: 0.1, visibleWhen: { param: 'method', in: ['z', 'robust-z'] } }),
  chance: z.number().min(1e-9).max(0.5).default(0.001).meta({ title: 'Chance of a greater distance', description: 'For normal data this share of rows would be outliers.', control: 'number', min: 1e-9, max: 0.5, step: 0.001, visibleWhen: { param: 'method', in: ['mahalanobis'] } }),
  group: z.array(z.string()).default([]).meta({ title: 'Within groups', description: 'Each group has its own limits.', control: 'columns', from: 'table', types: [...groupTypes], visibleWhen: { param: 'method', in: ['iqr', 'z', 'robust-z'] } }),
  minimum: z.int().min(1).max(1_000_000).default(5).meta({ title: 'Smallest group', description: 'Groups with fewer values have no outliers.', control: 'number', min: 1, advanced: true, visibleWhen: { param: 'method', in: ['iqr', 'z', 'robust-z'] } }),
  reasons: z.boolean().default(true).meta({ title: 'Say why', description: 'Outliers get the columns they are outliers in, and how far out they are.', control: 'switch', advanced: true }),
});

export type OutliersParams = z.output<typeof params>;

/** Names of the columns that say why. */
export function reasonNames(schema: Schema): { readonly reason: string; readonly score: string } {
  const reason = freeName('outlier_reason', schema);
  return { reason, score: freeName('outlier_score', [...schema, { name: reason, type: 'string' }]) };
}

export const definition = defineNode({
  type: 'explore/outliers',
  version: 1,
  title: 'Outliers',
  summary: 'Parts rows with unusual numbers from the others and says why: quartile fences, deviations, robust or multivariate distance.',
  keywords: ['anomaly', 'anomalies', 'iqr', 'z-score', 'mad', 'mahalanobis', 'tukey', 'numeric outliers', 'extreme values', 'fence', 'clean'],
  inputs: [{ name: 'table', title: 'Table', kind: 'table', arity: 'one' }],
  outputs: [
    { name: 'inliers', title: 'Inliers', kind: 'table', summary: 'The other rows, unchanged. Rows whose values are missing are among them.' },
    { name: 'outliers', title: 'Outliers', kind: 'table', summary: 'Rows that are out, with the reason and how far out.' },
    { name: 'report', title: 'Report', kind: 'report', summary: 'Limits and counts of every column.' },
  ],
  rowsOf: { inliers: { input: 'table', by: 'values' }, outliers: { input: 'table', by: 'values' } },
  params,
  describe: ({ method, fence, limit, chance, columns, group }, say) => {
    const how = { iqr: say`Beyond ${fence} interquartile ranges`, z: say`Beyond ${limit} deviations`, 'robust-z': say`Beyond ${limit} robust deviations`, mahalanobis: `Mahalanobis, p < ${chance}` }[method];
    const line = columns.length === 0 ? how : `${how}, ${columns.length === 1 ? (columns[0] ?? '') : say`${columns.length} columns`}`;
    return group.length === 0 || method === 'mahalanobis' ? line : say`${line} by group`;
  },
  configure: (context) => {
    const { columns, group, method, reasons } = context.params;
    const schema = schemaAt(context);
    const diagnostics: Diagnostic[] = checkColumns(schema, [
      ...columns.map((name, i) => ({ param: ['columns', i], name, types: numberTypes, words: 'outliers are looked for in numbers' })),
      ...group.map((name, i) => ({ param: ['group', i], name, types: groupTypes, words: 'it makes no groups' })),
    ]);
    if (schema !== null && diagnostics.length === 0) {
      const found = chosenOf(schema, columns, numberTypes).length;
      if (found === 0) diagnostics.push({ severity: 'error', code: 'too-few-columns', message: 'The table has no number columns.', remedy: 'Convert columns to numbers first.', place: { param: ['columns'] } });
      if (found > 200) diagnostics.push({ severity: 'error', code: 'too-many-columns', message: `There are ${found} number columns; at most 200 can be taken.`, remedy: 'Choose fewer columns.', place: { param: ['columns'] } });
      if (method === 'mahalanobis' && found === 1) diagnostics.push({ severity: 'info', code: 'one-column', message: 'With one column the Mahalanobis distance is the number of standard deviations.', remedy: 'Choose more columns, or a method for single columns.', place: { param: ['columns'] } });
    }
    const names = schema === null ? null : reasonNames(schema);
    const outliers = schema === null || names === null ? null : reasons ? [...schema, { name: names.reason, type: 'string' as const }, { name: names.score, type: 'float' as const }] : schema;
    return { outputs: { inliers: { kind: 'table', schema }, outliers: { kind: 'table', schema: outliers }, report: { kind: 'report' } }, diagnostics };
  },
});
