import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import type { Schema } from '#app/relation/types.ts';
import { chosenOf } from '#app/sdk/analysis.ts';
import { checkColumns } from '#app/sdk/chart-node.ts';
import { paramMissing, schemaAt } from '#app/sdk/configuration.ts';
import { defineNode } from '#app/sdk/node.ts';

export const rankedTypes = ['integer', 'float', 'string', 'boolean'] as const;

const params = z.object({
  target: z.string().default('').meta({ title: 'Target', description: 'What is to be predicted.', control: 'column', from: 'table', types: [...rankedTypes] }),
  columns: z.array(z.string()).default([]).meta({ title: 'Features', description: 'None chosen: every other number, text and true/false column.', control: 'columns', from: 'table', types: [...rankedTypes] }),
  by: z.enum(['mutual_information', 'association', 'p_value', 'rank_p_value', 'split_gain']).default('mutual_information').meta({
    title: 'Rank by',
    control: 'select',
    labels: {
      mutual_information: 'Mutual information',
      association: 'Correlation, correlation ratio or Cramér’s V',
      p_value: 'p-value of ANOVA F or chi-square',
      rank_p_value: 'p-value of Kruskal–Wallis or Spearman',
      split_gain: 'Gain of the best single split',
    },
  }),
  task: z.enum(['auto', 'classes', 'number']).default('auto').meta({
    title: 'The target is',
    description: 'By itself: numbers are numbers, text and true/false classes.',
    control: 'select',
    labels: { auto: 'As its type says', classes: 'Classes', number: 'A number' },
    advanced: true,
  }),
  bins: z.int().min(2).max(50).default(10).meta({ title: 'Bins of numbers', description: 'Equally filled, for mutual information and splits.', control: 'number', min: 2, max: 50, advanced: true }),
  values: z.int().min(2).max(1000).default(100).meta({ title: 'Most values of a category', description: 'Text columns with more are left out: identifiers and free text.', control: 'number', min: 2, max: 1000, advanced: true }),
  correction: z.enum(['none', 'bonferroni', 'holm', 'fdr']).default('fdr').meta({
    title: 'Correction of p-values',
    control: 'select',
    labels: { none: 'None', bonferroni: 'Bonferroni', holm: 'Holm: chance of any false one', fdr: 'Benjamini–Hochberg: share of false ones' },
    advanced: true,
  }),
});

export type FeatureRankingParams = z.output<typeof params>;

const number = (name: string) => ({ name, type: 'float' as const });
const text = (name: string) => ({ name, type: 'string' as const });
export const rankingSchema: Schema = [
  { name: 'rank', type: 'integer' },
  text('column'),
  text('type'),
  { name: 'rows', type: 'integer' },
  number('mutual_information'),
  number('information_share'),
  text('measure'),
  number('association'),
  text('test'),
  number('statistic'),
  number('p_value'),
  number('p_corrected'),
  text('rank_test'),
  number('rank_statistic'),
  number('rank_p_value'),
  number('split_gain'),
  text('split'),
];

export const definition = defineNode({
  type: 'explore/feature-ranking',
  version: 1,
  title: 'Feature Ranking',
  summary: 'Which columns say most about a target, each by itself: mutual information, tests with corrected p-values, best single split.',
  keywords: ['feature selection', 'feature importance', 'rank', 'mutual information', 'information gain', 'anova', 'chi square', 'kruskal', 'gini', 'SelectKBest', 'association analysis'],
  inputs: [{ name: 'table', title: 'Table', kind: 'table', arity: 'one' }],
  outputs: [
    { name: 'report', title: 'Ranking', kind: 'report' },
    { name: 'ranking', title: 'Ranking', kind: 'table', summary: 'One row for each feature, the best first.' },
  ],
  params,
  describe: ({ target, columns }, say) => (target === '' ? say`No target yet` : columns.length === 0 ? say`Every column for ${target}` : say`${columns.length} columns for ${target}`),
  configure: (context) => {
    const { target, columns, task } = context.params;
    const schema = schemaAt(context);
    const diagnostics: Diagnostic[] = checkColumns(schema, [
      { param: ['target'], name: target, types: rankedTypes, words: 'a target is a number, text or true/false' },
      ...columns.map((name, i) => ({ param: ['columns', i], name, types: rankedTypes, words: 'features are numbers, text or true/false', remedy: 'Make parts of dates first (Date and Time), or leave it out.' })),
    ]);
    if (target === '') diagnostics.push(paramMissing(['target'], 'No target is chosen.', 'Choose the column that is to be predicted.'));
    const type = schema?.find(({ name }) => name === target)?.type;
    if (task === 'number' && type === 'string') diagnostics.push({ severity: 'error', code: 'column-type', message: `The target “${target}” is text and cannot be taken as a number.`, remedy: 'Take it as classes, or convert it first.', place: { param: ['task'], column: target } });
    if (schema !== null && target !== '' && diagnostics.length === 0 && chosenOf(schema, columns, rankedTypes).every(({ name }) => name === target)) {
      diagnostics.push({ severity: 'error', code: 'too-few-columns', message: 'Beside the target there is no column that can be ranked.', remedy: 'Choose other columns.', place: { param: ['columns'] } });
    }
    return { outputs: { report: { kind: 'report' }, ranking: { kind: 'table', schema: rankingSchema } }, diagnostics };
  },
  suggest: (context) => {
    const schema = schemaAt(context);
    if (schema === null || context.params.target !== '') return null;
    const named = schema.find(({ name, type }) => /^(target|label|class|outcome|y|diagnosis)$/i.test(name) && rankedTypes.some((one) => one === type));
    const target = named ?? schema.find(({ type }) => type === 'boolean') ?? schema.find(({ type }) => type === 'string');
    return target === undefined ? null : { target: target.name };
  },
});
