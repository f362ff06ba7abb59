import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import { chosenOf } from '#app/sdk/analysis.ts';
import { checkColumns } from '#app/sdk/chart-node.ts';
import { schemaAt } from '#app/sdk/configuration.ts';
import { defineNode } from '#app/sdk/node.ts';

export const pairTypes = ['integer', 'float', 'string', 'boolean'] as const;
export const mostColumns = 300;

const params = z.object({
  columns: z.array(z.string()).default([]).meta({ title: 'Columns', description: 'None chosen: every number, text and true/false column.', control: 'columns', from: 'table', types: [...pairTypes] }),
  method: z.enum(['pearson', 'spearman', 'kendall']).default('pearson').meta({
    title: 'Numbers with numbers',
    description: 'Pearson sees straight lines; Spearman and Kendall anything that only rises or only falls, and do not mind outliers.',
    control: 'select',
    labels: { pearson: 'Pearson', spearman: 'Spearman: of ranks', kendall: 'Kendall: tau-b' },
  }),
  categories: z.boolean().default(true).meta({ title: 'Categories too', description: 'Text and true/false columns: Cramér’s V with each other, the correlation ratio with numbers.', control: 'switch' }),
  correction: z.enum(['none', 'bonferroni', 'holm', 'fdr']).default('holm').meta({
    title: 'Correction of p-values',
    description: 'Of many pairs some look related by chance.',
    control: 'select',
    labels: { none: 'None', bonferroni: 'Bonferroni', holm: 'Holm: chance of any false one', fdr: 'Benjamini–Hochberg: share of false ones' },
  }),
  shown: z.int().min(1).max(200).default(20).meta({ title: 'Pairs listed', description: 'Strongest pairs in the report; the table output has all.', control: 'number', min: 1, max: 200, advanced: true }),
  values: z.int().min(2).max(500).default(50).meta({ title: 'Most values of a category', description: 'Columns with more are left out: identifiers and free text.', control: 'number', min: 2, max: 500, advanced: true }),
  kendallRows: z.int().min(100).max(50_000).default(10_000).meta({ title: 'Rows for Kendall', description: 'Of bigger tables a random sample is taken.', control: 'number', min: 100, max: 50_000, advanced: true, visibleWhen: { param: 'method', in: ['kendall'] } }),
});

export type CorrelationsParams = z.output<typeof params>;

export const definition = defineNode({
  type: 'explore/correlations',
  version: 1,
  title: 'Correlations',
  summary: 'How strongly each pair of columns goes together: a heat map of similar columns side by side, and a table of pairs with p-values.',
  keywords: ['correlation matrix', 'pearson', 'spearman', 'kendall', 'cramer', 'association', 'eta', 'heatmap', 'linear correlation', 'rank correlation', 'pandas corr'],
  inputs: [{ name: 'table', title: 'Table', kind: 'table', arity: 'one' }],
  outputs: [
    { name: 'report', title: 'Correlations', kind: 'report', summary: 'Heat map and strongest pairs.' },
    { name: 'pairs', title: 'Pairs', kind: 'table', summary: 'Every pair, strongest first.' },
  ],
  params,
  describe: ({ columns, method, categories }, say) => {
    const of = method === 'pearson' ? 'Pearson' : method === 'spearman' ? 'Spearman' : 'Kendall';
    return `${categories ? say`${of} and categories` : of}${columns.length === 0 ? '' : `, ${say`${columns.length} columns`}`}`;
  },
  configure: (context) => {
    const { params: chosen } = context;
    const schema = schemaAt(context);
    const diagnostics: Diagnostic[] = checkColumns(
      schema,
      chosen.columns.map((name, i) => ({ param: ['columns', i], name, types: pairTypes, words: 'correlations take numbers, text and true/false' })),
    );
    const found = schema === null ? [] : chosenOf(schema, chosen.columns, chosen.categories ? pairTypes : ['integer', 'float']);
    if (schema !== null && diagnostics.length === 0 && (found.length < 2 || found.length > mostColumns)) {
      diagnostics.push({
        severity: 'error',
        code: found.length < 2 ? 'too-few-columns' : 'too-many-columns',
        message: found.length < 2 ? 'There are fewer than two columns that can be correlated.' : `There are ${found.length} columns; at most ${mostColumns} can be taken.`,
        remedy: found.length < 2 ? 'Choose two or more columns.' : 'Choose fewer columns.',
        place: { param: ['columns'] },
      });
    }
    return {
      outputs: {
        report: { kind: 'report' },
        pairs: {
          kind: 'table',
          schema: [
            { name: 'column_a', type: 'string' },
            { name: 'column_b', type: 'string' },
            { name: 'measure', type: 'string' },
            { name: 'association', type: 'float' },
            { name: 'strength', type: 'float' },
            { name: 'rows', type: 'integer' },
            { name: 'p_value', type: 'float' },
            { name: 'p_corrected', type: 'float' },
          ],
        },
      },
      diagnostics,
    };
  },
});
